"""Importing a register: one JSON object a line, all or nothing, each wrong line named.

The file is read twice: its lines are checked first, while others may write; then it is read again and signed
under the log's write lock, some lines at a time, in one transaction. Memory does not grow with the file. Who
files meanwhile waits for the lock, in another process for some seconds only: large imports are for quiet
hours.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson
from pydantic import ValidationError

from domain.countries import country_of, legal_day
from domain.faults import faults_of
from domain.forms import plain
from domain.offers import keeper_of, words_of
from domain.procedure import Register
from domain.procedures import registers
from domain.refusals import Fault, Named, Refusal
from infra.desk.desk import Append
from infra.desk.imported import import_entry
from infra.formats.canonical import NotCanonical, check, check_twins
from infra.house import CountryHouse

MOST_ERRORS: Final = 100
LONGEST_LINE: Final = 65_536
AT_ONCE: Final = 1_000  # lines that are signed before they are written
Progress = Callable[[int, int], None]


class WrongLine(NamedTuple):
    """One wrong line: its number, what is wrong in it; never the value. 0 is the file as a whole."""

    number: int
    fault: Fault


class WrongLines(Refusal):
    """Nothing was imported."""

    code = "wrong_lines"

    def __init__(self, lines: list[WrongLine]) -> None:
        super().__init__(count=len(lines))
        self.lines = lines


def import_file(
    country: CountryHouse, register: str, file: Path, progress: Progress = lambda _done, _all: None
) -> int:
    """Import every line as an entry with its claims; how many. Raises WrongLines, and then nothing was
    changed.

    ``progress(done, all)`` is called now and then, from another thread.
    """
    found = registers().get(register)
    if found is None:
        raise WrongLines([WrongLine(0, Fault("", "unknown_register", {"known": tuple(sorted(registers()))}))])
    try:
        total = _checked(found, file)

        def work(append: Append) -> None:
            _Import(append, country, found).lines(file, lambda done: progress(done, total))
            progress(total, total)

        country.desk.have(work).result()
    except WrongLines as wrong:
        wrong.about(*words_of(country.code, register))
        raise
    return total


def _checked(register: Register, file: Path) -> int:
    """How many lines there are; raises WrongLines unless each is in the form of the register."""
    wrong: list[WrongLine] = []
    number = 0
    for number, line in enumerate(_lines(file), start=1):
        try:
            _content(register, line)
        except NotCanonical as error:
            wrong.append(WrongLine(number, Fault(error.pointer, error.code)))
        except ValidationError as error:
            wrong += [WrongLine(number, fault) for fault in faults_of(error)]
        if len(wrong) >= MOST_ERRORS:
            break
    if wrong:
        raise WrongLines(wrong[:MOST_ERRORS])
    return number


def _lines(file: Path) -> Iterator[bytes]:
    """Each line; of one that is too long its beginning, and nothing more of the file."""
    with file.open("rb") as opened:
        while line := opened.readline(LONGEST_LINE + 1):
            yield line
            if len(line) > LONGEST_LINE:
                return


def _content(register: Register, line: bytes) -> dict[str, Any]:
    """What the line says; raises NotCanonical or pydantic's ValidationError."""
    if len(line) > LONGEST_LINE:
        raise NotCanonical("", f"is longer than {LONGEST_LINE} bytes", "line_too_long")
    try:
        found = orjson.loads(line)
        check(found)
        check_twins(found, line)
    except (orjson.JSONDecodeError, RecursionError):
        raise NotCanonical("", "is not JSON", "line_not_json") from None
    return plain(register.content.model_validate(found))


class _Import:
    """One import under the write lock."""

    def __init__(self, append: Append, country: CountryHouse, register: Register) -> None:
        keeper = keeper_of(country.code, register.name, legal_day(append.at, country_of(country.code)))
        if keeper is None:
            raise WrongLines(
                [
                    WrongLine(
                        0,
                        Fault(
                            "",
                            "register_not_kept",
                            {"country": Named("country", country.code), "register": register.name},
                        ),
                    )
                ]
            )
        self._append = append
        self._country = country
        self._register = register
        self._authority = keeper

    def lines(self, file: Path, progress: Callable[[int], None]) -> None:
        """Sign every line; raises WrongLines."""
        wrong: list[WrongLine] = []
        for number, line in enumerate(_lines(file), start=1):
            fault = self._line(line)
            if fault is not None:
                wrong.append(WrongLine(number, fault))
            if len(wrong) >= MOST_ERRORS:
                break
            if number % AT_ONCE == 0:
                self._append.flush()
                progress(number)
        if wrong:
            raise WrongLines(wrong)

    def _line(self, line: bytes) -> Fault | None:
        """One entry with its claims, as one group; or why not."""
        register = self._register
        try:
            content = _content(register, line)
        except (NotCanonical, ValidationError):
            return Fault("", "line_changed")
        return import_entry(self._append, self._country.ids, register, content, self._authority)
