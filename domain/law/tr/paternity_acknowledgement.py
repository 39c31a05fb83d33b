"""Türkiye: recognition (tanıma) is the father's own act; the child has him for a father, in the mother's house."""

from dataclasses import replace
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from domain.checks import Check
from domain.country import TO_BE_CONFIRMED, Source
from domain.days.deadlines import Term
from domain.events import Personal
from domain.facts import Facts, Is
from domain.fees import Fee
from domain.forms import Name, Public
from domain.law.tr.birth_certificate import TERMS as BIRTHS
from domain.law.tr.birth_certificate import no_patronymic
from domain.procedures.paternity_acknowledgement import BY_COURT, REPRESENTED, PaternityForm
from domain.terms import FourEyes, Ground, Requirement


class TurkishPaternityForm(PaternityForm):
    """``recognised_before``: the father says so at the registry, or said so before a notary or at a mission, of which a
    paper is brought. Nobody has a patronymic.
    """

    basis: Annotated[Literal["fathers_application", "court"], Public()]
    recognised_before: Annotated[Literal["registry", "notary", "mission"], Public()] = "registry"
    patronymic: Annotated[Name | None, Personal("child"), AfterValidator(no_patronymic)] = Field(
        None, examples=[None]
    )


FORM = TurkishPaternityForm
FORM_VERSION = 1

_RECOGNISED: Final = Source(
    "Tanıma: at the registry, before a notary, at a mission, or a court; then the father's name, the mother's house",
    "tr-300",
    confirmed=True,
)
_FREE: Final = Source("Free, to be confirmed", confirmed=False)
_SURNAME: Final = Source(
    "Türk Medenî Kanunu (4721), article 321: the child of unmarried parents has the mother's surname",
    "tr-300",
    confirmed=True,
)
_ELSEWHERE: Final = Is("recognised_before", ("notary", "mission"))


def _keeps_the_surname(facts: Facts) -> bool:
    return facts.request["surname"] is None


_FROM_2020: Final = BIRTHS[-1]
TERMS = (
    replace(
        _FROM_2020,
        source=_RECOGNISED,
        fee=Fee(parts=(), source=_FREE),
        times=replace(_FROM_2020.times, pay=None, decide=Term(1, "working_days", TO_BE_CONFIRMED)),
        four_eyes=FourEyes(are_asked=False, source=TO_BE_CONFIRMED),
        grounds=(
            Ground("not_entitled", TO_BE_CONFIRMED),
            Ground("has_a_father", TO_BE_CONFIRMED),
        ),
        evidence=(
            Requirement("identity", TO_BE_CONFIRMED, is_required=False),
            Requirement("recognition_paper", _RECOGNISED, when=(_ELSEWHERE,)),
            Requirement("court_decision", _RECOGNISED, when=(BY_COURT,)),
            Requirement("power_of_attorney", TO_BE_CONFIRMED, is_required=False, when=(REPRESENTED,)),
        ),
        filing_limits=(),
        presumptions=(),
        exemptions=(),
        checks=(
            Check(
                code="surname_form",
                holds=_keeps_the_surname,
                moments=("filing",),
                effect="warn",
                source=_SURNAME,
            ),
        ),
        opinions=(),
        investigations=(),
    ),
)
