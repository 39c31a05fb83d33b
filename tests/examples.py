"""A valid example of any form, derived from the form itself: also of a procedure that nobody has written yet.

Deterministic: the same form and the same ``n`` give the same example, another ``n`` other people.
Where a form asks for something that cannot be guessed, its author gives ``Field(examples=[...])``, or
``model_config = {"json_schema_extra": {"examples": [...]}}`` on the part of the form. Forms are strict: they
hold what JSON holds, so a choice is a ``Literal`` (no ``Enum``), a day a ``forms.Day``, many are a ``list``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from functools import cache
from itertools import chain, count, islice, product
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from hypothesis import find, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from domain.checks import Check
from domain.countries import countries
from domain.facts import Facts, Request, Seen
from domain.forms import AnyPerson, Form, Money, Named, PersonalNumber, plain
from domain.lookup_keys import Key
from domain.numbers import WrongNumber
from domain.persons import itself
from domain.procedure import Offer
from domain.register import Create, Effect, Register

TODAY: Final = date(2026, 11, 23)
LONGEST: Final = 40  # of the codes that are tried


class NoExample(LookupError):
    """The form asks for something that cannot be guessed."""


def example_request(
    offer: Offer,
    n: int = 0,
    *,
    people: Sequence[Mapping[str, Any]] = (),
    today: date = TODAY,
    is_bare: bool = False,
) -> dict[str, Any]:
    """A request that this country's form takes, as JSON; raises NoExample.

    ``people`` (``domain.forms.Person`` as JSON) stand in for the parties that are persons, in the order of
    the procedure's parties with the applicant first. ``is_bare`` leaves out everything that may be left out.
    """
    found: dict[str, Any] = dict(_Writer(offer.country, n, today, is_bare=is_bare).model(offer.form))
    left = list(people)
    for party in sorted(offer.procedure.parties, key=lambda p: not p.is_applicant):
        is_another = party.is_applicant or party.member != found.get("relation")
        if left and is_another and is_person(found.get(party.member)):
            found[party.member] = left.pop(0)
    return plain(offer.form.model_validate(as_related(offer, found)))


def as_related(offer: Offer, request: Mapping[str, Any]) -> dict[str, Any]:
    """The request of one who is what they say: who files as the mother is the mother."""
    applicant = next(party.member for party in offer.procedure.parties if party.is_applicant)
    relation = request.get("relation")
    if relation is None or not is_person(request.get(relation)):
        return {**request}
    return {**request, relation: request[applicant]}


def effects_of(offer: Offer, request: Request) -> tuple[Effect, ...]:
    """What an approval of this request does."""
    return offer.procedure.effects(Facts(request, TODAY))


def example_entries(
    offer: Offer, request: Mapping[str, Any], n: int = 0
) -> list[tuple[Register, dict[str, Any]]]:
    """What has to be in the registers before this request can be approved."""
    needed = [effect for effect in effects_of(offer, request) if not isinstance(effect, Create)]
    return [(effect.register, example_entry(offer, request, n, effect)) for effect in needed]


def example_entry(
    offer: Offer, request: Mapping[str, Any], n: int = 0, effect: Effect | None = None
) -> dict[str, Any]:
    """The content of an entry that this request is about: of the same thing, as the checks of the procedure ask for
    it, those that only warn where that can be. What a country's law only warns of may be so.
    """
    effect = effect or effects_of(offer, request)[0]
    register, procedure = effect.register, offer.procedure
    of_the_law = (check for check in offer.terms[-1].checks if check.effect == "refuse")
    checks = [each for each in (*procedure.checks, *of_the_law) if each.sees(request)]
    written = _Writer(offer.country, n, TODAY).model(register.content)
    options = [list(_meant(name, value, request)) for name, value in written.items()]
    warned_of = None
    for values in product(*options):
        content = _valid(register.content, dict(zip(written, values, strict=True)))
        if content is None or register.key(content) != effect.key:
            continue
        seen = Seen(content)
        failing = [check for check in checks if not check.holds(_facts(check, request, effect.key, seen))]
        if not failing:
            return content
        if warned_of is None and all(check.effect == "warn" for check in failing):
            warned_of = content
    if warned_of is not None:
        return warned_of
    raise NoExample(f"no entry in {register.name} fits an example request of {procedure.name}")


def _facts(check: Check, request: Request, key: Key, seen: Seen) -> Facts:
    """What a check finds where the register holds this one entry."""
    sees = check.sees(request)
    return Facts(request, TODAY, entries={name: seen if k == key else None for name, k in sees.items()})


def example_content(content: type[Form], country: str, n: int = 0) -> dict[str, Any]:
    """What an import of the register takes as one line."""
    return plain(content.model_validate(_Writer(country, n, TODAY).model(content)))


@cache
def personal_number(country: str, n: int) -> str:
    """The n-th example of a number that this country gives a person, valid by its own rule."""
    normal_form = countries()[country].person_number.normal_form
    valid = (number for number in _numbers(n) if _is_normal(normal_form, number))
    return next(valid)


def person(country: str, n: int = 0, *, born_on: str = "1990-05-17") -> dict[str, Any]:
    """A fictional person."""
    return {
        "surname": f"Example {n}",
        "given_names": "Fictional",
        "patronymic": None,
        "born_on": born_on,
        "personal_number": {"country": country, "number": personal_number(country, n)},
        "document": None,
    }


def unnumbered(n: int = 0, *, kind: str = "passport", **members: Any) -> dict[str, Any]:
    """A fictional person from elsewhere, without a number, with these members instead of the example's."""
    document = {"kind": kind, "country": "XX", "number": f"EX {n:06d}"}
    return {**person("KZ", n), "personal_number": None, "document": document, **members}


def vin(n: int) -> str:
    """The n-th example of a VIN; its ninth character is never the check digit, so that every officer is warned."""
    return f"TAMGA202Z{n:08d}"


def is_person(value: Any) -> bool:
    """Whether this is the JSON of a ``Person`` or an ``AnyPerson``, as somebody sends it, be it with who acts for
    them.
    """
    if not isinstance(value, Mapping):
        return False
    fields = AnyPerson.model_fields
    return (
        {name for name, field in fields.items() if field.is_required()} <= set(value) <= {*fields, "acts_by"}
    )


def is_a_company(value: Any) -> bool:
    """Whether this is the JSON of a ``Company``, be it with who acts for it."""
    return isinstance(value, Mapping) and {"country", "number", "name"} <= set(value)


# --- how a form is written out ----------------------------------------------------------------------------


class _Writer:
    """Fills in a form, member by member; counts the people that it makes up."""

    def __init__(self, country: str, n: int, today: date, *, is_bare: bool = False) -> None:
        self._country = country
        self._n = n
        self._today = today
        self._is_bare = is_bare
        self._people = count(n * 10 + 1)

    def model(self, model: type[BaseModel]) -> dict[str, Any]:
        """Every member of a form or of a part of it, required ones only where it is to be bare."""
        if issubclass(model, AnyPerson):
            return person(self._country, next(self._people))
        if model is PersonalNumber:
            return {"country": self._country, "number": personal_number(self._country, next(self._people))}
        if model is Money:
            # No round number: what is personal is searched for where other numbers stand.
            return {"amount": 1_234_567_00 + self._n, "currency": countries()[self._country].currency}
        extra = model.model_config.get("json_schema_extra")
        given = extra.get("examples", []) if isinstance(extra, dict) else []
        if isinstance(given, list) and given and isinstance(given[0], dict):
            return dict(given[0])
        found = {
            field.alias or name: self.member(name, field)
            for name, field in model.model_fields.items()
            if field.is_required() or not self._is_bare
        }
        if issubclass(model, Named):
            found["given_names"] = found["given_names"] or f"Example {self._n}"  # one name at least
        if self._is_bare and _valid(model, found) is None:  # one of what may be left out is needed
            self._is_bare = False
            found = self.model(model)
            self._is_bare = True
        if _valid(model, found) is None:
            raise NoExample(
                f"{model.__name__} refuses what fits each of its members: please give it examples"
            )
        return found

    def member(self, name: str, field: FieldInfo) -> Any:
        """The first thing that the member takes."""
        hint: Any = field.annotation
        for mark in field.metadata:
            hint = Annotated[hint, mark]
        given = [self._another(each) if name == "plate" else each for each in field.examples or ()]
        for value in chain(given, self.values(name, hint)):
            if _takes(hint, value):
                return value
        raise NoExample(f"nothing fits {name}: please give it Field(examples=[...])")

    def _another(self, plate: str) -> str:
        """A plate of the same form: no two cars have one."""
        return re.sub(r"\d{3}", f"{self._n % 1000:03d}", plate, count=1)

    def values(self, name: str, hint: Any) -> Iterator[Any]:
        """Whatever may fit the hint, the likeliest first."""
        bare = get_args(hint)[0] if get_origin(hint) is Annotated else hint
        origin, inside = get_origin(bare), get_args(bare)
        if get_origin(bare) is Annotated:
            yield from self.values(name, bare)
        elif origin in (Union, UnionType):
            if self._is_bare and type(None) in inside:
                yield None
            yield from (
                value for each in inside if each is not type(None) for value in self.values(name, each)
            )
            yield None
        elif origin is Literal:
            yield from inside
        elif origin is list:
            yield from self._lists(name, inside[0])
        elif isinstance(bare, type) and issubclass(bare, BaseModel):
            yield self.model(bare)
        elif bare is bool:
            yield True  # everything that may cost something costs something
        elif bare is int:
            yield from (1, 2, 10, 18, 100, 1000, self._today.year, 0, -1)
        elif bare is str:
            yield from self._texts(name)
        yield from _searched(hint)

    def _lists(self, name: str, each: Any) -> Iterator[list[Any]]:
        some = [next(v for v in self.values(name, each) if _takes(each, v)) for _ in range(3)]
        yield from (some[:1], some[:2], some)

    def _texts(self, name: str) -> Iterator[str]:
        n = self._n
        yield from (f"Example {name.replace('_', ' ')} {n}", f"EX-{n:05d}", vin(n))
        yield from (self._country, countries()[self._country].currency)
        yield from ((self._today - timedelta(days=3)).isoformat(), "08:30")
        yield from (f"example{n}@example.org", f"+7700{n:07d}", f"example_{n}", f"https://example.org/{n}")
        yield from (f"{n:0{length}d}" for length in range(1, LONGEST))
        yield from islice(_numbers(n), 2_000)


def _numbers(n: int) -> Iterator[str]:
    """Digits of every usual length whose last two are tried out, so that two check digits can be met."""
    for length in range(7, 18):
        yield from (f"2{n:0{length - 3}d}{tail:02d}" for tail in range(100))
    yield f"{n:07d}"


def _searched(hint: Any) -> Iterator[Any]:
    """The smallest thing that fits, as hypothesis finds it: for patterns and bounds nobody thought of."""
    schema = TypeAdapter(hint).json_schema()
    anything: st.SearchStrategy[Any]
    if "pattern" in schema:
        anything = st.from_regex(schema["pattern"], fullmatch=True)
    elif schema.get("type") == "integer":
        anything = st.integers(schema.get("minimum"), schema.get("maximum"))
    else:
        return
    quiet = settings(database=None, derandomize=True, max_examples=2_000)
    with suppress(NoSuchExample):
        yield find(anything, lambda value: _takes(hint, value), settings=quiet)


# --- what fits --------------------------------------------------------------------------------------------


def _meant(name: str, written: Any, request: Mapping[str, Any]) -> Iterator[Any]:
    """What a member of the content may be about: the request's own thing of that name, or a person."""
    asked = _itself(request.get(name))
    if isinstance(asked, Mapping) and isinstance(written, Mapping) and not is_person(written):
        shared = {k: v for k, v in asked.items() if k in written}
        yield {**written, **{k: v for k, v in shared.items() if v is not None}}
        yield {**written, **shared}
    if asked is not None:
        yield asked
    if is_person(written):
        yield from (_itself(value) for value in request.values() if is_person(value) or is_a_company(value))
    yield written
    if name in request and asked is None:
        yield None


def _itself(value: Any) -> Any:
    """Whoever is named, without who acts for them: as a register has them."""
    return itself(value) if is_person(value) or is_a_company(value) else value


def _valid(model: type[BaseModel], value: Mapping[str, Any]) -> dict[str, Any] | None:
    try:
        return model.model_validate(value).model_dump(mode="json")
    except ValidationError:
        return None


def _takes(hint: Any, value: Any) -> bool:
    try:
        TypeAdapter(hint).validate_python(value, strict=True)
    except ValidationError:
        return False
    return True


def _is_normal(normal_form: Any, number: str) -> bool:
    try:
        return bool(normal_form(number) == number)
    except WrongNumber:
        return False
