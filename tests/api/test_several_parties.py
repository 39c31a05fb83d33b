"""Several people in one role over HTTP: each answers, reads and finds the case for themselves."""

from collections.abc import Iterator

import pytest

from infra.formats.signing import open_disclosure
from tests.founders import NAME, a_founding, founding_is_offered
from tests.town.caller import good, new_key, problem
from tests.town.people import Town, person

FOUNDERS = (
    *("kz-citizen-2", "kz-citizen-3", "kz-citizen-4"),
    *("kg-citizen-1", "kg-citizen-2", "tr-citizen-1", "tr-citizen-2", "uz-citizen-1"),
)


@pytest.fixture
def filed(new_town: Town) -> Iterator[str]:
    """A founding that citizen 1 filed for eight founders."""
    with founding_is_offered():
        request = {
            **a_founding(0),
            "applicant": person("kz-citizen-1"),
            "founders": [person(name) for name in FOUNDERS],
        }
        body = {"country": "KZ", "procedure": NAME, "request": request, "evidence": []}
        yield good(new_town.as_("kz-citizen-1").post("/v1/cases", body, key=new_key()))["case"]


def test_the_case_is_in_review_when_each_has_agreed_for_themselves(new_town: Town, filed: str) -> None:
    of = new_town.read(filed, "kz-citizen-1")["request_hash"]
    for name in FOUNDERS:
        assert new_town.stage(filed) == "filed"
        answer = good(new_town.as_(name).post(f"/v1/cases/{filed}/consents", {"answer": "give", "of": of}))
        assert answer["you_are"] == "founder"
    assert new_town.stage(filed) == "in_review"
    answers = new_town.read(filed, "kz-citizen-1")["consents"]
    assert answers == [{"party": f"p{n}", "role": "founder", "answer": "given"} for n in range(2, 10)]


def test_nobody_answers_for_another(new_town: Town, filed: str) -> None:
    said = {"answer": "give", "of": new_town.read(filed, "kz-citizen-1")["request_hash"], "party": "p3"}
    refused = new_town.as_(FOUNDERS[0]).post(f"/v1/cases/{filed}/consents", said)
    assert problem(refused) == (403, "consent_not_asked")


def test_the_eighth_founder_finds_the_case_and_reads_no_number_but_their_own(
    new_town: Town, filed: str
) -> None:
    new_town.settle()
    listed = good(new_town.as_(FOUNDERS[-1]).get("/v1/cases", country="KZ"))["items"]
    assert [item["case"] for item in listed] == [filed]
    *others, own = new_town.read(filed, FOUNDERS[-1])["request"]["founders"]
    assert own == person(FOUNDERS[-1]) | {"patronymic": None, "document": None, "acts_by": None}
    assert all(set(other) <= {"surname", "given_names"} for other in others)


def test_the_history_shows_each_what_is_about_them(new_town: Town, filed: str) -> None:
    (event, *_) = good(new_town.as_(FOUNDERS[1]).get(f"/v1/cases/{filed}/history"))["events"]
    assert len(event["data"]["parties"]) == 9
    named = {open_disclosure(text)[0] for text in event["disclosures"]}
    assert {name for name in named if name.startswith("founders")} == {"founders_2"}


def test_an_example_of_such_a_procedure_goes_into_review_like_any_other(new_town: Town) -> None:
    with founding_is_offered():
        new_town.take_to("in_review", "KZ", NAME)
