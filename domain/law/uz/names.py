"""How names are spelt in Uzbek: in Latin and in Cyrillic letters, with two marks that are typed in many ways."""

import re

from domain.names import APOSTROPHE, TURNED_COMMA, case_folded, one_apostrophe


def uzbek(name: str) -> str:
    """A name in lower-case Latin letters; Cyrillic by the official table (1995), what is none of its letters stays.

    The mark of oʻ and gʻ and the tutuq belgisi are kept apart from each other.
    """
    name = case_folded(name).replace("ўъ", "ў")  # мўъжиза, moʻjiza
    name = re.sub("[ъь]е", "ye", name)  # объект, obyekt
    name = name.replace("ьи", "yi").replace("ьо", "yo")
    name = re.sub(
        rf"(?<![^\W\d_])е|(?<=[{_VOWELS}])е", "ye", name
    )  # at the beginning of a word, after a vowel
    name = re.sub(rf"(?<=[{_VOWELS}])ц", "ts", name)  # else s
    name = name.replace("сҳ", f"s{APOSTROPHE}h")  # Исҳоқ, Isʼhoq: not sh
    name = one_apostrophe(name.translate(_UZBEK))
    return re.sub(f"(?<=[og]){APOSTROPHE}", TURNED_COMMA, name)


_VOWELS = "аеёиоуўыэюяaeiou" + TURNED_COMMA
_UZBEK = str.maketrans(
    dict(zip("абвгджзийклмнопрстуфхцыэқҳ", "abvgdjziyklmnoprstufxsieqh", strict=True))
    | {"е": "e", "ё": "yo", "ч": "ch", "ш": "sh", "щ": "sh", "ю": "yu", "я": "ya", "ь": "", "ъ": APOSTROPHE}
    | {"ў": f"o{TURNED_COMMA}", "ғ": f"g{TURNED_COMMA}"}
)
