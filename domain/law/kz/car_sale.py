"""Kazakhstan: the sale of a car, from the fees and checks of the vehicle registration offices."""

from datetime import date
from fractions import Fraction
from typing import Annotated

from domain.country import TO_BE_CONFIRMED, Source
from domain.days.deadlines import Term
from domain.events import Personal
from domain.facts import Is
from domain.fees import Fee, FeePart
from domain.forms import Form, Money, Person, Public, RepresentedKnownPersonOrCompany
from domain.procedure import (
    Amendments,
    AppealBody,
    Consultation,
    Court,
    FourEyes,
    Ground,
    Restriction,
    Terms,
    Times,
)
from domain.procedures.car_sale import CarSaleForm, SoldVehicle


class FirstKazakhCarSaleForm(Form):
    """The first form: people alone sold and bought, and for themselves."""

    seller: Annotated[Person, Personal("seller")]
    buyer: Annotated[Person, Personal("buyer")]
    vehicle: Annotated[SoldVehicle, Personal("case")]
    price: Annotated[Money, Personal("case")]
    new_plates: Annotated[bool, Public()]


class SecondKazakhCarSaleForm(Form):
    """The second form: one sold to one."""

    seller: Annotated[RepresentedKnownPersonOrCompany, Personal("seller")]
    buyer: Annotated[RepresentedKnownPersonOrCompany, Personal("buyer")]
    vehicle: Annotated[SoldVehicle, Personal("case")]
    price: Annotated[Money, Personal("case")]
    new_plates: Annotated[bool, Public()]


class KazakhCarSaleForm(CarSaleForm):
    """Kept plates cost less than new ones."""


FORM = KazakhCarSaleForm
FORM_VERSION = 3
FORMER_FORMS = {1: FirstKazakhCarSaleForm, 2: SecondKazakhCarSaleForm}

_FEES = Source("State duty for the registration of a vehicle, in MCI", "kz-arm", confirmed=True)
_CHECKS = Source("Registration of vehicles: tax paid, not wanted, not arrested", "kz-korgan", confirmed=True)
_PROPOSED = Source("Follows from what a sale is; the article is to be confirmed", confirmed=False)
_COURT = Court("kz-court", TO_BE_CONFIRMED)

TERMS = (
    Terms(
        since=date(2026, 1, 1),
        source=_FEES,
        authority="kz-vehicle-registration",
        registry="kz-vehicle-register",
        fee=Fee(
            parts=(
                FeePart(name="registration", units=Fraction(1, 4), unit="MCI"),
                FeePart(name="certificate", units=Fraction(5, 4), unit="MCI"),
                FeePart(name="plates", units=Fraction(14, 5), unit="MCI", when=(Is("new_plates"),)),
            ),
            rounding="part_to_major",
            unit_day="payment",
            source=_FEES,
        ),
        times=Times(
            pay=Term(10, "working_days", TO_BE_CONFIRMED),
            consent=Term(10, "working_days", TO_BE_CONFIRMED),
            answer=Term(10, "working_days", TO_BE_CONFIRMED),
            decide=Term(3, "working_days", TO_BE_CONFIRMED),
            served=Term(7, "calendar_days", TO_BE_CONFIRMED, is_moved=False),
            appeal=Term(3, "months", TO_BE_CONFIRMED),
            extend=Term(10, "working_days", TO_BE_CONFIRMED),
        ),
        appeals=AppealBody(
            "kz-interior-ministry", TO_BE_CONFIRMED, Term(20, "working_days", TO_BE_CONFIRMED)
        ),
        four_eyes=FourEyes(are_asked=True, source=TO_BE_CONFIRMED),
        grounds=(
            Ground("restricted", _CHECKS, gives_back=True),
            Ground("tax_unpaid", _CHECKS),
            Ground("not_the_owner", _PROPOSED),
            Ground("untrue_documents", _PROPOSED),
        ),
        opinions=(Consultation("kz-police", _CHECKS, Term(3, "working_days", TO_BE_CONFIRMED)),),
        restrictions=(
            Restriction(kind="arrest", authority="kz-bailiffs", source=_CHECKS, court=_COURT),
            Restriction(kind="lien", authority="kz-pledge-registry", source=_PROPOSED),
            Restriction(kind="wanted", authority="kz-police", source=_CHECKS),
        ),
        amendments=Amendments(_PROPOSED, _COURT),
        retention=Term(1, "years", TO_BE_CONFIRMED),
        entry_retention=Term(10, "years", TO_BE_CONFIRMED),
    ),
)
