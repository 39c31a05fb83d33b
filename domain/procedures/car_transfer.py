"""A car passes to another without a sale: it is given, inherited, or a court says so; whoever receives it files."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from domain.checks import Check
from domain.country import Source
from domain.events import As, Personal
from domain.facts import Content, Facts, Is, Request, Where
from domain.forms import Form, Public, RepresentedKnownPersonOrCompany
from domain.lookup_keys import Key
from domain.persons import is_company, is_same, reads_alike, representative_of
from domain.procedure import Party, Procedure
from domain.procedures.car_sale import (
    MAY_ACT,
    MAY_ACT_FOR_A_SPOUSE,
    VEHICLES,
    Others,
    Shares,
    SoldVehicle,
    Spouses,
    car_warnings,
    owned_by,
    owners_of,
    plate_is_the_registers,
    sale_of,
    sum_to_one,
    the_car,
    vehicle_key,
)
from domain.refusals import WrongValue
from domain.register import Change, Effect
from domain.terms import FourEyes

Title = Literal["gift", "inheritance", "court"]
MOST_OWNERS: Final = 12
MOST_PARTS: Final = 1000  # into which the register divides a car


class CarTransferForm(Form):
    """What every country asks where a car passes without a sale; a country's own members stand in its folder.

    ``owner`` and ``co_owners``: whose parts pass: who gives them and consents, who has died, from whom they were taken.
    Whoever else owns the car keeps their part. ``shares``: of the receivers, in the order of ``receiver`` and
    ``co_receivers``, of what passes; null: equal ones. ``other_heirs``: who inherit, too, and leave it to them.
    ``spouses``: whose consent the law asks, of owners who give and are married.
    """

    title: Annotated[Title, Public()]
    receiver: Annotated[RepresentedKnownPersonOrCompany, Personal("receiver")]
    co_receivers: Annotated[Others, Personal("co_receiver")] = Field(default_factory=list, examples=[[]])
    shares: Annotated[Shares | None, Personal("case"), AfterValidator(sum_to_one)] = Field(
        None, examples=[None]
    )
    owner: Annotated[RepresentedKnownPersonOrCompany, Personal("owner")]
    co_owners: Annotated[Others, Personal("co_owner")] = Field(default_factory=list, examples=[[]])
    spouses: Annotated[Spouses, Personal("spouse")] = Field(default_factory=list, examples=[[]])
    other_heirs: Annotated[Spouses, Personal("other_heir")] = Field(default_factory=list, examples=[[]])
    vehicle: Annotated[SoldVehicle, Personal("case")]
    new_plates: Annotated[bool, Public()] = False

    @model_validator(mode="after")
    def _everybody_fits_the_title(self) -> Self:
        if self.shares and len(self.shares) != 1 + len(self.co_receivers):
            raise WrongValue("shares_of_others")
        if (self.spouses and self.title != "gift") or (self.other_heirs and self.title != "inheritance"):
            raise WrongValue("asked_of_another_title")
        return self


# --- what the terms of a country may ask of it -----------------------------------------------------------------

GIFT: Final = Is("title", ("gift",))
INHERITANCE: Final = Is("title", ("inheritance",))
BY_COURT: Final = Is("title", ("court",))
NEW_PLATES: Final = Is("new_plates")
TWO_DECIDE: Final = FourEyes(
    are_asked=True,
    source=Source("What passes without a sale is decided by two, a rule of this house", confirmed=False),
)


def spouse_is_asked(facts: Facts) -> bool:
    """Of a car of both spouses that is given: who judges hears where nobody was asked."""
    request = facts.request
    is_of_both = request["title"] == "gift" and bool(request.get("bought_in_marriage"))
    return not is_of_both or bool(request.get("spouses"))


def receivers_of(request: Request) -> list[Content]:
    """Whoever receives it, the one who files first."""
    return [request["receiver"], *(request.get("co_receivers") or ())]


def leaving(request: Request) -> list[Content]:
    """Whoever has it no more."""
    return [request["owner"], *(request.get("co_owners") or ())]


def _parties(request: Request) -> list[Any]:
    others = (request.get(name) or () for name in ("spouses", "other_heirs"))
    return [*receivers_of(request), *leaving(request), *(each for some in others for each in some)]


def _somebody_acts(facts: Facts) -> bool:
    return any(representative_of(party) is not None for party in _parties(facts.request))


def _a_company_takes_part(facts: Facts) -> bool:
    return any(is_company(party) for party in _parties(facts.request))


REPRESENTED: Final = Where("represented", _somebody_acts)
OF_A_COMPANY: Final = Where("company_takes_part", _a_company_takes_part)


def death_is_known(facts: Facts) -> bool:
    """Of an inheritance, whether the register was told of a death; of a car that is not there nothing is said."""
    car = facts.entries["car"]
    return facts.request["title"] != "inheritance" or car is None or "owner_deceased" in car.restrictions


def death_not_told(source: Source) -> Check:
    """Who judges an inheritance hears where no office told the register of a death."""
    return Check(
        code="death_not_told",
        sees=the_car,
        holds=death_is_known,
        moments=("filing",),
        effect="warn",
        source=source,
    )


# --- who owns it then --------------------------------------------------------------------------------------------


def _parts(car: Content) -> list[tuple[Content, Fraction]]:
    """Who owns what of it now."""
    others = car.get("co_owners") or ()
    if not others:
        return [(car["owner"], Fraction(1))]
    return [
        (owner, Fraction(share["parts"], share["of"]))
        for owner, share in (
            (car["owner"], car["share"]),
            *((each["owner"], each["share"]) for each in others),
        )
    ]


def _leaves(owner: Content, request: Request) -> bool:
    return any(is_same(owner, each) for each in leaving(request))


def _parts_after(car: Content, request: Request) -> list[tuple[Content, Fraction]]:
    """Those who receive share what passes; who has a part already, and keeps it, has more of it then."""
    before, receivers = _parts(car), receivers_of(request)
    passes = sum((part for owner, part in before if _leaves(owner, request)), Fraction())
    stays = [(owner, part) for owner, part in before if not _leaves(owner, request)]
    shares = request.get("shares") or [{"parts": 1, "of": len(receivers)}] * len(receivers)
    given = [
        (receiver, passes * Fraction(share["parts"], share["of"]) + _has(receiver, stays))
        for receiver, share in zip(receivers, shares, strict=True)
    ]
    return [
        *given,
        *(each for each in stays if not any(is_same(each[0], receiver) for receiver in receivers)),
    ]


def _has(owner: Content, parts: list[tuple[Content, Fraction]]) -> Fraction:
    return sum((part for each, part in parts if is_same(each, owner)), Fraction())


def _shares(parts: list[tuple[Content, Fraction]]) -> Iterator[dict[str, int]]:
    for _, part in parts:
        yield {"of": part.denominator, "parts": part.numerator}


# --- checks, effects, warnings ----------------------------------------------------------------------------------


def _leave_who_own_it(facts: Facts) -> bool:
    """Whoever is named as an owner is one; whoever is not named keeps their part."""
    car = facts.entries["car"]
    owners = owners_of(car.content) if car else []
    return car is not None and all(
        any(is_same(owner, each) for owner in owners) for each in leaving(facts.request)
    )


def _parts_can_be_entered(facts: Facts) -> bool:
    car = facts.entries["car"]
    if car is None:
        return True
    parts = _parts_after(car.content, facts.request)
    return len(parts) <= MOST_OWNERS and all(part.denominator <= MOST_PARTS for _, part in parts)


def _owner_reads_as_entered(facts: Facts) -> bool:
    """Of one who is an owner by their number: it may be another's, or the register may be old."""
    car = facts.entries["car"]
    owners = owners_of(car.content) if car else []
    return not any(
        is_same(owner, each) and not reads_alike(owner, each)
        for owner in owners
        for each in leaving(facts.request)
    )


def _is_gift(request: Request) -> bool:
    return bool(request["title"] == "gift")


def _is_inheritance(request: Request) -> bool:
    return bool(request["title"] == "inheritance")


def _claims(request: Request) -> tuple[Key, ...]:
    """Of a gift, which its owner consents to or stops, the same as whoever sells it: one asks for a car at a time. Who
    says to have inherited a car, or won it in court, keeps nobody from it before that is decided.
    """
    return (sale_of(request["vehicle"]),) if _is_gift(request) else ()


def _effects(facts: Facts) -> tuple[Effect, ...]:
    """The change is titled as the form says it, so that each restriction stops what it reaches."""
    request = facts.request

    def passed(car: Content) -> Content:
        parts = _parts_after(car, request)
        people, shares = [owner for owner, _ in parts], list(_shares(parts))
        plate = None if request.get("new_plates") else car["vehicle"]["plate"]
        return {"vehicle": {**car["vehicle"], "plate": plate}, **owned_by(people, shares)}

    key = vehicle_key(request["vehicle"])
    return (Change(register=VEHICLES, key=key, title=request["title"], content=passed),)


def _warnings(request: Request) -> tuple[str, ...]:
    is_their_own = any(is_same(each, owner) for each in receivers_of(request) for owner in leaving(request))
    return (*car_warnings(request["vehicle"]), *(("receives_their_own",) if is_their_own else ()))


_FOR_AN_HEIR: Final[tuple[As, ...]] = ("parent", "guardian", "mandate")
PROCEDURE = Procedure(
    name="car_transfer",
    form=CarTransferForm,
    parties=(
        Party(role="receiver", member="receiver", is_applicant=True, acts_by=MAY_ACT),
        Party(role="co_receiver", member="co_receivers", consents=True, many=True, acts_by=MAY_ACT),
        Party(role="owner", member="owner", consents=True, asked=_is_gift, acts_by=MAY_ACT),
        Party(role="co_owner", member="co_owners", consents=True, many=True, asked=_is_gift, acts_by=MAY_ACT),
        Party(
            role="spouse",
            member="spouses",
            consents=True,
            many=True,
            asked=_is_gift,
            acts_by=MAY_ACT_FOR_A_SPOUSE,
        ),
        Party(
            role="other_heir",
            member="other_heirs",
            consents=True,
            many=True,
            asked=_is_inheritance,
            acts_by=_FOR_AN_HEIR,
        ),
    ),
    registers=(VEHICLES,),
    claims=_claims,
    effects=_effects,
    checks=(
        # Whose a car is nobody learns by filing alone: who judges hears of it, and who filed by the obstacles of a case
        # that bears their name.
        Check(code="not_the_owner", sees=the_car, holds=_leave_who_own_it, moments=("decision",)),
        Check(
            code="owner_not_registered",
            sees=the_car,
            holds=_leave_who_own_it,
            moments=("filing",),
            effect="warn",
        ),
        Check(code="parts_too_small", sees=the_car, holds=_parts_can_be_entered, moments=("decision",)),
        Check(
            code="plate_differs",
            sees=the_car,
            holds=plate_is_the_registers,
            moments=("filing",),
            effect="warn",
        ),
        Check(
            code="owner_differs",
            sees=the_car,
            holds=_owner_reads_as_entered,
            moments=("filing",),
            effect="warn",
        ),
    ),
    warnings=_warnings,
    warned=("known_by_chassis", "receives_their_own"),
)
