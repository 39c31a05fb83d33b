"""What the normal forms of numbers share, and those that belong to no country (VIN); not what they identify.

A country's own numbers lie in its folder (``domain/law/<cc>/numbers.py``), made of what is here.

Each number has one normal form or is refused: a hard key. What no law guarantees warns the officer only.
The normal forms are frozen: ids are derived from them. Another is a new ``FORM``, beside it.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Final

from stdnum.exceptions import ValidationError

from domain.refusals import WrongValue

FORM: Final = 1

WARNINGS: Final = ("vin_check_digit", "person_number_date")


class WrongNumber(WrongValue):
    """A number that has no normal form; the code says what is wrong.

    Nothing of the number stands in its values: the wrong character is named by its ``position`` (from 1).
    """


def vin(text: str) -> str:
    """The VIN (ISO 3779) in upper-case ASCII: 17 letters and digits, without I, O and Q.

    The check digit is not looked at (``vin_warnings``): no law outside North America asks for it.
    Chassis and body numbers of older cars are another kind of key.
    """
    number = letters_and_digits("VIN", text, forbidden="IOQ")
    check_length("VIN", number, 17)
    check_not_one_character("VIN", number)
    return number


def vin_warnings(number: str) -> tuple[str, ...]:
    """("vin_check_digit",) when character 9 of a VIN in its normal form does not fit; never a refusal."""
    total = sum([weight * _VIN_VALUES[c] for weight, c in zip(_VIN_WEIGHTS, number, strict=True)])
    return () if number[8] == "0123456789X"[total % 11] else ("vin_check_digit",)


def chassis(text: str) -> str:
    """The number on the chassis or body of an old car, which never had a VIN: 3 to 20 letters and digits in upper-case
    ASCII, as they are stamped.
    """
    number = letters_and_digits("chassis", text, forbidden="")
    if not 3 <= len(number) <= LONGEST_CHASSIS:  # noqa: PLR2004 - no maker stamped fewer
        raise WrongNumber("wrong_length_between", number="chassis", least=3, most=LONGEST_CHASSIS)
    return number


LONGEST_CHASSIS: Final = 20


def normal_plate(text: str) -> str:
    """A plate however it is typed: its letters and digits in upper case, "" where there is none; Cyrillic letters that
    look like Latin ones are these.
    """
    kept = (character for character in text.upper() if character.isalnum())
    return "".join(_LOOK_ALIKES.get(character, character) for character in kept)


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


def letters_and_digits(name: str, text: str, *, forbidden: str) -> str:
    """The text in upper-case ASCII without the spaces around, or WrongNumber for any other character.

    ``name`` is what people call the number in every language ("VIN").
    """
    stripped = text.strip()
    if stripped.isascii() and stripped.isalnum() and _has_none_of(stripped, forbidden):
        return stripped.upper()
    for position, character in enumerate(stripped, start=1):
        # Before upper(): it would turn some letters of other alphabets into ASCII ones.
        if not (character.isascii() and character.isalnum()):
            raise _foreign(name, position, character)
        if character.upper() in forbidden:
            digit = "1" if character in "Ii" else "0"
            raise WrongNumber(
                "letter_not_used", number=name, position=position, letters=tuple(forbidden), digit=digit
            )
    return stripped.upper()


def digits(name: str, text: str, count: int) -> str:
    """So many ASCII digits without the spaces around, not all the same, or WrongNumber; as ``letters_and_digits``."""
    number = text.strip()
    if not (number.isascii() and number.isdigit()):
        is_digit = [character.isascii() and character.isdigit() for character in number]
        if not all(is_digit):
            raise WrongNumber("digits_only", number=name, position=is_digit.index(False) + 1)
    check_length(name, number, count)
    check_not_one_character(name, number)
    return number


def check_length(name: str, number: str, count: int) -> None:
    """Refuse (WrongNumber) what has not so many characters."""
    if len(number) != count:
        raise WrongNumber("wrong_length", number=name, count=count, length=len(number))


def check_not_one_character(name: str, number: str) -> None:
    """Refuse (WrongNumber) one character again and again: some such numbers pass their check digit."""
    if len(set(number)) == 1:
        raise mistyped(name)


def mistyped(name: str) -> WrongNumber:
    """What is raised where a check digit does not fit."""
    return WrongNumber("mistyped", number=name)


def _has_none_of(text: str, letters: str) -> bool:
    return frozenset(letters).isdisjoint(text.upper())


def _foreign(name: str, position: int, character: str) -> WrongNumber:
    if character in _LOOK_ALIKES:
        return WrongNumber("look_alike", position=position, letter=_LOOK_ALIKES[character])
    return WrongNumber("letters_and_digits_only", number=name, position=position)


def weighted(number: str, weights: Iterable[int]) -> int:
    """The sum of the digits, each times its weight; ValueError where there are not as many weights."""
    return sum([weight * int(digit) for weight, digit in zip(weights, number, strict=True)])


def checked_by(validate: Callable[[str], str], name: str, number: str) -> str:
    """The number, where a rule of python-stdnum takes it as it is; else WrongNumber."""
    try:
        normal = validate(number)
    except ValidationError:
        raise mistyped(name) from None
    if normal != number:
        raise mistyped(name)
    return number


def date_warning(*, day: str, month: str, year: str) -> tuple[str, ...]:
    """("person_number_date",) when these digits are no day of the calendar."""
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return ("person_number_date",)
    return ()
