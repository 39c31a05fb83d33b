"""Azerbaijan: the sale of a car, registered by the traffic police; the duty follows the engine and the age."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, ValidationInfo

from domain.checks import Check, told
from domain.country import TO_BE_CONFIRMED, Majority, Source
from domain.days.deadlines import Term
from domain.events import Personal
from domain.facts import Condition, Facts, Is, Reach, Where
from domain.fees import Fee, FeePart, Step, Table
from domain.forms import Company, Public
from domain.law.az.plates import PLATES
from domain.persons import days_of, is_company
from domain.plates import has_a_form_of
from domain.procedures.car_sale import (
    CarSaleForm,
    is_as_registered,
    is_by_mandate,
    is_of_a_company,
    the_car,
)
from domain.refusals import WrongValue
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


def _are_human(to_kin: bool, form: ValidationInfo) -> bool:  # noqa: FBT001 - as pydantic calls it
    """A company is nobody's kin."""
    said = form.data or {}  # where the member is looked at alone
    parties = (said.get(member) for member in ("seller", "buyer", "owner", "receiver"))
    if to_kin and any(isinstance(party, Company) for party in parties):
        raise WrongValue("company_is_no_kin")
    return to_kin


ToKin = Annotated[bool, AfterValidator(_are_human)]


class AzerbaijaniCarSaleForm(CarSaleForm):
    """What a sale costs follows from the engine, in cm³, and the year of manufacture; whoever does not know them has a
    fee that an officer settles.

    ``to_kin``: given to a spouse, child, parent, adopter or adopted, grandparent, grandchild, brother or sister.
    ``notarised``: a notary makes the contract. ``seller_takes_plates``: they go to another car of the seller.
    ``data_changed``: the car is not as its certificate says, and is inspected.
    """

    vehicle_kind: Annotated[Literal["car", "truck", "bus", "motorcycle", "trailer", "other"], Public()] = (
        "car"
    )
    engine_cm3: Annotated[int | None, Field(ge=1, le=30_000), Personal("case")] = None
    made_in_year: Annotated[int | None, Field(ge=1886, le=2100), Personal("case")] = Field(
        None, examples=[2026]
    )
    to_kin: Annotated[ToKin, Public()] = Field(default=False, examples=[False])
    notarised: Annotated[bool, Public()] = Field(default=False, examples=[False])
    seller_takes_plates: Annotated[bool, Public()] = Field(default=False, examples=[False])
    data_changed: Annotated[bool, Public()] = Field(default=False, examples=[False])


FORM = AzerbaijaniCarSaleForm
FORM_VERSION = 1

_RULES: Final = Source(
    "Law on road traffic, articles 27 to 29; Cabinet Decision 39 of 15 March 1999, as amended 18 September 2024",
    "az-39",
    confirmed=True,
)
_OFFICE: Final = Source(
    "Baş Dövlət Yol Polisi İdarəsi: registration, and who may own a car", "az-160", confirmed=True
)
_ENGINE_2018: Final = Source(
    "Cabinet decision of 2018: duty by the engine and the age (its last step by one paper)",
    "az-engine18",
    confirmed=False,
)
_ENGINE_2022: Final = Source(
    "Law on state duty, article 18.65, as the bill of November 2021 has it; that the law kept the figures, and the "
    "factor of age, is to be confirmed",
    "az-engine21",
    confirmed=False,
)
_OTHERS: Final = Source(
    "Law on state duty, article 18.65: 20 manat for kin and in all other cases, 10 until 31 December 2021",
    "az-2022",
    confirmed=True,
)
_CERTIFICATE: Final = Source("Registration certificate and plates", "az-fees", confirmed=False)
_CERTIFICATE_SINCE: Final = Source(
    "New price of the certificate in force; the day is that of the paper", "az-cert30", confirmed=False
)
_ENGINE_SINCE: Final = Source("Cabinet decision, in force since 31 July 2018", "az-engine18", confirmed=True)
_LAW_SINCE: Final = Source("Law signed on 29 December 2021", "az-2022", confirmed=True)
_CONTRACT: Final = Source(
    "Law on state duty, article 10.2: the notary's contract, half for kin", "az-rates", confirmed=False
)
_INSPECTION: Final = Source("Inspection where technical data change; to be confirmed", confirmed=False)
_TIME: Final = Source("30 minutes, plates one day", "az-ict", confirmed=True)
_APPEAL: Final = Source(
    "To a court within 30 days from service, or from the answer to a complaint", "az-30", confirmed=True
)
_SALE: Final = Source("Title is proven by a contract of sale", "az-contract", confirmed=True)
_ONE_PERSON: Final = Source(
    "Law on road traffic, article 27: what several own is registered to one of them", "az-27", confirmed=True
)
_INSURED: Final = Source("Law on road traffic, article 27: compulsory insurance", "az-27", confirmed=True)
_PLATES: Final = Source("Forms of plates", "plates-az", confirmed=True)
_KEEPS: Final = Source(
    "Law on road traffic, article 29 III: the plates stay, unless the seller wants them and the buyer agrees",
    "az-keep",
    confirmed=True,
)
_NO_SCRAPPING: Final = Source(
    "No car is struck off with a court decision of confiscation or an open traffic fine",
    "az-util",
    confirmed=True,
)
_NOT_LISTED: Final = Source(
    "Follows from what a sale is; the list of the law is to be confirmed", confirmed=False
)
_PLEDGES: Final = Source(
    "Daşınar əmlakın yüklülüyünün dövlət reyestri, at the Central Bank", "az-mpcr", confirmed=False
)
_COURT: Final = Court("az-court", TO_BE_CONFIRMED)

# A car with plates that are given anew is registered at once; the plates come within a working day.
PLATES_READY: Final = Term(1, "working_days", _TIME)

# --- what the fee follows ---------------------------------------------------------------------------------------


def _is_by_engine(facts: Facts) -> bool:
    """A passenger car that a human sells, and does not give to kin."""
    request = facts.request
    is_given = bool(request.get("to_kin"))
    return request.get("vehicle_kind") == "car" and not is_given and not is_company(request["seller"])


_BY_ENGINE: Final = Where("by_engine", _is_by_engine)
_NOT_BY_ENGINE: Final = Where("not_by_engine", lambda facts: not _is_by_engine(facts))
_TO_KIN: Final = Is("to_kin")
_TO_OTHERS: Final = Is("to_kin", (False,))
_NOTARISED: Final = Is("notarised")

# In manat and qəpik a cm³; above 5,000 cm³ nothing was read, and the fee is provisional. Whether the age is counted by
# years or by days is to be confirmed.
_AGE: Final = Table(
    by=("made_in_year",),
    steps=(
        Step(up_to=4, start=Fraction(1)),
        Step(up_to=10, start=Fraction(4, 5)),
        Step(up_to=None, start=Fraction(3, 10)),
    ),
    in_years=True,
)
_ENGINE: Final = Table(
    by=("engine_cm3",),
    steps=(
        Step(up_to=2_000, start=Fraction(), rate=Fraction(5)),
        Step(up_to=3_000, start=Fraction(100_00), rate=Fraction(10)),
        Step(up_to=4_000, start=Fraction(200_00), rate=Fraction(20)),
        Step(up_to=5_000, start=Fraction(400_00), rate=Fraction(30)),
    ),
    times=_AGE,
)


def part(name: str, manat: int, source: Source, *when: Condition) -> FeePart:
    """So many manat, where all of that is so."""
    return FeePart(name=name, units=Fraction(manat * 100), when=when, source=source)


def _fee(engine: Source, *, others: int, certificate: int, plates: int) -> Fee:
    """The registration by the engine or at a fixed rate, then what is made for it, in manat."""
    return Fee(
        parts=(
            FeePart(name="duty", units=_ENGINE, when=(_BY_ENGINE,), source=engine),
            part("registration", others, _OTHERS, _NOT_BY_ENGINE),
            part("certificate", certificate, _CERTIFICATE),
            part("plates", plates, _CERTIFICATE, Is("new_plates")),
            part("contract", 70, _CONTRACT, _NOTARISED, _TO_OTHERS),
            part("contract_with_kin", 35, _CONTRACT, _NOTARISED, _TO_KIN),
            part("inspection", 30, _INSPECTION, Is("data_changed")),
        ),
        source=engine,
    )


# --- what an officer should see, and what cannot be -------------------------------------------------------------

_OF_AGE: Final = Majority(years=18, source=_OFFICE)
_OF_AGE_FOR_A_MOTORCYCLE: Final = Majority(years=16, source=_OFFICE)


def _may_own_it(person: Any, facts: Facts) -> bool:
    """As far as the birth day is known; of a part of a day the latest that it may be."""
    born = None if is_company(person) else days_of(person["born_on"])
    age = _OF_AGE_FOR_A_MOTORCYCLE if facts.request.get("vehicle_kind") == "motorcycle" else _OF_AGE
    return born is None or age.is_reached(born[1], facts.day)


def _buyers_are_old_enough(facts: Facts) -> bool:
    buyers = [facts.request["buyer"], *(facts.request.get("co_buyers") or ())]
    return all(_may_own_it(buyer, facts) for buyer in buyers)


def _has_one_buyer(facts: Facts) -> bool:
    return not facts.request.get("co_buyers")


def _plates_are_left(facts: Facts) -> bool:
    """Where the seller takes them, the buyer asks for new ones."""
    return not facts.request.get("seller_takes_plates") or bool(facts.request.get("new_plates"))


# --- the terms --------------------------------------------------------------------------------------------------

_AS_A_SALE: Final = Reach(only=("sale", "gift", "export"))

_BY_DECISION: Final = Terms(
    since=date(2018, 7, 31),
    since_source=_ENGINE_SINCE,
    source=_RULES,
    authority="az-traffic-police",
    registry="az-vehicle-register",
    fee=_fee(_ENGINE_2018, others=10, certificate=25, plates=22),
    times=Times(
        pay=Term(10, "working_days", TO_BE_CONFIRMED),
        consent=Term(10, "working_days", TO_BE_CONFIRMED),
        answer=Term(10, "working_days", TO_BE_CONFIRMED),
        decide=Term(30, "minutes", _TIME),
        served=Term(7, "calendar_days", TO_BE_CONFIRMED, is_moved=False),
        appeal=Term(30, "calendar_days", _APPEAL),
    ),
    appeals=AppealBody("az-court", _APPEAL),
    four_eyes=FourEyes(are_asked=True, source=TO_BE_CONFIRMED),
    grounds=(
        Ground("restricted", _NOT_LISTED, gives_back=True),
        Ground("not_the_owner", _NOT_LISTED),
        Ground("underage", _OFFICE),
        Ground("papers_missing", _NOT_LISTED),
    ),
    evidence=(
        Requirement("identity", _NOT_LISTED, is_required=False),
        Requirement("registration_certificate", _NOT_LISTED),
        Requirement("sale_contract", _SALE),
        Requirement("fee_receipt", _NOT_LISTED, is_required=False),
        Requirement("insurance_policy", _INSURED, is_required=False),
        Requirement("power_of_attorney", _NOT_LISTED, when=(Where("acts_by_mandate", is_by_mandate),)),
        Requirement(
            "company_papers",
            _NOT_LISTED,
            is_required=False,
            when=(Where("of_a_company", is_of_a_company),),
        ),
        Requirement("inspection_report", _INSPECTION, when=(Is("data_changed"),)),
    ),
    checks=(
        Check(code="registered_to_one", holds=_has_one_buyer, source=_ONE_PERSON),
        told("buyer_underage", _buyers_are_old_enough, _OFFICE),
        told("plate_form", has_a_form_of(PLATES), _PLATES),
        told("no_plates_left", _plates_are_left, _KEEPS),
        Check(
            code="car_differs",
            sees=the_car,
            holds=is_as_registered,
            moments=("filing",),
            effect="warn",
            source=_ENGINE_SINCE,
        ),
    ),
    restrictions=(
        Restriction(
            kind="arrest", authority="az-bailiffs", source=TO_BE_CONFIRMED, reach=_AS_A_SALE, court=_COURT
        ),
        Restriction(kind="lien", authority="az-pledge-registry", source=_PLEDGES, reach=_AS_A_SALE),
        Restriction(
            kind="wanted", authority="az-traffic-police", source=TO_BE_CONFIRMED, reach=Reach(but=("court",))
        ),
        Restriction(
            kind="confiscated", authority="az-court", source=_NO_SCRAPPING, reach=Reach(but=("court",))
        ),
        # What is known of both is that the car is not struck off, and no more.
        Restriction(
            kind="fines", authority="az-traffic-police", source=_NO_SCRAPPING, reach=Reach(only=("export",))
        ),
        Restriction(
            kind="minor_owner", authority="az-guardianship", source=_OFFICE, reach=Reach(only=("export",))
        ),
        Restriction(
            kind="owner_deceased",
            authority="az-civil-registry",
            source=TO_BE_CONFIRMED,
            reach=Reach(but=("inheritance", "court")),
        ),
        Restriction(kind="registered_elsewhere", authority="az-traffic-police", source=TO_BE_CONFIRMED),
    ),
    amendments=Amendments(TO_BE_CONFIRMED, _COURT),
    retention=Term(1, "years", TO_BE_CONFIRMED),
    entry_retention=Forever(TO_BE_CONFIRMED),
)
TERMS = (
    _BY_DECISION,
    replace(
        _BY_DECISION,
        since=date(2018, 12, 19),
        since_source=_CERTIFICATE_SINCE,
        fee=_fee(_ENGINE_2018, others=10, certificate=30, plates=30),
    ),
    replace(
        _BY_DECISION,
        since=date(2022, 1, 1),
        since_source=_LAW_SINCE,
        fee=_fee(_ENGINE_2022, others=20, certificate=30, plates=30),
    ),
)
