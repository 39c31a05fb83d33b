"""Names as keys: the same name typed in another way has the same key, another name has another."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.countries import countries
from domain.names import FORM, WrongName, check, document_number, likeness, normal_form, plainly

APOSTROPHES = "'`´ʻʼ‘’′"
SPELLINGS = {country.languages[0]: country.spelling for country in countries().values()}


def written(name: str, language: str) -> str:
    """The normal form where that is the first language of a country; of other languages nothing is known."""
    return normal_form(name, SPELLINGS.get(language, plainly))


# --- Uzbek ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", APOSTROPHES)
def test_the_apostrophe_of_an_uzbek_name_may_be_typed_in_any_way(mark: str) -> None:
    assert written(f"O{mark}tkir", "uz") == "o\u02bbtkir"
    assert written(f"G{mark}afur", "uz") == "g\u02bbafur"
    assert written(f"Is{mark}hoq", "uz") == "is\u02bchoq"
    assert written(f"Ma{mark}mur", "uz") == "ma\u02bcmur"


@pytest.mark.parametrize(("one", "other"), [("Oʻt", "Ot"), ("Isʼhoq", "Ishoq"), ("Gʻani", "Gani")])
def test_an_uzbek_apostrophe_is_never_dropped(one: str, other: str) -> None:
    assert written(one, "uz") != written(other, "uz")


@pytest.mark.parametrize(
    ("cyrillic", "latin"),
    [
        ("Исҳоқ", "Isʼhoq"),
        ("Ўткир", "Oʻtkir"),
        ("Ғофур", "Gʻofur"),
        ("Маъмура", "Maʼmura"),
        ("Мўъжиза", "Moʻjiza"),
        ("Шаҳноза", "Shahnoza"),
        ("Чўлпон", "Choʻlpon"),
        ("Ёқуб", "Yoqub"),
        ("Юлдуз", "Yulduz"),
        ("Ясмина", "Yasmina"),
        ("Жавлон", "Javlon"),
        ("Хуршид", "Xurshid"),
        ("Елена Алексеева", "Yelena Alekseyeva"),
        ("Васильев", "Vasilyev"),
        ("Цирк Акция Конституция", "Sirk Aksiya Konstitutsiya"),
        ("Объект", "Obyekt"),
        ("Эркин", "Erkin"),
        ("ШЕРЗОД ҚОДИРОВ", "Sherzod Qodirov"),
    ],
)
def test_uzbek_cyrillic_is_the_same_name_by_the_official_table(cyrillic: str, latin: str) -> None:
    assert written(cyrillic, "uz") == written(latin, "uz")


# --- case -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["tr", "az"])
def test_turkish_and_azerbaijani_have_two_letters_i(language: str) -> None:
    assert written("IŞIK İNCİ", language) == written("ışık inci", language) == "ışık inci"
    assert written("ILGAZ", language) != written("ilgaz", language)


def test_an_i_whose_dot_came_loose_is_an_i() -> None:
    """What a lower() without a language makes of İ: an i and a combining dot."""
    assert written("i̇nci", "tr") == written("İnci", "tr")


@pytest.mark.parametrize("language", ["kk", "ky", "ru", "uz", "en"])
def test_elsewhere_a_capital_i_is_an_i(language: str) -> None:
    assert written("INTER", language) == "inter"


@pytest.mark.parametrize(
    ("upper", "lower"), [("ӘЛИЯ ҰЛЫ", "әлия ұлы"), ("ҮМҮТ УУЛУ", "үмүт уулу"), ("ƏLİ", "əli")]
)
def test_capitals_make_no_other_name(upper: str, lower: str) -> None:
    language = "az" if "ə" in lower else "kk"
    assert written(upper, language) == lower


def test_spaces_make_no_other_name() -> None:
    assert written("  Fictional\u00a0 Motors ", "en") == written("Fictional Motors", "en")


def test_marks_make_another_name() -> None:
    assert written("Öztürk", "tr") != written("Ozturk", "tr")


# --- refused ----------------------------------------------------------------------------------------------


def test_a_name_that_is_not_composed_is_refused() -> None:
    with pytest.raises(WrongName) as caught:
        check("Ays\u0327e")
    assert (caught.value.code, caught.value.values) == ("not_composed", {"position": 3})
    check("Ayşe")


@pytest.mark.parametrize(
    "hidden", ["\u200b", "\u200d", "\u00ad", "\u202e", "\ufeff", "\x00", "\n", "\ud800", "\ufe0f", "\u3164"]
)
def test_what_nobody_sees_makes_no_other_name(hidden: str) -> None:
    with pytest.raises(WrongName) as caught:
        written(f"Al{hidden}i", "az")
    assert (caught.value.code, caught.value.values) == ("invisible", {"position": 3})
    assert "Al" not in str(caught.value)
    str(caught.value).encode()


# --- likeness ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Әлия", "Aliya"),
        ("Əliyə", "Aliya"),
        ("Иван Петров", "Ivan Petrov"),
        ("Шарипов", "Sharipov"),
        ("Şaripov", "Sharipov"),
        ("Қайрат", "Kairat"),
        ("Öztürk", "OZTURK"),
        ("Işık", "ISIK"),
        ("Oʻt", "Ot"),
        ("ТОYОТА", "TOYOTA"),  # Cyrillic letters among Latin ones
        ("НАН", "HAH"),  # wholly Cyrillic, and wholly Latin
        ("Alfa-Motors", "ALFA MOTORS"),
    ],
)
def test_names_that_sound_or_look_alike_share_a_key(one: str, other: str) -> None:
    assert likeness(one) & likeness(other)


@pytest.mark.parametrize(("one", "other"), [("Aliya", "Elif"), ("Иван", "Осман"), ("Alfa", "Beta")])
def test_other_names_are_not_alike(one: str, other: str) -> None:
    assert not likeness(one) & likeness(other)


def test_a_name_without_a_letter_is_like_no_other() -> None:
    assert likeness("—") == frozenset()


# --- for all ----------------------------------------------------------------------------------------------

LANGUAGES = st.sampled_from(["az", "kk", "ky", "ru", "tr", "uz", "en"])
LETTERS = "aàAIİıiöüğşçəƏñoOgGъьеЕсҳўқғцӘұңYyß' ’ʻʼ-"
NAMES = (st.text() | st.text(LETTERS)).map(lambda text: unicodedata.normalize("NFC", text))


@given(NAMES, LANGUAGES)
@example("0 Ь", "uz")  # a letter without a sound, alone
@example("Ба\u0301ҳор", "uz")  # a stress mark, which composes with the Latin letter only
def test_the_normal_form_of_a_normal_form_is_itself(name: str, language: str) -> None:
    try:
        key = written(name, language)
    except WrongName:
        return
    assert written(key, language) == key
    assert unicodedata.is_normalized("NFC", key)


@given(st.text())
def test_likeness_takes_anything(name: str) -> None:
    assert "" not in likeness(name)


def test_the_normal_form_is_frozen() -> None:
    """Ids are derived from these; another normal form is a new FORM beside this one."""
    assert FORM == 1
    golden = {
        ("Ғулом Ўктамов", "uz"): "gʻulom oʻktamov",
        ("ISMAYIL QIZI", "az"): "ısmayıl qızı",
        ("ДӘУРЕН ҰЛЫ", "kk"): "дәурен ұлы",
        ("O'Neill  & Sons", "en"): "oʼneill & sons",
        ("GROSS Straße", "en"): "gross strasse",
    }
    assert {key: written(*key) for key in golden} == golden


# --- numbers of documents ---------------------------------------------------------------------------------


@given(st.text(max_size=50))
def test_the_key_of_a_documents_number_is_its_own_key(number: str) -> None:
    key = document_number(number)
    assert document_number(key) == key
    assert document_number(f"{number} / - .") == key


@pytest.mark.parametrize(("one", "other"), [("AB 123", "AВ 123"), ("O1", "01"), ("12", "21"), ("A1", "A 11")])
def test_what_only_looks_alike_is_another_number(one: str, other: str) -> None:
    assert document_number(one) != document_number(other)
