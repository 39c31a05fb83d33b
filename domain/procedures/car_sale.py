"""A car is sold by its registered owner, human or company, with the buyer's consent; never under a live restriction."""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from domain.checks import Check, Likeness
from domain.events import As, Personal
from domain.facts import Content, Facts, Request
from domain.forms import (
    Form,
    Line,
    Money,
    Person,
    PersonOrCompany,
    Public,
    RepresentedKnownPersonOrCompany,
    RepresentedPerson,
    Value,
)
from domain.key_kinds import KeyKind, hard, plate_or_refused, spelt_plainly
from domain.lookup_keys import Key, claim_key, entry_key
from domain.names import normal_form, plainly
from domain.numbers import chassis, normal_plate, vin_warnings
from domain.numbers import vin as normal_vin
from domain.persons import (
    acts_by_mandate,
    is_company,
    is_same,
    itself,
    reads_alike,
)
from domain.procedure import Party, Procedure
from domain.refusals import Fault, WrongValue
from domain.register import Change, Effect, Register


def _vin(text: str) -> str:
    """The VIN itself: a hard key has one normal form or is refused, and what is signed is never rewritten."""
    if normal_vin(text) != text:
        raise WrongValue("vin_not_normal")
    return text


Vin = Annotated[str, Field(min_length=1, max_length=40), AfterValidator(_vin)]


def _chassis(text: str) -> str:
    if chassis(text) != text:
        raise WrongValue("chassis_not_normal")
    return text


ChassisNumber = Annotated[str, Field(min_length=1, max_length=40), AfterValidator(_chassis)]


class _Marked(Value):
    """A car is known by its VIN; an old one, that never had any, by the number of its chassis and its make."""

    vin: Vin | None = None
    chassis: Annotated[ChassisNumber | None, Field(examples=[None])] = None
    make: Line | None = None

    @model_validator(mode="after")
    def _is_known_by_one(self) -> Self:
        if (self.vin is None) == (self.chassis is None):
            raise WrongValue("vin_or_chassis")
        if self.chassis is not None and self.make is None:
            raise WrongValue("chassis_without_make")
        return self


class SoldVehicle(_Marked):
    """The car as the seller names it; the register knows the rest."""

    plate: Line | None = None


class Share(Value):
    """A part of the whole, as 1/3."""

    of: Annotated[int, Field(ge=2, le=1000)]  # into how many parts the whole is divided
    parts: Annotated[int, Field(ge=1, le=999)]


def sum_to_one(shares: list[Share] | None) -> list[Share] | None:
    """The shares themselves; WrongValue where they are not the whole."""
    if shares and sum(Fraction(each.parts, each.of) for each in shares) != 1:
        raise WrongValue("shares_not_one")
    return shares


Shares = Annotated[list[Share], Field(min_length=2, max_length=12)]
Spouses = Annotated[list[RepresentedPerson], Field(max_length=12)]
Others = Annotated[list[RepresentedKnownPersonOrCompany], Field(max_length=11)]


class CarSaleForm(Form):
    """What every country asks of a car sale; a country's own members stand in its folder.

    Where several own it, one of them files and the others consent, as ``co_sellers``; where several buy it,
    ``shares`` are theirs in the order of ``buyer`` and ``co_buyers``, and sum to one; null: equal ones.
    ``spouses``: whose consent the law asks, of sellers who are married.
    """

    seller: Annotated[RepresentedKnownPersonOrCompany, Personal("seller")]
    buyer: Annotated[RepresentedKnownPersonOrCompany, Personal("buyer")]
    co_sellers: Annotated[Others, Personal("co_seller")] = Field(default_factory=list, examples=[[]])
    co_buyers: Annotated[Others, Personal("co_buyer")] = Field(default_factory=list, examples=[[]])
    shares: Annotated[Shares | None, Personal("case"), AfterValidator(sum_to_one)] = Field(
        None, examples=[None]
    )
    spouses: Annotated[Spouses, Personal("spouse")] = Field(default_factory=list, examples=[[]])
    vehicle: Annotated[SoldVehicle, Personal("case")]
    price: Annotated[Money, Personal("case")]
    new_plates: Annotated[bool, Public()] = False

    @model_validator(mode="after")
    def _shares_are_of_the_buyers(self) -> Self:
        if self.shares and len(self.shares) != 1 + len(self.co_buyers):
            raise WrongValue("shares_of_others")
        return self


class Vehicle(_Marked):
    """A car as the register holds it."""

    plate: Line | None = None
    make: Line
    model: Line
    year: Annotated[int, Field(ge=1886, le=2100)]
    colour: Line | None = None
    kind: Literal["car", "truck", "bus", "motorcycle", "trailer", "other"] = "car"


class Owned(Value):
    """What one of several owners has of a car."""

    owner: PersonOrCompany
    share: Share


class FirstVehicleEntry(Form):
    """The first content of a vehicle entry: what a company owns could not be written down."""

    vehicle: Annotated[Vehicle, Personal("entry")]
    owner: Annotated[Person, Personal("owner")]


class SecondVehicleEntry(Form):
    """The second content: a car had one owner."""

    vehicle: Annotated[Vehicle, Personal("entry")]
    owner: Annotated[PersonOrCompany, Personal("owner")]


class VehicleEntry(Form):
    """The content of a vehicle entry; where several own it, ``share`` is the part of ``owner``."""

    vehicle: Annotated[Vehicle, Personal("entry")]
    owner: Annotated[PersonOrCompany, Personal("owner")]
    share: Annotated[Share | None, Personal("owner")] = Field(None, examples=[None])
    co_owners: Annotated[list[Owned], Field(max_length=11), Personal("owner")] = Field(
        default_factory=list, examples=[[]]
    )

    @model_validator(mode="after")
    def _sum_to_one(self) -> Self:
        if not self.co_owners:
            if self.share is not None:
                raise WrongValue("shares_not_one")
        elif self.share is None:
            raise WrongValue("shares_of_others")
        else:
            sum_to_one([self.share, *(each.share for each in self.co_owners)])
        return self


def mark_of(vehicle: Content) -> tuple[str, ...]:
    """By what a car is known: ("vin", …), or ("chassis", make, …) of an old one."""
    if (number := vehicle.get("vin")) is not None:
        return ("vin", number)
    return ("chassis", normal_form(vehicle["make"], plainly), vehicle["chassis"])


def sale_of(vehicle: Content) -> Key:
    """What whoever asks for this car claims: one asks for it at a time."""
    kind, *mark = mark_of(vehicle)
    return claim_key("vehicle_sale" if kind == "vin" else "vehicle_sale_by_chassis", *mark)


def vehicle_key(vehicle: Content) -> Key:
    """The entry of this car."""
    return entry_key("vehicles", *mark_of(vehicle))


def owners_of(content: Content) -> list[Content]:
    """Whoever owns it, by what the register holds."""
    return [content["owner"], *(each["owner"] for each in content.get("co_owners") or ())]


def owned_by(people: Sequence[Content], shares: Sequence[Content] | None) -> dict[str, Any]:
    """The members of an entry that say whose it is; equal shares where nothing else is said."""
    first, *others = map(itself, people)
    if not others:
        return {"owner": first, "share": None, "co_owners": []}
    equal = [{"of": len(people), "parts": 1}] * len(people)
    share, *rest = shares or equal
    theirs = [{"owner": o, "share": s} for o, s in zip(others, rest, strict=True)]
    return {"owner": first, "share": share, "co_owners": theirs}


def _claims(request: Request) -> tuple[Key, ...]:
    return (sale_of(request["vehicle"]),)


def _entry(request: Request) -> Key:
    return vehicle_key(request["vehicle"])


def _found_by(content: Content) -> tuple[Key, ...]:
    return (_entry(content), *_by_plate(content))


def _of_plate(facts: Facts) -> tuple[Key, ...]:
    """By its plate as the register has it."""
    car = facts.entries["car"]
    return _by_plate(car.content) if car else ()


def _by_plate(content: Content) -> tuple[Key, ...]:
    plate = normal_plate(content["vehicle"]["plate"] or "")
    return (entry_key("vehicles", "plate", plate),) if plate else ()


def _of_a_year_to_come(content: Content, day: date) -> tuple[Fault, ...]:
    """A model is of this year, or of the next one, which is sold in autumn already."""
    latest = day.year + 1
    year = content["vehicle"]["year"]
    return (Fault("/vehicle/year", "model_year_to_come", {"latest": latest}),) if year > latest else ()


def _itself(content: Content) -> tuple[Key, ...]:
    return (_entry(content),)


def the_car(request: Request) -> Mapping[str, Key]:
    """The entry of the car, for checks that ask for it as ``car``."""
    return {"car": _entry(request)}


def car_warnings(vehicle: Content) -> tuple[str, ...]:
    """What who judges hears of the number by which a car is named."""
    vin = vehicle.get("vin")
    return vin_warnings(vin) if vin else ("known_by_chassis",)


def _sellers(request: Request) -> list[Content]:
    return [request["seller"], *(request.get("co_sellers") or ())]


def sellers_and_buyers(request: Request) -> list[Content]:
    """All of them, as the request names them."""
    return [*_sellers(request), request["buyer"], *(request.get("co_buyers") or ())]


def is_as_registered(facts: Facts) -> bool:
    """The fee follows the kind and the year; of a car that is not there nothing is said, nor of what is not named."""
    car, request = facts.entries["car"], facts.request
    if car is None:
        return True
    vehicle, year = car.content["vehicle"], request.get("made_in_year")
    return request.get("vehicle_kind") == vehicle.get("kind") and year in (None, vehicle["year"])


def is_by_mandate(facts: Facts) -> bool:
    """Whether somebody acts by a mandate for a seller, a buyer or a spouse."""
    request = facts.request
    return any(map(acts_by_mandate, (*sellers_and_buyers(request), *(request.get("spouses") or ()))))


def is_of_a_company(facts: Facts) -> bool:
    """Whether a company sells or buys."""
    return any(map(is_company, sellers_and_buyers(facts.request)))


def _sold_by_owner(facts: Facts) -> bool:
    """Whoever owns it, all of them, sell it."""
    car = facts.entries["car"]
    if car is None:
        return False
    owners, sellers = owners_of(car.content), _sellers(facts.request)
    return len(owners) == len(sellers) and all(
        any(is_same(owner, seller) for seller in sellers) for owner in owners
    )


def _seller_reads_as_the_owner(facts: Facts) -> bool:
    """Of one who is the owner by their number: the number may be another's, or the register may be old."""
    car, seller = facts.entries["car"], facts.request["seller"]
    return car is None or not any(
        is_same(owner, seller) and not reads_alike(owner, seller) for owner in owners_of(car.content)
    )


def plate_is_the_registers(facts: Facts) -> bool:
    """However it is typed; of a car that is not there nothing is said, nor where the seller names none."""
    car, named = facts.entries["car"], facts.request["vehicle"]["plate"]
    return car is None or named is None or _typed(named) == _typed(car.content["vehicle"]["plate"])


def _typed(plate: str | None) -> str | None:
    return "".join(filter(str.isalnum, plate)).casefold() if plate else None


def _effects(facts: Facts) -> tuple[Effect, ...]:
    """The buyers own the car; new plates are given by the registry, later."""
    request = facts.request

    def sold(car: Content) -> Content:
        plate = None if request.get("new_plates") else car["vehicle"]["plate"]
        buyers = [request["buyer"], *(request.get("co_buyers") or ())]
        return {"vehicle": {**car["vehicle"], "plate": plate}, **owned_by(buyers, request.get("shares"))}

    return (Change(register=VEHICLES, key=_entry(request), title="sale", content=sold),)


def _warnings(request: Request) -> tuple[str, ...]:
    free = () if request["price"]["amount"] else ("price_of_nothing",)
    return (*car_warnings(request["vehicle"]), *free)


VEHICLES = Register(
    name="vehicles",
    content=VehicleEntry,
    content_version=3,
    former={1: FirstVehicleEntry, 2: SecondVehicleEntry},
    key=_entry,
    claimed=_claims,
    kinds=(
        KeyKind("vin", (hard("vin", normal_vin),)),
        KeyKind("chassis", (spelt_plainly("make"), hard("chassis", chassis))),
        KeyKind("plate", (hard("plate", plate_or_refused),)),
    ),
    found_by=_found_by,
    thing=("vehicle",),
    elsewhere=_itself,
    of_one_alone=("plate",),
    cannot_be=_of_a_year_to_come,
)
MAY_ACT: Final[tuple[As, ...]] = ("head", "clerk", "parent", "guardian", "mandate")
MAY_ACT_FOR_A_SPOUSE: Final[tuple[As, ...]] = ("guardian", "mandate")
PROCEDURE = Procedure(
    name="car_sale",
    form=CarSaleForm,
    parties=(
        Party(role="seller", member="seller", is_applicant=True, acts_by=MAY_ACT),
        Party(role="buyer", member="buyer", consents=True, acts_by=MAY_ACT),
        Party(role="co_seller", member="co_sellers", consents=True, many=True, acts_by=MAY_ACT),
        Party(role="co_buyer", member="co_buyers", consents=True, many=True, acts_by=MAY_ACT),
        Party(role="spouse", member="spouses", consents=True, many=True, acts_by=MAY_ACT_FOR_A_SPOUSE),
    ),
    registers=(VEHICLES,),
    claims=_claims,
    effects=_effects,
    checks=(
        Check(
            code="not_the_owner",
            sees=the_car,
            holds=_sold_by_owner,
        ),
        Check(
            code="plate_differs",
            sees=the_car,
            holds=plate_is_the_registers,
            moments=("filing",),
            effect="warn",
        ),
        Check(
            code="seller_differs",
            sees=the_car,
            holds=_seller_reads_as_the_owner,
            moments=("filing",),
            effect="warn",
        ),
    ),
    warnings=_warnings,
    warned=("price_of_nothing", "known_by_chassis"),
    likenesses=(Likeness(code="plate_twice", marks=_of_plate, sees=the_car),),
)
