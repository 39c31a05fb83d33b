"""What somebody is told that another one did in their name: by a mandate, for a company or a child, at the counter. A
row for each human and each act, by keyed ids.

Of what a party does by themselves nothing is written. That a decision was opened is told by the case (``may_appeal``).
"""

from typing import Final

from domain.case import Case
from domain.events import (
    ERASED,
    AppealLodged,
    AppealTakenBack,
    CaseFiled,
    CaseWithdrawn,
    ClaimWaived,
    ConsentDeclined,
    ConsentGiven,
    ConsentRevoked,
    InformationProvided,
    Recorded,
    RequestAmended,
)
from projections import Keyed, Row, Turn

_CODES: Final = {
    CaseFiled: "filed_for_you",
    RequestAmended: "amended_for_you",
    ConsentGiven: "consented_for_you",
    ConsentDeclined: "declined_for_you",
    ConsentRevoked: "revoked_for_you",
    InformationProvided: "answered_for_you",
    CaseWithdrawn: "withdrawn_for_you",
    ClaimWaived: "waived_for_you",
    AppealLodged: "appealed_for_you",
    AppealTakenBack: "took_back_for_you",
}
CODES: Final = tuple(_CODES.values())


def _rows(before: Case | None, recorded: Recorded, after: Case, _ids: Keyed) -> list[Row]:
    if "for" not in recorded.actor or _only_follows(recorded):
        return []
    said = recorded.event.acting  # type: ignore[union-attr]  # each of these events has it
    by = "" if said is None or said is ERASED else said["person"]
    itself, representative = (before or after).people[recorded.actor["for"]["party"]]
    told = [(itself, True), (representative, False)]
    return [
        {
            "case": recorded.stream,
            "number": f"{recorded.seq:06d}-by-{n:03d}",
            "person": person,
            "is_party": int(is_party),
            "by": by,
            "procedure": after.procedure,
            "at": recorded.time,
            "what": _CODES[type(recorded.event)],
        }
        for n, (person, is_party) in enumerate(told)
        if person and person != by
    ]


def _only_follows(recorded: Recorded) -> bool:
    """Whether it is told by what led to it in the same append."""
    event = recorded.event
    return isinstance(event, CaseWithdrawn) and event.reason != "applicant"


PROJECTION = Turn(
    name="acts_for_others",
    family="case",
    events=frozenset(_CODES),
    columns={
        "case": "text",
        "number": "text",
        "person": "text",
        "is_party": "integer",
        "by": "text",
        "procedure": "text",
        "at": "text",
        "what": "text",
    },
    rows=_rows,
    indexes=(("person", "at", "case", "number"),),
)
