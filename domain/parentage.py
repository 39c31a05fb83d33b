"""Who is whose parent, as the births register of a country says it now; not what follows from that.

A birth whose entry knows the number of who was born is claimed for them, so their keyed id leads to the claim, and the
claim to the entry that holds it: two looks, however many births there are. The entry alone says who the parents are.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from domain.entry import Entry, Status
from domain.facts import Content
from domain.lookup_keys import Human, IdOf, Key, claim_key, entry_key
from domain.persons import key_of

REGISTER: Final = "births"
_CLAIM: Final = ("birth", "child")
_PARENTS: Final = ("mother", "father")


class Birth(NamedTuple):
    """A birth as its ``entry`` says it: who was born, when, and their parents; people by keyed ids."""

    entry: str
    child: str
    born_on: date
    parents: frozenset[str]


def child_of(content: Content) -> Human | None:
    """Whom the content of a birth is about, as ``persons.key_of`` has them; None: no number is known yet."""
    return key_of({"personal_number": content.get("child_number")})


def claim_of(content: Content) -> tuple[Key, ...]:
    """The claim on being born once, of whose number is known."""
    child = child_of(content)
    return (claim_key(*_CLAIM, child),) if child else ()


def birth_claim_of(person: str) -> Key:
    """The same claim, by the keyed id of who was born."""
    return claim_key(*_CLAIM, person)


def found_by(person: str) -> Key:
    """By which key a search finds the entry, by the keyed id of who was born."""
    return entry_key(REGISTER, "child", person)


def led_to(beside: Mapping[Key, Any]) -> dict[Key, str]:
    """The entries to which claims lead that were asked for by ``birth_claim_of``: the key under which each is seen, and
    its stream.
    """
    return {
        Key("entry", (REGISTER, "of", key.parts[-1])): claim.holder
        for key, claim in beside.items()
        if key.family == "claim" and key.parts[:-1] == _CLAIM and claim.is_settled
    }


def births_in(beside: Mapping[Key, Any], id_of: IdOf) -> dict[str, Birth]:
    """What the entries that were led to say, by who was born."""
    found = (
        birth(entry, id_of)
        for key, entry in beside.items()
        if key.family == "entry" and key.parts[:-1] == (REGISTER, "of")
    )
    return {each.child: each for each in found if each is not None}


def is_kin(one: str, other: str, births: Mapping[str, Birth]) -> bool:
    """Whether one is the other's parent or child, or both have a parent in common; spouses stand in no register yet."""
    parents, others = (_parents(each, births) for each in (one, other))
    return one != other and (one in others or other in parents or not parents.isdisjoint(others))


def _parents(person: str, births: Mapping[str, Birth]) -> frozenset[str]:
    found = births.get(person)
    return found.parents if found else frozenset()


def birth(entry: Entry | None, id_of: IdOf) -> Birth | None:
    """The birth, or None: the entry is over or forgotten, or does not know the number of the child."""
    if entry is None or entry.register != REGISTER or entry.status != Status.ACTIVE or entry.is_erased:
        return None
    child, content = child_of(entry.content), entry.content
    if child is None:
        return None
    parents = (key_of(content[parent]) for parent in _PARENTS)
    return Birth(
        entry.entry,
        id_of(child),
        date.fromisoformat(content["child"]["born_on"]),
        frozenset(id_of(key) for key in parents if key),
    )
