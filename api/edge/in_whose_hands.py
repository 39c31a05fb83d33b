"""Whether who has a case still decides it. No event of a case says so: the record of competences is asked."""

from datetime import datetime

from domain.case import Case, Stage
from infra.house import House


def has_left(house: House, country: str, officer: str, procedure: str, at: datetime) -> bool:
    """Whether this officer does not decide this procedure at that moment."""
    found = house.competences.officer(country, officer, at)
    return found is None or bool(found.procedures and procedure not in found.procedures)


def is_left(house: House, case: Case, at: datetime) -> bool:
    """Whether the case is under review, and who has it does not decide it any more."""
    is_in_hand = case.stage == Stage.IN_REVIEW and case.officer is not None
    return is_in_hand and has_left(house, case.country, case.officer or "", case.procedure, at)
