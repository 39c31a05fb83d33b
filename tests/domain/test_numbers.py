"""Numbers as hard keys: one normal form or refused, with a message that helps and tells nothing to others."""

import pickle
import string
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import numbers
from domain.law.az.numbers import az_fin, az_voen
from domain.law.kg.numbers import kg_pin, kg_pin_warnings
from domain.law.kz.numbers import kz_bin, kz_iin
from domain.law.tr.numbers import tr_tckn, tr_vkn
from domain.law.uz.numbers import uz_pinfl, uz_pinfl_warnings
from domain.numbers import WARNINGS, WrongNumber

VIN = "1M8GDM9AXKP042788"  # the example of a VIN with a right check digit
ALL: tuple[Callable[[str], str], ...] = (
    az_fin,
    az_voen,
    kg_pin,
    kz_bin,
    kz_iin,
    tr_tckn,
    tr_vkn,
    uz_pinfl,
    numbers.vin,
)


def refused(normal_form: Callable[[str], str], text: str) -> WrongNumber:
    with pytest.raises(WrongNumber) as caught:
        normal_form(text)
    return caught.value


def with_pinfl_check_digit(first: str) -> str:
    """By the rule of the parser: weights 7, 3, 1 over thirteen digits, modulo 10."""
    return first + str(sum(int(digit) * (7, 3, 1)[n % 3] for n, digit in enumerate(first)) % 10)


PINFL = with_pinfl_check_digit("3150590001234")


# --- vehicles ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [VIN, VIN.lower(), f"  {VIN}\n"])
def test_a_vin_is_upper_case_without_spaces_around(text: str) -> None:
    assert numbers.vin(text) == VIN


@pytest.mark.parametrize(("letter", "digit"), [("I", "1"), ("O", "0"), ("Q", "0"), ("i", "1"), ("o", "0")])
def test_a_vin_has_no_i_o_or_q(letter: str, digit: str) -> None:
    refusal = refused(numbers.vin, VIN[:4] + letter + VIN[5:])
    assert refusal.code == "letter_not_used"
    assert refusal.values == {"number": "VIN", "position": 5, "letters": ("I", "O", "Q"), "digit": digit}


def test_a_cyrillic_letter_that_looks_latin_is_named_by_its_place() -> None:
    refusal = refused(numbers.vin, VIN[:1] + "М" + VIN[2:])
    assert (refusal.code, refusal.values) == ("look_alike", {"position": 2, "letter": "M"})


@pytest.mark.parametrize("character", ["ı", "ſ", "\u212a", "Ｍ", "١", "-", " ", "\u200b", "\ud800", "ß"])
def test_letters_that_would_become_ascii_when_upper_cased_are_refused(character: str) -> None:
    """upper() makes I of ı and S of ſ, lower() makes k of the Kelvin sign; isdigit() takes ١ for a digit."""
    refusal = refused(numbers.vin, VIN[:6] + character + VIN[7:])
    assert refusal.values["position"] == 7
    str(refusal).encode()  # can be sent


@pytest.mark.parametrize("text", ["", VIN[:-1], VIN + "1"])
def test_a_vin_has_seventeen_characters(text: str) -> None:
    refusal = refused(numbers.vin, text)
    assert (refusal.code, refusal.values["count"], refusal.values["length"]) == (
        "wrong_length",
        17,
        len(text),
    )


def test_seventeen_times_the_same_character_is_no_vin() -> None:
    """Seventeen ones pass the check digit."""
    assert numbers.vin_warnings("1" * 17) == ()
    refused(numbers.vin, "1" * 17)


def test_a_wrong_check_digit_warns_and_never_refuses() -> None:
    """No law outside North America asks for one."""
    assert numbers.vin_warnings(VIN) == ()
    other = VIN[:8] + "7" + VIN[9:]
    assert numbers.vin(other) == other
    assert numbers.vin_warnings(other) == ("vin_check_digit",)


# --- Kazakhstan -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("iin", ["791028302728", "061211600012"])
def test_an_iin_with_its_check_digit(iin: str) -> None:
    assert kz_iin(iin) == iin


@pytest.mark.parametrize("text", ["041140005084", "791028302729", "000000000000", ""])
def test_an_iin_without_its_check_digit_is_refused(text: str) -> None:
    refused(kz_iin, text)


def test_an_iin_whose_check_digit_would_be_ten_uses_the_second_weights() -> None:
    """Where the second row gives ten as well, the number is never issued."""
    tens = [first for n in range(1000) if by(first := f"90010130{n:03d}", FIRST) == 10]
    assert any(by(first, SECOND) == 10 for first in tens)
    for first in tens:
        check = by(first, SECOND)
        for digit in range(10):
            if digit == check:
                assert kz_iin(f"{first}{digit}") == f"{first}{digit}"
            else:
                refused(kz_iin, f"{first}{digit}")


FIRST = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
SECOND = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)


def by(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11


def test_numbers_of_companies_and_persons_are_told_apart() -> None:
    """The fifth digit of a BIN is 4, 5 or 6."""
    bin_ = "04114000508" + str(by("04114000508", FIRST))
    assert kz_bin(bin_) == bin_
    assert refused(kz_iin, bin_).code == "bin_for_iin"
    assert refused(kz_bin, "791028302728").code == "iin_for_bin"


# --- Türkiye, Azerbaijan, Uzbekistan, Kyrgyzstan ----------------------------------------------------------


def test_a_tckn_has_two_check_digits() -> None:
    assert tr_tckn("17291716060") == "17291716060"
    refused(tr_tckn, "17291716050")
    assert refused(tr_tckn, "07291716060").code == "tckn_begins_with_0"


@pytest.mark.parametrize("number", ["11111111110", "99999999990"])
def test_the_tckn_of_those_who_have_none_is_refused(number: str) -> None:
    """Both pass the check digits."""
    assert refused(tr_tckn, number).code == "mistyped"


def test_a_foreigner_has_a_tckn_that_begins_with_99_or_98() -> None:
    assert [tr_tckn(number) for number in ("99000000042", "98765432150")] == ["99000000042", "98765432150"]


def test_a_vkn_has_a_check_digit() -> None:
    assert tr_vkn("4540536920") == "4540536920"
    refused(tr_vkn, "4540536921")


def test_a_voen_has_a_check_digit_and_is_never_filled_up() -> None:
    assert az_voen("1401555071") == "1401555071"
    refused(az_voen, "1401555081")
    refused(az_voen, "140155507")


def test_a_fin_has_no_letter_o() -> None:
    assert az_fin("5abc1o2") == "5ABC102"
    assert refused(az_fin, "5ABI102").values["position"] == 4
    assert refused(az_fin, "5АBC102").values["position"] == 2


@pytest.mark.parametrize("number", ["6K4T9", "6K4T9Q", "6K4T9QZ"])
def test_a_fin_has_seven_characters_and_that_of_a_foreign_resident_five_or_six(number: str) -> None:
    assert az_fin(number.lower()) == number


@pytest.mark.parametrize("number", ["", "6K4T", "6K4T9QZ5"])
def test_a_fin_that_is_shorter_or_longer_is_refused(number: str) -> None:
    refusal = refused(az_fin, number)
    assert (refusal.code, refusal.values) == ("fin_too_short_or_long", {"length": len(number)})


def test_a_pinfl_has_a_check_digit() -> None:
    assert uz_pinfl(PINFL) == PINFL
    refused(uz_pinfl, PINFL[:-1] + str((int(PINFL[-1]) + 1) % 10))
    refused(uz_pinfl, "1" * 14)  # passes its check digit


@pytest.mark.parametrize(
    ("first", "warnings"),
    [
        ("3150590001234", ()),
        ("5290224001234", ()),
        ("5290223001234", ("person_number_date",)),
        ("3321390001234", ("person_number_date",)),
        ("9150590001234", ("person_number_date",)),
    ],
)
def test_a_date_that_is_none_in_a_pinfl_warns(first: str, warnings: tuple[str, ...]) -> None:
    assert uz_pinfl_warnings(uz_pinfl(with_pinfl_check_digit(first))) == warnings


def test_a_pin_has_fourteen_digits_and_a_date_that_only_warns() -> None:
    assert kg_pin("21505199000123") == "21505199000123"
    assert kg_pin_warnings("21505199000123") == ()
    assert kg_pin_warnings("23113199000123") == ("person_number_date",)
    refused(kg_pin, "2150519900012")


# --- for all ----------------------------------------------------------------------------------------------


def test_no_other_warnings_are_given_than_those_that_are_listed() -> None:
    given_out = {
        *numbers.vin_warnings(VIN[:8] + "7" + VIN[9:]),
        *kg_pin_warnings("0" * 14),
        *uz_pinfl_warnings("0" * 14),
    }
    assert given_out == set(WARNINGS)


def test_a_refusal_survives_the_way_to_another_process() -> None:
    refusal = refused(numbers.vin, "-")
    again = pickle.loads(pickle.dumps(refusal))  # noqa: S301 - made in the line itself
    assert (again.code, again.values) == (refusal.code, refusal.values)


@given(st.sampled_from(ALL), st.text() | st.text(string.ascii_letters + string.digits, max_size=20))
def test_a_number_has_one_normal_form_or_is_refused(normal_form: Callable[[str], str], text: str) -> None:
    try:
        number = normal_form(text)
    except WrongNumber:
        return
    assert number.isascii()
    assert number == number.upper().strip()
    assert normal_form(number) == number


@given(st.sampled_from(ALL), st.text("BCDGHJLMW0123456789", min_size=3, max_size=20))
def test_a_refusal_shows_nothing_of_the_number(normal_form: Callable[[str], str], text: str) -> None:
    shown = ""
    try:
        normal_form(text)
    except WrongNumber as refusal:
        shown = f"{refusal} {refusal!r} {refusal.__cause__}"
    assert not any(text[n : n + 3] in shown for n in range(len(text) - 2))


@given(st.text("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", min_size=17, max_size=17))
def test_any_vin_can_be_looked_at_for_warnings(number: str) -> None:
    assert set(numbers.vin_warnings(number)) <= set(WARNINGS)


def test_the_normal_forms_are_frozen() -> None:
    """Ids are derived from these; another normal form is a new FORM beside this one."""
    assert numbers.FORM == 1
    assert [numbers.vin(" 1m8gdm9axkp042788"), az_fin("o1z9x8q")] == ["1M8GDM9AXKP042788", "01Z9X8Q"]
