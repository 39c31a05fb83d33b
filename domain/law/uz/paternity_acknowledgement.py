"""Uzbekistan: a father is a note in the birth entry, since the rules of 2023 have no act of its own for him."""

from dataclasses import replace
from fractions import Fraction
from typing import Annotated, Final

from pydantic import Field

from domain.country import TO_BE_CONFIRMED, Source
from domain.events import Personal
from domain.facts import Is
from domain.fees import Fee, FeePart
from domain.forms import Line, Public
from domain.law.uz.birth_certificate import TERMS as BIRTHS
from domain.procedures.paternity_acknowledgement import (
    BY_COURT,
    JOINTLY,
    PaternityForm,
    by_proxy,
)
from domain.terms import FourEyes, Ground, Requirement


class UzbekPaternityForm(PaternityForm):
    """A stamped certificate costs something, but not everybody; the electronic one does not."""

    father_nationality: Annotated[Line | None, Personal("father")] = Field(None, examples=[None])
    stamped_certificate: Annotated[bool, Public()] = False
    stamp_is_free: Annotated[bool, Public()] = Field(default=False, examples=[False])


FORM = UzbekPaternityForm
FORM_VERSION = 1

_NOTE: Final = Source(
    "Vazirlar Mahkamasining 2023-yil 20-oktabrdagi 550-son qarori, 3-ilova: paternity is a note in the birth entry",
    "uz-550",
    confirmed=True,
)
_STAMPED: Final = Source("A stamped certificate: 15 % of the BHM", "uz-550", confirmed=True)
_FREE: Final = Source(
    "That the act itself is free is to be confirmed; the BHM of the day of filing counts", confirmed=False
)
_IN_PERSON: Final = Source("An acknowledgement: in person at the FHDYO", "uz-540", confirmed=True)
_PROXY: Final = Source("An acknowledgement by proxy is not allowed, both come", "uz-consul", confirmed=False)
_BY_RULES: Final = BIRTHS[-1]

TERMS = (
    replace(
        _BY_RULES,
        source=_NOTE,
        fee=Fee(
            parts=(
                FeePart(
                    name="certificate",
                    units=Fraction(15, 100),
                    unit="BHM",
                    when=(Is("stamped_certificate"), Is("stamp_is_free", (False,))),
                    source=_STAMPED,
                ),
            ),
            source=_FREE,
        ),
        numbers={},  # the entry has its number already
        four_eyes=FourEyes(are_asked=False, source=TO_BE_CONFIRMED),
        grounds=(
            Ground("not_entitled", TO_BE_CONFIRMED),
            Ground("documents_missing", TO_BE_CONFIRMED),
            Ground("untrue_data", TO_BE_CONFIRMED),
            Ground("has_a_father", TO_BE_CONFIRMED),
        ),
        evidence=(
            Requirement("identity", TO_BE_CONFIRMED, is_required=False),
            Requirement("joint_application", _IN_PERSON, is_required=False, when=(JOINTLY,)),
            Requirement("court_decision", TO_BE_CONFIRMED, when=(BY_COURT,)),
        ),
        filing_limits=(),
        presumptions=(),
        checks=(by_proxy(_PROXY),),
    ),
)
