"""Who may act for a party though the request does not name them: what registers and mandates say of it today.

All of it is found by derived keys, so that a decision loads it beside the case and trusts no read model.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from domain.countries import country_of
from domain.lookup_keys import IdOf, Key, mandate_key
from domain.mandate import Mandate
from domain.parentage import Birth, is_kin
from domain.parties import Capacity, People, Representative, capacities
from domain.persons import days_of, is_company
from domain.registers.companies import Heads, company_key, heads_on

_NOBODY: Final[Mapping[str, Any]] = MappingProxyType({})


class Shown(NamedTuple):
    """What was found of whoever asks and the parties of one case, today.

    ``heads``: a company that the register knows -> who may act for it. ``mandates``: a party -> the mandate by which
    they may act for it in this procedure. ``bound``: who has a mandate of some party, whatever it is for, heads one, be
    it together with others, or is a parent of one who is not of age. ``births``: a party whom the register of births
    knows -> their birth; ``of_age``: the parties for whom nobody acts as a parent any more. ``is_kin``: whether
    whoever asks, or the officer to whom a case is given, is kin of a party by the births of both.
    """

    heads: Mapping[str, Heads] = _NOBODY
    mandates: Mapping[str, Mandate] = _NOBODY
    bound: frozenset[str] = frozenset()
    births: Mapping[str, Birth] = _NOBODY
    of_age: frozenset[str] = frozenset()
    is_kin: bool = False

    def beside(self, other: "Shown") -> "Shown":
        """What was found of the parties of a case, and of the others whom an entry names."""
        return Shown(
            {**self.heads, **other.heads},
            {**self.mandates, **other.mandates},
            self.bound | other.bound,
            {**self.births, **other.births},
            self.of_age | other.of_age,
            self.is_kin or other.is_kin,
        )


NOTHING: Final = Shown()


def companies_in(country: str, people: People) -> list[tuple[str, Key]]:
    """The parties that are companies of the country, each with the key of its entry."""
    return [
        (party, company_key(named["number"]))
        for party, named in people.named.items()
        if is_company(named) and named["country"] == country
    ]


def mandates_of(people: People, humans: Collection[str]) -> Iterator[tuple[str, str, Key]]:
    """(party, human, key) of each mandate that one of these humans may have of a party."""
    for party, person in people.persons.items():
        yield from ((party, human, mandate_key(person, human)) for human in humans if human != person)


def people_of(people: People) -> dict[str, str]:
    """The parties that are humans, with their keyed ids, as far as they are known."""
    persons = people.persons
    return {p: persons[p] for p, named in people.named.items() if p in persons and not is_company(named)}


def children_in(people: People) -> list[str]:
    """The parties for whom the request names a parent who acts."""
    return [party for party, named in people.representatives.items() if named["as"] == "parent"]


class Asked(NamedTuple):
    """Who takes part in a case or a filing of a procedure, or is in an entry (None: of none), the legal day, and the
    human who asks (by keyed id).
    """

    country: str
    people: People
    day: date
    human: str | None
    procedure: str | None


def shown(  # noqa: PLR0913 - where it is looked for
    asked: Asked,
    keys: Collection[Key],
    find: Callable[[Key], Any],
    id_of: IdOf,
    humans: Collection[str],
    *,
    births: Mapping[str, Birth],
) -> Shown:
    """What is shown of whoever asks; ``find`` gives the entry or the mandate under one of the ``keys``, or None.

    ``humans``: all keyed ids under which they are known, as an officer too. ``births``: those found, by who was born.
    """
    heads = {
        party: heads_on(entry, asked.day, id_of)
        for party, key in companies_in(asked.country, asked.people)
        if key in keys and (entry := find(key)) is not None
    }
    mandates: dict[str, Mandate] = {}
    bound = {human for each in heads.values() for human in humans if human in each.all}
    for party, human, key in mandates_of(asked.people, humans):
        mandate: Mandate | None = find(key) if key in keys else None
        if mandate is None or not mandate.is_live(asked.day):
            continue
        bound.add(human)
        if human == asked.human and asked.procedure and mandate.lets(asked.procedure, asked.day):
            mandates[party] = mandate
    people = people_of(asked.people) if births else {}
    born = {party: births[person] for party, person in people.items() if person in births}
    may_be_children = dict.fromkeys((*born, *children_in(asked.people)))
    of_age = frozenset(party for party in may_be_children if _is_of_age(party, born.get(party), asked))
    bound |= {
        human
        for party, each in born.items()
        if party not in of_age
        for human in humans
        if human in each.parents
    }
    related = any(is_kin(human, person, births) for human in humans for person in people.values())
    return Shown(heads, mandates, frozenset(bound), born, of_age, related)


def _is_of_age(party: str, birth: Birth | None, asked: Asked) -> bool:
    """By the register; where it does not know them, by what the request says, if that leaves no doubt."""
    majority = country_of(asked.country).majority
    if birth is not None:
        return majority.is_reached(birth.born_on, asked.day)
    named = asked.people.named[party]
    said = days_of(named.get("born_on")) if named else None
    return said is not None and majority.is_reached(said[1], asked.day)


def capacities_today(
    human: str | None,
    persons: Mapping[str, str],
    representatives: Mapping[str, Representative],
    found: Shown = NOTHING,
    by_paper: Collection[str] = (),
) -> tuple[Capacity, ...]:
    """For whom this human may act now, and as what: by the request, the registers of companies and births, mandates.

    ``by_paper``: the parties of which an officer judges the paper. Of any other company or child whom the register
    knows, a head or a parent acts only as long as the register says so, whatever the request says; and no parent acts
    for who is of age.
    """
    if found is NOTHING or not human:
        return capacities(human, persons, representatives)
    named = (_today(each, human, found, by_paper) for each in capacities(human, persons, representatives))
    mine = [each for each in named if each is not None]
    taken = {each.party for each in mine}
    heads = (
        Capacity(party, "head", heads.entry)
        for party, heads in found.heads.items()
        if human in heads.alone and party not in taken
    )
    children = (
        Capacity(party, "parent", birth.entry)
        for party, birth in found.births.items()
        if human in birth.parents and party not in found.of_age and party not in taken
    )
    by_mandate = (
        Capacity(party, mandate.acts_as, mandate.mandate, tuple(mandate.further))
        for party, mandate in found.mandates.items()
    )
    return (*mine, *heads, *children, *by_mandate)


def _today(capacity: Capacity, human: str, found: Shown, by_paper: Collection[str]) -> Capacity | None:
    """The capacity as it is today, or None: the register knows better."""
    party = capacity.party
    if capacity.as_ == "parent" and party in found.of_age:
        return None
    known = who_may(capacity, found)
    if known is None:
        return capacity
    entry, humans = known
    if human in humans:
        return capacity._replace(proof=entry)
    return capacity if party in by_paper else None


def who_may(capacity: Capacity, found: Shown) -> tuple[str, frozenset[str]] | None:
    """The entry of a register that knows the party, and who may act so by it; None: no register knows."""
    if capacity.as_ == "head" and (heads := found.heads.get(capacity.party)):
        return heads.entry, heads.alone
    if capacity.as_ == "parent" and (birth := found.births.get(capacity.party)):
        return birth.entry, birth.parents
    return None
