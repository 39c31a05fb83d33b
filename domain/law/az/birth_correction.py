"""Azerbaijan: a birth entry is corrected by a registration department; the first entry is annulled by a court alone."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Annotated, Final, Literal

from domain.country import TO_BE_CONFIRMED, Source
from domain.days.deadlines import Term
from domain.fees import Fee, FeePart
from domain.forms import Public
from domain.law.az.birth_certificate import TERMS as BIRTHS
from domain.procedures.birth_correction import BY_COURT, BirthCorrectionForm
from domain.terms import FourEyes, Ground, Requirement


class AzerbaijaniBirthCorrectionForm(BirthCorrectionForm):
    """A department corrects a mistake, or what a court decided."""

    because: Annotated[Literal["mistake", "court"], Public()]


FORM = AzerbaijaniBirthCorrectionForm
FORM_VERSION = 1

_MENDED: Final = Source(
    "Correction, restoration, annulment: one month, and one more in exceptional cases", "az-3", confirmed=True
)
_THREE: Final = Source("State duty: 3 manat", "az-3", confirmed=True)
_TWO: Final = Source("State duty: 2 manat, the old value", "az-3", confirmed=True)
_THREE_SINCE: Final = Source(
    "3 manat are in a list of 1 November 2021; their first day is to be confirmed", "az-3", confirmed=False
)
_PROOF: Final = Source("What proves how the entry should read; the list is to be confirmed", confirmed=False)
_GROUNDS: Final = Source("Follows from what a correction is; to be confirmed", confirmed=False)
_FOUR_EYES: Final = Source("Two correct what stands in a register, a rule of this house", confirmed=False)


def _duty(manat: int, source: Source) -> Fee:
    return Fee(parts=(FeePart(name="duty", units=Fraction(manat * 100)),), source=source)


_FROM_2020: Final = BIRTHS[-1]
_CORRECTED: Final = replace(
    _FROM_2020,
    source=_MENDED,
    fee=_duty(2, _TWO),
    times=replace(
        _FROM_2020.times,
        consent=None,
        pay=Term(10, "working_days", TO_BE_CONFIRMED),
        decide=Term(1, "months", _MENDED),
        extend=Term(1, "months", _MENDED),
    ),
    four_eyes=FourEyes(are_asked=True, source=_FOUR_EYES),
    grounds=(
        Ground("not_entitled", _GROUNDS),
        Ground("not_proven", _GROUNDS),
        Ground("court_needed", _MENDED),
    ),
    evidence=(
        Requirement("identity", _PROOF, is_required=False),
        Requirement("proof_of_correction", _PROOF, is_required=False),
        Requirement("court_decision", TO_BE_CONFIRMED, when=(BY_COURT,)),
        Requirement("fee_receipt", TO_BE_CONFIRMED, is_required=False),
    ),
    filing_limits=(),
    presumptions=(),
    checks=(),
)
TERMS = (
    _CORRECTED,
    replace(_CORRECTED, since=date(2022, 1, 1), since_source=_THREE_SINCE, fee=_duty(3, _THREE)),
)
