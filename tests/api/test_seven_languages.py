"""Over one demonstration, everything that a person reads is in the language in which they ask, and no key is shown raw.

What is looked at: that the answer names this language alone; that each sentence is in its script; that it has none of
the little words of another language of that script; that nothing reads like a code.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import httpx2
import pytest

from domain.countries import countries
from domain.offers import offers
from infra.development.examples import Shown, example, examples_of
from infra.house import provider_of
from tests.town.caller import good, new_key
from tests.town.people import Town, terms_of

pytestmark = pytest.mark.countries(*countries())

LANGUAGES: Final = ("az", "en", "kk", "ky", "ru", "tr", "uz")
# Members of an answer that are said in words.
SAID: Final = frozenset({"title", "detail", "hint", "sentence", "description", "next", "name_of_office"})
TITLES: Final = "titles"
CYRILLIC: Final = frozenset({"kk", "ky", "ru"})
# Little words that the language has, and no other of that script: none of another's may stand in a sentence.
LITTLE: Final = {
    "az": {"və", "üçün", "ilə", "olan", "deyil", "edin", "etmək", "hələ", "sonra", "bütün", "zəhmət"},
    "en": {"the", "is", "and", "of", "not", "this", "that", "you", "your", "please", "with", "are", "has"},
    "tr": {"ve", "için", "değil", "olan", "henüz", "sonra", "lütfen", "bir", "veya", "kadar", "başvuru"},
    "uz": {"va", "uchun", "bilan", "emas", "iltimos", "yoki", "kerak", "hali", "keyin", "boʻlgan", "ariza"},
    "kk": {"және", "үшін", "емес", "сіз", "өтініш", "мен", "жоқ", "немесе", "болады", "керек", "бойынша"},
    "ky": {"жана", "үчүн", "эмес", "сиз", "арыз", "менен", "жок", "же", "болот", "керек", "боюнча"},
    "ru": {"и", "не", "для", "вы", "это", "что", "или", "по", "заявление", "пожалуйста", "есть", "нет"},
}
# Of these two alphabets are alike: some words are the same.
SHARED: Final = {("kk", "ky"): {"керек"}, ("ky", "kk"): {"керек"}}
CODE: Final = re.compile(r"^[a-z0-9]+(_[a-z0-9]+)+$|^[a-z]+(\.[a-z_]+)+$")
# Quoted as it is in every language: names, laws in their own words, what somebody wrote, headers, numbers of documents.
NOT_SAID: Final = frozenset({"law", "request", "form", "terms", "evidence", "entries", "content", "jws"})


@pytest.fixture(scope="module")
def lived(town: Town) -> list[tuple[str, Shown, str]]:
    """Each example of each country that is offered: its officer's authority, who filed what, the case."""
    found = []
    for country, procedure in [o for o in offers() if o[1] in examples_of(o[0])]:
        for nth in range(2):
            shown = example(
                town.house.countries[country], procedure, provider_of(town.settings), nth, town.now()
            )
            case = good(town.as_(shown.person).post("/v1/cases", shown.body, key=new_key()))["case"]
            found.append((terms_of(country, procedure, town.now()).authority, shown, case))
    town.settle()
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_is_read_is_in_the_language_that_was_asked_for(
    town: Town, lived: list[tuple[str, Shown, str]], language: str
) -> None:
    wrong = [
        (answer.request.method, answer.request.url.path, why)
        for answer in answers(town, lived, language)
        for why in wrong_in(answer, language)
    ]
    assert wrong == []


def answers(town: Town, lived: list[tuple[str, Shown, str]], language: str) -> Iterator[httpx2.Response]:
    """What citizens and officers read, and what they are refused with."""
    yield asked(town, None, "GET", "/v1/procedures", language)
    for country, procedure in offers():
        yield asked(town, None, "GET", f"/v1/procedures/{procedure}?country={country}", language)
    for authority, shown, case in lived:
        country, officer = shown.body["country"], f"{authority}-officer-1"
        yield asked(town, shown.person, "GET", f"/v1/cases/{case}", language)
        yield asked(town, shown.person, "GET", f"/v1/cases/{case}/history", language)
        yield asked(town, officer, "GET", f"/v1/cases/{case}", language)
        yield asked(town, officer, "GET", f"/v1/cases/{case}/history", language)
        yield asked(town, officer, "GET", f"/v1/queue?country={country}", language)
        yield asked(town, shown.person, "GET", f"/v1/my/notices?country={country}", language)
        yield asked(town, shown.person, "GET", f"/v1/cases?country={country}", language)
        draft = {name: shown.body[name] for name in ("country", "procedure", "request")}
        yield asked(town, shown.person, "POST", "/v1/estimates", language, draft)
        # what is refused
        yield asked(town, shown.person, "POST", "/v1/cases", language, {**shown.body, "request": {}})
        yield asked(town, shown.person, "POST", "/v1/cases", language, shown.body)
        yield asked(town, f"{country.lower()}-citizen-1", "GET", f"/v1/cases/{case}", language)
        yield asked(town, officer, "POST", f"/v1/cases/{case}/approvals", language, {}, seen="1")
        yield asked(town, officer, "POST", f"/v1/cases/{case}/approvals", language, {})
    yield asked(town, None, "GET", "/v1/cases", language)
    yield asked(town, None, "GET", "/v1/procedures/car_sale", language)
    yield asked(town, None, "GET", "/v1/procedures/no_such_procedure?country=KZ", language)


def asked(  # noqa: PLR0917 - a request
    town: Town,
    who: str | None,
    method: str,
    path: str,
    language: str,
    body: Any = None,
    seen: str | None = None,
) -> httpx2.Response:
    caller = town.anybody if who is None else town.as_(who)
    headers = {"Accept-Language": language}
    if body is None:
        return caller.send(method, path, headers=headers)
    if path == "/v1/cases":
        headers["Idempotency-Key"] = new_key()
    if seen is not None:
        headers["If-Match"] = f'"{seen}"'
    return caller.send(method, path, headers=headers, json=body)


def wrong_in(answer: httpx2.Response, language: str) -> Iterator[str]:
    """What in it is not in this language."""
    said = list(dict.fromkeys(sentences(answer.json())))
    if said and answer.headers.get("Content-Language") != language:
        yield f"Content-Language: {answer.headers.get('Content-Language')}"
    for sentence in said:
        if CODE.match(sentence):
            yield f"a code: {sentence}"
        if why := foreign(sentence, language):
            yield f"{why}: {sentence}"


def sentences(found: Any, *, is_said: bool = False) -> Iterator[str]:
    """Every text that is said in words, and not quoted."""
    match found:
        case dict():
            for name, value in found.items():
                if name == TITLES:
                    yield from sentences(value, is_said=True)
                elif name in SAID:
                    yield from sentences(value, is_said=isinstance(value, str))
                elif name == "properties" and isinstance(value, dict):
                    yield from (
                        each["title"] for each in value.values() if isinstance(each.get("title"), str)
                    )
                elif name not in NOT_SAID or is_said:
                    yield from sentences(value, is_said=is_said)
        case list():
            for each in found:
                yield from sentences(each, is_said=is_said)
        case str() if is_said:
            yield found


def foreign(sentence: str, language: str) -> str:
    """In another script, or in the words of another language; empty where it may be in this one."""
    bare = re.sub(
        r"[`«“\"].*?[`»”\"]|\b[A-Z0-9./-]{2,}\b|If-Match|Idempotency-Key|[\w.-]+/[\w./-]+", "", sentence
    )
    letters = [c for c in bare if c.isalpha()]
    cyrillic = sum("Ѐ" <= c <= "ӿ" for c in letters)
    if letters and (cyrillic * 2 > len(letters)) != (language in CYRILLIC):
        return "another script"
    words = set(re.findall(r"[\wʻʼ]+", bare.lower()))
    for other, little in LITTLE.items():
        if other != language and (other in CYRILLIC) == (language in CYRILLIC):
            theirs = little - LITTLE[language] - SHARED.get((language, other), set())
            if len(words & theirs) > 1 or (other == "en" and words & theirs):
                return f"words of {other}"
    return ""
