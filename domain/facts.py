"""What a rule of the law looks at, and the conditions on which it applies; which rules there are stands elsewhere.

A condition is stated in the terms by names alone: those of the form's members and of its own code. They stand
in hashes for ever; what a code means is the law of that row and never changes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

Request = Mapping[str, Any]
Content = Mapping[str, Any]  # of an entry
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reach:
    """Which changes of an entry a restriction stops, by their titles: ``only`` these, or all ``but`` these."""

    only: tuple[str, ...] = ()
    but: tuple[str, ...] = ()

    def stops(self, change: str) -> bool:
        return change in self.only if self.only else change not in self.but


EVERYTHING = Reach()


class Seen(NamedTuple):
    """An entry as a rule sees it: what it says, the restrictions live on it (kind -> reach), its last day."""

    content: Content
    restrictions: Mapping[str, Reach] = MappingProxyType({})
    until: date | None = None

    def stopped_by(self, change: str) -> list[str]:
        """The kinds of the restrictions that stop this change of the entry, sorted."""
        return sorted(kind for kind, reach in self.restrictions.items() if reach.stops(change))


class Facts(NamedTuple):
    """A request, the local day that counts, the filing limits that had passed, the entries that were asked for.

    ``late`` holds codes of limits as they stood at the filing, also where ``day`` is a later one. ``entries``
    are by the names that the rule gave them; None: there is no such entry.
    """

    request: Request
    day: date
    late: frozenset[str] = frozenset()
    entries: Mapping[str, Seen | None] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Is:
    """A member of the form has one of these values; with none named, it is true. ``None``: nothing is said, or the form
    has no such member yet.
    """

    member: str
    values: tuple[str | int | bool | None, ...] = (True,)

    def holds(self, facts: Facts) -> bool:
        found = facts.request.get(self.member)
        return any(type(found) is type(value) and found == value for value in self.values)


@dataclass(frozen=True, slots=True)
class Late:
    """The filing limit of this code, or that of the ``other``, had passed when the request was filed."""

    limit: str
    other: str | None = None

    @property
    def limits(self) -> frozenset[str]:
        """The codes of them."""
        return frozenset({self.limit, self.other or self.limit})

    def holds(self, facts: Facts) -> bool:
        return not self.limits.isdisjoint(facts.late)


@dataclass(frozen=True, slots=True)
class Where:
    """What only a function can say (an age, a place abroad); known for ever by its ``code``."""

    code: str
    test: Callable[[Facts], bool]

    def holds(self, facts: Facts) -> bool:
        return self.test(facts)


Condition: TypeAlias = Is | Late | Where
Conditions: TypeAlias = tuple[Condition, ...]  # all must hold; none: always


def applies(when: Conditions, facts: Facts) -> bool:
    """Whether all conditions hold."""
    return not when or all(condition.holds(facts) for condition in when)


@dataclass(frozen=True, slots=True, eq=False)
class Choice(Generic[T]):
    """What the law says for each code that the form's public member ``by`` may have; choices nest."""

    by: str
    of: "Mapping[str, T | Choice[T]]"


def chosen(value: T | Choice[T], request: Request) -> T:
    """The value itself, or the one for this request. KeyError: a code that the terms forgot."""
    while isinstance(value, Choice):
        value = value.of[request[value.by]]
    return value
