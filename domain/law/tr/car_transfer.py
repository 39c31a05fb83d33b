"""Türkiye: a car that is given, inherited or passed by a court, before a notary, who registers it with the same act."""

from dataclasses import replace
from fractions import Fraction
from typing import Annotated, Final

from domain.country import TO_BE_CONFIRMED, Source
from domain.events import Personal
from domain.fees import Fee, FeePart
from domain.forms import Line
from domain.law.tr.car_sale import TERMS as SALE
from domain.procedures.car_transfer import (
    BY_COURT,
    GIFT,
    INHERITANCE,
    OF_A_COMPANY,
    REPRESENTED,
    TWO_DECIDE,
    CarTransferForm,
    death_not_told,
)
from domain.terms import Ground, Requirement, Terms


class TurkishCarTransferForm(CarTransferForm):
    """What is insured is the receiver's."""

    insurance_policy: Annotated[Line | None, Personal("receiver")] = None


FORM = TurkishCarTransferForm
FORM_VERSION = 1

_HEIRS = Source(
    "Veraset ilamı, proof of the inheritance tax, consent of the heirs", "tr-heir", confirmed=False
)
_GIFT = Source("A gift by a notary's act, to be confirmed", confirmed=False)
_COURT = Source("By a decision of a court, to be confirmed", confirmed=False)
_FEE = Source(
    "The notary's act as of a sale; that no share of a price is asked where there is none is to be confirmed",
    "tr-fee25",
    confirmed=False,
)
_PAPERS = Source("What the notary asks to see", confirmed=False)
_SAME_GROUNDS: Final = frozenset({"tax_debt", "fines_unpaid", "restricted", "uninsured"})


def _passed(sale: Terms) -> Terms:
    """What holds since that day of a transfer: times and restrictions are those of the same register."""
    act = FeePart(name="notary_act", units=Fraction(1), unit="NOTARY_VEHICLE_ACT", source=_FEE)
    return replace(
        sale,
        fee=Fee(parts=(act,), unit_day="payment", source=_FEE),
        four_eyes=TWO_DECIDE,
        grounds=(
            *(each for each in sale.grounds if each.code in _SAME_GROUNDS),
            Ground("not_the_owner", TO_BE_CONFIRMED, gives_back=True),
            Ground("no_title", _HEIRS),
        ),
        evidence=(
            Requirement("identity", _PAPERS, is_required=False),
            Requirement("registration_certificate", _PAPERS, is_required=False),
            Requirement("gift_contract", _GIFT, is_required=False, when=(GIFT,)),
            Requirement("inheritance_papers", _HEIRS, when=(INHERITANCE,)),
            Requirement("inheritance_tax_receipt", _HEIRS, is_required=False, when=(INHERITANCE,)),
            Requirement("court_decision", _COURT, when=(BY_COURT,)),
            Requirement("insurance_policy", _PAPERS, is_required=False),
            Requirement("company_papers", _PAPERS, is_required=False, when=(OF_A_COMPANY,)),
            Requirement("power_of_attorney", _PAPERS, is_required=False, when=(REPRESENTED,)),
        ),
        filing_limits=(),
        checks=(
            *(each for each in sale.checks if each.code == "plate_form"),
            death_not_told(_HEIRS),
        ),
    )


TERMS = tuple(_passed(sale) for sale in SALE)
