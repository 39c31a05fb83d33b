"""The front door over HTTP: what is said there, that every link leads somewhere, and that nobody else is asked."""

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import httpx2
import pytest
from starlette.testclient import TestClient

from api.app import build
from api.edge.sentences import english
from domain.countries import countries
from domain.offers import offers
from infra.house import House
from infra.settings import Settings
from tests.town.caller import good
from tests.town.people import Town
from tests.town.served import ServedTown

pytestmark = pytest.mark.countries(*countries())

ROOT = Path(__file__).parents[2]
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
LEADS = {"href", "src", "action", "data", "srcset", "poster", "formaction"}
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)


class Page(HTMLParser):
    """Where a page leads, what can be led to in it, and what in it could run or load."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.leads: list[str] = []
        self.ids: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.headings: list[int] = []
        self.language: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        self.attributes |= set(about)
        self.leads += [value for name, value in about.items() if name in LEADS]
        self.ids += [about["id"]] if "id" in about else []
        self.headings += [int(tag[1])] if re.fullmatch(r"h[1-6]", tag) else []
        self.language = about.get("lang", self.language)


@pytest.fixture(scope="module")
def found(town: Town) -> dict[str, httpx2.Response]:
    """Everything that can be come to from the front page, by its address."""
    answers: dict[str, httpx2.Response] = {}
    waiting = ["/"]
    while waiting:
        address = waiting.pop()
        if address in answers:
            continue
        answers[address] = town.anybody.send("GET", address, headers={"Accept": BROWSER})
        waiting += [to for _, to, _ in leads(address, answers[address]) if to.startswith("/")]
    return answers


def leads(address: str, answer: httpx2.Response) -> Iterator[tuple[str, str, str]]:
    """(what stands there, the address it means, the place in it) of every link."""
    if is_page(answer):
        for target in parsed(answer.text).leads:
            to, place = urldefrag(urljoin(address, target))
            yield target, to, place


def is_page(answer: httpx2.Response) -> bool:
    return answer.headers["content-type"].startswith("text/html")


@cache
def parsed(html: str) -> Page:
    return Page(html)


def pages(found: dict[str, httpx2.Response]) -> dict[str, Page]:
    return {address: parsed(answer.text) for address, answer in found.items() if is_page(answer)}


# --- what is said -----------------------------------------------------------------------------------------


def test_a_browser_is_told_what_this_is_and_what_is_served(town: Town) -> None:
    answer = town.anybody.send("GET", "/", headers={"Accept": BROWSER})
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "document workflow" in answer.text
    for country in countries().values():
        assert f"{english().say('country', country.code)}</span> ({country.code})" in answer.text
    for code, name in offers():
        title = english().say("procedure", name, procedures=(name,))
        link = f'<a href="/v1/procedures/{name}?country={code}" lang="en">{title}</a>'
        assert link in answer.text
    for address in ("/docs", "/docs/api", "/openapi.json"):
        assert f'href="{address}"' in answer.text


def test_a_program_gets_an_index(town: Town) -> None:
    answer = town.anybody.send("GET", "/", headers={"Accept": "application/json"})
    index = good(answer)
    assert answer.headers["vary"] == "Accept, Accept-Language"
    assert index["environment"] == "development"
    listed = {(c["country"], p["procedure"]): p["href"] for c in index["countries"] for p in c["procedures"]}
    assert set(listed) == set(offers())
    for address in (*listed.values(), *index["links"].values()):
        assert town.anybody.send("GET", address).is_success, address


def test_the_house_prints_the_address_of_its_front_door(served_town: ServedTown) -> None:
    (address,) = re.findall(r"^Tamga serves on (\S+)", served_town.said.read_text("utf-8"), re.MULTILINE)
    assert is_page(httpx2.get(address))


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (BROWSER, "text/html"),
        ("*/*", "text/html"),
        ("", "text/html"),
        ("application/json", "application/json"),
        ("application/*", "application/json"),
        ("application/json, text/html;q=0.5", "application/json"),
        ("text/html;q=0.4, application/json;q=0.6", "application/json"),
        ("text/html;q=0.6, application/json;q=0.4", "text/html"),
        ("text/html;q=0, */*", "application/json"),
        ("application/json;q=much", "application/json"),
    ],
)
def test_who_asks_for_json_rather_than_html_gets_it(town: Town, accept: str, kind: str) -> None:
    answer = town.anybody.send("GET", "/", headers={"Accept": accept})
    assert answer.headers["content-type"].partition(";")[0] == kind


def test_the_reference_has_every_operation_and_every_shape(town: Town) -> None:
    document = good(town.anybody.get("/openapi.json"))
    reference = parsed(town.anybody.get("/docs/api").text)
    operations = {about["operationId"] for on in document["paths"].values() for about in on.values()}
    assert operations | set(document["components"]["schemas"]) <= set(reference.ids)


def test_every_page_of_the_documentation_can_be_come_to(found: dict[str, httpx2.Response]) -> None:
    docs = ROOT / "docs"
    written = {f"/docs/{path.relative_to(docs).with_suffix('').as_posix()}" for path in docs.rglob("*.md")}
    assert written | {"/docs/readme"} <= set(found)


def test_a_page_of_the_documentation_says_what_its_file_says(town: Town) -> None:
    """A table, a heading to lead to, a block as it is; the link to a file that is not shown stays a word."""
    rules = town.anybody.get("/docs/reference/http").text
    assert "<td><code>GET /v1/procedures</code></td>" in rules
    assert '<h2 id="what-holds-everywhere">What holds everywhere</h2>' in rules
    readme = town.anybody.get("/docs/readme").text
    assert "make run" in readme
    assert "<code>domain/__init__.py</code>" in readme
    assert 'href="domain/' not in readme


@pytest.mark.parametrize("folder", ["law", "law/", "how-to", "reference"])
def test_a_folder_of_the_documentation_leads_to_the_list_of_its_pages(town: Town, folder: str) -> None:
    """As it does in the files, where a link to a folder shows what lies in it."""
    listed = town.anybody.get(f"/docs/{folder}")
    part = folder.removesuffix("/")
    assert [each.headers["location"] for each in listed.history] == [f"/docs#{part}"]
    assert part in parsed(listed.text).ids
    assert town.anybody.get("/docs/law/README").status_code == 200


@pytest.mark.parametrize("name", ["nowhere", "../tamga", "%2e%2e/pyproject.toml", "readme.md", "law/xx"])
def test_nothing_else_is_shown_below_the_documentation(town: Town, name: str) -> None:
    assert town.anybody.get(f"/docs/{name}").status_code == 404


def test_only_a_house_in_development_says_that_it_is_one(town: Town, tmp_path: Path) -> None:
    assert 'class="banner"' in town.anybody.get("/").text
    house = House(Settings(data=tmp_path / "data", environment="production", organisation="Example Registry"))
    try:
        with TestClient(build(house), base_url=house.settings.base_url) as http:
            for address in ("/", "/docs", "/docs/api", "/docs/readme"):
                assert 'class="banner"' not in http.get(address).text, address
    finally:
        house.close()


# --- where it leads, and what it asks for -----------------------------------------------------------------


def test_every_link_leads_somewhere(found: dict[str, httpx2.Response]) -> None:
    shown = pages(found)
    broken = [
        f"{address}: {target}"
        for address, answer in found.items()
        for target, to, place in leads(address, answer)
        if not found[to].is_success or (place and place not in shown[to].ids)
    ]
    assert broken == []


def test_no_page_names_another_host_to_ask(found: dict[str, httpx2.Response]) -> None:
    """Addresses are within the house; the stylesheet asks for nothing."""
    outside = [
        f"{address}: {target}"
        for address, page in pages(found).items()
        for target in page.leads
        if not re.match(r"(/(?!/)|#)", target)
    ]
    assert outside == []
    (style,) = [a.text for a in found.values() if a.headers["content-type"].startswith("text/css")]
    assert not re.search(r"url\(|@import|//", style)


def test_a_page_needs_no_script_and_may_have_none(found: dict[str, httpx2.Response]) -> None:
    for address, page in pages(found).items():
        assert page.tags.isdisjoint({"script", "style", "iframe", "object", "embed", "base", "img"}), address
        assert not [name for name in page.attributes if name == "style" or name.startswith("on")], address
        assert found[address].headers["content-security-policy"] == POLICY, address
        assert found[address].headers["referrer-policy"] == "no-referrer", address


def test_a_page_can_be_heard_as_well_as_seen(found: dict[str, httpx2.Response]) -> None:
    """Its language, one title, headings that skip no level, no id twice."""
    for address, page in pages(found).items():
        assert page.language == "en", address
        assert {"title", "main", "nav"} <= page.tags, address
        assert page.headings.count(1) == 1, address
        assert page.headings[0] == 1, address
        steps = zip(page.headings, page.headings[1:], strict=False)
        assert all(after <= before + 1 for before, after in steps), address
        assert len(set(page.ids)) == len(page.ids), address
