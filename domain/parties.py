"""Who takes part in a case: each person a party of their own, numbered p1, p2 ..., and who acts for whom; not who may
do what.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple, Protocol, TypedDict

from domain.events import As
from domain.forms import Form, may_be_acted_for
from domain.lookup_keys import IdOf
from domain.once import once
from domain.persons import Person, key_of, people_in, representative_of
from domain.procedure import Party, Procedure

FIRST_PARTY: Final = "p1"  # who files is the first party
AT_COUNTER: Final = "at_counter"
KIN: Final = "kin"
BOTH_SIDES: Final = "both_sides"  # one human acts for two parties in different roles, or for the other one
OPINION_OPEN: Final = "opinion_open"  # another authority was asked, and has not answered
STRUCK_OFF: Final = "party_struck_off"
# Told to the officer; that they are kin to that officer alone.
WARNINGS: Final = (AT_COUNTER, BOTH_SIDES, OPINION_OPEN, STRUCK_OFF, KIN)
KEYED: Final = ("person_", "representative_")  # how the names begin of what ``keyed`` puts into a request
SIGNED_PAPER: Final = "signed_paper"  # the kind of evidence that an officer takes at the counter


# Who acts for a party: the keyed id of the human, and as what.
Representative = TypedDict("Representative", {"person": str, "as": As})


class Capacity(NamedTuple):
    """For which party somebody acts, and as what; None: they are that party.

    ``proof``: the stream of the mandate or of the entry that bears it out, None where the request names them;
    ``further``: what else their mandate lets them do, None where nothing is kept back.
    """

    party: str
    as_: As | None = None
    proof: str | None = None
    further: tuple[str, ...] | None = None


class Place(NamedTuple):
    """Where a party stands in the signed request, and by which name what is about them is sealed.

    Of several in one role each has a member and a key of their own: ``founders_2``, ``founder_2``.
    """

    shape: Party
    whose: str
    member: str
    nth: int | None = None  # among several in one role, from 1

    @property
    def pointer(self) -> str:
        """Where the form names them, as a JSON pointer."""
        return f"/request/{self.shape.member}" + ("" if self.nth is None else f"/{self.nth - 1}")

    def named_in(self, request: Mapping[str, Any]) -> Any:
        """The person whom the request names there, None for nobody."""
        found = request.get(self.shape.member)
        return found if self.nth is None else found[self.nth - 1]  # type: ignore[index]  # a list of that many


def parties_of(procedure: Procedure, request: Mapping[str, Any]) -> Mapping[str, Place]:
    """Who files is "p1"; the others follow in the order of the procedure's file, several as the form names them."""
    return _one_each(procedure) or places(procedure, tuple(_roles(procedure, request)))


@cache
def _one_each(procedure: Procedure) -> Mapping[str, Place] | None:
    """The parties of every request, where there are never several in one role."""
    if any(party.many for party in procedure.parties):
        return None
    return places(procedure, tuple(_roles(procedure, {})))


def _roles(procedure: Procedure, request: Mapping[str, Any]) -> Iterator[str]:
    for party in sorted(procedure.parties, key=lambda party: not party.is_applicant):
        yield from [party.role] * (len(request.get(party.member) or ()) if party.many else 1)


@lru_cache(maxsize=1024)  # of the numbers of people that are met
def places(procedure: Procedure, roles: tuple[str, ...]) -> Mapping[str, Place]:
    """The parties of a case by their roles, p1 first; KeyError for a role that the procedure does not have."""
    shapes = {party.role: party for party in procedure.parties}
    met: Counter[str] = Counter()
    found = {}
    for n, role in enumerate(roles, start=1):
        shape = shapes[role]
        met[role] += 1
        nth = met[role]
        found[f"p{n}"] = (
            Place(shape, f"{role}_{nth}", f"{shape.member}_{nth}", nth)
            if shape.many
            else Place(shape, role, shape.member)
        )
    return MappingProxyType(found)


def keyed(
    procedure: Procedure,
    request: Mapping[str, Any],
    id_of: IdOf,
    form: type[Form] | None = None,
) -> dict[str, Any]:
    """The request with ``person_<party>`` for each party: the keyed id of the human, None where nothing tells it; and
    ``representative_<party>`` for each for whom the form lets somebody else act: a ``Representative``, or None.

    ``form``: by which it was filed, where that is not the procedure's own. ``id_of`` derives an id from what
    ``persons.key_of`` gives (formats.md, derived ids).
    """
    known: dict[str, Any] = {}
    for party, place in parties_of(procedure, request).items():
        named = place.named_in(request)
        key, representative = key_of(named), representative_of(named)
        known[f"person_{party}"] = id_of(key) if key else None
        if may_be_acted_for(form or procedure.form, place.shape.member):
            human = key_of(representative["person"]) if representative else None
            known[f"representative_{party}"] = (
                {"person": id_of(human), "as": representative["as"]} if human and representative else None
            )
    return {**request, **known}


def is_keyed(name: str) -> bool:
    """Whether a member of a request is one that ``keyed`` put there: it serves the house alone."""
    return name.startswith(KEYED)


def parties_named(request: Mapping[str, Any]) -> tuple[str, ...]:
    """The parties of a request that ``keyed`` has looked at."""
    return _parties_among(tuple(request))


@lru_cache(maxsize=1024)  # of the forms that are met
def _parties_among(members: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.removeprefix("person_") for name in members if name.startswith("person_"))


def persons_in(request: Mapping[str, Any], parties: Iterable[str]) -> dict[str, str]:
    """Party ("p1") -> the keyed id of the human or the company, for those that are known and not erased."""
    return {party: person for party in parties if (person := request.get(f"person_{party}"))}


def representatives_in(request: Mapping[str, Any], parties: Iterable[str]) -> dict[str, Representative]:
    """Party -> who acts for it, for those who have somebody."""
    return {party: found for party in parties if (found := request.get(f"representative_{party}"))}


class People(Protocol):
    """Those of whom registers and mandates say something: each by a name of their own, p1 or e1."""

    @property
    def named(self) -> Mapping[str, Person | None]:
        """With whom is named there."""

    @property
    def persons(self) -> Mapping[str, str]:
        """Their keyed ids, of those who are known."""

    @property
    def representatives(self) -> Mapping[str, Representative]:
        """Who acts for them by what is said there."""


class InEntry(NamedTuple):
    """Whom an entry names, as far as they are known: e1, e2 and so on; nobody is p1, and nobody acts for them by it."""

    named: Mapping[str, Person]
    persons: Mapping[str, str]
    representatives: Mapping[str, Representative] = MappingProxyType({})


def in_entry(contents: Iterable[Any], id_of: IdOf) -> InEntry:
    """Each human and company in these contents of an entry once, as whoever says most of them has it."""
    known: dict[str, Person] = {}
    for person in (person for content in contents for person in people_in(content)):
        key = key_of(person)
        if key and len(known.get(itself := id_of(key), ())) < len(person):
            known[itself] = person
    names = {itself: f"e{n}" for n, itself in enumerate(sorted(known), start=1)}
    return InEntry(
        {names[itself]: person for itself, person in known.items()},
        {name: itself for itself, name in names.items()},
    )


class Participants:
    """Who takes part in what is filed, or was; worked out once, as every command asks for it several times."""

    def __init__(self, procedure: Procedure, request: Mapping[str, Any]) -> None:
        self.procedure = procedure
        self.request = request

    @once
    def places(self) -> Mapping[str, Place]:
        """Where each of them stands."""
        return parties_of(self.procedure, self.request)

    @once
    def persons(self) -> Mapping[str, str]:
        """As ``persons_in``."""
        return persons_in(self.request, self.places)

    @once
    def representatives(self) -> Mapping[str, Representative]:
        """As ``representatives_in``."""
        return representatives_in(self.request, self.places)

    @once
    def named(self) -> Mapping[str, Person | None]:
        """Each party with whom the request names there."""
        return {party: place.named_in(self.request) for party, place in self.places.items()}


def capacities(
    human: str | None, persons: Mapping[str, str], representatives: Mapping[str, Representative]
) -> tuple[Capacity, ...]:
    """For whom this human (by keyed id) may act, and as what: themselves first, then the parties in their order.

    ``persons`` and ``representatives`` are those of a case or of a request.
    """
    if not human:
        return ()
    own = [Capacity(party) for party, person in persons.items() if person == human]
    return (
        *own,
        *(
            Capacity(party, representative["as"])
            for party, representative in representatives.items()
            if representative["person"] == human and persons.get(party) != human
        ),
    )


def roles_of(parties: Mapping[str, str]) -> tuple[str, ...]:
    """The roles in the order of the parties; KeyError where their numbers have a gap."""
    return tuple(map(parties.__getitem__, _names(len(parties))))


@cache
def _names(count: int) -> tuple[str, ...]:
    return tuple(f"p{n}" for n in range(1, count + 1))


def changed(
    request: Mapping[str, Any], owners: Mapping[str, str], change: Callable[[Any, str], Any]
) -> dict[str, Any]:
    """The request with ``change(value, whose)`` in the place of each personal value."""

    def of(name: str, value: Any) -> Any:
        if name in owners:
            return change(value, owners[name])
        if is_personal_list(name, owners):
            return [of(f"{name}_{n}", each) for n, each in enumerate(value, start=1)]
        return value

    return {name: of(name, value) for name, value in request.items()}


def is_personal_list(name: str, owners: Mapping[str, str]) -> bool:
    """Whether it is a list of parties, each of whom owns their own part of it."""
    return f"{name}_1" in owners
