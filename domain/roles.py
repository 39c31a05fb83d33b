"""In which roles people and machines act, and a line of the table that says what each may; not who has them."""

from dataclasses import dataclass
from typing import Final

APPLICANT: Final = "applicant"
PARTY: Final = "party"
SUPERVISOR: Final = "supervisor"
OFFICERS: Final = ("officer", SUPERVISOR)
APPEAL_OFFICER: Final = "appeal_officer"
COURT: Final = "court"
JUDGES: Final = (*OFFICERS, APPEAL_OFFICER)
PERSONNEL: Final = "personnel_officer"
# Whom a personnel officer appoints, and who is appointed on the machine alone: machines, and who watches the house.
GRANTED_BY_PEOPLE: Final = (
    *OFFICERS,
    APPEAL_OFFICER,
    COURT,
    "restricting_officer",
    "data_protection_officer",
    PERSONNEL,
)
GRANTED_ON_THE_MACHINE: Final = ("treasury", "registry", "auditor")


@dataclass(frozen=True, slots=True)
class May:
    """These roles may, as parties or by competence; ``same_authority``: only in their own office.

    ``or_further_office``: also those of the further offices that have to do with it now. ``judges``: nobody may who
    acted for a party at the counter (rules.md 46).
    """

    action: str  # stands in the rule that an event names: "case.decide:officer"
    roles: tuple[str, ...]
    same_authority: bool = True
    or_further_office: bool = False
    judges: bool = False
