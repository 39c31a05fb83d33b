"""A made-up law by which hospitals tell of births, and what they say, their parents and officers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any, Final

import httpx2
import pytest

from domain.offers import offers
from domain.terms import Notices, Requirement
from infra.development import development, hospital
from tests.domain.made_up import LAW
from tests.town.caller import good, new_key, problem
from tests.town.people import Town, person

BIRTH: Final = ("TR", "birth_certificate")
HOSPITALS: Final = "tr-hospitals"
MOTHER, FATHER, STRANGER = "tr-citizen-1", "tr-citizen-2", "tr-citizen-3"
FIRST, SECOND = "tr-civil-registry-officer-1", "tr-civil-registry-officer-2"
_COUNTER: Final = count(1)
CLINIC: Final = {"country": "TR", "number": "4440001", "name": "Doğumevi"}


@contextmanager
def law_with(**notices: Any) -> Iterator[None]:
    """The law has hospitals tell of births; and a report is asked of whoever has no notice."""
    birth = offers()[BIRTH]
    report = Requirement("birth_report", LAW, or_notice=True)
    newest = replace(
        birth.terms[-1],
        notices=Notices(HOSPITALS, LAW, **notices),
        evidence=(report, *(each for each in birth.terms[-1].evidence if each.kind != "birth_report")),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(offers(), BIRTH, replace(birth, terms=(*birth.terms[:-1], newest)))
        development.residents.cache_clear()
        yield
    development.residents.cache_clear()


def drawn(town: Town, **changes: Any) -> dict[str, Any]:
    """What the mother declares: each time another birth, on a certificate of its own."""
    n = next(_COUNTER)
    days, order = n % 25 + 1, n // 25 + 1  # none is late
    found = town.request(*BIRTH)
    born_on = (town.now() - timedelta(days=days)).date().isoformat()
    certificate = {"issuer": "Doğumevi", "city": "Ankara", "number": f"DR-{n}", "issued_on": born_on}
    mother = {**person(MOTHER), "acts_by": None}
    return {
        **found,
        "applicant": mother,
        "relation": "mother",
        "mother": mother,
        "father": None,
        "child": {**found["child"], "born_on": born_on, "order": order},
        "medical_certificate": certificate,
        **changes,
    }


def told(request: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What the hospital says of the birth that this request declares."""
    child, mother = request["child"], request["mother"]
    return {
        **request["medical_certificate"],
        "kind": "live",
        "order": child["order"],
        "child": {name: child[name] for name in ("sex", "born_on", "born_at", "place")},
        "mother": {name: value for name, value in mother.items() if name != "acts_by"} if mother else None,
        "declaration": None,
        **changes,
    }


def signed(town: Town, said: dict[str, Any]) -> str:
    return hospital.hospital(town.keyring("TR"), "TR", said, town.now())


def send(town: Town, statement: str, who: str = HOSPITALS) -> httpx2.Response:
    return town.as_(who).post("/v1/notices", {"statement": statement})


def tell(town: Town, request: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return good(send(town, signed(town, told(request, **changes))))


def file(town: Town, request: dict[str, Any], who: str = MOTHER) -> httpx2.Response:
    body = {"country": "TR", "procedure": "birth_certificate", "request": request, "evidence": []}
    return town.as_(who).post("/v1/cases", body, key=new_key())


def lacks_report(answer: httpx2.Response) -> bool:
    return (
        problem(answer) == (422, "invalid_request")
        and answer.json()["errors"][0]["code"] == "evidence_missing"
    )


def seen_by(town: Town, officer: str, case: str) -> dict[str, Any]:
    return good(town.as_(officer).get(f"/v1/cases/{case}"))


def warned(shown: dict[str, Any]) -> list[str]:
    return [code for code in shown["warnings"] if "noti" in code]


def declared(request: dict[str, Any], **changes: Any) -> dict[str, Any]:
    child = request["child"]
    said = {
        "hospital": CLINIC,
        **{name: child[name] for name in ("surname", "given_names", "patronymic", "other_spelling")},
        "father": request["father"],
        "fatherhood": "marriage",
        "marriage_ended_on": None,
    }
    return told(request, declaration={**said, **changes})


def married(town: Town) -> dict[str, Any]:
    return drawn(town, father={**person(FATHER), "acts_by": None}, fatherhood="marriage")
