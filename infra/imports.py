"""Importing a register: one JSON object a line, all or nothing, each wrong line named."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson
from pydantic import ValidationError

from domain import events as e
from domain.decide import Decision
from domain.decide_entry import terms_of_register
from domain.forms import plain
from domain.offers import country_of, legal_day
from domain.procedure import Register
from domain.procedures import registers
from domain.refusals import Refusal
from infra.canonical import NotCanonical, check
from infra.desk import Outcome, Sitting
from infra.house import CountryHouse

MOST_ERRORS: Final = 100
LONGEST_LINE: Final = 65_536
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class WrongLine:
    """One wrong line: its number, the place in it, what to do; never the value."""

    number: int
    pointer: str
    detail: str


class WrongLines(Refusal):
    """Nothing was imported."""

    def __init__(self, lines: list[WrongLine]) -> None:
        super().__init__(f"{len(lines)} lines are wrong; nothing was imported")
        self.lines = lines


def import_file(
    house: CountryHouse, register: str, file: Path, progress: Progress = lambda _done, _all: None
) -> int:
    """Import every line as an entry with its claims; how many. Raises WrongLines, and then nothing was changed."""
    found = registers().get(register)
    terms = terms_of_register(house.code, register, legal_day(datetime.now(UTC), country_of(house.code)))
    if found is None or not terms:
        raise WrongLines([WrongLine(0, "", f"{house.code} has no register of this name")])
    total = sum(1 for _ in file.open("rb"))
    contents = _read(found, file)
    authority = terms[0].authority

    def work(sitting: Sitting) -> Outcome:
        wrong = []
        for n, content in enumerate(contents, start=1):
            line = _import_line(sitting, house, found, content, authority)
            if line is not None:
                wrong.append(WrongLine(n, "", line))
            progress(n, total)
        if wrong:
            raise WrongLines(wrong[:MOST_ERRORS])
        return Outcome(stream="", version=len(contents), state=None, index=sitting.size - 1, status=200)

    return house.desk.have(work).result().version


def _read(register: Register, file: Path) -> list[dict[str, Any]]:
    """Every line in the form of the register; raises WrongLines."""
    wrong: list[WrongLine] = []
    contents = []
    with file.open("rb") as lines:
        for n, raw in enumerate(lines, start=1):
            faults = list(_faults(register, raw, contents))
            wrong += [WrongLine(n, pointer, detail) for pointer, detail in faults]
            if len(wrong) >= MOST_ERRORS:
                break
    if wrong:
        raise WrongLines(wrong)
    return contents


def _faults(register: Register, raw: bytes, contents: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    try:
        if len(raw) > LONGEST_LINE:
            raise NotCanonical("", f"is longer than {LONGEST_LINE} bytes")
        found = orjson.loads(raw)
        check(found)
        contents.append(plain(register.content.model_validate(found)))
    except orjson.JSONDecodeError:
        yield "", "is not JSON"
    except NotCanonical as error:
        yield error.pointer, error.reason
    except ValidationError as error:
        for e_ in error.errors(include_url=False, include_context=False, include_input=False):
            yield "/" + "/".join(map(str, e_["loc"])), e_["msg"].removeprefix("Value error, ")


def _import_line(
    sitting: Sitting, house: CountryHouse, register: Register, content: dict[str, Any], authority: str
) -> str | None:
    """Append one entry with its claims, as one group; or say why not."""
    entry = sitting.load(house.desk.key_id(register.key(content)), "entry")
    if entry.seq:
        return "is in the register already, or twice in the file"
    claims = {key: sitting.load(house.desk.key_id(key), "claim") for key in register.claims(content)}
    if any(c.state is not None and c.state.holder is not None for c in claims.values()):
        return "is claimed by an open case or another entry"
    created = e.EntryCreated(
        register=register.name, content_version=register.content_version, title="import", content=content
    )
    events: list[Any] = [(key, e.ClaimSettled(kind=key.kind, holder=entry.id)) for key in claims]
    actor: e.ActorMember = {"id": "import", "role": "system"}
    decision = Decision(authority=authority, actor=actor, events=[*events, ("case", created)])
    sitting.group(decision, entry, claims, f"cmd:{house.desk.id_of('import', 1, entry.id)}")
    return None
