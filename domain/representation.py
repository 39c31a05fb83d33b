"""Who may act for a party though the request does not name them: what registers and mandates say of it today.

All of it is found by derived keys, so that a decision loads it beside the case and trusts no read model.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from domain.facts import Request
from domain.mandate import Mandate
from domain.parties import Capacity, Representative, capacities, parties_of, persons_in
from domain.persons import is_company
from domain.procedure import Key, Procedure, mandate_key
from domain.registers.companies import Heads, company_key, heads_on

_NOBODY: Final[Mapping[str, Any]] = MappingProxyType({})


class Shown(NamedTuple):
    """What was found of whoever asks and the parties of one case, today.

    ``heads``: a company that the register knows -> who may act for it. ``mandates``: a party -> the mandate by which
    they may act for it in this procedure. ``bound``: who has a mandate of some party, whatever it is for, or heads one,
    be it together with others.
    """

    heads: Mapping[str, Heads] = _NOBODY
    mandates: Mapping[str, Mandate] = _NOBODY
    bound: frozenset[str] = frozenset()


NOTHING: Final = Shown()


def companies_in(country: str, procedure: Procedure, request: Request) -> Iterator[tuple[str, Key]]:
    """The parties that are companies of the country, each with the key of its entry."""
    for party, place in parties_of(procedure, request).items():
        named = place.named_in(request)
        if is_company(named) and named["country"] == country:
            yield party, company_key(named["number"])


def mandates_of(
    procedure: Procedure, request: Request, humans: Collection[str]
) -> Iterator[tuple[str, str, Key]]:
    """(party, human, key) of each mandate that one of these humans may have of a party."""
    persons = persons_in(request, parties_of(procedure, request))
    for party, person in persons.items():
        yield from ((party, human, mandate_key(person, human)) for human in humans if human != person)


class Whose(NamedTuple):
    """The request of a case or of a filing, the legal day, and the human who asks (by keyed id)."""

    country: str
    procedure: Procedure
    request: Request
    day: date
    human: str | None


def shown(
    asked: Whose,
    keys: Collection[Key],
    find: Callable[[Key], Any],
    id_of: Callable[[tuple[str | int, ...]], str],
    humans: Collection[str],
) -> Shown:
    """What is shown of whoever asks; ``find`` gives the entry or the mandate under one of the ``keys``, or None.

    ``humans``: all keyed ids under which they are known, as an officer too.
    """
    heads = {
        party: heads_on(entry, asked.day, id_of)
        for party, key in companies_in(asked.country, asked.procedure, asked.request)
        if key in keys and (entry := find(key)) is not None
    }
    mandates: dict[str, Mandate] = {}
    bound = {human for each in heads.values() for human in humans if human in each.all}
    for party, human, key in mandates_of(asked.procedure, asked.request, humans):
        mandate: Mandate | None = find(key) if key in keys else None
        if mandate is None or not mandate.is_live(asked.day):
            continue
        bound.add(human)
        if human == asked.human and mandate.lets(asked.procedure.name, asked.day):
            mandates[party] = mandate
    return Shown(heads, mandates, frozenset(bound))


def capacities_today(
    human: str | None,
    persons: Mapping[str, str],
    representatives: Mapping[str, Representative],
    found: Shown = NOTHING,
    by_paper: Collection[str] = (),
) -> tuple[Capacity, ...]:
    """For whom this human may act now, and as what: by the request, the register of companies, their mandates.

    ``by_paper``: the parties of which an officer judges the paper. Of any other company whom the register knows, a head
    acts only as long as the register says so, whatever the request says.
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
    by_mandate = (
        Capacity(party, mandate.acts_as, mandate.mandate, tuple(mandate.further))
        for party, mandate in found.mandates.items()
    )
    return (*mine, *heads, *by_mandate)


def _today(capacity: Capacity, human: str, found: Shown, by_paper: Collection[str]) -> Capacity | None:
    """The capacity as it is today, or None: the register knows better."""
    heads = found.heads.get(capacity.party) if capacity.as_ == "head" else None
    if heads is None:
        return capacity
    if human in heads.alone:
        return capacity._replace(proof=heads.entry)
    return capacity if capacity.party in by_paper else None
