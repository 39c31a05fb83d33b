"""Events to stored members and back, by stable names; the only place that knows names and, later, old shapes.

A stored name is for ever: the family, the event's own name and a version (tests/infra/formats/test_codec.py
pins them all); a new meaning gets a new name and an upcast here. Nothing is ever resolved as an import path.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Annotated, Any, Final, NamedTuple, get_args, get_origin, get_type_hints

from domain import events as e
from domain.families import FAMILIES
from domain.offers import content_owners, lists_of, request_owners
from domain.parties import is_keyed, roles_of

NAMES: Final[Mapping[str, type]] = {
    f"{family.name}.{event.__name__}.v1": event for family in FAMILIES.values() for event in family.events
}
_OPEN_MEMBERS: Final = {"request", "content"}  # a form's or a content's members are laid flat


class UnknownEvent(ValueError):
    """A stored event has a name or members that this version of the house does not know."""


class Members(NamedTuple):
    """What an event puts into its envelope: public members, and personal ones with whose they are.

    ``owners`` says whose each personal one is, as ``decode`` does.
    """

    type: str
    public: dict[str, Any]
    personal: list[tuple[str, Any, str]]
    owners: Mapping[str, str] = MappingProxyType({})


def encode(event: e.Event, family: str, country: str) -> Members:
    """The members of an event on a stream of this family (domain/families.py)."""
    shape = _SHAPES[f"{family}.{type(event).__name__}.v1"]
    public = {name: getattr(event, name) for name in shape.public}
    personal = [(name, getattr(event, name), whose) for name, whose in shape.personal]
    owners_of_all: Mapping[str, str] = shape.owners
    if shape.laid_flat is not None:
        plan = _plan_of(shape, public, country)
        owners, owners_of_all = plan.laid_owners, plan.owners
        laid: Mapping[str, Any] = getattr(event, shape.laid_flat)
        for name, value in _flat(laid, plan.lists) if plan.lists else laid.items():
            if name in owners:
                personal.append((name, value, owners[name]))
            elif name in laid and not is_keyed(name):
                public[name] = value
            else:  # in clear it must not stand
                raise UnknownEvent(f"{name} is about nobody among the parties of the event")
    return Members(shape.name, public, personal, owners_of_all)


def decode(
    name: str, public: Mapping[str, Any], disclosed: Mapping[str, Any], country: str
) -> tuple[e.Event, Mapping[str, str]]:
    """The event, and whose each personal member is; one that was not disclosed reads as ERASED."""
    shape = _shape_of(name)
    owners = shape.owners
    if shape.laid_flat is None:
        members = {**public, **disclosed}
    else:
        plan = _known_plan_of(shape, public, country)
        owners = plan.owners
        members = {}
        flat: dict[str, Any] = {}
        for n, v in public.items():
            (members if n in shape.public_names else flat)[n] = v
        for n in owners:
            (members if n in shape.owners else flat)[n] = disclosed.get(n, e.ERASED)
        for each in plan.lists:
            flat[each] = _joined(each, flat)
        members[shape.laid_flat] = flat
    if len(disclosed) < len(owners):
        members = {**dict.fromkeys(shape.owners, e.ERASED), **members}
    if disclosed and not disclosed.keys() <= owners.keys():
        raise UnknownEvent(f"{name} discloses members that it does not have")
    try:
        return shape.event(**members), owners
    except TypeError as error:
        raise UnknownEvent(f"{name} does not have the members that it should have") from error


def members_of(
    name: str, public: Mapping[str, Any], country: str
) -> tuple[frozenset[str] | None, Mapping[str, str]]:
    """The names of an event's public members, and whose each personal one is; raises UnknownEvent.

    The public names are None where members of a form or a content are laid flat beside them.
    """
    shape = _shape_of(name)
    if shape.laid_flat is None:
        return shape.public_names, shape.owners
    return None, _known_plan_of(shape, public, country).owners


class _Plan(NamedTuple):
    """Whose each personal member is where a form or a content is laid flat: of the event, and of that alone.

    ``lists``: the laid-flat members that are lists of parties: each of them is a member of its own in the event.
    """

    owners: Mapping[str, str]
    laid_owners: Mapping[str, str]
    lists: frozenset[str]


def _plan_of(shape: "_Shape", public: Mapping[str, Any], country: str) -> _Plan:
    """By the frozen version of the form or the content that the event itself names."""
    if shape.laid_flat == "request":
        roles = roles_of(public["parties"])
        return _plan_of_request(shape, country, public["procedure"], public["form"], roles)
    return _plan_of_content(shape, public["register"], public["content_version"])


def _known_plan_of(shape: "_Shape", public: Mapping[str, Any], country: str) -> _Plan:
    try:
        return _plan_of(shape, public, country)
    except (LookupError, TypeError) as error:
        raise UnknownEvent(f"{shape.name} names a form or a content that is not known here") from error


@lru_cache(maxsize=1024)  # of the numbers of people that are met
def _plan_of_request(
    shape: "_Shape", country: str, procedure: str, form: int, roles: tuple[str, ...]
) -> _Plan:
    laid = request_owners(country, procedure, form, roles)
    return _Plan({**shape.owners, **laid}, laid, lists_of(country, procedure, form))


@cache
def _plan_of_content(shape: "_Shape", register: str, version: int) -> _Plan:
    laid = content_owners(register, version)
    return _Plan({**shape.owners, **laid}, laid, frozenset())


def _flat(members: Mapping[str, Any], lists: frozenset[str]) -> Iterator[tuple[str, Any]]:
    for name, value in members.items():
        if name in lists:
            yield from ((f"{name}_{n}", each) for n, each in enumerate(value, start=1))
        else:
            yield name, value


def _joined(name: str, flat: dict[str, Any]) -> list[Any]:
    """The list again; its parts are taken out of ``flat``."""
    found: list[Any] = []
    while (part := f"{name}_{len(found) + 1}") in flat:
        found.append(flat.pop(part))
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Shape:
    name: str
    event: Callable[..., e.Event]
    public: tuple[str, ...]
    public_names: frozenset[str]
    personal: tuple[tuple[str, str], ...]
    owners: Mapping[str, str]
    laid_flat: str | None


def _shape_of(name: str) -> _Shape:
    shape = _SHAPES.get(name)
    if shape is None:
        raise UnknownEvent(f"no event is known by the name {name}")
    return shape


def _shape(name: str, event: type) -> _Shape:
    hints = get_type_hints(event, include_extras=True)
    personal = {n: mark.whose for n, hint in hints.items() if (mark := _mark(hint)) is not None}
    names = [f.name for f in fields(event)]
    public = tuple(n for n in names if n not in personal and n not in _OPEN_MEMBERS)
    laid_flat = next((n for n in names if n in _OPEN_MEMBERS), None)
    return _Shape(name, event, public, frozenset(public), tuple(personal.items()), personal, laid_flat)


def _mark(hint: object) -> e.Personal | None:
    marks: Iterable[object] = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    return next((mark for mark in marks if isinstance(mark, e.Personal)), None)


_SHAPES: Final = {name: _shape(name, event) for name, event in NAMES.items()}
