"""Azerbaijan: a father is entered by both parents, by his own application, or by a court.

The law has an act of its own for it, from which the birth entry follows; here it stands in the birth entry, as that is
what anybody reads.
"""

from dataclasses import replace
from typing import Annotated, Final

from pydantic import Field

from domain.country import TO_BE_CONFIRMED, Source
from domain.days.deadlines import Term
from domain.events import Personal
from domain.fees import Fee
from domain.forms import Line
from domain.law.az.birth_certificate import TERMS as BIRTHS
from domain.procedures.paternity_acknowledgement import (
    BY_COURT,
    JOINTLY,
    REPRESENTED,
    PaternityForm,
)
from domain.terms import FourEyes, Ground, Requirement, Terms


class AzerbaijaniPaternityForm(PaternityForm):
    """The entry holds the nationality (milliyyət) of the father."""

    father_nationality: Annotated[Line | None, Personal("father")] = Field(None)


FORM = AzerbaijaniPaternityForm
FORM_VERSION = 1

_FATHER: Final = Source(
    "Unmarried: by joint application, the father's application, or a court", "az-father", confirmed=True
)
_FREE: Final = Source(
    "State Fee Law, article 13: the registration and the first certificate are free", "az-13", confirmed=True
)
_LIST: Final = Source("Follows from what an acknowledgement is; to be confirmed", confirmed=False)
_DECIDE: Final = Source(
    "Up to two days, as of a birth; whether of an acknowledgement is to be confirmed",
    "az-dxr",
    confirmed=False,
)


def _acknowledged(birth: Terms) -> Terms:
    """What holds since that day of an acknowledgement, in the office and the register of births."""
    return replace(
        birth,
        fee=Fee(parts=(), source=_FREE),
        times=replace(birth.times, decide=Term(2, "working_days", _DECIDE)),
        four_eyes=FourEyes(are_asked=False, source=TO_BE_CONFIRMED),
        grounds=(Ground("not_entitled", _LIST), Ground("has_a_father", _LIST)),
        evidence=(
            Requirement("identity", _LIST, is_required=False),
            Requirement("joint_application", _FATHER, is_required=False, when=(JOINTLY,)),
            Requirement("court_decision", _FATHER, when=(BY_COURT,)),
            Requirement("power_of_attorney", _LIST, is_required=False, when=(REPRESENTED,)),
        ),
        filing_limits=(),
        presumptions=(),
        checks=(),
    )


TERMS = (_acknowledged(BIRTHS[0]), _acknowledged(BIRTHS[-1]))
