"""Türkiye: the civil registry mends an error of copying; everything else is for a court, once for each matter."""

from dataclasses import replace
from typing import Annotated, Final, Literal

from domain.checks import Check
from domain.country import TO_BE_CONFIRMED, Source
from domain.days.deadlines import Term
from domain.facts import Facts
from domain.fees import Fee
from domain.forms import Public
from domain.law.tr.birth_certificate import TERMS as BIRTHS
from domain.procedures.birth_correction import BY_COURT, BirthCorrectionForm
from domain.terms import FourEyes, Ground, Requirement


class TurkishBirthCorrectionForm(BirthCorrectionForm):
    """Whoever asks for more than the mending of a copy is told that a court decides it."""

    because: Annotated[Literal["copying_error", "mistake", "court"], Public()]


FORM = TurkishBirthCorrectionForm
FORM_VERSION = 1

_COPYING: Final = Source(
    "Nüfus Hizmetleri Kanunu (5490), articles 35, 36: an error of copying is mended by the registry, all else by the "
    "court (asliye hukuk) of the residence, once for the same matter",
    "tr-fix",
    confirmed=True,
)
_FREE: Final = Source("Free, to be confirmed", confirmed=False)
_PROOF: Final = Source("The paper from which the entry was copied; to be confirmed", confirmed=False)
_FOUR_EYES: Final = Source("Two correct what stands in a register, a rule of this house", confirmed=False)


def _is_the_registrys(facts: Facts) -> bool:
    return bool(facts.request["because"] != "mistake")


_FROM_2020: Final = BIRTHS[-1]
TERMS = (
    replace(
        _FROM_2020,
        source=_COPYING,
        fee=Fee(parts=(), source=_FREE),
        times=replace(
            _FROM_2020.times,
            consent=None,
            pay=None,
            decide=Term(5, "working_days", TO_BE_CONFIRMED),
        ),
        four_eyes=FourEyes(are_asked=True, source=_FOUR_EYES),
        grounds=(Ground("court_needed", _COPYING), Ground("not_entitled", TO_BE_CONFIRMED)),
        evidence=(
            Requirement("identity", _PROOF, is_required=False),
            Requirement("proof_of_correction", _PROOF, is_required=False),
            Requirement("court_decision", _COPYING, when=(BY_COURT,)),
        ),
        filing_limits=(),
        presumptions=(),
        exemptions=(),
        checks=(
            Check(
                code="court_corrects",
                holds=_is_the_registrys,
                moments=("filing",),
                effect="warn",
                source=_COPYING,
            ),
        ),
        opinions=(),
        investigations=(),
    ),
)
