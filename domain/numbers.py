"""The normal forms and checksums of numbers of persons, companies and vehicles; not what they identify.

Each number has one normal form or is refused: a hard key. What no law guarantees warns the officer only.
The normal forms are frozen: ids are derived from them. Another is a new ``FORM``, beside it.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from stdnum.az import voen
from stdnum.exceptions import ValidationError
from stdnum.tr import tckimlik, vkn

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
    number = _ascii("vin", "A VIN", text, forbidden="IOQ")
    _length("vin", "A VIN", number, 17)
    _not_one_character("vin", "VIN", number)
    return number


def vin_warnings(number: str) -> tuple[str, ...]:
    """("vin_check_digit",) when character 9 of a VIN in its normal form does not fit; never a refusal."""
    total = sum(weight * _VIN_VALUES[c] for weight, c in zip(_VIN_WEIGHTS, number, strict=True))
    return () if number[8] == "0123456789X"[total % 11] else ("vin_check_digit",)


def kz_iin(text: str) -> str:
    """Kazakhstan's number of a person: 12 digits, the last a check digit; a fifth of 4, 5 or 6 is a BIN's.

    Date of birth and sex cannot be read from it since 2013-08-26, so they are not checked.
    """
    number = _kz("kz_iin", "An IIN", text)
    if number[4] in "456":
        raise WrongNumber("kz_iin", 5, "This is the number of a company (BIN). Give the IIN of the person.")
    return number


def kz_bin(text: str) -> str:
    """Kazakhstan's number of a company: 12 digits with the check digit of the IIN; the fifth is 4, 5 or 6."""
    number = _kz("kz_bin", "A BIN", text)
    if number[4] not in "456":
        raise WrongNumber("kz_bin", 5, "This is the number of a person (IIN). Give the BIN of the company.")
    return number


def tr_tckn(text: str) -> str:
    """Türkiye's number of a person: 11 digits, the first not 0, the last two check digits."""
    number = _digits("tr_tckn", "A TCKN", text, 11)
    if number[0] == "0":
        raise WrongNumber("tr_tckn", 1, "A TCKN does not begin with 0. Copy all its digits from the card.")
    # 99999999990 passes the check digits; it is what people type who have none.
    if number == "99999999990" or not tckimlik.is_valid(number):
        raise _mistyped("tr_tckn", "TCKN")
    return number


def tr_vkn(text: str) -> str:
    """Türkiye's tax number of a company: 10 digits, the last a check digit."""
    number = _digits("tr_vkn", "A VKN", text, 10)
    return _checked_by(vkn.validate, "tr_vkn", "VKN", number)


def az_fin(text: str) -> str:
    """Azerbaijan's number of a person: 7 letters and digits, random; O is read as 0, an I is refused."""
    number = _ascii("az_fin", "A FIN", text, forbidden="I").replace("O", "0")
    _length("az_fin", "A FIN", number, 7)
    return number


def az_voen(text: str) -> str:
    """Azerbaijan's tax number: 10 digits, of which the ninth is a check digit."""
    number = _digits("az_voen", "A VÖEN", text, 10)
    return _checked_by(voen.validate, "az_voen", "VÖEN", number)


def uz_pinfl(text: str) -> str:
    """Uzbekistan's number of a person: 14 digits, the last a check digit."""
    number = _digits("uz_pinfl", "A PINFL", text, 14)
    if _weighted(number[:13], (7, 3, 1) * 4 + (7,)) % 10 != int(number[13]):
        raise _mistyped("uz_pinfl", "PINFL")
    return number


def uz_pinfl_warnings(number: str) -> tuple[str, ...]:
    """("person_number_date",) when digits 1 to 7 of a PINFL (century and sex, DDMMYY) are no day."""
    century = {"1": 18, "2": 18, "3": 19, "4": 19, "5": 20, "6": 20}.get(number[0])
    if century is None:
        return ("person_number_date",)
    return _date_warning(day=number[1:3], month=number[3:5], year=f"{century}{number[5:7]}")


def kg_pin(text: str) -> str:
    """Kyrgyzstan's number of a person: 14 digits; no check digit is published."""
    return _digits("kg_pin", "A PIN", text, 14)


def kg_pin_warnings(number: str) -> tuple[str, ...]:
    """("person_number_date",) when digits 2 to 9 of a PIN (DDMMYYYY) are no day."""
    return _date_warning(day=number[1:3], month=number[3:5], year=number[5:9])


# --- what the above are made of ---------------------------------------------------------------------------

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


def _ascii(kind: str, noun: str, text: str, *, forbidden: str) -> str:
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


def _digits(kind: str, noun: str, text: str, length: int) -> str:
    number = text.strip()
    for position, character in enumerate(number, start=1):
        if not (character.isascii() and character.isdigit()):
            named = _named(character)
            reason = f"Character {position} is {named}. {noun} has digits only: leave out everything else."
            raise WrongNumber(kind, position, reason)
    _length(kind, noun, number, length)
    _not_one_character(kind, noun.split()[1], number)
    return number


def _length(kind: str, noun: str, number: str, length: int) -> None:
    if len(number) != length:
        reason = f"{noun} has {length} characters, not {len(number)}. Copy it whole from the original."
        raise WrongNumber(kind, None, reason)


def _not_one_character(kind: str, noun: str, number: str) -> None:
    if len(set(number)) == 1:  # some of them pass their check digit
        raise _mistyped(kind, noun)


def _mistyped(kind: str, noun: str) -> WrongNumber:
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


def _kz(kind: str, noun: str, text: str) -> str:
    number = _digits(kind, noun, text, 12)
    check = _weighted(number[:11], range(1, 12)) % 11
    if check == 10:  # noqa: PLR2004 - no digit: the law's second row of weights decides
        check = _weighted(number[:11], (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)) % 11
    if check != int(number[11]):  # twice 10: such a number is not issued
        raise _mistyped(kind, noun.split()[1])
    return number


def _weighted(digits: str, weights: Iterable[int]) -> int:
    return sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=True))


def _checked_by(validate: Callable[[str], str], kind: str, noun: str, number: str) -> str:
    try:
        normal = validate(number)
    except ValidationError:
        raise _mistyped(kind, noun) from None
    if normal != number:
        raise _mistyped(kind, noun)
    return number


def _date_warning(*, day: str, month: str, year: str) -> tuple[str, ...]:
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return ("person_number_date",)
    return ()
