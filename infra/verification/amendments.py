"""24. amendment: what is corrected or annulled without a second officer is so by the court that the law names for the
register on the day, or on appeal.

What was proposed was so by another officer. What a case wrote is annulled as a whole; on appeal not what reads
otherwise since. By the law that the verifier has; not whether there was a reason.
"""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from domain.countries import country_of, legal_day
from domain.lifecycle import DECIDE_APPEAL
from domain.offers import amendments_of, appeal_bodies
from domain.roles import COURT
from infra.formats.canonical import b64url
from infra.verification.findings import Wrong
from infra.verification.log_file import Row, jws_of, said_by
from infra.verification.reach import WRITES
from infra.verification.streams import Streams

AMENDED: Final = frozenset(
    {
        "entry.EntryCorrected.v1",
        "entry.EntryAnnulled.v1",
        "case.ResultCorrected.v1",
        "case.ResultAnnulled.v1",
    }
)
_RESULT: Final = "case.ResultAnnulled.v1"
_PROPOSED: Final = {
    "entry.EntryCorrected.v1": "entry.CorrectionProposed.v1",
    "entry.EntryAnnulled.v1": "entry.AnnulmentProposed.v1",
}


def check_amendment(country: str, said: Mapping[str, Any], streams: Streams) -> None:
    """Who amends (``said`` is the event's payload) may do so alone, where they do; raises what FAILED lists."""
    if said["type"] in _PROPOSED and said["data"]["proposal"] is not None:
        before = streams.before(said["stream"], said["seq"])
        if not any(_is_its_proposal(row, said) for row in before) and streams.are_as_signed(before):
            raise Wrong("amendment", "what is amended so was proposed by no other officer")
    if said["type"] == _RESULT:
        _must_name_all(said, streams)
    told, office = said["data"], said["authority"]
    is_of_court = told["rule"].split(":")[1:2] == [COURT]  # kin of a party or not
    for register in _registers(told):
        if is_of_court and office != _court(country, register, said["time"]):
            raise Wrong("amendment", f"{office} amends as a court, and the law names no such court")
        is_alone = "proposal" in told and told["proposal"] is None
        is_on_appeal = told["rule"].startswith(DECIDE_APPEAL.action) and office in appeal_bodies(
            country, register
        )
        if is_alone and not is_of_court and not is_on_appeal:
            raise Wrong("amendment", f"{office} amends alone, and is neither the court nor decides appeals")


def _is_its_proposal(row: Row, said: Mapping[str, Any]) -> bool:
    told = said["data"]
    if row[3] != _PROPOSED[said["type"]] or b64url(sha256(jws_of(row)).digest()) != told["proposal"]:
        return False
    proposed = said_by(row)
    return bool(proposed["data"]["of"] == told["of"] and proposed["actor"]["id"] != said["actor"]["id"])


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
