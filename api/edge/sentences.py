"""Codes and values in words, in a language that the caller reads; not what is said, which stands in ``api/messages/``.

It promises:
- a sentence is always said: what the asked language lacks is said in English, and a code that nobody wrote a sentence
  for is said as the code (a test finds it first); a value that is missing stays a name in braces;
- a procedure's own words come before those of the house, each in the asked language, then in English; where neither
  has any, those of whichever procedure brings the code: nobody is answered with a bare one;
- whatever header was sent, the language is one of ours; without one that can be read, English;
- nothing but the values that came with the code stands in a sentence, written as the language writes numbers and days.
"""

import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from gettext import GNUTranslations
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from babel import Locale, negotiate_locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, get_currency_name, get_currency_precision

from domain.procedures import procedures as all_procedures
from domain.refusals import Amount, Named, Value, Values

MESSAGES: Final = Path(__file__).parents[1] / "messages"
HOUSE: Final = "house"
ENGLISH: Final = "en"
LONGEST_HEADER: Final = 1000  # what is longer is not a person's choice
PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)\}")
_NONE: Final[Values] = MappingProxyType({})


class NotCompiled(Exception):
    """The catalogues are not there as the house reads them; the text says what to do."""


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """One of our languages: its tag and what it says, by the name of a procedure, or of the ``HOUSE``.

    ``said``: the tags of the languages in which it spoke so far, in one answer.
    """

    tag: str
    locale: Locale
    catalogues: Mapping[str, tuple[GNUTranslations, ...]]
    said: set[str] = field(default_factory=set)

    def anew(self) -> "Language":
        """The same, for another answer."""
        return Language(self.tag, self.locale, self.catalogues)

    def say(self, kind: str, code: str, values: Values = _NONE, procedures: tuple[str, ...] = ()) -> str:
        """The sentence of a code of that kind, with the values in it, in the words of these procedures first.

        Where the sentence or a word in it is lacking, all of it is said in English: nobody reads half a sentence.
        """
        written = self.written(kind, code, procedures) or self._known_to_all(kind, code)
        if self.tag == ENGLISH:
            self.said.add(ENGLISH)
            written = written or self.written(kind, code, tuple(all_procedures()))
            return self._filled(written or code, values, procedures)
        if written is None or not all(self._has(value, procedures) for value in values.values()):
            return replace(english(), said=self.said).say(kind, code, values, procedures)
        self.said.add(self.tag)
        return self._filled(written, values, procedures)

    def tag_of(self, kind: str, code: str, *procedures: str) -> str:
        """The tag of the language in which this is said, for whoever reads it aloud."""
        return self.tag if self._has(Named(kind, code), procedures) else ENGLISH

    def _filled(self, written: str, values: Values, procedures: tuple[str, ...]) -> str:
        def filled(found: re.Match[str]) -> str:
            name = found[1]
            return self._in_words(values[name], procedures) if name in values else found[0]

        return PLACEHOLDER.sub(filled, written)

    def _has(self, value: Value, procedures: tuple[str, ...]) -> bool:
        """Whether every code in a value has words here."""
        match value:
            case Named(kind=kind, code=code):
                return (self.written(kind, code, procedures) or self._known_to_all(kind, code)) is not None
            case Amount():
                return True
            case tuple():
                return all(self._has(each, procedures) for each in value)
        return True

    def written(self, kind: str, code: str, procedures: tuple[str, ...] = ()) -> str | None:
        """The sentence as it stands in a catalogue of this language, None where none has one."""
        for name in (*procedures, HOUSE):
            for catalogue in self.catalogues.get(name, ()):
                found = catalogue.pgettext(kind, code)
                if found != code:
                    return found
        return None

    def _known_to_all(self, kind: str, code: str) -> str | None:
        """The names that nobody has to translate: Unicode's CLDR has them, which Babel brings."""
        if kind == "currency":
            return get_currency_name(code, locale=self.locale)
        return self.locale.territories.get(code) if kind == "country" else None

    def _in_words(self, value: Value, procedures: tuple[str, ...]) -> str:  # noqa: PLR0911 - one for each kind of value
        match value:
            case Named(kind=kind, code=code):
                return self.say(kind, code, procedures=procedures)
            case Amount(minor=minor, currency=currency):
                return _money(minor, currency, self.locale)
            case ():
                return self.say("word", "nothing")
            case tuple():
                return format_list([self._in_words(each, procedures) for each in value], locale=self.locale)
            case datetime():
                return f"{_day(value.date(), self.locale)}, {value:%H:%M}"
            case date():
                return _day(value, self.locale)
            case int():
                return format_decimal(value, locale=self.locale)
        return value


@lru_cache(maxsize=1024)  # the same days are said again and again, and each takes a while to write
def _day(day: date, locale: Locale) -> str:
    return format_date(day, format="long", locale=locale)


@lru_cache(maxsize=1024)
def _money(minor: int, currency: str, locale: Locale) -> str:
    amount = Decimal(minor).scaleb(-get_currency_precision(currency))
    return format_currency(amount, currency, format="#,##0.00 ¤¤", locale=locale)


def english() -> Language:
    """The language that has a sentence for everything."""
    return languages()[ENGLISH]


@cache
def languages() -> Mapping[str, Language]:
    """Our languages by their tags, English first; raises NotCompiled."""
    return languages_in(MESSAGES)


def languages_in(folder: Path) -> Mapping[str, Language]:
    """Those that are compiled in a folder of catalogues; where sources lie beside, each has to be compiled."""
    sources = sorted(folder.glob("*/*.po"))
    compiled = sorted(folder.glob("*/*.mo"))
    lacking = {path.with_suffix("") for path in sources} - {path.with_suffix("") for path in compiled}
    tags = sorted({path.parent.name for path in compiled}, key=lambda tag: (tag != ENGLISH, tag))
    if lacking or ENGLISH not in tags:
        raise NotCompiled("the message catalogues are not compiled: please run make messages")
    return MappingProxyType(
        {tag: Language(tag, Locale.parse(tag, sep="-"), _catalogues(folder / tag)) for tag in tags}
    )


def _catalogues(folder: Path) -> dict[str, tuple[GNUTranslations, ...]]:
    """What belongs to no procedure (of the house, of a country) is the house's."""
    found: dict[str, tuple[GNUTranslations, ...]] = {}
    for path in sorted(folder.glob("*.mo")):
        name = path.stem if path.stem in all_procedures() else HOUSE
        with path.open("rb") as file:
            found[name] = (*found.get(name, ()), GNUTranslations(file))
    return found


# --- which language ----------------------------------------------------------------------------------------

_RANGE: Final = re.compile(
    r"(\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)(?:\s*;\s*[qQ]=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?\Z"
)


def spoken(scope: MutableMapping[str, Any]) -> Language:
    """The language of the answer to this request (ASGI), by its Accept-Language."""
    said = [value for name, value in scope.get("headers", ()) if name == b"accept-language"]
    return negotiated(b",".join(said).decode("latin-1")).anew()


@lru_cache(maxsize=512)  # of what browsers send
def negotiated(header: str) -> Language:
    """The one of our languages that fits an Accept-Language best (RFC 9110, 12.5.4); English where none does."""
    found = languages()
    if not header.strip() or len(header) > LONGEST_HEADER:
        return english()
    ranges = [_RANGE.match(part.strip()) for part in header.split(",")]  # what is none spoils no other one
    asked = [(each[1].lower(), float(each[2] or "1")) for each in ranges if each]
    unwanted = {tag for tag, weight in asked if not weight}
    for tag, _ in sorted((each for each in asked if each[1]), key=lambda each: -each[1]):
        fits = [tag for tag in found if tag not in unwanted]
        best = next(iter(fits), None) if tag == "*" else negotiate_locale([tag], fits, sep="-")
        if best is not None:
            return found[best]
    return english()


def in_language(language: Language) -> dict[str, str]:
    """The headers of an answer in which this language spoke: what it lacks was said in English, and that is named."""
    tags = sorted(language.said, key=lambda tag: tag != language.tag) or [language.tag]
    return {"Content-Language": ", ".join(tags), "Vary": "Accept-Language"}
