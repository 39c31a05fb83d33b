"""The pages say what is so: what they run prints what they show, what they list is whole, links lead on.

Settings are held against their page in tests/infra/test_settings.py, problems in tests/api/test_problems.py;
that no page names a registry host or a machine is in tests/test_architecture.py, as of all files.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple, get_args, get_origin, get_type_hints

import httpx2
import pytest
import typer
from fastapi.routing import APIRoute

import tamga
from api import development
from api.birth_notices import StatedBirth
from api.cases.payments import Paid
from api.registries.objections import Objection
from api.registries.receipts import Receipt
from domain import authorities, parties, persons
from domain.awaited import OF_OFFICES, OF_PARTIES
from domain.case import Stage
from domain.events import Personal
from domain.forms import AnyPerson, DocumentKind, owners_of
from domain.lifecycle import CLOCK, ROWS, Step
from domain.offers import offers, request_owners
from domain.procedures import registers
from infra.formats.codec import NAMES
from infra.keys.history import REGISTRAR_TYPES
from infra.runtime.child import end_process
from infra.runtime.clock import turn_to
from infra.verification.findings import CHECKS
from projections import tallies, turns, views
from tests.town.caller import good, until
from tests.town.people import Town
from tests.town.served import free_port

ROOT: Final = Path(__file__).parents[1]
REFERENCE: Final = ROOT / "docs" / "reference"
PAGES: Final = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
# The day for which the pages were written: fees, holidays and terms are those of a day.
TODAY: Final = datetime(2026, 11, 23, 9, tzinfo=UTC)
PATIENCE_S: Final = 300
NOT_SHARED: Final = {".git", ".venv", "build", "dist", "var"}
LISTED: Final = ("api", "consumers", "docs", "domain", "infra", "projections", "tests")


class Fence(NamedTuple):
    """A fenced block of a page: what is said to be in it, and the text."""

    language: str
    text: str


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def text_of(page: Path) -> str:
    return page.read_text("utf-8")


def fences(page: Path) -> list[Fence]:
    return [
        Fence(*found)
        for found in re.findall(r"^```([a-z]*)\n(.*?)^```$", text_of(page), re.MULTILINE | re.DOTALL)
    ]


def prose(page: Path) -> str:
    """The page without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", text_of(page), flags=re.MULTILINE | re.DOTALL)


def section(page: Path, title: str) -> str:
    """What stands under a heading, up to the next one of whatever depth."""
    found = re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^#|\Z)", text_of(page), re.MULTILINE | re.DOTALL)
    assert found is not None, f"{name_of(page)} has no section {title}"
    return found[1]


def first_column(text: str) -> list[str]:
    """What stands in the first column of the text's tables in code type; a cell may hold several."""
    cells = re.findall(r"^\| (`[^|]*`) \|", text, re.MULTILINE)
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


def second_column(text: str) -> dict[str, str]:
    """The first and second column of the text's tables, where the first is one thing in code type."""
    return dict(re.findall(r"^\| `([^`|]+)` \| ([^|]*?) \|", text, re.MULTILINE))


# --- what pages run ---------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    "page", [p for p in PAGES if any(fence.language == "sh" for fence in fences(p))], ids=name_of
)
def test_what_a_page_runs_prints_what_it_shows(page: Path, tmp_path: Path) -> None:
    """In one shell, in a fresh clone with a house beside it; a block without a text below prints nothing."""
    if shutil.which("curl") is None:
        pytest.skip("this machine lacks curl, with which the pages are walked")
    clone = a_clone(tmp_path / "clone")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TAMGA_")}
    environment |= {"TAMGA_PORT": str(free_port()), "TAMGA_CLOCK": str(tmp_path / "today")}
    turn_to(tmp_path / "today", TODAY)
    with served(page, clone, environment):
        assert walked(page, clone, environment) == shown(page)


def a_clone(folder: Path) -> Path:
    """The tree, with a virtual environment whose Python is the running one, and no data yet."""
    (folder / ".venv" / "bin").mkdir(parents=True)
    python = folder / ".venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n', "utf-8")
    python.chmod(0o755)
    for path in ROOT.iterdir():
        if path.name not in NOT_SHARED:
            (folder / path.name).symlink_to(path)
    return folder


@contextmanager
def served(page: Path, clone: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """The house that the page says to start: its block that ends in ``make run``, or that alone.

    ``make`` is the line of the Makefile's target, without what it does before to install.
    """
    starts = [f.text for f in fences(page) if re.search(r"^(TAMGA_\w+=\S+ )*make run$", f.text, re.MULTILINE)]
    make = "make() { exec .venv/bin/python tamga.py serve; }\n"
    said = clone / "served.log"
    with said.open("wb") as log:
        command = ["bash", "-c", f"set -euo pipefail\n{make}{(starts or ['make run'])[0]}"]
        house = subprocess.Popen(command, cwd=clone, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{environment['TAMGA_PORT']}/readyz"

    def is_ready() -> bool:
        assert house.poll() is None, said.read_text("utf-8", "replace")[-4000:]
        try:
            return httpx2.get(address).status_code == httpx2.codes.OK
        except httpx2.TransportError:
            return False

    try:
        until(is_ready, "the house to be ready")
        yield
    finally:
        end_process(house)


def walked(page: Path, clone: Path, environment: Mapping[str, str]) -> list[str]:
    """What each block printed, errors included."""
    blocks = [fence.text for fence in fences(page) if fence.language == "sh"]
    printed = [clone / f"printed-{n}" for n in range(len(blocks))]
    parts = (f"exec > {place.name} 2>&1\n{block}" for place, block in zip(printed, blocks, strict=True))
    script = "set -euo pipefail\n" + "".join(parts)
    command = ["bash", "-c", script]
    code = subprocess.run(command, cwd=clone, env=environment, timeout=PATIENCE_S, check=False).returncode
    found = [place.read_text("utf-8", "replace") for place in printed if place.exists()]
    assert code == 0, f"block {len(found)} says at its end:\n{found[-1]}"
    return found


def shown(page: Path) -> list[str]:
    """What the page shows below each of its blocks."""
    following = pairwise([*fences(page), Fence("", "")])
    return [
        after.text if after.language == "text" else "" for fence, after in following if fence.language == "sh"
    ]


def test_whoever_reads_the_readme_first_runs_something() -> None:
    """A block that runs, and what it shows, stand within the first screen."""
    first = text_of(ROOT / "README.md").splitlines()[:35]
    assert "```sh" in first
    assert "```text" in first


# --- where pages lead -------------------------------------------------------------------------------------


def test_the_readme_says_in_one_paragraph_where_each_thing_belongs() -> None:
    """Whoever comes with a change of the law, a rule, an endpoint, a word or a read model finds the place at once."""
    lines = text_of(ROOT / "README.md").splitlines()
    (paragraph,) = (line for line in lines if line.startswith("**Where something belongs.**"))
    places = (
        "domain/law/",
        "domain/lifecycle.py",
        "domain/decisions/",
        "api/",
        "api/messages/",
        "projections/",
    )
    assert [place for place in places if f"`{place}`" not in paragraph] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        if "://" in target:
            continue
        if not there.exists() or (anchor and anchor not in anchors(there)):
            broken.append(target)
    assert broken == []


def anchors(page: Path) -> list[str]:
    """The names by which the headings of a page are led to."""
    titles = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    return [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    names = re.findall(rf"`((?:{'|'.join(LISTED)})/[\w./-]*)`", prose(page))
    assert [name for name in names if not (ROOT / name).exists()] == []


# --- what the code cites ----------------------------------------------------------------------------------


def cited(page: str) -> set[str]:
    """The numbers and titles after the page's name, in every comment and docstring of the house."""
    found = set()
    for path in [p for layer in (*LISTED, "tamga.py") for p in sorted((ROOT / layer).rglob("*.py"))] + [
        ROOT / "tamga.py"
    ]:
        words = " ".join(path.read_text("utf-8").replace("#", " ").split())
        for numbers in re.findall(rf"\b{page}(?:\.md)?,? ([0-9]+(?:(?:, | and | to )[0-9]+)*)", words):
            found |= set(re.findall("[0-9]+", numbers))
    return found


def test_every_rule_that_the_code_cites_is_there() -> None:
    rules = re.findall(r"^([0-9]+)\. ", text_of(REFERENCE / "rules.md"), re.MULTILINE)
    assert rules == [str(n) for n in range(1, len(rules) + 1)]
    found = cited("rules")
    assert len(found) > 10
    assert found <= set(rules)


def test_every_section_of_the_formats_that_the_code_cites_is_there() -> None:
    sections = re.findall(r"^## ([0-9]+)\. ", text_of(REFERENCE / "formats.md"), re.MULTILINE)
    assert sections == [str(n) for n in range(1, len(sections) + 1)]
    found = cited("formats")
    assert found
    assert found <= set(sections)
    assert "derived-ids" in anchors(REFERENCE / "formats.md")


# --- events and formats -----------------------------------------------------------------------------------

EVENTS: Final = REFERENCE / "events.md"
FORMATS: Final = REFERENCE / "formats.md"
LAID_FLAT: Final = {"request", "content"}


@pytest.mark.parametrize("name", NAMES)
def test_every_event_is_written_down_with_its_members_and_whose_they_are(name: str) -> None:
    hints = get_type_hints(NAMES[name], include_extras=True)
    members = {f.name: about(hints[f.name]) for f in fields(NAMES[name]) if f.name not in LAID_FLAT}
    assert second_column(section(EVENTS, name)) == members


def about(hint: Any) -> str:
    marks = [m for m in get_args(hint) if isinstance(m, Personal)] if get_origin(hint) else []
    return f"personal: {marks[0].whose}" if marks else "public"


def test_no_event_is_written_down_that_is_not_there() -> None:
    written = re.findall(r"^### ([a-z]+\.\w+\.v[0-9]+)$", text_of(EVENTS), re.MULTILINE)
    assert written == list(dict.fromkeys(written))
    assert set(written) == set(NAMES)


def test_it_is_said_whose_seal_signs_every_event() -> None:
    patterns = first_column(section(EVENTS, "Who signs what"))
    granted: tuple[str, ...] = (
        *authorities.CASES,
        *authorities.OPINIONS,
        *authorities.RESTRICTIONS,
        *REGISTRAR_TYPES,
        *authorities.MANDATES,
        *authorities.NOTICES,
        *authorities.ACCESSES,
        *authorities.COMPETENCES,
    )
    assert sorted(patterns) == sorted(granted)
    prefixes = tuple(pattern[:-1] for pattern in patterns if pattern.endswith(".*"))
    assert [name for name in NAMES if not name.startswith(prefixes)] == []
    statements = {authorities.PAYMENT, authorities.REFUND, authorities.RECEIPT, authorities.HEAD}
    statements |= {authorities.OBJECTION, authorities.BIRTH_NOTICE}
    for page in (EVENTS, FORMATS):
        assert [typ for typ in statements if f"`{typ}`" not in text_of(page)] == []


def test_the_page_says_where_each_command_leads() -> None:
    page = (REFERENCE / "lifecycle.md").read_text("utf-8").partition("## Where each leads")[2]
    page = page.partition("## ")[0]
    said = re.findall(r"^\| `([A-Z]\w+)` \| (.*) \| (.*) \|$", page, re.MULTILINE)
    assert said == [(row.command.__name__, _who(row), _ways(row)) for row in ROWS if row.to]


def test_the_page_says_who_may_ask_for_each_command() -> None:
    page = (REFERENCE / "lifecycle.md").read_text("utf-8").partition("## Who may")[2].partition("## ")[0]
    told: dict[str, list[str]] = {}
    for row in ROWS:
        told.setdefault(_who(row), []).append(row.command.__name__)
    said = re.findall(r"^\| (.*) \| (.*) \|$", page, re.MULTILINE)[1:]
    assert said == [(who, ", ".join(commands)) for who, commands in told.items()]


def _who(row: Step) -> str:
    """The roles of its row, in words where it is nobody's."""
    if row.may is None:
        return "its decision says"
    roles = ", ".join(f"`{role}`" for role in row.may.roles)
    if row.may.bars_who_took_part:
        return f"{roles}, none who took part"
    return f"{roles}, kin named as such" if row.may.minds_kin else roles or "the clock"


def _ways(row: Step) -> str:
    """From each stage to which others; those from which it leads to the same stand together."""
    together: dict[tuple[Stage, ...], list[str]] = {}
    for stage, led in row.to.items():
        together.setdefault(led, []).append(f"`{stage.value}`" if stage else "(nothing)")
    ways = (f"{', '.join(of)} → {', '.join(f'`{to.value}`' for to in led)}" for led, of in together.items())
    return "; ".join(ways)


def test_the_page_says_at_which_address_a_command_is_asked_and_what_waits_for_it(town: Town) -> None:
    """Every command that people are told fits, and every ``what`` of ``next``."""
    page = (REFERENCE / "lifecycle.md").read_text("utf-8")
    page = page.partition("## By which address")[2].partition("## ")[0]
    rows = re.findall(r"^\| (`.*`) \| `POST (.*)` \| (.*)\|$", page, re.MULTILINE)
    told = {name: address for named, address, _ in rows for name in re.findall(r"`(\w+)`", named)}
    fit = {row.command.__name__ for row in ROWS if row.stages and row.may is not CLOCK}
    assert set(told) == fit | {"FileCase", "RecordRefund"}
    posted = {
        path: methods["post"].get("x-command")
        for path, methods in good(town.anybody.get("/openapi.json"))["paths"].items()
        if "post" in methods
    }
    assert [address for address in told.values() if address not in posted] == []
    assert {
        name: told[name] for address, name in posted.items() if name in told and told[name] != address
    } == {}
    assert {*re.findall(r"`(\w+)`", page)} >= {*OF_OFFICES, *OF_PARTIES}


def test_the_life_of_a_case_is_drawn_with_every_stage_and_every_command() -> None:
    """The table is that of domain/lifecycle.py, in its order; the drawing has all stages."""
    page = (REFERENCE / "lifecycle.md").read_text("utf-8")
    told = {
        stage.value: ", ".join(
            row.command.__name__ for row in ROWS if stage in row.stages and row.may is not CLOCK
        )
        for stage in Stage
    }
    table = page.partition("## Which command fits where")[2].partition("## ")[0]
    assert dict(re.findall(r"^\| `([a-z_]+)` \| (.*) \|$", table, re.MULTILINE)) == told
    drawing = page.split("```")[1]
    assert [stage.value for stage in Stage if not re.search(rf"\b{stage.value}\b", drawing)] == []


def test_the_members_of_forms_are_as_they_are_written_down() -> None:
    """The page shows those that there were when it was written; a procedure that is added needs no page."""
    for title in re.findall(r"^### (\w+ in [A-Z]{2}, form [0-9]+)$", text_of(EVENTS), re.MULTILINE):
        procedure, country, version = re.split(" in |, form ", title)
        offered = offers()[country, procedure]
        form = {**offered.former, offered.form_version: offered.form}[int(version)]
        there = [party for party in offered.procedure.parties if party.member in form.model_fields]
        owners = request_owners(country, procedure, int(version), tuple(party.role for party in there))
        lists = {party.member for party in there if party.many}
        members = dict.fromkeys(form.model_fields.keys() - lists, "public") | {
            n: f"personal: {w}" for n, w in owners.items()
        }
        assert second_column(section(EVENTS, title)) == members


def test_the_members_of_entries_are_as_they_are_written_down() -> None:
    for title in re.findall(r"^### ([a-z-]+, content [0-9]+)$", text_of(EVENTS), re.MULTILINE):
        register, version = title.split(", content ")
        found = registers()[register]
        content = {**found.former, found.content_version: found.content}[int(version)]
        owners = owners_of(content)
        members = dict.fromkeys(content.model_fields, "public") | {
            n: f"personal: {w}" for n, w in owners.items()
        }
        assert second_column(section(EVENTS, title)) == members


def test_how_people_are_named_in_forms_is_written_down() -> None:
    page = REFERENCE / "forms.md"
    assert first_column(section(page, "Documents")) == list(get_args(DocumentKind))
    assert first_column(section(page, "What an officer is told")) == [*persons.WARNINGS, *parties.WARNINGS]
    assert first_column(section(page, "A person")) == list(AnyPerson.model_fields)


@pytest.mark.parametrize(
    ("title", "shape"),
    [
        ("Receipts", Receipt),
        ("Objections", Objection),
        ("Payments", Paid),
        ("Birth notices", StatedBirth),
    ],
)
def test_statements_of_outsiders_have_the_members_that_are_written_down(title: str, shape: Any) -> None:
    assert first_column(section(FORMATS, title)) == [
        f.alias or name for name, f in shape.model_fields.items()
    ]


def test_the_checks_of_a_verification_are_written_down_in_their_order() -> None:
    listed = re.findall(r"^[0-9]+\. `([a-z]+)`:", section(FORMATS, "To verify a whole log"), re.MULTILINE)
    assert listed == list(CHECKS)


# --- operations, commands, read models --------------------------------------------------------------------


def test_every_operation_is_on_the_page_of_the_api(town: Town) -> None:
    """And nothing is on the page that the house does not serve."""
    paths = good(town.anybody.get("/openapi.json"))["paths"]
    operations = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    for route in development.router(town.house.provider).routes:
        assert isinstance(route, APIRoute)
        operations |= {f"{method} {route.path}" for method in route.methods or ()}
    written = re.findall(r"`((?:GET|POST|PUT|PATCH|DELETE) /[^`?]*)`", text_of(REFERENCE / "http.md"))
    assert operations - set(written) == set(), "please write these into docs/reference/http.md"
    assert set(written) - operations == set(), "nobody serves these"


def commands() -> dict[tuple[str, ...], Any]:
    """Every command by its words, hidden ones left out."""
    found: dict[tuple[str, ...], Any] = {}

    def walk(words: tuple[str, ...], command: Any) -> None:
        for name, child in getattr(command, "commands", {}).items():
            walk((*words, name), child)
        if not hasattr(command, "commands"):
            found[words] = command

    walk((), typer.main.get_command(tamga.app))
    return found


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_is_on_its_page_with_its_options(words: tuple[str, ...]) -> None:
    page = text_of(REFERENCE / "command-line.md").replace("\\|", "|")
    spans = [span for span in re.findall(r"`(tamga [^`]+)`", page) if span.split()[1] == words[0]]
    named = [span for span in spans if words[-1] in re.split(r"[ |]+", span)]
    assert named, f"please write `tamga {' '.join(words)}` into docs/reference/command-line.md"
    for parameter in commands()[words].params:
        options = [*parameter.opts, *parameter.secondary_opts]
        if parameter.param_type_name == "option" and not parameter.hidden:
            assert any(option in page for option in options), options


def test_every_read_model_is_on_its_page() -> None:
    written = first_column(text_of(REFERENCE / "read-models.md"))
    kept = [each.name for each in views()], [each.name for each in turns()], [each.name for each in tallies()]
    assert sorted(written) == sorted(name for names in kept for name in names)
