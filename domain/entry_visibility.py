"""What of an entry each reader sees; not who may read it at all. JSON values, in one shape for all readers."""

from collections.abc import Collection, Mapping
from typing import Any

from domain.entry import Entry
from domain.lookup_keys import IdOf
from domain.parties import KIN
from domain.persons import Person, key_of, keys_in, name_of


def humans_in(entry: Entry, id_of: IdOf) -> frozenset[str]:
    """The keyed ids of everybody whom the entry names, as it stands."""
    return frozenset(map(id_of, keys_in(entry.content)))


def shown(entry: Entry) -> dict[str, Any]:
    """All of it: to those who work with the register."""
    return _seen(entry, entry.content) | {"newest_change": entry.change, "proposal": _proposed(entry)}


def warned(found: dict[str, Any]) -> dict[str, Any]:
    """The same, to an officer who is kin of somebody in it: told to that officer alone."""
    return {**found, "warnings": [KIN]}


def _proposed(entry: Entry) -> dict[str, Any] | None:
    """What the first pair of eyes says of the newest change; who that is stands in the history."""
    if entry.proposal is None:
        return None
    hidden = ("proposers", "content_version")
    return {name: value for name, value in entry.proposal.items() if name not in hidden}


def shown_to_restrict(entry: Entry, thing: Collection[str], offices: Collection[str]) -> dict[str, Any]:
    """What the thing is, and the restrictions of these offices; whether there are others, and nothing of people."""
    content = {name: value for name, value in entry.content.items() if name in thing}
    return _seen(entry, content, restrictions_of(entry, offices))


def shown_to(entry: Entry, me: str, id_of: IdOf) -> dict[str, Any]:
    """To somebody whom it names (by keyed id): their own part whole; other people are named, never numbered."""
    content = {name: _own(value, me, id_of) for name, value in entry.content.items()}
    return _seen(entry, content)


def watched(entry: Entry) -> dict[str, Any]:
    """To an auditor: everything but what is about people and things."""
    content = {name: None if name in entry.owners else value for name, value in entry.content.items()}
    return _seen(entry, content) | {"number": None}


def restrictions_of(entry: Entry, offices: Collection[str]) -> dict[str, Mapping[str, str]]:
    """The live restrictions that these offices placed, by id."""
    return {i: each for i, each in entry.restrictions.items() if each["authority"] in offices}


def names_others(value: Any, me: str, id_of: IdOf) -> bool:
    """Whether the value holds more of somebody else than a name."""
    return bool(_own(value, me, id_of) != value)


def _seen(
    entry: Entry, content: Mapping[str, Any], restrictions: Mapping[str, Mapping[str, str]] | None = None
) -> dict[str, Any]:
    seen = entry.restrictions if restrictions is None else restrictions
    return {
        "entry": entry.entry,
        "register": entry.register,
        "version": entry.version,
        "status": entry.status,
        "until": entry.until,
        "number": entry.number,
        "title": entry.title,
        "authority": entry.authority,
        "created_at": entry.created_at,
        "changed_at": entry.changed_at,
        "content": dict(content),
        "restrictions": [{"id": i, **each} for i, each in seen.items()],
        "has_other_restrictions": len(seen) < len(entry.restrictions),
        "is_erased": entry.is_erased,
        "newest_change": None,
        "proposal": None,
        "warnings": [],
    }


def _own(value: Any, me: str, id_of: IdOf) -> Any:
    """The value, with the name alone in the place of everybody else who has a number, or is asked for one."""
    if isinstance(value, Mapping):
        if "personal_number" in value and "surname" in value:
            return value if _is(value, me, id_of) else name_of(value)
        return {name: _own(each, me, id_of) for name, each in value.items()}
    return [_own(each, me, id_of) for each in value] if isinstance(value, list) else value


def _is(person: Person, me: str, id_of: IdOf) -> bool:
    key = key_of(person)
    return key is not None and id_of(key) == me
