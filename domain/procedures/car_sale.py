"""A car is sold by its registered owner, human or company, with the buyer's consent; never under a live restriction."""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from domain.events import As, Personal
from domain.facts import Content, Facts, Request
from domain.forms import (
    Form,
    Line,
    Money,
    Person,
    PersonOrCompany,
    RepresentedKnownPersonOrCompany,
    Value,
)
from domain.key_kinds import KeyKind, hard
from domain.numbers import vin as normal_vin
from domain.numbers import vin_warnings
from domain.persons import is_same, itself, reads_alike
from domain.procedure import Change, Check, Effect, Key, Party, Procedure, Register, claim_key, entry_key
from domain.refusals import WrongValue


def _vin(text: str) -> str:
    """The VIN itself: a hard key has one normal form or is refused, and what is signed is never rewritten."""
    if normal_vin(text) != text:
        raise WrongValue("vin_not_normal")
    return text


Vin = Annotated[str, Field(min_length=1, max_length=40), AfterValidator(_vin)]


class SoldVehicle(Value):
    """The car as the seller names it; the register knows the rest."""

    vin: Vin
    plate: Line | None = None


class CarSaleForm(Form):
    """What every country asks of a car sale; a country's own members stand in its folder."""

    seller: Annotated[RepresentedKnownPersonOrCompany, Personal("seller")]
    buyer: Annotated[RepresentedKnownPersonOrCompany, Personal("buyer")]
    vehicle: Annotated[SoldVehicle, Personal("case")]
    price: Annotated[Money, Personal("case")]


class Vehicle(Value):
    """A car as the register holds it."""

    vin: Vin
    plate: Line | None = None
    make: Line
    model: Line
    year: Annotated[int, Field(ge=1886, le=2100)]
    colour: Line | None = None


class FirstVehicleEntry(Form):
    """The first content of a vehicle entry: what a company owns could not be written down."""

    vehicle: Annotated[Vehicle, Personal("entry")]
    owner: Annotated[Person, Personal("owner")]


class VehicleEntry(Form):
    """The content of a vehicle entry."""

    vehicle: Annotated[Vehicle, Personal("entry")]
    owner: Annotated[PersonOrCompany, Personal("owner")]


def _claims(request: Request) -> tuple[Key, ...]:
    return (claim_key("vehicle_sale", request["vehicle"]["vin"]),)


def _entry(request: Request) -> Key:
    return entry_key("vehicles", "vin", request["vehicle"]["vin"])


def _the_car(request: Request) -> Mapping[str, Key]:
    return {"car": _entry(request)}


def _sold_by_owner(facts: Facts) -> bool:
    car = facts.entries["car"]
    return car is not None and is_same(car.content["owner"], facts.request["seller"])


def _seller_reads_as_the_owner(facts: Facts) -> bool:
    """Of one who is the owner by their number: the number may be another's, or the register may be old."""
    car, seller = facts.entries["car"], facts.request["seller"]
    return (
        car is None or not is_same(car.content["owner"], seller) or reads_alike(car.content["owner"], seller)
    )


def _plate_is_the_registers(facts: Facts) -> bool:
    """However it is typed; of a car that is not there nothing is said, nor where the seller names none."""
    car, named = facts.entries["car"], facts.request["vehicle"]["plate"]
    return car is None or named is None or _typed(named) == _typed(car.content["vehicle"]["plate"])


def _typed(plate: str | None) -> str | None:
    return "".join(filter(str.isalnum, plate)).casefold() if plate else None


def _effects(facts: Facts) -> tuple[Effect, ...]:
    """The buyer owns the car; new plates are given by the registry, later."""
    request = facts.request

    def sold(car: Content) -> Content:
        plate = None if request.get("new_plates") else car["vehicle"]["plate"]
        return {"vehicle": {**car["vehicle"], "plate": plate}, "owner": itself(request["buyer"])}

    return (Change(register=VEHICLES, key=_entry(request), title="sale", content=sold),)


def _warnings(request: Request) -> tuple[str, ...]:
    free = () if request["price"]["amount"] else ("price_of_nothing",)
    return (*vin_warnings(request["vehicle"]["vin"]), *free)


VEHICLES = Register(
    name="vehicles",
    content=VehicleEntry,
    content_version=2,
    former={1: FirstVehicleEntry},
    key=_entry,
    claimed=_claims,
    kinds=(KeyKind("vin", (hard("vin", normal_vin),)),),
    thing=("vehicle",),
)
_ACT: Final[tuple[As, ...]] = ("head", "clerk", "parent", "guardian", "mandate")
PROCEDURE = Procedure(
    name="car_sale",
    form=CarSaleForm,
    parties=(
        Party(role="seller", member="seller", is_applicant=True, acts_by=_ACT),
        Party(role="buyer", member="buyer", consents=True, acts_by=_ACT),
    ),
    registers=(VEHICLES,),
    claims=_claims,
    effects=_effects,
    checks=(
        Check(
            code="not_the_owner",
            sees=_the_car,
            holds=_sold_by_owner,
        ),
        Check(
            code="plate_differs",
            sees=_the_car,
            holds=_plate_is_the_registers,
            moments=("filing",),
            effect="warn",
        ),
        Check(
            code="seller_differs",
            sees=_the_car,
            holds=_seller_reads_as_the_owner,
            moments=("filing",),
            effect="warn",
        ),
    ),
    warnings=_warnings,
    warned=("price_of_nothing",),
)
