"""Azerbaijan: a car that is given, inherited or passed by a court; no duty by the engine, kin pay half at a notary."""

from dataclasses import replace
from typing import Annotated, Final, Literal

from pydantic import Field

from domain.checks import Check
from domain.country import TO_BE_CONFIRMED, Majority, Source
from domain.facts import Facts, Is
from domain.fees import Fee
from domain.forms import Public
from domain.law.az.car_sale import TERMS as SALE
from domain.law.az.car_sale import ToKin, part
from domain.persons import days_of, is_company
from domain.procedures.car_transfer import (
    BY_COURT,
    GIFT,
    INHERITANCE,
    NEW_PLATES,
    OF_A_COMPANY,
    REPRESENTED,
    TWO_DECIDE,
    CarTransferForm,
    death_not_told,
    receivers_of,
)
from domain.terms import Ground, Requirement, Terms


class AzerbaijaniCarTransferForm(CarTransferForm):
    """``to_kin``: given to a spouse, child, parent, adopter or adopted, grandparent, grandchild, brother or sister.
    ``notarised``: a notary makes the contract of the gift. ``data_changed``: the car is not as its certificate says.
    """

    vehicle_kind: Annotated[Literal["car", "truck", "bus", "motorcycle", "trailer", "other"], Public()] = (
        "car"
    )
    to_kin: Annotated[ToKin, Public()] = False
    notarised: Annotated[bool, Public()] = False
    data_changed: Annotated[bool, Public()] = Field(default=False, examples=[False])


FORM = AzerbaijaniCarTransferForm
FORM_VERSION = 1

_KIN: Final = Source(
    "Law on state duty, article 18.65: 20 manat for a gift to kin and in all cases that it does not name, 10 until 31 "
    "December 2021",
    "az-2022",
    confirmed=True,
)
_TO_OTHERS: Final = Source(
    "Article 18.65: a gift to others than kin as a case that it does not name; to be confirmed",
    "az-2022",
    confirmed=False,
)
_CERTIFICATE: Final = Source("Registration certificate and plates", "az-fees", confirmed=False)
_CONTRACT: Final = Source(
    "Law on state duty, article 10.2: the notary's contract, half for kin", "az-rates", confirmed=False
)
_INSPECTION: Final = Source("Inspection where technical data change; to be confirmed", confirmed=False)
_OFFICE: Final = Source(
    "18 years, of motorcycles 16; heirs of any age, and no car of theirs is struck off without the guardianship body",
    "az-160",
    confirmed=True,
)
_ONE_PERSON: Final = Source(
    "Law on road traffic, article 27: what several own is registered to one of them", "az-27", confirmed=True
)
_INSURED: Final = Source("Law on road traffic, article 27: compulsory insurance", "az-27", confirmed=True)
_TITLES: Final = Source("Follows from what a gift, an inheritance, a decision is", confirmed=False)
_OF_AGE: Final = Majority(years=18, source=_OFFICE)
_OF_AGE_FOR_A_MOTORCYCLE: Final = Majority(years=16, source=_OFFICE)
_SAME_CHECKS: Final = frozenset({"plate_form", "car_differs"})


def _fee(*, registration: int, certificate: int, plates: int) -> Fee:
    """In manat; what a notary takes is asked of a gift that goes through one."""
    not_given = Is("title", ("inheritance", "court"))
    return Fee(
        parts=(
            part("registration_to_kin", registration, _KIN, GIFT, Is("to_kin")),
            part("registration_to_others", registration, _TO_OTHERS, GIFT, Is("to_kin", (False,))),
            part("registration", registration, _KIN, not_given),
            part("certificate", certificate, _CERTIFICATE),
            part("plates", plates, _CERTIFICATE, NEW_PLATES),
            part("contract", 70, _CONTRACT, GIFT, Is("notarised"), Is("to_kin", (False,))),
            part("contract_with_kin", 35, _CONTRACT, GIFT, Is("notarised"), Is("to_kin")),
            part("inspection", 30, _INSPECTION, Is("data_changed")),
        ),
        source=_KIN,
    )


def _has_one_receiver(facts: Facts) -> bool:
    return not facts.request.get("co_receivers")


def _receivers_are_old_enough(facts: Facts) -> bool:
    """But heirs; as far as the birth day is known; of a part of a day the latest that it may be."""
    request = facts.request
    if request["title"] == "inheritance":
        return True
    age = _OF_AGE_FOR_A_MOTORCYCLE if request.get("vehicle_kind") == "motorcycle" else _OF_AGE
    born = (days_of(each["born_on"]) for each in receivers_of(request) if not is_company(each))
    return all(age.is_reached(days[1], facts.day) for days in born if days)


def _passed(sale: Terms, fee: Fee) -> Terms:
    """What holds since that day of a transfer: times and restrictions are those of the same register."""
    return replace(
        sale,
        fee=fee,
        four_eyes=TWO_DECIDE,
        grounds=(
            *(each for each in sale.grounds if each.code in ("restricted", "underage", "papers_missing")),
            Ground("not_the_owner", _TITLES, gives_back=True),
            Ground("no_title", _TITLES),
        ),
        evidence=(
            Requirement("identity", _TITLES, is_required=False),
            Requirement("registration_certificate", _TITLES, is_required=False),
            Requirement("gift_contract", _TITLES, when=(GIFT,)),
            Requirement("kinship_proof", _TITLES, is_required=False, when=(GIFT, Is("to_kin"))),
            Requirement("inheritance_papers", _TITLES, when=(INHERITANCE,)),
            Requirement("court_decision", _TITLES, when=(BY_COURT,)),
            Requirement("fee_receipt", _TITLES, is_required=False),
            Requirement("insurance_policy", _INSURED, is_required=False),
            Requirement("power_of_attorney", _TITLES, is_required=False, when=(REPRESENTED,)),
            Requirement("company_papers", _TITLES, is_required=False, when=(OF_A_COMPANY,)),
            Requirement("inspection_report", _INSPECTION, is_required=False, when=(Is("data_changed"),)),
        ),
        filing_limits=(),
        checks=(
            Check(code="registered_to_one", holds=_has_one_receiver, source=_ONE_PERSON),
            *(each for each in sale.checks if each.code in _SAME_CHECKS),
            death_not_told(TO_BE_CONFIRMED),
            Check(
                code="receiver_underage",
                holds=_receivers_are_old_enough,
                moments=("filing",),
                effect="warn",
                source=_OFFICE,
            ),
        ),
    )


_BY_DECISION, _WITH_CERTIFICATE, _BY_LAW = SALE
TERMS = (
    _passed(_BY_DECISION, _fee(registration=10, certificate=25, plates=22)),
    _passed(_WITH_CERTIFICATE, _fee(registration=10, certificate=30, plates=30)),
    _passed(_BY_LAW, _fee(registration=20, certificate=30, plates=30)),
)
