"""Türkiye: the sale of a car before a notary, who registers it with the same act."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Annotated

from pydantic import Field

from domain.checks import told
from domain.country import TO_BE_CONFIRMED, Source
from domain.days.deadlines import Term
from domain.events import Personal
from domain.facts import Facts, Is, Reach, Where
from domain.fees import Fee, FeePart
from domain.forms import Day, Line, Public
from domain.law.tr.plates import PLATES
from domain.persons import representative_of
from domain.plates import has_a_form_of
from domain.procedures.car_sale import (
    CarSaleForm,
    is_of_a_company,
    sellers_and_buyers,
)
from domain.terms import (
    Amendments,
    AppealBody,
    Court,
    Forever,
    FourEyes,
    Ground,
    Requirement,
    Restriction,
    Terms,
    Times,
)


class TurkishCarSaleForm(CarSaleForm):
    """The price goes through the secure payment system; what is insured is the buyer's.

    ``between_private_persons``: neither side holds a trade certificate (yetki belgesi). ``inspection_until``: the last
    day of the inspection (muayene).
    """

    between_private_persons: Annotated[bool, Public()] = True
    secure_payment_reference: Annotated[Line | None, Personal("case")] = None
    insurance_policy: Annotated[Line | None, Personal("buyer")] = None
    inspection_until: Annotated[Day | None, Personal("case")] = Field(None, examples=[None])


FORM = TurkishCarSaleForm
FORM_VERSION = 1

_LAW = Source("Karayolları Trafik Kanunu (2918), article 20/d", "tr-tnb", confirmed=True)
_RECORD = Source("The sale is made by the record of registration", "tr-tnb", confirmed=True)
_SECURE = Source("Güvenli Ödeme Sistemi is mandatory since 27 September 2024", "tr-27.9", confirmed=True)
_NOTARY = Source("Fixed notary fee of the sale of a vehicle", "tr-fee25", confirmed=False)
_SHARE = Source("2 per mille of the price, at least 1,000, of December 2025", "tr-harc", confirmed=True)
_PAPERS = Source("What the notary asks to see", confirmed=False)
_INSURED = Source("Insured before the act, as newspapers say", "tr-cag", confirmed=False)
_INSPECTED = Source("An expired inspection stops the act, as newspapers say", "tr-sozcu", confirmed=False)
_PLATES = Source("Karayolları Trafik Yönetmeliği: plates", "plates-tr", confirmed=True)
_TAX_FREE = Source("Free of ÖTV: sold by leave of the customs or the tax office", "tr-otv", confirmed=False)
_DEATH = Source("Veraset ilamı: a dead owner's car passes to the heirs", "tr-heir", confirmed=False)
_PROPOSED = Source("Follows from what a sale is; the article is to be confirmed", confirmed=False)
_NOTICE = Source(
    "Notification Law (7201), article 7/a: a notice by electronic mail counts as served at the end of the fifth day",
    confirmed=False,
)
_COURT = Court("tr-court", TO_BE_CONFIRMED)
_SOLD = Reach(only=("sale", "gift"))  # what a notary's act is refused for
_GIVEN_AWAY = Reach(but=("inheritance", "court", "use"))  # what is seized passes with the burden


def _one_is_represented(facts: Facts) -> bool:
    return any(representative_of(party) is not None for party in sellers_and_buyers(facts.request))


def _price_is_secured(facts: Facts) -> bool:
    request = facts.request
    return request["secure_payment_reference"] is not None or not request["price"]["amount"]


def _is_insured(facts: Facts) -> bool:
    return facts.request["insurance_policy"] is not None


def _is_inspected(facts: Facts) -> bool:
    until = facts.request["inspection_until"]
    return until is None or facts.day <= date.fromisoformat(until)


_ACT = FeePart(name="notary_act", units=Fraction(1), unit="NOTARY_VEHICLE_ACT", source=_NOTARY)

_FROM_2024 = Terms(
    since=date(2024, 9, 27),
    since_source=_SECURE,
    source=_LAW,
    authority="tr-notary",
    registry="tr-vehicle-register",
    fee=Fee(parts=(_ACT,), unit_day="payment", source=_NOTARY),
    times=Times(
        pay=Term(1, "working_days", TO_BE_CONFIRMED),
        consent=Term(1, "working_days", TO_BE_CONFIRMED),
        answer=Term(10, "working_days", TO_BE_CONFIRMED),
        decide=Term(1, "working_days", TO_BE_CONFIRMED),
        served=Term(5, "calendar_days", _NOTICE, is_moved=False),
        appeal=Term(60, "calendar_days", TO_BE_CONFIRMED),
    ),
    appeals=AppealBody("tr-court", TO_BE_CONFIRMED),
    four_eyes=FourEyes(are_asked=False, source=TO_BE_CONFIRMED),
    grounds=(
        Ground("tax_debt", _LAW),
        Ground("fines_unpaid", _LAW),
        Ground("restricted", _LAW, gives_back=True),
        Ground("not_the_owner", _RECORD),
        Ground("price_not_secured", _SECURE),
    ),
    evidence=(
        Requirement("identity", _PAPERS, is_required=False),
        Requirement("registration_certificate", _PAPERS, is_required=False),
        Requirement("secure_payment", _SECURE, is_required=False),
        Requirement("insurance_policy", _INSURED, is_required=False),
        Requirement(
            "company_papers", _PAPERS, is_required=False, when=(Where("with_a_company", is_of_a_company),)
        ),
        Requirement(
            "power_of_attorney", _PAPERS, is_required=False, when=(Where("represented", _one_is_represented),)
        ),
    ),
    checks=(
        told("plate_form", has_a_form_of(PLATES), _PLATES),
        told("price_not_secured", _price_is_secured, _SECURE),
    ),
    restrictions=(
        Restriction(
            kind="arrest",
            authority="tr-execution-office",
            source=TO_BE_CONFIRMED,
            reach=_GIVEN_AWAY,
            court=_COURT,
        ),
        Restriction(
            kind="lien",
            authority="tr-pledge-registry",
            source=TO_BE_CONFIRMED,
            reach=_GIVEN_AWAY,
            court=_COURT,
        ),
        Restriction(kind="seizure", authority="tr-execution-office", source=TO_BE_CONFIRMED, court=_COURT),
        Restriction(kind="injunction", authority="tr-court", source=TO_BE_CONFIRMED, reach=_GIVEN_AWAY),
        Restriction(kind="tax_debt", authority="tr-revenue", source=_LAW, reach=_SOLD),
        Restriction(kind="fines", authority="tr-police", source=_LAW, reach=_SOLD),
        Restriction(
            kind="tax_privilege",
            authority="tr-revenue",
            source=_TAX_FREE,
            reach=Reach(only=("sale", "gift", "export")),
        ),
        Restriction(
            kind="owner_deceased",
            authority="tr-civil-registry",
            source=_DEATH,
            reach=Reach(but=("inheritance", "court")),
        ),
        Restriction(kind="registered_elsewhere", authority="tr-notary", source=_PROPOSED),
    ),
    amendments=Amendments(_PROPOSED, _COURT),
    retention=Term(2, "years", TO_BE_CONFIRMED),
    entry_retention=Forever(TO_BE_CONFIRMED),
)

_FROM_2026 = replace(
    _FROM_2024,
    since=date(2026, 1, 1),
    since_source=_SHARE,
    fee=Fee(
        parts=(
            _ACT,
            FeePart(
                name="share_of_price",
                units=Fraction(2, 1000),
                ad_valorem="price",
                at_least=1_000_00,
                when=(Is("between_private_persons"),),
            ),
        ),
        unit_day="payment",
        source=_SHARE,
    ),
    grounds=(
        *_FROM_2024.grounds,
        Ground("uninsured", _INSURED),
        Ground("inspection_expired", _INSPECTED),
    ),
    evidence=(*_FROM_2024.evidence, Requirement("inspection_report", _INSPECTED, is_required=False)),
    checks=(
        *_FROM_2024.checks,
        told("uninsured", _is_insured, _INSURED),
        told("inspection_expired", _is_inspected, _INSPECTED),
    ),
)

TERMS = (_FROM_2024, _FROM_2026)
