"""Completeness: each event has a name and a place in the folds, each refusal and action its use, each file its line."""

import ast
import inspect
import re
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from fastapi.routing import APIRoute

import domain
from api.app import ROUTERS
from api.edge.problems import STATUS
from domain import appointee, case_fold, claim, entry, mandate
from domain import events as e
from domain.authorisation import TABLE
from domain.lifecycle import CLOCK, ROWS
from domain.refusals import Refusal
from infra.formats import codec

ROOT = Path(__file__).parents[1]
LAYERS = ("api", "consumers", "domain", "infra", "projections")


def union(kind: Any) -> set[type]:
    return set(get_args(kind))


def subclasses(kind: type) -> set[type]:
    children: list[type] = kind.__subclasses__()
    return {each for child in children for each in (child, *subclasses(child))}


def text_of(*layers: str) -> str:
    return "\n".join(
        path.read_text("utf-8") for layer in layers for path in sorted((ROOT / layer).rglob("*.py"))
    )


def branches(module: Any) -> set[str]:
    """The names of the classes that a module's match statements have a branch for."""
    tree = ast.parse(Path(module.__file__).read_text("utf-8"))
    classes = [n.cls for n in ast.walk(tree) if isinstance(n, ast.MatchClass)]
    return {getattr(c, "id", getattr(c, "attr", "")) for c in classes}


# --- events -----------------------------------------------------------------------------------------------

FAMILIES: dict[str, set[type]] = {
    "case": union(e.CaseEvent),
    "claim": union(e.ClaimEvent),
    "entry": union(e.EntryEvent),
    "mandate": union(e.MandateEvent),
    "notice": {e.BirthNotified},
    "keys": union(e.KeysEvent),
    "access": {e.AccessHeadRecorded},
    "competence": union(e.CompetenceEvent),
}
EVENTS = {kind.__name__: kind for kind in sorted(union(e.Event), key=repr)}


def test_every_event_has_a_stored_name_in_its_family_and_only_there() -> None:
    named = {(name.split(".")[0], kind) for name, kind in codec.NAMES.items()}
    assert named == {(family, kind) for family, kinds in FAMILIES.items() for kind in kinds}


@pytest.mark.parametrize("name", codec.NAMES)
def test_a_stored_name_is_the_events_own_with_a_version(name: str) -> None:
    assert re.fullmatch(rf"[a-z]+\.{codec.NAMES[name].__name__}\.v[1-9]", name)


def test_the_union_of_events_is_all_that_are_written_down() -> None:
    written = {
        kind
        for kind in vars(e).values()
        if isinstance(kind, type) and hasattr(kind, "__dataclass_fields__") and kind.__module__ == e.__name__
    }
    assert written - {e.Personal, e.Recorded} == union(e.Event)


@pytest.mark.parametrize(
    ("module", "kinds"),
    [
        (case_fold, e.CaseEvent),
        (claim, e.ClaimEvent),
        (entry, e.EntryEvent),
        (appointee, e.CompetenceEvent),
        (mandate, e.MandateEvent),
    ],
    ids=["case", "claim", "entry", "appointee", "mandate"],
)
def test_every_event_has_a_branch_in_the_fold(module: Any, kinds: Any) -> None:
    assert {kind.__name__ for kind in union(kinds)} <= branches(module)


@pytest.mark.parametrize("kind", EVENTS.values(), ids=EVENTS)
def test_an_event_is_frozen_and_says_what_is_personal(kind: type) -> None:
    """Free words are personal: a public string is a code, an amount, a day, a hash, an id."""
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
    hints = get_type_hints(kind, include_extras=True)
    for name in {f.name for f in fields(kind)} & {"note", "reason", "question", "answer", "reference"}:
        is_code = (kind, name) in {
            (e.CaseWithdrawn, "reason"),
            (e.CaseLapsed, "reason"),
            (e.RefundDue, "reason"),
        }
        is_code |= kind is e.SealRetired
        assert is_code or any(isinstance(m, e.Personal) for m in get_args(hints[name])), name


@pytest.mark.parametrize("kind", [e.RefundDue, e.CaseWithdrawn, e.CaseLapsed], ids=lambda kind: kind.__name__)
def test_public_reasons_are_a_closed_list_that_the_page_names(kind: type) -> None:
    page = (ROOT / "docs" / "reference" / "events.md").read_text("utf-8")
    about = page.partition(f"### case.{kind.__name__}.v1")[2].partition("###")[0]
    codes = get_args(get_type_hints(kind)["reason"])
    assert codes
    assert [code for code in codes if f"`{code}`" not in about] == []


@pytest.mark.parametrize("kind", EVENTS.values(), ids=EVENTS)
def test_somebody_brings_every_event_about(kind: type) -> None:
    sources = text_of("domain", "infra")
    assert re.search(rf"\be\.{kind.__name__}\b|\b{kind.__name__}\(", sources), kind.__name__


# --- commands, refusals, actions --------------------------------------------------------------------------


def test_every_refusal_of_the_law_has_an_answer_over_http() -> None:
    ours = {kind for kind in subclasses(Refusal) if kind.__module__ == Refusal.__module__}
    assert set(STATUS) == ours
    assert all(400 <= status < 600 for status in STATUS.values())


def test_every_action_is_asked_for_somewhere() -> None:
    """A line of the table that nobody asks for guards nothing; those of the rows are asked for by the decisions."""
    used = text_of(*LAYERS).replace((ROOT / "domain" / "authorisation.py").read_text("utf-8"), "")
    unused = [action for action in TABLE if f'"{action}"' not in used]
    assert unused == []


def test_every_action_that_is_asked_for_has_a_line() -> None:
    asks = r"(?:may_today|office_for|readable|entitled)"
    asked = re.findall(asks + r'\((?:[^()"]|\(\w+\)|\w+\(\w+\))*"([a-z]+\.[a-z_]+)"', text_of(*LAYERS))
    assert asked
    assert set(asked) <= set(TABLE)


def test_an_action_has_one_line() -> None:
    """Rows that name one action say the same of it."""
    said = {(row.may.action, row.may) for row in ROWS if row.may is not None}
    assert len(said) == len({action for action, _ in said})


def test_the_routes_ask_for_if_match_where_the_rows_say_judgement() -> None:
    """Every command that people or machines may ask of a case has its route."""
    edge = text_of("api")
    asked = {row.command for row in ROWS if row.may is not CLOCK}
    assert [kind.__name__ for kind in asked if not re.search(rf"\b{kind.__name__}\b", edge)] == []
    routes = [route for module in ROUTERS for route in module.router.routes if isinstance(route, APIRoute)]
    for route in routes:
        names = {h["name"] for h in (route.openapi_extra or {}).get("parameters", ())}
        kinds = [
            row
            for row in ROWS
            if re.search(rf"\b{row.command.__name__}\b", inspect.getsource(route.endpoint))
        ]
        if kinds:
            assert ("If-Match" in names) == any(row.is_judgement for row in kinds), route.path


# --- maps -------------------------------------------------------------------------------------------------


def test_every_file_of_the_law_stands_on_its_map() -> None:
    found = {path.name for path in (ROOT / "domain").glob("*.py")} - {"__init__.py"}
    folders = {path.parent.name + "/" for path in (ROOT / "domain").glob("*/__init__.py")}
    said = set(re.findall(r"\b\w+(?:\.py\b|/(?=[ ;]|$))", domain.__doc__ or "", re.MULTILINE))
    assert sorted(found - said) == []
    assert sorted(folders - said) == []
    assert sorted({name for name in said if name.endswith(".py")} - found) == []


def test_the_map_names_every_file_at_the_root_of_the_edge() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    names = [path.name for path in (ROOT / "api").glob("*.py") if path.name != "__init__.py"]
    assert [name for name in names if not re.search(rf"\b{name}\b", readme)] == []
