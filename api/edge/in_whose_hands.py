"""Whether who has a case still decides it. No event of a case says so: the record of competences is asked, whether they
are an officer still, and who they are: of their own case nobody is one.
"""

from datetime import datetime

from domain.case import Case, Stage
from infra.house import House


def has_left(house: House, country: str, officer: str, procedure: str, at: datetime) -> bool:
    """Whether this officer does not decide this procedure at that moment."""
    found = house.competences.officer(country, officer, at)
    return found is None or bool(found.procedures and procedure not in found.procedures)


def human_of(house: House, country: str, officer: str, at: datetime) -> str | None:
    """The keyed id of this officer as a person, None where the record names none."""
    found = house.competences.officer(country, officer, at)
    return found.person if found else None


def is_left(house: House, case: Case, at: datetime) -> bool:
    """Whether the case is under review, and who has it does not decide it any more: they have left, or the request
    names them by now, as a party or as who acts for one.
    """
    officer = case.officer
    if case.stage != Stage.IN_REVIEW or officer is None:
        return False
    if has_left(house, case.country, officer, case.procedure, at):
        return True
    human = human_of(house, case.country, officer, at)
    return human is not None and any(human in named for named in case.people.values())
