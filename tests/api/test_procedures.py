"""What each country asks today, told to anybody, with its law; what is not settled says so."""

import hashlib
from typing import Any

import pytest
import rfc8785
from pydantic import TypeAdapter

from domain.countries import countries
from domain.offers import offers, terms_hash
from domain.procedures import procedures
from infra.formats.canonical import b64url
from tests.town.caller import good, problem
from tests.town.people import Town, offer_of, terms_of

pytestmark = pytest.mark.countries(*countries())

OFFERS = sorted(offers())


def test_anybody_reads_which_procedures_are_offered_where(town: Town) -> None:
    listed = {
        item["procedure"]: item["countries"] for item in good(town.anybody.get("/v1/procedures"))["items"]
    }
    assert listed == {name: [c for c, p in OFFERS if p == name] for name in procedures()}


@pytest.mark.parametrize(("country", "procedure"), OFFERS)
def test_an_offer_says_all_that_is_asked(town: Town, country: str, procedure: str) -> None:
    """The form as JSON Schema, evidence, fee, terms, grounds; each with its source."""
    shown = good(town.anybody.get(f"/v1/procedures/{procedure}", country=country))
    terms = terms_of(country, procedure, town.now())
    assert shown["terms"]["authority"] == terms.authority
    assert [g["code"] for g in shown["terms"]["grounds"]] == [g.code for g in terms.grounds]
    assert all(g["source"]["law"] for g in shown["terms"]["grounds"])
    assert shown["unconfirmed"] == list(terms.unconfirmed)
    assert [p["member"] for p in shown["parties"]] == [
        p.member for p in offer_of(country, procedure).procedure.parties
    ]
    assert shown["form"]["additionalProperties"] is False
    assert all(unit is None or unit["amount_minor"] > 0 for unit in shown["units"].values())


@pytest.mark.parametrize(("country", "procedure"), OFFERS)
def test_anybody_can_hash_the_terms_that_a_case_names(town: Town, country: str, procedure: str) -> None:
    """`terms` holds what is hashed and nothing else; the words for its codes stand beside it."""
    shown = good(town.anybody.get(f"/v1/procedures/{procedure}", country=country))
    stated = b64url(hashlib.sha256(rfc8785.dumps(shown["terms"])).digest())
    assert stated == terms_hash(terms_of(country, procedure, town.now()))
    assert [*shown["titles"]["grounds"]] == [g["code"] for g in shown["terms"]["grounds"]]
    assert all(words for titles in shown["titles"].values() for words in titles.values())


@pytest.mark.parametrize(("country", "procedure"), OFFERS)
def test_what_the_form_promises_is_what_is_taken(town: Town, country: str, procedure: str) -> None:
    """The schema that is shown is the one of the form that a filing is read with, and its words are ours."""
    shown = good(town.anybody.get(f"/v1/procedures/{procedure}", country=country))
    form = offer_of(country, procedure).form
    assert wordless(shown["form"]) == wordless(TypeAdapter(form).json_schema())
    assert all(member["title"] for member in shown["form"]["properties"].values())
    assert set(town.filing(country, procedure)["request"]) == set(shown["form"]["properties"])


def wordless(schema: Any) -> Any:
    """The schema without titles and descriptions; a member may have such a name."""
    match schema:
        case {"properties": members}:
            rest = wordless({name: value for name, value in schema.items() if name != "properties"})
            return rest | {"properties": {name: wordless(member) for name, member in members.items()}}
        case dict():
            return {n: wordless(v) for n, v in schema.items() if n not in ("title", "description")}
        case list():
            return [wordless(each) for each in schema]
    return schema


def test_what_is_not_offered_here_yet_is_said_so(town: Town) -> None:
    missing = [(c, p) for c in countries() for p in procedures() if (c, p) not in offers()]
    for country, procedure in missing:
        answer = town.anybody.get(f"/v1/procedures/{procedure}", country=country)
        assert problem(answer) == (404, "not_offered")


@pytest.mark.parametrize("country", ["", "kz", "KZT", "\0", "ÄÖ"])
def test_the_country_is_named(town: Town, country: str) -> None:
    answer = town.anybody.get("/v1/procedures/car_sale", country=country)
    assert problem(answer) == (400, "country_missing")
    assert problem(town.anybody.get("/v1/procedures/car_sale")) == (400, "country_missing")
    assert problem(town.anybody.get("/v1/procedures/car_sale", country="DE")) == (404, "not_a_member")


def test_a_procedure_that_nobody_has_is_not_there(town: Town) -> None:
    assert problem(town.anybody.get("/v1/procedures/alms", country="KZ")) == (404, "not_found")


def test_what_one_country_offers_is_listed_alone(town: Town) -> None:
    for country in countries():
        listed = good(town.anybody.get("/v1/procedures", country=country))["items"]
        assert [item["procedure"] for item in listed] == [p for p in procedures() if (country, p) in OFFERS]
        assert all(country in item["countries"] for item in listed)
    assert problem(town.anybody.get("/v1/procedures", country="XX")) == (404, "not_a_member")
