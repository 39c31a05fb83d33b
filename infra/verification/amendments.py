"""24. amendment: what is corrected or annulled without a second officer is so by the court that the law names for the
register on the day, or on appeal.

By the law that the verifier has; not whether there was a reason, nor who the second officer was.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from domain.countries import country_of, legal_day
from domain.lifecycle import DECIDE_APPEAL
from domain.offers import amendments_of, appeal_bodies
from domain.roles import COURT
from infra.verification.findings import Wrong

AMENDED: Final = frozenset(
    {
        "entry.EntryCorrected.v1",
        "entry.EntryAnnulled.v1",
        "case.ResultCorrected.v1",
        "case.ResultAnnulled.v1",
    }
)


def check_amendment(country: str, said: Mapping[str, Any]) -> None:
    """Who amends (``said`` is the event's payload) may do so alone, where they do; raises what FAILED lists."""
    told, office = said["data"], said["authority"]
    is_of_court = told["rule"].partition(":")[2] == COURT
    for register in _registers(told):
        if is_of_court and office != _court(country, register, said["time"]):
            raise Wrong("amendment", f"{office} amends as a court, and the law names no such court")
        is_alone = "proposal" in told and told["proposal"] is None
        is_on_appeal = told["rule"].startswith(DECIDE_APPEAL.action) and office in appeal_bodies(
            country, register
        )
        if is_alone and not is_of_court and not is_on_appeal:
            raise Wrong("amendment", f"{office} amends alone, and is neither the court nor decides appeals")


def _registers(told: Mapping[str, Any]) -> set[str]:
    """Of a case all to which it wrote, of an entry its own."""
    return {each["register"] for each in told["entries"]} if "entries" in told else {told["register"]}


def _court(country: str, register: str, time: str) -> str | None:
    day = legal_day(datetime.fromisoformat(time), country_of(country))
    named = amendments_of(country, register, day)
    return named.court.authority if named and named.court else None
