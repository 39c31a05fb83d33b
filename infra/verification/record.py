"""An entry as the public members of its events tell it, by a fold of the verifier's own: which change is its newest,
how it read before that, which case wrote it, and what is proposed of it; for 24. amendment, 28. basis and 31. erasure.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, Final, NamedTuple

from domain.roles import COURT
from infra.formats.canonical import b64url
from infra.verification.log_file import Row, jws_of, said_by
from infra.verification.reach import ANNULLED, CHANGED, CORRECTED, CREATED, ENDED, ON_ITS_LAST_DAY

PROPOSED: Final = {
    CORRECTED: "entry.CorrectionProposed.v1",
    ANNULLED: "entry.AnnulmentProposed.v1",
}
ERASED: Final = "entry.PersonalDataErased.v1"
_PROPOSALS: Final = frozenset(PROPOSED.values())
DROPPED: Final = "entry.ProposalDropped.v1"


class Reading(NamedTuple):
    """How an entry reads: the hash of the change, the row whose content it is, the case that wrote it, and whether a
    court decided that.
    """

    change: str
    content: Row
    status: str
    until: str | None
    written_by: str | None
    is_of_court: bool = False


class Record(NamedTuple):
    """``before``: how it read before its newest change, where that is known; ``depth``: over how many it stands.

    ``proposals``: those of its newest change since one was dropped, oldest first; the last one may be agreed to.
    """

    now: Reading
    before: Reading | None = None
    depth: int = 0
    proposals: tuple[Row, ...] = ()


def hash_of(row: Row) -> str:
    """The hash of the event in a row."""
    return b64url(sha256(jws_of(row)).digest())


def record_of(rows: Iterable[Row]) -> Record | None:
    """The entry after these events of its stream, from its first; None: nothing created it."""
    found: Record | None = None
    for row in rows:
        found = _after(found, row)
    return found


def _after(entry: Record | None, row: Row) -> Record | None:  # noqa: PLR0911 - one branch an event
    kind = row[3]
    if entry is None:
        return Record(_written(row, "active", said_by(row)["data"]["until"])) if kind == CREATED else None
    now = entry.now
    if kind in (CREATED, CHANGED):
        return Record(_written(row, "active", said_by(row)["data"]["until"]), now, entry.depth + 1)
    if kind == ENDED:
        is_by_itself = said_by(row)["data"]["title"] == ON_ITS_LAST_DAY
        ended = _written(row, "ended", now.until)._replace(
            content=now.content, is_of_court=now.is_of_court and is_by_itself
        )
        return Record(ended, now, entry.depth + 1)
    if kind == CORRECTED:
        corrected = _written(row, now.status, now.until)
        is_of_court = is_as_a_court(said_by(row))
        return Record(corrected._replace(is_of_court=is_of_court), entry.before, entry.depth)
    if kind == ANNULLED:
        said, was = said_by(row)["data"], entry.before or now
        reads = was._replace(
            content=row,
            status=said["reads"],
            until=said["until"],
            is_of_court=was.is_of_court or is_as_a_court(said_by(row)),
        )
        return Record(reads, None, max(entry.depth - 1, 0))
    if kind in _PROPOSALS:
        return entry._replace(proposals=(*entry.proposals, row))
    if kind == DROPPED:
        return entry._replace(proposals=())
    return entry._replace(before=None) if kind == ERASED else entry


def is_as_a_court(said: Mapping[str, Any]) -> bool:
    """Whether this amendment was, as its rule says, that of a court; kin of a party or not."""
    rule: str = said["data"]["rule"]
    return rule.split(":")[1:2] == [COURT]


def _written(row: Row, status: str, until: str | None) -> Reading:
    lead = said_by(row).get("lead")
    return Reading(hash_of(row), row, status, until, lead["stream"] if lead else None)
