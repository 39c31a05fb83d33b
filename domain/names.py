"""Names as keys: the normal form under which a name is unique, and the likeness that only warns an officer.

The numbers of documents, which have no form of their own, are here too.

How a name is written stays as it was signed; these forms are for comparing. Never ``upper()`` or ``lower()``
without a language: Turkish and Azerbaijani have a dotted and a dotless i. How its own language is spelt lies in a
country's folder (``Country.spelling``).
The normal form is frozen: ids are derived from it. Another is a new ``FORM``, claimed beside the old one.
"""

import re
import unicodedata
from collections.abc import Callable
from typing import Final, TypeAlias

from domain.refusals import WrongValue

Spelling: TypeAlias = Callable[[str], str]  # a name in NFC -> how its letters are compared

FORM: Final = 1

TURNED_COMMA: Final = "\u02bb"  # the mark of the Uzbek letters oʻ and gʻ
APOSTROPHE: Final = "\u02bc"  # the Uzbek tutuq belgisi, and every other apostrophe


class WrongName(WrongValue):
    """A name that has no normal form; nothing of it stands in the values but the ``position`` (from 1) of what is
    wrong.
    """


def check(name: str) -> None:
    """Refuse (WrongName) what is not in Unicode NFC, and characters that cannot be seen or are no text."""
    if name.isascii() and name.isprintable():
        return
    composed = unicodedata.normalize("NFC", name)
    if composed != name:
        shorter = min(len(name), len(composed))
        position = next((n for n in range(shorter) if name[n] != composed[n]), shorter) + 1
        raise WrongName("not_composed", position=position)
    for position, character in enumerate(name, start=1):
        if unicodedata.category(character) in _NO_TEXT or _INVISIBLE.match(character):
            raise WrongName("invisible", position=position)


def shows(text: str) -> bool:
    """Whether anything of it is seen: a letter, a digit, a sign; a mark alone has nothing to stand on."""
    return any(
        unicodedata.category(character)[0] in "LNPS" and not _INVISIBLE.match(character) for character in text
    )


def normal_form(name: str, spelling: Spelling) -> str:
    """The key of a name of a country with that spelling, the same however it was typed.

    Case by the rules of the language, runs of spaces as one space, apostrophe variants as one. Nothing is
    stripped: Oʻt is not Ot, Isʼhoq is not Ishoq. WrongName as ``check``.
    """
    check(name)
    # Last: letters were dropped (ь), and Latin ones compose with marks that Cyrillic ones leave alone.
    return unicodedata.normalize("NFC", " ".join(spelling(name).split()))


def document_number(number: str) -> str:
    """The key of a document's number: its letters and digits alone, whatever their case; "" where none is.

    Spaces, dashes and the sign No. are typed in any way. Letters of other scripts stay what they are: what
    only looks alike is never taken for the same.
    """
    folded = number
    for _ in range(2):  # ¼ folds to two digits and a sign
        kept = "".join(c for c in folded if unicodedata.category(c)[0] in "LNM")
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", kept).casefold())
    return folded


def written_number(number: str) -> str:
    """The key of a number on a paper of any office: as ``document_number``, but that 12/34 is not 123/4; "" where there
    is no letter and no digit.
    """
    said = "".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in number)
    return "-".join(filter(None, map(document_number, said.split())))


def likeness(name: str) -> frozenset[str]:
    """Keys of likeness: two names are alike when they share one. To warn an officer, never to refuse.

    One key goes by the sound across scripts (Әлия, Aliya), one by the look (Latin HAH, Cyrillic НАН); both
    without marks, spaces, punctuation and double letters.
    """
    plain = unicodedata.normalize("NFKD", name).casefold()
    # The breve and the diaeresis of these letters are part of them, not marks to be dropped.
    plain = unicodedata.normalize("NFC", plain) if _CYRILLIC.search(plain) else plain
    return frozenset(filter(None, (_bare(plain.translate(_SOUND)), _bare(plain.translate(_LOOK)))))


# --- spellings --------------------------------------------------------------------------------------------


def plainly(name: str) -> str:
    """Without regard to case, and to how apostrophes are typed."""
    return one_apostrophe(case_folded(name))


def with_dotless_i(name: str) -> str:
    """The same in Turkish and Azerbaijani, where I is the capital of ı, and İ of i."""
    folded = case_folded(name.replace("İ", "i").replace("I", "ı"))
    return one_apostrophe(re.sub("i\u0307+", "i", folded))  # what a lower() without a language had made of İ


def case_folded(name: str) -> str:
    """Canonical caseless matching of the Unicode Standard (3.13, D145): decompose, fold, compose."""
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFD", name).casefold())
    return unicodedata.normalize("NFC", folded)


def one_apostrophe(name: str) -> str:
    """Every sign that is typed for an apostrophe as the one."""
    return _APOSTROPHES.sub(APOSTROPHE, name)


_APOSTROPHES = re.compile(
    "['`\u00b4\u02b9\u02bb-\u02bf\u02c8\u02ca\u02cb\u2018\u2019\u201b\u2032\u2035\ua78b\ua78c\uff07]"
)

# --- what cannot be a name, and what is alike ---------------------------------------------------------------

_NO_TEXT = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
# Default-ignorable code points that are not of category Cf, and the blank of Braille: they would let two equal names
# differ unseen.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_CYRILLIC = re.compile("[\u0400-\u052f]")
_SOUND = str.maketrans(
    dict(
        zip("абвгғдежзийкқлмнңоөпрстуұүфхһҳцчшщыіэәў", "abvggdejziikklmnnooprstuuufhhhscssiieao", strict=True)
    )
    | {"ё": "io", "ю": "iu", "я": "ia", "ъ": "", "ь": "", "ə": "a"}
)
_LOOK = str.maketrans(
    dict(zip("авеѕіјкмнорстухԛԝαβεικνορτυχə", "abesijkmhopctyxqwabeikvoptyxa", strict=True))
)
_DIGRAPHS = {"sh": "s", "ch": "c", "zh": "j", "kh": "h", "gh": "g", "ng": "n", "ts": "s"}
_LATIN = str.maketrans({"ı": "i", "y": "i", "q": "k", "w": "v", "x": "h"})


def _bare(text: str) -> str:
    letters = "".join(c for c in unicodedata.normalize("NFKD", text) if c.isalnum() and c not in "ʻʼ")
    for digraph, letter in _DIGRAPHS.items():
        letters = letters.replace(digraph, letter)
    return re.sub(r"(.)\1+", r"\1", letters.translate(_LATIN))
