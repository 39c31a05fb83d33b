"""Every refusal has a number at the edge, and every code that a person may meet is explained in docs/problems.md."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from api.edge import problems
from domain import refusals
from domain.refusals import Fault, Refusal
from tests.town.caller import problem
from tests.town.people import Town

pytestmark = pytest.mark.countries("KZ")

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "problems.md"
_PROBLEM = {"problem": 2, "_problem": 1}  # what answers with a problem -> where its code stands
SAYS_NO = ("Declined", *(name for name, c in vars(refusals).items() if isinstance(c, type)))


def test_every_refusal_has_its_number() -> None:
    """The table at the edge is complete, and knows nothing that the domain does not."""
    assert set(problems.STATUS) == {
        c
        for c in vars(refusals).values()
        if isinstance(c, type) and issubclass(c, Refusal) and c is not Refusal
    }
    assert all(400 <= status <= 503 for status in problems.STATUS.values())


def test_every_number_has_a_title() -> None:
    numbers = {*problems.STATUS.values(), *problems.BY_CODE.values(), *(n for n, _ in declined())}
    assert numbers <= set(problems.TITLES)


@pytest.mark.parametrize("code", sorted({"internal_error", "unavailable"}))
def test_what_is_our_fault_says_that_nothing_is_lost(code: str) -> None:
    assert "again" in explained()[code]


def test_every_code_is_explained_and_none_is_left_over() -> None:
    """The ``type`` of a problem is a link to its section."""
    used = {*codes(), *problems.HTTP_CODES.values()}
    assert used - explained().keys() == set(), "please explain these in docs/problems.md"
    assert explained().keys() - used == set(), "nothing says these any more"


def test_every_code_of_a_place_is_explained() -> None:
    """``errors`` name places, each with a code of its own."""
    used = {*fault_codes(), *problems.PLACES.values(), "wrong_value", "wrong_number"}
    named = set(re.findall(r"^\| `([a-z_]+)` \|", PAGE.read_text("utf-8"), re.MULTILINE))
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
        "detail": "There is no queue here for you.",
        "code": "not_found",
        "errors": [],
    }


def test_what_fits_is_said_where_something_does_not(town: Town) -> None:
    """A refused act names the stage, and what can be done instead."""
    case = town.take_to("filed", "KZ", "car_sale")
    answer = town.judge("kz-vehicle-registration-officer-1", case, "assignments")
    assert problem(answer) == (409, "wrong_stage")
    assert answer.json()["stage"] == "filed"
    assert answer.json()["fits"] == town.read(case)["fits"]


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
    assert problems.pointer_of(("request", "founders", 3, "surname")) == "/request/founders/3/surname"
    assert problems.pointer_of(("request", "Aigül Example", "surname")) == "/request"
    assert problems.pointer_of(("request", "a/b~c")) == "/request"


def test_a_refusal_of_another_kind_is_answered_as_its_kin() -> None:
    """A new refusal below one of the tree needs no line of its own."""

    class TooEarly(refusals.Clash):
        pass

    assert problems.refused("/v1/cases", TooEarly("Not yet.")).status_code == 409
    fault = refusals.Invalid(Fault("/a", "missing", "It is missing."))
    assert problems.refused("/v1/cases", fault).status_code == 422


# --- what the sources say ---------------------------------------------------------------------------------


@cache
def explained() -> dict[str, str]:
    """Code -> its section of the page."""
    parts = re.split(r"^### ([a-z_]+)\n", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def codes() -> Iterator[str]:
    """Every code with which something is refused; the checks of a procedure bring codes of their own."""
    yield from (c.code for c in vars(refusals).values() if isinstance(c, type) and issubclass(c, Refusal))
    for name, call in calls():
        found = [k.value for k in call.keywords if k.arg == "code"]
        if name == "Declined":
            found.append(call.args[1])
        if name in _PROBLEM and len(call.args) > _PROBLEM[name]:
            found.append(call.args[_PROBLEM[name]])
        if name in (*SAYS_NO, *_PROBLEM):
            yield from (str(v.value) for v in found if isinstance(v, ast.Constant))


def declined() -> Iterator[tuple[int, str]]:
    """(number, code) of what the edge itself refuses."""
    for name, call in calls():
        if name == "Declined":
            yield ast.literal_eval(call.args[0]), ast.literal_eval(call.args[1])


def fault_codes() -> Iterator[str]:
    for name, call in calls():
        if name == "Fault" and isinstance(call.args[1], ast.Constant):
            yield str(call.args[1].value)


@cache
def calls() -> tuple[tuple[str, ast.Call], ...]:
    """(what is called, the call), over all layers that refuse."""
    found: list[tuple[str, Any]] = []
    for layer in ("domain", "infra", "api"):
        for path in sorted((ROOT / layer).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                match node:
                    case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
                        found.append((name, node))
    return tuple(found)
