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
HOSPITAL: Final = "hospital"  # the office that speaks for all hospitals of a country
GRANTED_ON_THE_MACHINE: Final = ("treasury", "registry", HOSPITAL, "auditor")


@dataclass(frozen=True, slots=True)
class May:
    """These roles may, as parties or by competence; ``same_authority``: only in their own office.

    ``or_further_office``: also those of the further offices that have to do with it now.
    ``bars_who_took_part``: not who took part otherwise: at the counter for a party (rules.md 46), in judging what was
    set aside since, in setting it aside (but for another appeal), in the opinion of another office.
    ``minds_kin``: kin of a party are named as such by the rule, or kept out where the law bars them; so it is, too,
    wherever who took part is kept out (``keeps_kin_apart``).
    A party, and whoever may act for one, has no competence in the case whatever the row says; what else keeps people
    apart, such as four eyes, the decision asks.
    """

    action: str  # stands in the rule that an event names: "case.decide:officer"
    roles: tuple[str, ...]
    same_authority: bool = True
    or_further_office: bool = False
    bars_who_took_part: bool = False
    minds_kin: bool = False

    @property
    def keeps_kin_apart(self) -> bool:
        """Whether it matters that an officer is kin of a party."""
        return self.minds_kin or self.bars_who_took_part
