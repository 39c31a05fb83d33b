"""The families of streams in one table: what happens in each, the fold, the state before it, who signs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from domain import appointee, birth_notice, case_fold, claim, entry, mandate, seals
from domain.claim import FREE
from domain.events import (
    AccessHeadRecorded,
    BirthNotified,
    CaseEvent,
    ClaimEvent,
    CompetenceEvent,
    EntryEvent,
    KeysEvent,
    MandateEvent,
    Recorded,
)


@dataclass(frozen=True, slots=True)
class Family:
    """A row. ``evolve(state, recorded)`` is the state after an event, ``empty`` the one before the first.

    ``signer``: the authority that decides under the terms, the registrar of keys, the keepers of mandates, of notices,
    of accesses and of competences.
    """

    name: str
    events: tuple[type, ...]
    evolve: Callable[[Any, Recorded], Any]
    signer: Literal["deciding", "mandates", "notices", "registrar", "access", "competence"]
    empty: Any = None

    @property
    def pattern(self) -> str:
        """What a seal that may sign all of it is authorised for."""
        return f"{self.name}.*"


def _newest(_head: Any, recorded: Recorded) -> Any:
    return recorded.event


_ROWS: Final = (
    Family("case", get_args(CaseEvent), case_fold.evolve, "deciding"),
    Family("claim", get_args(ClaimEvent), claim.evolve, "deciding", FREE),
    Family("entry", get_args(EntryEvent), entry.evolve, "deciding"),
    Family("mandate", get_args(MandateEvent), mandate.evolve, "mandates"),
    Family("notice", (BirthNotified,), birth_notice.evolve, "notices"),
    Family("keys", get_args(KeysEvent), seals.evolve, "registrar", ()),
    Family("access", (AccessHeadRecorded,), _newest, "access"),
    Family("competence", get_args(CompetenceEvent), appointee.evolve, "competence"),
)
FAMILIES: Final[Mapping[str, Family]] = {row.name: row for row in _ROWS}


def signed_by(signer: str) -> tuple[str, ...]:
    """The patterns of what such an authority signs."""
    return tuple(row.pattern for row in _ROWS if row.signer == signer)
