"""Kyrgyzstan: a father is entered in the birth entry; what it costs and how long it takes is to be confirmed."""

from dataclasses import replace
from typing import Final

from domain.country import TO_BE_CONFIRMED, Source
from domain.fees import Fee
from domain.law.kg.birth_certificate import TERMS as BIRTHS
from domain.procedures.paternity_acknowledgement import BY_COURT, JOINTLY, REPRESENTED, PaternityForm
from domain.terms import FourEyes, Ground, Requirement, Terms


class KyrgyzPaternityForm(PaternityForm):
    """Nothing but what every country asks."""


FORM = KyrgyzPaternityForm
FORM_VERSION = 1

_IN_THE_BIRTH: Final = Source(
    "Acts of 2021: birth, marriage, divorce, change of name, death; so an acknowledgement stands in the birth entry",
    "kg-90",
    confirmed=False,
)
_FREE: Final = Source("Free; what the service costs is to be confirmed", confirmed=False)
_NAMES: Final = Source(
    "The surname of a parent; no double surname; the mother's where nobody acknowledges",
    "kg-name",
    confirmed=True,
)


def _acknowledged(birth: Terms) -> Terms:
    """What holds since that day of an acknowledgement, in the office and the register of births."""
    return replace(
        birth,
        fee=Fee(parts=(), source=_FREE),
        times=replace(birth.times, pay=None),
        four_eyes=FourEyes(are_asked=False, source=TO_BE_CONFIRMED),
        grounds=(
            Ground("no_basis", TO_BE_CONFIRMED),
            Ground("not_entitled", TO_BE_CONFIRMED),
            Ground("name_form", _NAMES),
            Ground("has_a_father", TO_BE_CONFIRMED),
        ),
        evidence=(
            Requirement("identity", TO_BE_CONFIRMED, is_required=False),
            Requirement("joint_application", _IN_THE_BIRTH, is_required=False, when=(JOINTLY,)),
            Requirement("court_decision", TO_BE_CONFIRMED, when=(BY_COURT,)),
            Requirement("power_of_attorney", TO_BE_CONFIRMED, is_required=False, when=(REPRESENTED,)),
        ),
        filing_limits=(),
        presumptions=(),
        checks=(),
    )


TERMS = tuple(_acknowledged(birth) for birth in BIRTHS)
