"""Importing a register: one JSON object a line, all or nothing, each wrong line named.

The file is read twice: its lines are checked first, while others may write; then it is read again and signed
under the log's write lock, some lines at a time, in one transaction. Memory does not grow with the file. Who
files meanwhile waits for the lock, in another process for some seconds only: large imports are for quiet
hours.

What stands in the register of another country of this house, too, is flagged in both (rules.md 27): there before the
import is written, so that a crash between leaves one flagged in vain, and never one unflagged. One import at a time
runs in a house, or two would not see each other.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from threading import Event
from typing import Any, Final, NamedTuple

import orjson
from pydantic import ValidationError

from domain.countries import country_of, legal_day
from domain.facts import Content
from domain.faults import faults_of
from domain.forms import plain
from domain.offers import keeper_of, words_of
from domain.procedures import registers
from domain.refusals import Fault, Named, Refusal
from domain.register import Register
from infra.desk.desk import Append
from infra.desk.imported import import_entry
from infra.formats.canonical import NotCanonical, check, check_twins
from infra.house import CountryHouse
from infra.operations.elsewhere import Elsewhere
from infra.operations.twice import Twice
from infra.runtime.turn import turn

MOST_ERRORS: Final = 100
LONGEST_LINE: Final = 65_536
AT_ONCE: Final = 1_000  # lines that are signed before they are written
_ONE_AT_A_TIME: Final = "import.lock"  # of the house
Progress = Callable[[int, int], None]


class ImportClash(NamedTuple):
    """What this line brought stands in the register of that other country, too."""

    line: int
    country: str


class Imported(NamedTuple):
    """What an import did: how many ``entries`` it brought. ``plates_twice``: the lines whose plate another entry that
    holds, or another line, has too.
    """

    entries: int
    clashes: list[ImportClash]
    plates_twice: list[int]


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
    country: CountryHouse,
    register: str,
    file: Path,
    progress: Progress = lambda _done, _all: None,
    *,
    others: Collection[CountryHouse],
) -> Imported:
    """Import every line as an entry with its claims. Raises WrongLines, and then nothing was changed.

    ``progress(done, all)`` is called now and then, from another thread. ``others``: the countries that the house keeps
    beside this one.
    """
    found = registers().get(register)
    if found is None:
        raise WrongLines([WrongLine(0, Fault("", "unknown_register", {"known": tuple(sorted(registers()))}))])
    try:
        total = _checked(found, file)

        def work(append: Append) -> Imported:
            with Twice(found, country) as twice:
                elsewhere = Elsewhere(found, country.code, others)
                done = _Import(append, country, found, elsewhere, twice)
                done.lines(file, lambda count: progress(count, total))
            elsewhere.flag()
            progress(total, total)
            return Imported(total, done.clashes, sorted(twice.lines))

        with turn(country.folder.parent / _ONE_AT_A_TIME, Event()):
            return country.desk.have(work).result()
    except WrongLines as wrong:
        wrong.about(*words_of(country.code, register))
        raise


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

    def __init__(
        self,
        append: Append,
        country: CountryHouse,
        register: Register,
        elsewhere: Elsewhere,
        twice: Twice,
    ) -> None:
        self._today = legal_day(append.at, country_of(country.code))
        keeper = keeper_of(country.code, register.name, self._today)
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
        self.clashes: list[ImportClash] = []
        self._append = append
        self._country = country
        self._register = register
        self._authority = keeper
        self._elsewhere = elsewhere
        self._twice = twice
        self._wrong: list[WrongLine] = []

    def lines(self, file: Path, progress: Callable[[int], None]) -> None:
        """Sign every line; raises WrongLines."""
        left = _lines(file)
        done = 0
        while some := list(islice(left, AT_ONCE)):
            self._sign(dict(self._read(some, done + 1)))
            if len(self._wrong) >= MOST_ERRORS:
                break
            done += len(some)
            if len(some) == AT_ONCE:
                self._append.flush()
                progress(done)
        if self._wrong:
            raise WrongLines(sorted(self._wrong)[:MOST_ERRORS])

    def _read(self, lines: Sequence[bytes], first: int) -> Iterator[tuple[int, Content]]:
        """What each line says, by its number; without those that are wrong."""
        for number, line in enumerate(lines, start=first):
            try:
                content = _content(self._register, line)
            except (NotCanonical, ValidationError):
                self._wrong.append(WrongLine(number, Fault("", "line_changed")))
                continue
            faults = self._register.cannot_be(content, self._today)
            self._wrong += [WrongLine(number, fault) for fault in faults]
            if not faults:
                yield number, content

    def _sign(self, contents: Mapping[int, Content]) -> None:
        """Each as an entry with its claims, one group for each; flagged where it stands elsewhere, too."""
        self._twice.look(contents)
        places = self._elsewhere.look(list(contents.values()))
        for (number, content), found in zip(contents.items(), places, strict=True):
            fault = import_entry(
                self._append, self._country.ids, self._register, content, self._authority, found
            )
            if fault is not None:
                self._wrong.append(WrongLine(number, fault))
            self.clashes += [ImportClash(number, country) for country in found]
