"""The pages of ``docs/`` and the README, as the house shows them: Markdown made plain HTML, links among themselves."""

import posixpath
import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from markdown_it import MarkdownIt
from markdown_it.token import Token
from starlette.responses import RedirectResponse, Response

from api.edge.caller import house_of
from api.front.layout import filled, page
from domain.refusals import Unknown

ROOT: Final = Path(__file__).parents[2]
PARTS: Final = {  # in the order in which somebody reads them; the last is what lies in no folder
    "tutorial": "Tutorial",
    "how-to": "How to",
    "reference": "Reference",
    "explanation": "How it works, and what it proves",
    "law": "The law, to be read and signed",
    "": "About the house",
}
_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False}).enable("table")

router = APIRouter()


@router.get("/docs", include_in_schema=False)
def contents(request: Request) -> Response:
    """Every page there is, by its part."""
    parts = [
        (part, title, [(f"/docs/{name}", _title(name)) for name in _pages() if _part(name) == part])
        for part, title in PARTS.items()
    ]
    return page(
        filled("documentation.html", title="Documentation", development=_is_development(request), parts=parts)
    )


@router.get("/docs/{name:path}", include_in_schema=False)
def document(request: Request, name: str) -> Response:
    """One page of it; an example of it as it is; of a folder the list of its pages. Raises Unknown."""
    if (part := name.removesuffix("/")) in PARTS and part:
        return RedirectResponse(f"/docs#{part}")
    if name in _examples():
        return Response(_examples()[name].read_bytes(), 200, None, "text/plain; charset=utf-8")
    if name not in _pages():
        raise Unknown
    title, text = _title(name), _shown(name)
    return page(filled("document.html", title=title, development=_is_development(request), text=text))


def _is_development(request: Request) -> bool:
    return house_of(request).settings.environment == "development"


@cache
def _pages() -> dict[str, Path]:
    """Every page by its name below ``/docs/``."""
    docs = ROOT / "docs"
    found = {path.relative_to(docs).with_suffix("").as_posix(): path for path in sorted(docs.rglob("*.md"))}
    return {"readme": ROOT / "README.md", **found}


@cache
def _examples() -> dict[str, Path]:
    """What the pages send, by its name below ``/docs/``."""
    docs = ROOT / "docs"
    return {path.relative_to(docs).as_posix(): path for path in sorted((docs / "examples").glob("*.*json"))}


def _part(name: str) -> str | None:
    part = posixpath.dirname(name)
    return part if name != "readme" else None


def _title(name: str) -> str:
    first, *_ = _pages()[name].read_text("utf-8").splitlines()
    return first.removeprefix("# ")


@cache
def _shown(name: str) -> str:
    """The page as HTML, without its title, which the layout shows."""
    path = _pages()[name]
    tokens = _MARKDOWN.parse(path.read_text("utf-8"))[3:]
    for opening, inside in pairwise(tokens):
        if opening.type == "heading_open":
            opening.attrSet("id", _anchor(inside.content))
    for token in tokens:
        if token.children:
            token.children = _with_links_here(token.children, path)
    html: str = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    return html


def _anchor(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _with_links_here(tokens: list[Token], path: Path) -> list[Token]:
    """Links within the documentation, as they are called here; what leads elsewhere stays as a text."""
    kept, dropped = [], False
    for token in tokens:
        if token.type == "link_open":
            address = _address(str(token.attrGet("href")), path)
            dropped = address is None
            token.attrSet("href", address or "")
        if not (dropped and token.type in {"link_open", "link_close"}):
            kept.append(token)
    return kept


def _address(target: str, path: Path) -> str | None:
    """Where a link of the file leads in the house, if it leads to something that is shown here."""
    file, _, anchor = target.partition("#")
    if not file:
        return target
    name = posixpath.normpath(posixpath.join(path.parent.relative_to(ROOT).as_posix(), file))
    if name == "README.md":
        name = "docs/readme"
    below = name.removeprefix("docs/").removesuffix(".md")
    if below in PARTS:
        return f"/docs#{below}"
    if below in _pages() or below in _examples():
        return f"/docs/{below}" + (f"#{anchor}" if anchor else "")
    return None
