"""24. amendment: what is corrected or annulled without a second officer is so by the court that the law names for the
register on the day, or on appeal; it is the newest change of its entry, reads as it was proposed, once, or as before.
What a court decided only a court amends.

What was proposed was so by another officer, and is of the change as which the entry reads now. What a case wrote is
annulled as a whole; on appeal not what reads otherwise since. What is sealed is compared where it opens. By the law
that the verifier has; not whether there was a reason.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from domain.countries import country_of, legal_day
from domain.lifecycle import DECIDE_APPEAL
from domain.offers import amendments_of, appeal_bodies, content_owners
from infra.verification.findings import Wrong
from infra.verification.log_file import Row, said_by
from infra.verification.reach import ANNULLED, WRITES
from infra.verification.record import PROPOSED, Record, hash_of, is_as_a_court, record_of
from infra.verification.sealed import Opener
from infra.verification.statement import FAILED
from infra.verification.streams import Streams

_RESULT: Final = "case.ResultAnnulled.v1"
AMENDED: Final = frozenset({*PROPOSED, "case.ResultCorrected.v1", _RESULT})
# Of an amendment: what is no content of the entry.
_NO_CONTENT: Final = frozenset(
    {
        *("register", "content_version", "title", "until", "_sd"),
        *("of", "proposal", "law", "rule", "reads"),
    }
)


def check_amendment(
    country: str, said: Mapping[str, Any], stored: bytes, streams: Streams, opener: Opener | None
) -> None:
    """Who amends (``said`` is the event's payload, ``stored`` all of it) may do so alone, where they do, and amends
    what stands as was proposed; raises what FAILED lists. Nothing is said of that where an event before it in its
    stream is missing or altered: that one is named.
    """
    _must_be_by_whom_the_law_names(country, said)
    if said["type"] == _RESULT:
        _must_name_all(said, streams)
    if said["type"] not in PROPOSED:
        return
    before = streams.before(said["stream"], said["seq"])
    try:
        entry = record_of(before)
        if entry is None:
            raise Wrong("amendment", "there is nothing to amend")
        if said["data"]["of"] != entry.now.change:
            raise Wrong("amendment", "what is amended is not the newest change of the entry")
        if entry.now.is_of_court and not is_as_a_court(said):
            raise Wrong("amendment", "what a court decided is undone, and by no court")
        if said["data"]["proposal"] is not None:
            _must_be_as_proposed(said, stored, entry, opener)
        if said["type"] == ANNULLED:
            _must_read_as_before(said, stored, entry, opener)
    except FAILED:
        if streams.are_as_signed(before):
            raise


def _must_be_as_proposed(
    said: Mapping[str, Any], stored: bytes, entry: Record, opener: Opener | None
) -> None:
    """24a. amendment: by nobody who proposed of this change, as the newest proposal of it says."""
    told, proposed = said["data"], entry.proposals[-1] if entry.proposals else None
    if (
        proposed is None
        or proposed[3] != PROPOSED[said["type"]]
        or hash_of(proposed) != told["proposal"]
        or said_by(proposed)["data"]["of"] != told["of"]
    ):
        raise Wrong("amendment", "what is amended so was proposed by no other officer, or was done since")
    if said["actor"]["id"] in {said_by(row)["actor"]["id"] for row in entry.proposals}:
        raise Wrong("amendment", "what is amended so was proposed by the same officer")
    if said["type"] != ANNULLED and not _is_same_content(said, stored, proposed, opener):
        raise Wrong("amendment", "it is corrected otherwise than was proposed")


def _must_read_as_before(
    said: Mapping[str, Any], stored: bytes, entry: Record, opener: Opener | None
) -> None:
    """24b. amendment: what is annulled reads as before its newest change; what created the entry, as it does now."""
    told, was = said["data"], entry.before
    if was is None and entry.depth:
        raise Wrong("amendment", "it is annulled, and nothing says how the entry read before")
    content, status, until = (entry.now if was is None else was)[1:4]
    reads = ("annulled" if was is None else status, until)
    if (told["reads"], told["until"]) != reads or not _is_same_content(said, stored, content, opener):
        raise Wrong("amendment", "what is annulled does not read as before")


def _is_same_content(said: Mapping[str, Any], stored: bytes, row: Row, opener: Opener | None) -> bool:
    """As in the event of this row; of what is sealed as far as both open."""
    told, other = said["data"], said_by(row)["data"]
    version = told["content_version"]
    if version != other["content_version"] or _public(told) != _public(other):
        return False
    mine, theirs = (opener.values(each) if opener else None for each in (stored, row[4]))
    names = content_owners(told["register"], version)
    return mine is None or theirs is None or all(mine.get(name) == theirs.get(name) for name in names)


def _public(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if name not in _NO_CONTENT}


def _must_be_by_whom_the_law_names(country: str, said: Mapping[str, Any]) -> None:
    told, office, is_of_court = said["data"], said["authority"], is_as_a_court(said)
    for register in _registers(told):
        if is_of_court and office != _court(country, register, said["time"]):
            raise Wrong("amendment", f"{office} amends as a court, and the law names no such court")
        is_alone = "proposal" in told and told["proposal"] is None
        is_on_appeal = told["rule"].startswith(DECIDE_APPEAL.action) and office in appeal_bodies(
            country, register
        )
        if is_alone and not is_of_court and not is_on_appeal:
            raise Wrong("amendment", f"{office} amends alone, and is neither the court nor decides appeals")


def _must_name_all(said: Mapping[str, Any], streams: Streams) -> None:
    """That it is on appeal where it says so, 26. office asks."""
    before, written = streams.before(said["stream"], said["seq"]), set[str]()
    for row in before:
        if row[3] in WRITES:
            written = _entries(said_by(row)["data"]) or written
    named, is_on_appeal = _entries(said["data"]), said["data"]["rule"].startswith(DECIDE_APPEAL.action)
    is_right = named <= written if is_on_appeal else named == written
    if written and not is_right and streams.are_as_signed(before):
        raise Wrong("amendment", "what the case wrote is annulled, and not all of it is named, or more")


def _entries(told: Mapping[str, Any]) -> set[str]:
    return {each["entry"] for each in told["entries"]}


def _registers(told: Mapping[str, Any]) -> set[str]:
    """Of a case all to which it wrote, of an entry its own."""
    return {each["register"] for each in told["entries"]} if "entries" in told else {told["register"]}


def _court(country: str, register: str, time: str) -> str | None:
    day = legal_day(datetime.fromisoformat(time), country_of(country))
    named = amendments_of(country, register, day)
    return named.court.authority if named and named.court else None
