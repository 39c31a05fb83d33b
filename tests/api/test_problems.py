"""Every refusal has a number at the edge, and every code that a person may meet is explained in docs/problems.md."""

import re
from functools import cache
from pathlib import Path
from uuid import UUID

import pytest

from api.edge import problems
from domain import refusals
from domain.faults import pointer_of
from domain.refusals import Fault, Refusal
from tests.catalogues import written
from tests.codes import codes, said
from tests.town.caller import problem
from tests.town.people import Town

pytestmark = pytest.mark.countries("KZ")

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "problems.md"


def test_every_refusal_has_its_number() -> None:
    """The table at the edge is complete, and knows nothing that the domain does not."""
    assert set(problems.STATUS) == {
        c
        for c in vars(refusals).values()
        if isinstance(c, type) and issubclass(c, Refusal) and c is not Refusal
    }
    assert all(400 <= status <= 503 for status in problems.STATUS.values())


def test_every_number_has_a_title() -> None:
    declined = {each.status for each in said() if each.status is not None}
    assert {*problems.STATUS.values(), *problems.BY_CODE.values(), *declined} <= problems.TITLED


@pytest.mark.parametrize("code", sorted({"internal_error", "unavailable"}))
def test_what_is_our_fault_says_that_nothing_is_lost(code: str) -> None:
    assert "again" in explained()[code]


def test_every_code_is_explained_and_none_is_left_over() -> None:
    """The ``type`` of a problem is a link to its section."""
    used = codes("refusal") - of_procedures()
    assert used - explained().keys() == set(), "please explain these in docs/problems.md"
    assert explained().keys() - used == set(), "nothing says these any more"


def test_every_code_of_a_place_is_explained() -> None:
    """``errors`` name places, each with a code of its own."""
    used = codes("place") - of_procedures()
    named = set(re.findall(r"^\| `([a-z0-9_]+)` \|", PAGE.read_text("utf-8"), re.MULTILINE))
    assert used - named == set(), "please explain these in the table of docs/problems.md"
    assert named - used == set(), "nothing says these any more"


def test_the_page_is_where_the_type_leads(town: Town) -> None:
    answer = town.anybody.get("/v1/nowhere")
    assert problem(answer) == (404, "not_found")
    page, _, section = answer.json()["type"].partition("#")
    assert f'<h3 id="{section}">' in town.anybody.get(page).text


def test_a_problem_is_what_rfc_9457_says(town: Town) -> None:
    answer = town.as_("kz-citizen-1").get("/v1/queue")
    assert problem(answer) == (404, "not_found")
    found = answer.json()
    assert UUID(found.pop("instance").removeprefix("urn:uuid:")).version is not None
    assert found == {
        "type": "/docs/problems#not_found",
        "title": "There is nothing here for you",
        "status": 404,
        "detail": "There is nothing under this address for you. "
        "Please check it, and that you are signed in as the right person.",
        "code": "not_found",
        "errors": [],
    }


def test_what_fits_is_said_where_something_does_not(town: Town) -> None:
    """A refused act names the stage, and what can be done instead."""
    case = town.take_to("filed", "KZ", "car_sale")
    answer = town.judge("kz-vehicle-registration-officer-1", case, "assignments")
    assert problem(answer) == (409, "wrong_stage")
    assert answer.json()["stage"] == "filed"
    assert answer.json()["fits"] == town.read(case, "kz-vehicle-registration-officer-1")["fits"]
    wrong = town.judge("kz-citizen-1", case, "information-requests", {"question": "When?"})
    assert problem(wrong) == (403, "party_to_this_case")
    said = {"of": "A" * 43, "answer": "x"}
    answer = town.as_("kz-citizen-1").post(f"/v1/cases/{case}/information", said)
    assert problem(answer) == (409, "wrong_stage")
    assert answer.json()["fits"] == town.read(case)["fits"]
    assert "RecordPayment" not in answer.json()["fits"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/v1/cases", "GET, HEAD, POST"),
        ("PATCH", "/livez", "GET, HEAD"),
        ("GET", "/v1/cases/x/consents", "POST"),
        ("OPTIONS", "/v1/evidence", "POST"),
    ],
)
def test_what_cannot_be_done_here_is_said_with_what_can(
    town: Town, method: str, path: str, allowed: str
) -> None:
    answer = town.anybody.send(method, path)
    assert problem(answer) == (405, "method_not_allowed")
    assert answer.headers["allow"] == allowed


def test_a_place_never_holds_a_value() -> None:
    """Only names that a form could have, and numbers of places."""
    assert pointer_of(("request", "founders", 3, "surname")) == "/request/founders/3/surname"
    assert pointer_of(("request", "Aigül Example", "surname")) == "/request"
    assert pointer_of(("request", "a/b~c")) == "/request"


def test_a_refusal_of_another_kind_is_answered_as_its_kin() -> None:
    """A new refusal below one of the tree needs no line of its own."""

    class TooEarly(refusals.Clash):
        pass

    assert problems.refused({}, TooEarly()).status_code == 409
    assert problems.refused({}, refusals.Invalid(Fault("/a", "missing"))).status_code == 422


def of_procedures() -> set[str]:
    """The codes that procedures and countries bring; their pages are their catalogues."""
    house = {key[1] for key in written("en", "house")}
    return {code for code in {*codes("refusal"), *codes("place")} if code not in house}


@cache
def explained() -> dict[str, str]:
    """Code -> its section of the page."""
    parts = re.split(r"^### ([a-z_]+)\n", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))
