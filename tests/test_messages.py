"""Every code has its sentence, every sentence its code; and who asks in a language is answered in it."""

import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import orjson
import pytest
from babel import Locale
from fastapi.routing import APIRoute
from hypothesis import given
from hypothesis import strategies as st

from api import notices
from api.app import ROUTERS
from api.cases import event_words
from api.edge import in_words
from api.edge.members import members_of
from api.edge.problems import TITLED
from api.edge.problems import problem as answer
from api.edge.sentences import (
    HOUSE,
    PLACEHOLDER,
    Language,
    NotCompiled,
    english,
    in_language,
    languages,
    languages_in,
    negotiated,
)
from api.messages.__main__ import compile_all
from api.procedures import HOUSE_CODES
from domain.authorities import authorities
from domain.awaited import OF_OFFICES, OF_PARTIES
from domain.countries import countries
from domain.events import CaseEvent
from domain.offers import codes_of, offers
from domain.procedures import procedures
from domain.refusals import Fault, Named, named
from domain.roles import APPLICANT, PARTY
from projections import acts_for_others, entry_notices, entry_turns
from projections.notices import LEFT_DECIDED, NOTICES
from tests.catalogues import LANGUAGES, NAMES, all_written, catalogue, catalogue_of, written
from tests.codes import ROOT, said, values_of
from tests.domain.acts import file
from tests.domain.story import Story, a_sale
from tests.examples import person
from tests.town.caller import good, problem
from tests.town.people import Town

pytestmark = pytest.mark.countries("KZ", "TR")

OF_KINDS = {**in_words.VALUES, "event": event_words.VALUES, "notice": notices.VALUES}
Key = tuple[str, str]  # kind, code
ADDRESS = re.compile(r"(?:GET|POST|DELETE) /v1/[^\s,)]*[^\s,).]")
IN_EVERY_LANGUAGE = (HOUSE, "birth_certificate", "car_sale", "az", "kg", "kz", "tr", "uz")
SENTENCES = {
    "further",
    "refusal",
    "place",
    "warning",
    "hint",
    "page",
    "awaited",
    "event",
    "notice",
}  # the others are titles, and words inside of sentences


def asked_for() -> Iterator[tuple[str, Key]]:
    """(catalogue, key) of all that the house, its procedures and countries say; HOUSE stands for the shared one."""
    yield from ((HOUSE, (each.kind, each.code)) for each in said())
    yield from ((HOUSE, ("title", str(status))) for status in (*TITLED, "other"))
    yield from ((HOUSE, (kind, code)) for kind, codes in HOUSE_CODES.items() for code in codes)
    yield from ((HOUSE, key) for key in (("word", "nothing"), ("word", "the_case"), ("page", "summary")))
    awaited = (
        *OF_OFFICES,
        *OF_PARTIES,
        *(f"{code}_you" for code in OF_PARTIES),
        *in_words.AFTER,
        *in_words.BEFORE,
        in_words.UNCONFIRMED_WAY,
    )
    yield from ((HOUSE, ("awaited", code)) for code in awaited)
    happened = (kind.__name__ for kind in get_args(CaseEvent))
    told = (code for name in happened for code in event_words.INSTEAD.get(name, (name,)))
    yield from ((HOUSE, ("event", code)) for code in (*told, *event_words.AFTER))
    yield from ((HOUSE, ("actor", role)) for role in event_words.ACTORS if role not in (PARTY, APPLICANT))
    yield from ((HOUSE, ("notice", each.code)) for notices_of in NOTICES.values() for each in notices_of)
    of_turns = (*acts_for_others.CODES, *entry_notices.CODES, *entry_turns.CODES)
    yield from ((HOUSE, ("notice", code)) for code in of_turns)
    yield from ((HOUSE, ("notice", code)) for code in (*notices.AFTER, LEFT_DECIDED))
    yield from ((code.lower(), ("country", code)) for code in countries())
    # In the words of its country, or of the procedure that brings it along.
    yield from ((HOUSE, ("office", office)) for office in sorted(offices_that_are_named()))
    for name, procedure in procedures().items():
        yield name, ("procedure", name)
        yield from ((name, ("register", register.name)) for register in procedure.registers)
        yield from ((name, ("further", code)) for code in procedure.further)
    for (_, name), offer in offers().items():
        for terms in offer.terms:
            yield from (
                (name, (kind, code)) for kind, codes in codes_of(offer, terms).items() for code in codes
            )


def offices_that_are_named() -> set[str]:
    """Whom a case may wait for, by the law."""
    return {
        office
        for offer in offers().values()
        for terms in offer.terms
        for office in (
            *(terms.authority, terms.registry, *terms.registries.values(), terms.appeals.authority),
            *(each.authority for each in terms.opinions),
            *([terms.amendments.court.authority] if terms.amendments and terms.amendments.court else []),
        )
    }


def has(name: str, key: Key) -> bool:
    return key in written("en", name) or key in written("en", HOUSE)


# --- complete ---------------------------------------------------------------------------------------------


def test_what_is_refused_is_named_by_a_code() -> None:
    """A sentence where the code belongs would be said as it is, in English, to everybody."""
    assert [each for each in said() if not re.fullmatch(r"[a-z][a-z0-9_]{0,59}", each.code)] == []
    assert [each for each in said() if each.values & {"code", "detail"}] == []


def test_every_code_has_an_english_sentence() -> None:
    """Of the house, or of the procedure or country that brings the code."""
    every = {key for name in NAMES["en"] for key in written("en", name)}
    lacking = {
        (name, *key) for name, key in asked_for() if not (key in every if name == HOUSE else has(name, key))
    }
    assert sorted(lacking) == []


def test_every_member_of_a_form_has_an_english_title() -> None:
    lacking = [
        (name, part, member)
        for (_, name), offer in offers().items()
        for form in (offer.form, *offer.former.values())
        for part, member in members_of(form)
        if not any(has(name, ("member", code)) for code in (f"{part}.{member}", member))
    ]
    assert lacking == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", IN_EVERY_LANGUAGE)
def test_what_people_read_today_is_there_in_every_language(name: str, language: str) -> None:
    """The house, births, car sales and the five countries."""
    assert written("en", name).keys() - written(language, name).keys() == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_left_over(language: str) -> None:
    """Catalogues of other procedures may lack sentences; none has one that English does not have in it."""
    assert set(NAMES[language]) <= set(NAMES["en"])
    assert set(all_written(language)) - set(all_written("en")) == set()


def test_no_english_sentence_is_for_a_code_that_nothing_says() -> None:
    known = {key for _, key in asked_for()}
    members = {
        code
        for offer in offers().values()
        for form in (offer.form, *offer.former.values())
        for part, member in members_of(form)
        for code in (f"{part}.{member}", member)
    }
    shared = {(kind, code) for kind in ("member", "hint") for code in (*OF_TYPES, *members)}
    offices = {("office", office) for country in countries() for office in authorities(country)}
    idle = {(kind, code) for _, kind, code in all_written("en")} - known - shared - offices
    assert sorted(idle) == []


OF_COMPANIES = tuple(
    f"{part}.{member}"
    for part in ("company", "represented_company")
    for member in ("country", "number", "name")
)
OF_ACTING = ("acts_by", "represented_company.acts_by", "acts_by.as", "acts_by.person")
OF_TYPES = (*OF_COMPANIES, *OF_ACTING)  # that forms may use, and none does yet


def test_a_catalogue_is_named_after_the_house_a_procedure_or_a_country() -> None:
    assert set(NAMES["en"]) <= {HOUSE, *procedures(), *(code.lower() for code in countries())}


def test_a_procedure_never_says_anew_what_the_house_says() -> None:
    """Where a language lacked the procedure's sentence, it would say the house's in its place."""
    shared = {key for name in NAMES["en"] if name not in procedures() for key in written("en", name)}
    for name in procedures():
        assert shared & set(written("en", name)) == set()
    counted = Counter(key for name in NAMES["en"] if name not in procedures() for key in written("en", name))
    assert [key for key, count in counted.items() if count > 1] == []


def test_every_kind_is_on_the_page() -> None:
    page = (ROOT / "docs" / "reference" / "messages.md").read_text("utf-8").partition("## Kinds")[2]
    kinds = re.findall(r"^\| `([a-z]+)` \|", page.partition("\n## ")[0], re.MULTILINE)
    assert {kind for _, kind, _ in all_written("en")} <= set(kinds)


# --- as they are written ----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_stands_in_braces_comes_with_the_code(language: str) -> None:
    come = values_of()
    for (name, kind, code), text in all_written(language).items():
        braces = set(re.findall(r"\{(.*?)\}", text))
        assert braces == set(PLACEHOLDER.findall(text)), (name, kind, code)
        known = OF_KINDS.get(kind) or come.get((kind, code), frozenset())
        assert braces <= known, (name, kind, code)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_names_addresses_that_are_served_and_the_same_as_in_english(language: str) -> None:
    """So is whoever is refused told where the next step is asked, and no address is invented."""
    routes = [each for module in ROUTERS for each in module.router.routes if isinstance(each, APIRoute)]
    served = {f"{way} {re.sub('{.*?}', '…', each.path)}" for each in routes for way in each.methods or ()}
    for key, text in all_written(language).items():
        named = ADDRESS.findall(text)
        assert set(named) <= served, key
        assert named == ADDRESS.findall(all_written("en")[key]), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_is_one_and_a_title_is_none(language: str) -> None:
    for (name, kind, code), text in all_written(language).items():
        assert text == text.strip() != "", (name, kind, code)
        is_sentence = text.endswith((".", "!"))
        assert is_sentence or kind not in SENTENCES or text.endswith("tamga keys list"), (name, kind, code)
        assert not is_sentence or kind in SENTENCES, (name, kind, code)


@pytest.mark.parametrize(("language", "name"), [(tag, name) for tag in LANGUAGES for name in NAMES[tag]])
def test_the_head_of_a_catalogue_says_what_it_is(language: str, name: str) -> None:
    found = catalogue(language, name)
    assert str(found.locale) == language == str(Locale.parse(language))
    assert found.charset == "utf-8"
    assert found.plural_forms
    assert not found.fuzzy
    assert "# Looked at by a native reader: " in found.header_comment
    assert list(found.check()) == []


# --- compiled ---------------------------------------------------------------------------------------------


def test_what_is_not_compiled_is_said_with_what_to_do(tmp_path: Path) -> None:
    source = tmp_path / "en" / "house.po"
    source.parent.mkdir()
    source.write_text(catalogue_of("en", {"stage": {"filed": "Filed it is."}}), "utf-8")
    with pytest.raises(NotCompiled, match="make messages"):
        languages_in(tmp_path)
    assert compile_all(tmp_path) == 1
    assert languages_in(tmp_path)["en"].say("stage", "filed") == "Filed it is."


def test_a_catalogue_is_compiled_again_where_it_is_newer(tmp_path: Path) -> None:
    source = tmp_path / "tr" / "house.po"
    source.parent.mkdir()
    for text in ("Bir.", "İki."):
        source.write_text(catalogue_of("tr", {"stage": {"filed": text}}), "utf-8")
        made = source.with_suffix(".mo")
        if made.exists():
            os.utime(made, ns=(0, 0))
        assert compile_all(tmp_path) == 1
        assert text.encode() in made.read_bytes()
    assert compile_all(tmp_path) == 0


# --- which language ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "tag"),
    [
        ("", "en"),
        ("tr", "tr"),
        ("tr-TR", "tr"),
        ("TR-tr", "tr"),
        ("kk;q=0.3, ru;q=0.9", "ru"),
        ("kk ; q=1.0 , ru", "kk"),
        ("de, uz-Latn-UZ;q=0.5", "uz"),
        ("de", "en"),
        ("*", "en"),
        ("en;q=0, *", "az"),
        ("tr;q=0", "en"),
        ("tr;q=2", "en"),
        ("tr;q=0.5;x", "en"),
        ("tr, \x00", "tr"),
        (", ,tr", "tr"),
        ("tr," * 1000, "en"),
    ],
)
def test_the_language_is_the_one_that_fits_best(header: str, tag: str) -> None:
    assert negotiated(header).tag == tag


@given(
    st.text()
    | st.lists(st.sampled_from([*LANGUAGES, "de", "*", "q", ";q=", "0.5", ",", "-", " "])).map("".join)
)
def test_whatever_is_sent_the_language_is_one_of_ours(header: str) -> None:
    assert negotiated(header) in languages().values()


def test_a_language_may_be_written_in_a_script_of_its_own(tmp_path: Path) -> None:
    for tag, sentence in (("en", "Filed"), ("uz-Cyrl", "Топширилди")):
        folder = tmp_path / tag
        folder.mkdir()
        head = f'msgid ""\nmsgstr ""\n"Language: {tag}\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
        entry = f'msgctxt "stage"\nmsgid "filed"\nmsgstr "{sentence}"\n'
        (folder / "house.po").write_text(f"{head}\n{entry}", "utf-8")
    assert compile_all(tmp_path) == 2
    assert languages_in(tmp_path)["uz-Cyrl"].say("stage", "filed") == "Топширилди"


def test_what_a_language_lacks_is_said_in_english_and_what_nobody_wrote_as_the_code() -> None:
    bare = Language("tr", Locale("tr"), {})
    assert bare.say("stage", "filed") == "filed"
    assert bare.say("refusal", "no_such_code") == "no_such_code"
    assert (
        english().say("place", "too_long")
        == "This is too long. The longest that is taken has this many characters: {most}."
    )


def test_an_answer_that_is_partly_in_english_says_so(tmp_path: Path) -> None:
    """Who has it read aloud hears each sentence in its own language."""
    for tag, words in (
        ("en", {"title": {"400": "Unreadable"}}),
        ("tr", {"title": {"400": "İstek okunamıyor"}}),
    ):
        (tmp_path / tag).mkdir()
        (tmp_path / tag / "house.po").write_text(catalogue_of(tag, words), "utf-8")
    assert compile_all(tmp_path) == 2
    turkish = languages_in(tmp_path)["tr"].anew()
    assert turkish.say("title", "400") == "İstek okunamıyor"
    assert in_language(turkish)["Content-Language"] == "tr"
    assert turkish.say("place", "missing") == "This is missing. Please fill it in."
    assert in_language(turkish)["Content-Language"] == "tr, en"


def test_values_are_written_as_the_language_writes_them() -> None:
    stages = named("stage", ("filed", "approved"))
    shown = english().say("refusal", "wrong_stage", {"stage": Named("stage", "in_review"), "fits": stages})
    assert shown == "The case is in review; what can be done with it now: filed and approved."
    shown = english().say("refusal", "wrong_stage", {"stage": Named("stage", "lapsed"), "fits": ()})
    assert shown == "The case is lapsed; what can be done with it now: nothing."


def test_a_procedure_is_heard_in_its_own_words() -> None:
    """What a decision refuses names the procedure whose words are meant."""
    refusal = given_car_of_another().refusal
    assert refusal is not None
    assert (refusal.name, refusal.procedures) == ("not_the_owner", ("car_sale",))
    russian = languages()["ru"].say("refusal", refusal.name, refusal.values, refusal.procedures)
    assert russian.startswith("Реестр не показывает тех, кто продаёт этот автомобиль")


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_is_answered_with_a_bare_code(language: str) -> None:
    """Of all that is refused anywhere, also where whoever refuses names no procedure that brings the code."""
    scope = {"headers": [(b"accept-language", language.encode())]}
    refused = sorted({each.code for each in said() if each.kind == "refusal"})
    answers = [orjson.loads(bytes(answer(scope, 400, code).body)) for code in refused]
    wrong = tuple(Fault("", code) for code in sorted({each.code for each in said() if each.kind == "place"}))
    places = orjson.loads(bytes(answer(scope, 422, "invalid_request", errors=wrong).body))["errors"]
    assert [each["code"] for each in (*answers, *places) if each["detail"] == each["code"]] == []


def given_car_of_another() -> Story:
    story = a_sale()
    car = story.entries[story.key]
    story.entries[story.key] = car._replace(content={**car.content, "owner": person("KZ")})
    return story.when(file())


# --- over HTTP --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "tag", "title"),
    [
        ("tr-TR,tr;q=0.9", "tr", "Burada sizin için bir şey yok"),
        ("xx, kk;q=0.4", "kk", "Мұнда сізге арналған ештеңе жоқ"),
        ("nonsense \t;;", "en", "There is nothing here for you"),
        ("tr_TR;;, ru;q=0.5;x=y, kk;q=0.1", "kk", "Мұнда сізге арналған ештеңе жоқ"),
    ],
)
def test_who_asks_in_a_language_is_refused_in_it(town: Town, header: str, tag: str, title: str) -> None:
    """Type and code are the same in every language."""
    answer = town.anybody.send("GET", "/v1/procedures/alms?country=KZ", headers={"Accept-Language": header})
    assert problem(answer) == (404, "not_found")
    assert answer.json()["title"] == title
    assert answer.headers["content-language"] == tag
    assert answer.headers["vary"] == "Accept-Language"


def test_an_offer_says_its_codes_and_members_in_the_language_of_the_answer(town: Town) -> None:
    path = "/v1/procedures/birth_certificate?country=TR"
    answer = town.anybody.send("GET", path, headers={"Accept-Language": "tr"})
    shown = good(answer)
    assert answer.headers["content-language"] == "tr"
    assert answer.headers["vary"] == "Accept-Language"
    assert shown["title"] == "Doğum tescili ve belgesi"
    assert shown["titles"]["grounds"]["registered_already"] == "Doğum zaten tescil edilmiş"
    assert shown["form"]["$defs"]["Person"]["properties"]["surname"]["title"] == "Soyadı"
    assert shown["terms"] == good(town.anybody.send("GET", path))["terms"]


def test_nothing_of_the_validator_is_said(town: Town) -> None:
    """An empty filing: every place in words of ours."""
    wrong = {"country": "KZ", "procedure": "car_sale", "request": {}, "extra": 1}
    answer = town.as_("kz-citizen-1").post("/v1/cases", wrong, key="words")
    assert problem(answer) == (422, "invalid_request")
    ours = {english().say("place", code) for code in ("missing", "unknown_member")}
    assert {place["detail"] for place in answer.json()["errors"]} <= ours
