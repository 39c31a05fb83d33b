"""By which kinds of keys the entries of a register are searched: a name, its parts, the normal form of each; not what
is found.

What somebody searches by is brought to the form from which the entry's ids are derived, or refused at the part that
has none: a search that is mistyped never says that there is nothing.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from domain.countries import countries
from domain.names import Spelling, document_number, normal_form, plainly, written_number
from domain.numbers import normal_plate
from domain.refusals import Fault, Invalid, WrongValue

_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_NUMBER: Final = re.compile(r"[0-9A-Z]{5,20}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Beside(NamedTuple):
    """What stands beside a part: how names are spelt there, and the parts before it, in their normal form."""

    spelling: Spelling
    before: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyPart:
    """One part of a key; ``normal`` raises WrongValue for what has no normal form.

    One part of a kind may be left out: ``is_optional``.
    """

    name: str
    normal: Callable[[str, Beside], str]
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class KeyKind:
    """A kind of key, as ``vin`` with one part.

    ``is_of_human``: its parts are the country and the number of a human, who is found by their keyed id.
    """

    name: str
    parts: tuple[KeyPart, ...]
    is_of_human: bool = False

    def normal(self, said: Sequence[str], spelling: Spelling) -> tuple[Any, ...]:
        """The parts in their normal form; raises Invalid with the places that are wrong."""
        asked = self._asked(len(said))
        found: list[str] = []
        for n, (part, text) in enumerate(zip(asked, said, strict=True)):
            try:
                found.append(part.normal(text, Beside(spelling, tuple(found))))
            except WrongValue as wrong:
                raise Invalid(Fault(f"/parts/{n}", wrong.code, wrong.values)) from None
        return (("person", 1, *found),) if self.is_of_human else tuple(found)

    def _asked(self, count: int) -> tuple[KeyPart, ...]:
        """The parts that so many are; raises Invalid."""
        needed = tuple(part for part in self.parts if not part.is_optional)
        for asked in (self.parts, needed):
            if len(asked) == count:
                return asked
        raise Invalid(Fault("/parts", "wrong_parts", {"known": tuple(part.name for part in self.parts)}))


# --- parts that kinds are made of ---------------------------------------------------------------------------


def hard(name: str, normal: Callable[[str], str]) -> KeyPart:
    """A part with one normal form in every country, as a VIN."""
    return KeyPart(name, lambda text, _: normal(text))


def spelt(name: str, *, is_optional: bool = False) -> KeyPart:
    """A name, in the spelling of the country."""
    return KeyPart(name, lambda text, beside: normal_form(text, beside.spelling), is_optional)


def spelt_plainly(name: str) -> KeyPart:
    """A name that is no word of a country's language, as the make of a car."""
    return hard(name, lambda text: normal_form(text, plainly))


def day(name: str) -> KeyPart:
    """A day of the calendar, ``2026-03-01``."""
    return hard(name, _a_day)


def country(name: str) -> KeyPart:
    """A country, by its two letters."""
    return hard(name, _a_country)


def number_of_a_person(name: str) -> KeyPart:
    """A personal number, by the rule of the country that the part before names."""
    return KeyPart(name, lambda text, beside: _a_number(text, beside.before[-1]))


def number_of_a_document(name: str) -> KeyPart:
    """A document's number: its letters and digits, however they are typed."""
    return hard(name, letters_and_digits)


def number_of_a_certificate(name: str) -> KeyPart:
    """The number on a paper, by its letters and digits and where they are parted."""
    return hard(name, lambda text: _some(written_number(text)))


def letters_and_digits(text: str) -> str:
    """The letters and digits alone; WrongValue where there is none."""
    return _some(document_number(text))


def _some(found: str) -> str:
    if not found:
        raise WrongValue("no_letter_or_digit")
    return found


def plate_or_refused(text: str) -> str:
    """A plate as ``numbers.normal_plate`` has it; WrongValue where there is no letter and no digit."""
    return _some(normal_plate(text))


def in_form(pattern: str) -> Callable[[str], str]:
    """In upper-case ASCII, and in this form as a whole, or WrongValue."""
    form = re.compile(pattern)

    def normal(text: str) -> str:
        found = text.upper() if text.isascii() else text
        if not form.fullmatch(found):
            raise WrongValue("wrong_form")
        return found

    return normal


# What the house or the register numbered an entry with; every register is searched by it.
ENTRY_NUMBER: Final = KeyKind("entry_number", (number_of_a_document("number"),))

_a_country = in_form(_COUNTRY.pattern)


def _a_number(text: str, of: str) -> str:
    known = countries().get(of)
    return known.person_number.normal_form(text) if known else in_form(_NUMBER.pattern)(text)


def _a_day(text: str) -> str:
    try:
        return date.fromisoformat(text if _DAY.fullmatch(text) else "").isoformat()
    except ValueError:
        raise WrongValue("no_such_day") from None
