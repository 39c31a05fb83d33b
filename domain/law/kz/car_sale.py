"""Kazakhstan: the sale of a car, from the fees and checks of the vehicle registration offices."""

from datetime import date
from fractions import Fraction
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import Field, model_validator

from domain.checks import told
from domain.country import TO_BE_CONFIRMED, Source
from domain.days.deadlines import Term
from domain.events import Personal
from domain.facts import Choice, Facts, Is, Reach, Where
from domain.fees import Fee, FeePart
from domain.forms import Day, Form, Line, Money, Person, Public, RepresentedKnownPersonOrCompany
from domain.law.kz.plates import PLATES
from domain.plates import has_a_form_of
from domain.procedures.car_sale import (
    CarSaleForm,
    is_of_a_company,
    sellers_and_buyers,
)
from domain.procedures.car_sale import SoldVehicle as AnySoldVehicle
from domain.refusals import WrongValue
from domain.terms import (
    Amendments,
    AppealBody,
    Consultation,
    Court,
    FilingLimit,
    FourEyes,
    Ground,
    Requirement,
    Restriction,
    Terms,
    Times,
)


class SoldVehicle(AnySoldVehicle):
    """The car as the seller names it, with a plate of Kazakhstan for an example."""

    plate: Annotated[Line | None, Field(examples=["123 ABC 02"])] = None


PlateChoice = Literal[
    "ordinary", "free_10", "free_15", "sought_57", "sought_114", "sought_137", "sought_228", "sought_285"
]


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


def chosen_plates_are_new(form: Any) -> Any:
    """Who keeps the plates chooses none; raises WrongValue."""
    if form.plate_choice != "ordinary" and not form.new_plates:
        raise WrongValue("chosen_plates_are_new")
    return form


class KazakhCarSaleForm(CarSaleForm):
    """Kept plates cost less than new ones, and chosen ones more.

    ``plate_choice``: of which class the new plates are: chosen freely for 10 or 15 MCI, or sought after, by their
    price in MCI. ``bought_in_marriage``: whether the seller bought the car in marriage, null where nobody said; then
    it is of both, whoever of them it is registered to.
    """

    vehicle: Annotated[SoldVehicle, Personal("case")]
    plate_choice: Annotated[PlateChoice, Public()] = "ordinary"
    is_moped: Annotated[bool, Public(), Field(examples=[False])] = False
    contract_signed_on: Annotated[Day | None, Public()] = None
    bought_in_marriage: Annotated[bool | None, Personal("seller"), Field(examples=[None])] = None

    _only_new_plates_are_chosen = model_validator(mode="after")(chosen_plates_are_new)


FORM = KazakhCarSaleForm
FORM_VERSION = 3
FORMER_FORMS = {1: FirstKazakhCarSaleForm, 2: SecondKazakhCarSaleForm}

_OFFICE = Source(
    "Law «О дорожном движении» of 17 April 2014; Order 862 of the Minister of the Interior of 2 December 2014",
    "kz-862",
    confirmed=True,
)
_CODE_2017 = Source("Tax Code of 2017: duty for the registration of a vehicle, in MCI", confirmed=False)
_CODE_2026 = Source("Tax Code in force since 1 January 2026, articles 662 to 672", "kz-duty", confirmed=True)
_TWO_PARTS_2018 = Source("1.25 MCI for the certificate, 2.8 MCI for new plates", "kz-legal23", confirmed=True)
_TWO_PARTS_2026 = Source("1.25 MCI for the certificate, 2.8 MCI for new plates", "kz-406", confirmed=True)
_REGISTRATION = Source("0.25 MCI for the registration, as seen in 2020 and 2023", "kz-arm", confirmed=True)
_RE_REGISTRATION = Source(
    "0.25 MCI for the registration: since 2026 seen at a first one only; a paper of 2026 counts 4.05 MCI in all",
    "kz-406",
    confirmed=False,
)
_MOPED = Source("1.4 MCI for the plates of a moped, as seen in February 2025", "kz-moped", confirmed=True)
_MOPED_2026 = Source("1.4 MCI for the plates of a moped, not seen since 2026", "kz-moped", confirmed=False)
_FREE_CHOICE = Source(
    "Plates of free choice, 10 or 15 MCI, orders since 5 January 2026", "kz-plates26", confirmed=True
)
_NO_FREE_CHOICE = Source("Plates were not chosen freely before 2026", "kz-plates26", confirmed=False)
_SOUGHT = Source("Sought-after plates in classes, 57 to 285 MCI, since 2018", "kz-nice18", confirmed=True)
_SOUGHT_228 = Source(
    "A class of sought-after plates of 228 MCI, to be confirmed", "kz-nice18", confirmed=False
)
_HOW_IT_IS_PAID = Source(
    "By the MCI of the day of payment, each part in whole tenge, half up: seen for tractors and in 2023; a paper of "
    "2026 prints tiyn",
    "kz-mgov",
    confirmed=False,
)
_CHECKS = Source("Registration of vehicles: tax paid, not wanted, not arrested", "kz-korgan", confirmed=True)
_TAX = Source("Vehicle tax paid, as an older page has it", "kz-korgan", confirmed=False)
_ENCUMBRANCES = Source("Arrest, pledge and search are encumbrances of a car", "kz-bcc", confirmed=True)
_LIFTED = Source(
    "Law 261-IV of 2 April 2010 on enforcement; which office lifts an arrest is to be confirmed",
    "kz-261",
    confirmed=False,
)
_PLEDGES = Source(
    "Law 254 of 30 June 1998 on the registration of pledges of movables", "kz-254", confirmed=True
)
_YELLOW = Source(
    "Yellow plates of series A: the certificate says not to be registered to another person",
    "kz-yellow",
    confirmed=True,
)
_RELIEF = Source(
    "Reduced customs duty: no export to another state of the union until it is paid",
    "kz-cond",
    confirmed=False,
)
_REASONS = Source("Law «О государственных услугах», article 19-1: the closed list", confirmed=False)
_PAPERS = Source(
    "Papers for a re-registration, as listed. None is asked here without which a case can go on: the house reads "
    "registers and payments by itself",
    "kz-862",
    confirmed=False,
)
_SPOUSES = Source(
    "Code «О браке (супружестве) и семье», articles 33, 34: a car of both spouses; consent is presumed",
    "kz-spouse",
    confirmed=False,
)
_PURCHASE = Source("10 working days after a purchase, as after an entry into the country", confirmed=False)
_APPEAL = Source(
    "Административный процедурно-процессуальный кодекс, articles 91, 92: 3 months from knowing, to the higher body",
    "kz-appc",
    confirmed=True,
)
_PLATES = Source("Forms of plates", "plates-kz", confirmed=False)
_RULES = Source("Rules of this house for entries of one thing in several countries", confirmed=False)
_PROPOSED = Source("Follows from what a sale is; the article is to be confirmed", confirmed=False)
_COURT = Court("kz-court", TO_BE_CONFIRMED)

SOUGHT: Final = {"sought_57": 57, "sought_114": 114, "sought_137": 137, "sought_285": 285}
FREE: Final = {"free_10": 10, "free_15": 15}

_NEW: Final = Is("new_plates")
_MOPEDS: Final = Is("is_moped")
_NO_MOPED: Final = Is("is_moped", (False, None))  # older forms do not ask


def _classes(prices: dict[str, int]) -> Choice[Fraction]:
    """What each class costs in MCI; those of another part cost nothing here."""
    return Choice("plate_choice", {code: Fraction(prices.get(code, 0)) for code in get_args(PlateChoice)})


def _plates(of_cars: Source, of_mopeds: Source, choice: tuple[FeePart, ...]) -> tuple[FeePart, ...]:
    """The parts for new plates; a class of chosen ones is paid beside them, as far as is known."""
    sought = Is("plate_choice", tuple(SOUGHT))
    dearer = Is("plate_choice", ("sought_228",))
    return (
        FeePart(name="plates", units=Fraction(14, 5), unit="MCI", when=(_NEW, _NO_MOPED), source=of_cars),
        FeePart(
            name="moped_plates", units=Fraction(7, 5), unit="MCI", when=(_NEW, _MOPEDS), source=of_mopeds
        ),
        *choice,
        FeePart(
            name="sought_plates", units=_classes(SOUGHT), unit="MCI", when=(_NEW, sought), source=_SOUGHT
        ),
        FeePart(
            name="sought_plates_228",
            units=Fraction(228),
            unit="MCI",
            when=(_NEW, dearer),
            source=_SOUGHT_228,
        ),
    )


def _fee(registration: Source, certificate: Source, plates: tuple[FeePart, ...]) -> Fee:
    return Fee(
        parts=(
            FeePart(name="registration", units=Fraction(1, 4), unit="MCI", source=registration),
            FeePart(name="certificate", units=Fraction(5, 4), unit="MCI", source=certificate),
            *plates,
        ),
        rounding="part_to_major",
        unit_day="payment",
        source=_HOW_IT_IS_PAID,
    )


_CHOSEN_FREELY: Final = Is("plate_choice", tuple(FREE))
FEE_2018 = _fee(
    _REGISTRATION,
    _TWO_PARTS_2018,
    _plates(
        _TWO_PARTS_2018,
        _MOPED,
        (
            FeePart(  # nobody knows what it would cost then: an officer says
                name="free_choice_plates",
                units=Fraction(),
                when=(_NEW, _CHOSEN_FREELY),
                until=date(2017, 12, 31),
                source=_NO_FREE_CHOICE,
            ),
        ),
    ),
)
FEE_2026 = _fee(
    _RE_REGISTRATION,
    _TWO_PARTS_2026,
    _plates(
        _TWO_PARTS_2026,
        _MOPED_2026,
        (
            FeePart(
                name="free_choice_plates",
                units=_classes(FREE),
                unit="MCI",
                when=(_NEW, _CHOSEN_FREELY),
                source=_FREE_CHOICE,
            ),
        ),
    ),
)


def _asks_the_spouse(facts: Facts) -> bool:
    """The law presumes consent: who judges hears where nobody was asked."""
    return not facts.request.get("bought_in_marriage") or bool(facts.request.get("spouses"))


_REPRESENTED: Final = Where(
    "represented", lambda facts: any(party.get("acts_by") for party in sellers_and_buyers(facts.request))
)
_OF_A_COMPANY: Final = Where("company_takes_part", is_of_a_company)
_IN_MARRIAGE: Final = Where("bought_in_marriage", lambda facts: bool(facts.request.get("bought_in_marriage")))


def _row(since: date, since_source: Source, fee: Fee, appeal: Source) -> Terms:
    """What holds in all years beside fees and appeals."""
    return Terms(
        since=since,
        since_source=since_source,
        source=_OFFICE,
        authority="kz-vehicle-registration",
        registry="kz-vehicle-register",
        fee=fee,
        times=Times(
            pay=Term(10, "working_days", TO_BE_CONFIRMED),
            consent=Term(10, "working_days", TO_BE_CONFIRMED),
            answer=Term(10, "working_days", TO_BE_CONFIRMED),
            decide=Term(3, "working_days", TO_BE_CONFIRMED),
            served=Term(7, "calendar_days", TO_BE_CONFIRMED, is_moved=False),
            appeal=Term(3, "months", appeal),
            extend=Term(10, "working_days", TO_BE_CONFIRMED),
        ),
        appeals=AppealBody(
            "kz-interior-ministry", TO_BE_CONFIRMED, Term(20, "working_days", TO_BE_CONFIRMED)
        ),
        four_eyes=FourEyes(are_asked=True, source=TO_BE_CONFIRMED),
        grounds=(
            Ground("restricted", _ENCUMBRANCES, gives_back=True),
            Ground("tax_unpaid", _TAX),
            Ground("not_the_owner", _PROPOSED),
            Ground("untrue_documents", _REASONS),
            Ground("requirements_not_met", _REASONS),
            Ground("negative_opinion", _REASONS),
            Ground("court_ban", _REASONS),
            Ground("no_data_consent", _REASONS),
        ),
        evidence=(
            Requirement("identity", _PAPERS, is_required=False),
            Requirement("registration_certificate", _PAPERS, is_required=False),
            Requirement("sale_contract", _PAPERS, is_required=False),
            Requirement("fee_receipt", _PAPERS, is_required=False),
            Requirement("old_plates", _PAPERS, is_required=False, when=(_NEW,)),
            Requirement("power_of_attorney", _PAPERS, is_required=False, when=(_REPRESENTED,)),
            Requirement("company_papers", _PAPERS, is_required=False, when=(_OF_A_COMPANY,)),
            Requirement("spouse_consent", _SPOUSES, is_required=False, when=(_IN_MARRIAGE,)),
        ),
        filing_limits=(
            FilingLimit(
                code="after_purchase",
                term=Term(10, "working_days", _PURCHASE),
                from_member=("contract_signed_on",),
                effect="evidence",
                source=_PURCHASE,
            ),
        ),
        checks=(
            told("plate_form", has_a_form_of(PLATES), _PLATES),
            told("spouse_not_asked", _asks_the_spouse, _SPOUSES),
        ),
        opinions=(Consultation("kz-police", _CHECKS, Term(3, "working_days", TO_BE_CONFIRMED)),),
        restrictions=(
            Restriction(kind="arrest", authority="kz-bailiffs", source=_LIFTED, court=_COURT),
            Restriction(kind="lien", authority="kz-pledge-registry", source=_PLEDGES),
            Restriction(kind="wanted", authority="kz-police", source=_ENCUMBRANCES),
            Restriction(kind="tax_debt", authority="kz-state-revenue", source=TO_BE_CONFIRMED),
            Restriction(
                kind="not_to_another_person",
                authority="kz-vehicle-registration",
                source=_YELLOW,
                reach=Reach(but=("use",)),
            ),
            Restriction(
                kind="conditionally_released",
                authority="kz-state-revenue",
                source=_RELIEF,
                reach=Reach(only=("export",)),
            ),
            Restriction(
                kind="owner_deceased",
                authority="kz-civil-registry",
                source=_RULES,
                reach=Reach(but=("inheritance", "court")),
            ),
            Restriction(kind="registered_elsewhere", authority="kz-vehicle-registration", source=_RULES),
        ),
        amendments=Amendments(_PROPOSED, _COURT),
        retention=Term(1, "years", TO_BE_CONFIRMED),
        entry_retention=Term(10, "years", TO_BE_CONFIRMED),
    )


TERMS = (
    _row(date(2018, 1, 1), _CODE_2017, FEE_2018, TO_BE_CONFIRMED),
    _row(date(2026, 1, 1), _CODE_2026, FEE_2026, _APPEAL),
)
