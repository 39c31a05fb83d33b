"""Kazakhstan: the sale of a car, from the fees and checks of the vehicle registration offices."""

from datetime import date
from fractions import Fraction
from typing import Annotated

from domain.country import Source
from domain.days.deadlines import Term
from domain.fees import Fee, FeePart
from domain.forms import Public
from domain.procedure import Ground, Restriction, Terms
from domain.procedures.car_sale import CarSaleForm


class KazakhCarSaleForm(CarSaleForm):
    """Kept plates cost less than new ones."""

    new_plates: Annotated[bool, Public()]


FORM = KazakhCarSaleForm
FORM_VERSION = 1

_FEES = Source(
    law="State duty for the registration of a vehicle, in MCI", url_or_key="kz-arm", confirmed=True
)
_CHECKS = Source(
    law="Registration of vehicles: tax paid, not wanted, not arrested", url_or_key="kz-korgan", confirmed=True
)
_PROPOSED = Source(law="Follows from what a sale is; the article is to be confirmed", confirmed=False)
_UNKNOWN = Source(law="to be confirmed", confirmed=False)

TERMS = (
    Terms(
        since=date(2026, 1, 1),
        until=None,
        source=_FEES,
        authority="kz-vehicle-registration",
        registry="kz-vehicle-register",
        fee=Fee(
            parts=(
                FeePart(name="registration", units=Fraction(1, 4), unit="MCI"),
                FeePart(name="certificate", units=Fraction(5, 4), unit="MCI"),
                FeePart(name="plates", units=Fraction(14, 5), unit="MCI", condition="new_plates"),
            ),
            rounding="part_to_major",
            unit_day="payment",
            source=_FEES,
        ),
        pay_within=Term(10, "working_days", _UNKNOWN),
        consent_within=Term(10, "working_days", _UNKNOWN),
        answer_within=Term(10, "working_days", _UNKNOWN),
        decide_within=Term(3, "working_days", _UNKNOWN),
        appeal_within=Term(3, "months", _UNKNOWN),
        four_eyes=True,
        grounds=(
            Ground(
                code="restricted",
                title={
                    "en": "The car is arrested, pledged or wanted",
                    "ru": "Автомобиль арестован, заложен или в розыске",
                },
                source=_CHECKS,
            ),
            Ground(
                code="tax_unpaid",
                title={"en": "The vehicle tax is not paid", "ru": "Налог на транспорт не уплачен"},
                source=_CHECKS,
            ),
            Ground(
                code="not_the_owner",
                title={
                    "en": "The seller is not the registered owner",
                    "ru": "Продавец не является зарегистрированным владельцем",
                },
                source=_PROPOSED,
            ),
            Ground(
                code="untrue_documents",
                title={
                    "en": "What was brought is untrue or incomplete",
                    "ru": "Представленные сведения недостоверны или неполны",
                },
                source=_PROPOSED,
            ),
        ),
        restrictions=(
            Restriction(kind="arrest", authority="kz-bailiffs", source=_CHECKS),
            Restriction(kind="lien", authority="kz-pledge-registry", source=_PROPOSED),
            Restriction(kind="wanted", authority="kz-police", source=_CHECKS),
        ),
        retention=Term(1, "years", _UNKNOWN),
        entry_retention=Term(10, "years", _UNKNOWN),
        unconfirmed=(
            "pay_within",
            "consent_within",
            "answer_within",
            "decide_within",
            "appeal_within",
            "four_eyes",
            "grounds",
            "restrictions",
            "retention",
            "entry_retention",
        ),
    ),
)
