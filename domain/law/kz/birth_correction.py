"""Kazakhstan: a birth entry is corrected by the State Corporation (АХАТ, РАГС), a document at one price since 2026."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Annotated, Final, Literal

from pydantic import Field

from domain.country import TO_BE_CONFIRMED, Source
from domain.days.deadlines import Term
from domain.facts import Is
from domain.fees import Fee, FeePart, Step, Table
from domain.forms import Public
from domain.law.kz.birth_certificate import TERMS as BIRTHS
from domain.procedures.birth_correction import BY_COURT, BirthCorrectionForm
from domain.terms import FourEyes, Ground, Requirement, Terms


class KazakhBirthCorrectionForm(BirthCorrectionForm):
    """``documents``: how many are asked anew; each is paid, unless the entry changed by an acknowledgement, an adoption
    or a court.
    """

    because: Annotated[Literal["mistake", "acknowledgement", "adoption", "court"], Public()]
    documents: Annotated[int, Field(ge=1, le=20), Public()] = 1
    certificate_language: Annotated[Literal["kk", "ru"], Public()] = "kk"


FORM = KazakhBirthCorrectionForm
FORM_VERSION = 1

_PRICE = Source("1,725 tenge a document, in the price list of 10 March 2026", "kz-fee26", confirmed=True)
_NO_PRICE = Source(
    "Prices of corrections drafted in April 2023 were not adopted; what one cost until 9 March 2026 is to be confirmed",
    "kz-fee23",
    confirmed=False,
)
_DECIDED = Source("5 working days; extended by 15 calendar days, as an older list has it", confirmed=False)
_REASONS = Source("Law «О государственных услугах», article 19-1: the closed list", confirmed=False)
_PROOF = Source("What proves how the entry should read; the list is to be confirmed", confirmed=False)
_FOUR_EYES = Source("Two correct what stands in a register, a rule of this house", confirmed=False)

_PAID: Final = Is("because", ("mistake",))
_FIRST, _SINCE_2023, _SINCE_2026 = BIRTHS
_EACH: Final = Table(by=("documents",), steps=(Step(up_to=None, start=Fraction(), rate=Fraction(1_725_00)),))


def _corrected(birth: Terms, fee: Fee) -> Terms:
    """What holds since that day of a correction, in the office and the register of births."""
    return replace(
        birth,
        fee=fee,
        times=replace(
            birth.times,
            consent=None,
            decide=Term(5, "working_days", _DECIDED),
            extend=Term(15, "calendar_days", _DECIDED),
        ),
        four_eyes=FourEyes(are_asked=True, source=_FOUR_EYES),
        grounds=(
            Ground("untrue_documents", _REASONS),
            Ground("requirements_not_met", _REASONS),
            Ground("court_ban", _REASONS),
            Ground("no_data_consent", _REASONS),
        ),
        evidence=(
            Requirement("identity", _PROOF, is_required=False),
            Requirement("proof_of_correction", _PROOF, is_required=False),
            Requirement("court_decision", TO_BE_CONFIRMED, when=(BY_COURT,)),
            Requirement("fee_receipt", TO_BE_CONFIRMED, is_required=False, when=(_PAID,)),
        ),
        filing_limits=(),
        presumptions=(),
        checks=(),
    )


def _unknown(until: date) -> Fee:
    """An officer says what it costs: nobody knows the rate of that time."""
    part = FeePart(name="correction", units=Fraction(), when=(_PAID,), until=until, source=_NO_PRICE)
    return Fee(parts=(part,), source=_NO_PRICE)


TERMS = (
    _corrected(_FIRST, _unknown(date(2021, 8, 9))),
    _corrected(_SINCE_2023, _unknown(date(2021, 8, 9))),
    _corrected(
        _SINCE_2026,
        Fee(
            parts=(FeePart(name="correction", units=_EACH, when=(_PAID,), source=_PRICE),),
            source=_PRICE,
        ),
    ),
)
