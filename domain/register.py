"""The shape of a register, and what an approval does to its entries."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from domain.facts import Content
from domain.forms import Form
from domain.key_kinds import ENTRY_NUMBER, KeyKind
from domain.lookup_keys import Key, entry_key
from domain.names import Spelling, document_number
from domain.refusals import Fault, Invalid


def nothing_claimed(_content: Content) -> tuple[Key, ...]:
    """Its key alone keeps an entry from being there twice."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """A register and what one entry of it holds; ``key`` and ``claims`` are those of such a content.

    ``claimed``: what whoever asks to change or end an entry with such a content claims, until it is written.
    ``former``: the contents of all versions before this one: what was written with them is read with them.
    ``kinds``: the keys that it is searched by; ``found_by``: the keys of such a content under which it is found, of
    these kinds, its own alone where nothing else is said. ``thing``: the members that say what it is about, which who
    restricts it sees.
    ``claimed_as``: the claim by which an entry under this key is there once, of a register whose entries may come to
    read under another key: whoever holds it is the entry, wherever it stands.
    ``elsewhere``: by which keys the same thing stands in the register of another country, which it should not.
    ``of_one_alone``: the kinds of keys that two entries should not have at once, and may: whoever imports is told.
    ``cannot_be``: what of such a content cannot be on a legal day; ``marks``: what is like it is found by these, and
    nothing is searched by them (``Likeness``).
    """

    name: str  # plural, kebab-case: it stands in paths
    content: type[Form]
    content_version: int
    key: Callable[[Content], Key]
    claims: Callable[[Content], tuple[Key, ...]] = nothing_claimed
    claimed: Callable[[Content], tuple[Key, ...]] = nothing_claimed
    former: Mapping[int, type[Form]] = field(default_factory=dict)
    kinds: tuple[KeyKind, ...] = ()
    found_by: Callable[[Content], tuple[Key, ...]] | None = None
    thing: tuple[str, ...] = ()
    elsewhere: Callable[[Content], tuple[Key, ...]] = lambda _content: ()
    of_one_alone: tuple[str, ...] = ()
    cannot_be: Callable[[Content, date], tuple[Fault, ...]] = lambda _content, _day: ()
    marks: Callable[[Content], tuple[Key, ...]] = lambda _content: ()
    stays: Callable[[Content, Content], bool] | None = None
    claimed_as: Callable[[Key], Key] | None = None

    def is_of_same(self, before: Content, now: Content) -> bool:
        """Whether a correction is still of the same thing: what the register says, else that its key stays."""
        return self.stays(before, now) if self.stays else self.key(before) == self.key(now)

    def keys_of(self, content: Content, number: str | None) -> tuple[Key, ...]:
        """All keys under which an entry with this content and number is searched; none where it is erased."""
        try:
            found = self.found_by(content) if self.found_by else (self.key(content),)
        except (
            AttributeError,
            KeyError,
            TypeError,
        ):  # what is erased is None; an older content lacks a member
            found = ()
        found = tuple(key for key in found if None not in key.parts)
        if number is not None and (parts := _number_parts(number)):
            found = (*found, entry_key(self.name, ENTRY_NUMBER.name, *parts))
        return tuple(dict.fromkeys(found))

    def marks_of(self, content: Content) -> tuple[Key, ...]:
        """Its marks; none where it is erased."""
        try:
            return self.marks(content)
        except (AttributeError, KeyError, TypeError):  # as in keys_of
            return ()

    def claims_of(self, content: Content) -> tuple[Key, ...]:
        """The claims that belong to an entry with this content; none where it is erased."""
        try:
            return self.claims(content)
        except (AttributeError, KeyError, TypeError):  # as in keys_of
            return ()

    def claims_on(self, content: Content) -> tuple[Key, ...]:
        """The claims of an open case on an entry with this content; none where it is erased."""
        try:
            return self.claimed(content)
        except (AttributeError, KeyError, TypeError):  # as in keys_of
            return ()

    def keys_searched(
        self, kind: str, parts: Sequence[str], spellings: Iterable[Spelling]
    ) -> tuple[Key, ...]:
        """The keys that somebody means who searches by these parts, one for each way to spell them.

        Raises Invalid for a kind that the register is not searched by, and for a part that has no normal form.
        """
        kinds = {each.name: each for each in (*self.kinds, ENTRY_NUMBER)}
        if kind not in kinds:
            raise Invalid(Fault("/kind", "unknown_key", {"known": tuple(kinds)}))
        normal = (kinds[kind].normal(parts, spelling) for spelling in spellings)
        return tuple(entry_key(self.name, kind, *each) for each in dict.fromkeys(normal))


def _number_parts(number: str) -> tuple[str, ...]:
    found = document_number(number)
    return (found,) if found else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What an approval does to one entry; ``title`` names it in the register: "sale", "registration".

    ``settles``: claims of the case that belong to the entry from now on; what no effect settles is free again.
    ``frees``: claims that the entry held until now; what it keeps is not named.
    """

    register: Register
    key: Key
    title: str
    settles: tuple[Key, ...] = ()
    frees: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Create(Effect):
    """An entry that is not there yet, or has ended, begins with this content; ``until``: the last day of it.

    ``is_told``: who files hears at once that it is there already; else who judges meets it, as a stranger learns
    nothing of what is registered.
    """

    content: Content
    until: date | None = None
    is_told: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Effect):
    """An entry that must be there reads anew: ``content`` says how, given the one before; ``until`` is anew, too."""

    content: Callable[[Content], Content]
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class End(Effect):
    """An entry that must be there is over; what it said stays."""
