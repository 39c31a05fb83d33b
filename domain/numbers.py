"""What the normal forms of numbers share, and those that belong to no country (VIN); not what they identify.

A country's own numbers lie in its folder (``domain/law/<cc>/numbers.py``), made of what is here.

Each number has one normal form or is refused: a hard key. What no law guarantees warns the officer only.
The normal forms are frozen: ids are derived from them. Another is a new ``FORM``, beside it.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from stdnum.exceptions import ValidationError

FORM: Final = 1

WARNINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "vin_check_digit": (
            "Character 9 of the VIN is not the check digit of the others. Outside North America no law asks "
            "for one: compare the VIN with the vehicle and its papers."
        ),
        "person_number_date": (
            "The date inside the personal number is not a day of the calendar. Such numbers exist: compare "
            "it with the person's papers."
        ),
    }
)


class WrongNumber(ValueError):
    """A number that has no normal form; the text says what is wrong and what to do, for the person refused.

    Nothing of the number stands in it but the one wrong character, at ``position`` (from 1; None when no
    single character is to blame). ``kind`` is the name of the function that refused.
    """

    def __init__(self, kind: str, position: int | None, reason: str) -> None:
        super().__init__(kind, position, reason)
        self.kind = kind
        self.position = position
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


def vin(text: str) -> str:
    """The VIN (ISO 3779) in upper-case ASCII: 17 letters and digits, without I, O and Q.

    The check digit is not looked at (``vin_warnings``): no law outside North America asks for it.
    Chassis and body numbers of older cars are another kind of key.
    """
    number = letters_and_digits("vin", "A VIN", text, forbidden="IOQ")
    check_length("vin", "A VIN", number, 17)
    check_not_one_character("vin", "VIN", number)
    return number


def vin_warnings(number: str) -> tuple[str, ...]:
    """("vin_check_digit",) when character 9 of a VIN in its normal form does not fit; never a refusal."""
    total = sum(weight * _VIN_VALUES[c] for weight, c in zip(_VIN_WEIGHTS, number, strict=True))
    return () if number[8] == "0123456789X"[total % 11] else ("vin_check_digit",)


# --- what normal forms are made of ---------------------------------------------------------------------------

_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VIN_VALUES = {
    **{digit: int(digit) for digit in "0123456789"},
    **dict(zip("ABCDEFGH", range(1, 9), strict=True)),
    **dict(zip("JKLMN", range(1, 6), strict=True)),
    "P": 7,
    "R": 9,
    **dict(zip("STUVWXYZ", range(2, 10), strict=True)),
}
_LOOK_ALIKES = dict(
    zip(
        "АВЕЅІЈКМНОРСТУХԚԜавеѕіјкмнорстухԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορτυχİı",
        "ABESIJKMHOPCTYXQWABESIJKMHOPCTYXQWABEZHIKMNOPTYXAIKVOPTYXII",
        strict=True,
    )
)


def letters_and_digits(kind: str, noun: str, text: str, *, forbidden: str) -> str:
    """The text in upper-case ASCII without the spaces around, or WrongNumber for any other character.

    ``kind`` is the function that asks, ``noun`` the number as the refusal calls it ("A VIN").
    """
    stripped = text.strip()
    for position, character in enumerate(stripped, start=1):
        # Before upper(): it would turn some letters of other alphabets into ASCII ones.
        if not (character.isascii() and character.isalnum()):
            reason = f"Character {position} is {_named(character)}. {_way_out(noun, character)}"
            raise WrongNumber(kind, position, reason)
        if character.upper() in forbidden:
            digit = "1" if character in "Ii" else "0"
            raise WrongNumber(
                kind,
                position,
                f'Character {position} is "{character}". {noun} has no letter {" or ".join(forbidden)}: '
                f"look at the original again, it may be the digit {digit}.",
            )
    return stripped.upper()


def digits(kind: str, noun: str, text: str, count: int) -> str:
    """So many ASCII digits without the spaces around, not all the same, or WrongNumber; as ``letters_and_digits``."""
    number = text.strip()
    for position, character in enumerate(number, start=1):
        if not (character.isascii() and character.isdigit()):
            named = _named(character)
            reason = f"Character {position} is {named}. {noun} has digits only: leave out everything else."
            raise WrongNumber(kind, position, reason)
    check_length(kind, noun, number, count)
    check_not_one_character(kind, noun.split()[1], number)
    return number


def check_length(kind: str, noun: str, number: str, count: int) -> None:
    """Refuse (WrongNumber) what has not so many characters."""
    if len(number) != count:
        reason = f"{noun} has {count} characters, not {len(number)}. Copy it whole from the original."
        raise WrongNumber(kind, None, reason)


def check_not_one_character(kind: str, noun: str, number: str) -> None:
    """Refuse (WrongNumber) one character again and again: some such numbers pass their check digit."""
    if len(set(number)) == 1:
        raise mistyped(kind, noun)


def mistyped(kind: str, noun: str) -> WrongNumber:
    """What is raised where a check digit does not fit; ``noun`` without its article."""
    reason = f"There is no such {noun}: a character is wrong. Compare each with the original."
    return WrongNumber(kind, None, reason)


def _named(character: str) -> str:
    if character == " ":
        return "a space"
    code = f"U+{ord(character):04X}"
    shown = f'"{character}"' if character.isprintable() else code
    return f"{shown} ({unicodedata.name(character, code).capitalize()})"


def _way_out(noun: str, character: str) -> str:
    if character in _LOOK_ALIKES:
        latin = _LOOK_ALIKES[character]
        return f'It only looks like the Latin letter "{latin}": type it again with a Latin keyboard.'
    return f"{noun} has Latin letters and digits only: leave out everything else."


def weighted(number: str, weights: Iterable[int]) -> int:
    """The sum of the digits, each times its weight."""
    return sum(weight * int(digit) for weight, digit in zip(weights, number, strict=True))


def checked_by(validate: Callable[[str], str], kind: str, noun: str, number: str) -> str:
    """The number, where a rule of python-stdnum takes it as it is; else WrongNumber."""
    try:
        normal = validate(number)
    except ValidationError:
        raise mistyped(kind, noun) from None
    if normal != number:
        raise mistyped(kind, noun)
    return number


def date_warning(*, day: str, month: str, year: str) -> tuple[str, ...]:
    """("person_number_date",) when these digits are no day of the calendar."""
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return ("person_number_date",)
    return ()
