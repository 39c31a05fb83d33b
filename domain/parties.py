"""Who takes part in a case: each person a party of their own, numbered p1, p2 ...; not who may do what."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from domain.persons import key_of
from domain.procedure import Party, Procedure

APPLICANT: Final = "p1"  # who files is the first party


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


def parties_of(procedure: Procedure, request: Mapping[str, Any]) -> dict[str, Place]:
    """Who files is "p1"; the others follow in the order of the procedure's file, several as the form names them."""
    first = sorted(procedure.parties, key=lambda party: not party.is_applicant)
    roles = (
        role for party in first for role in [party.role] * (len(request[party.member]) if party.many else 1)
    )
    return places(procedure, tuple(roles))


def places(procedure: Procedure, roles: Iterable[str]) -> dict[str, Place]:
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
    return found


def keyed(
    procedure: Procedure, request: Mapping[str, Any], id_of: Callable[[tuple[str | int, ...]], str]
) -> dict[str, Any]:
    """The request with ``person_<party>`` for each party: the keyed id of the human, None where nothing tells it.

    ``id_of`` derives an id from what ``persons.key_of`` gives (formats.md, derived ids).
    """
    known = {
        party: key_of(place.named_in(request)) for party, place in parties_of(procedure, request).items()
    }
    return {**request, **{f"person_{party}": id_of(key) if key else None for party, key in known.items()}}


def roles_of(parties: Mapping[str, str]) -> tuple[str, ...]:
    """The roles in the order of the parties; KeyError where their numbers have a gap."""
    return tuple(parties[f"p{n}"] for n in range(1, len(parties) + 1))


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
