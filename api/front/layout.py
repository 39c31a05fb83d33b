"""How a page of the house is made: one layout, one stylesheet, one policy that lets it ask nobody else for anything."""

from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import Response

HERE: Final = Path(__file__).parent
STYLE: Final = "/docs/style.css"
ICON: Final = "/docs/icon.svg"
TEMPLATES: Final = Environment(
    loader=FileSystemLoader(HERE),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.globals |= {"style": STYLE, "icon": ICON}

router = APIRouter()


@router.get(STYLE, include_in_schema=False)
async def style(_request: Request) -> Response:
    """The one stylesheet."""
    return Response((HERE / "style.css").read_bytes(), 200, None, "text/css; charset=utf-8")


@router.get(ICON, include_in_schema=False)
async def icon(_request: Request) -> Response:
    """The mark of the house; without one a browser would ask for it under another address."""
    return Response((HERE / "icon.svg").read_bytes(), 200, None, "image/svg+xml")


def filled(template: str, **values: Any) -> str:
    """The template with these values, each escaped; raises UndefinedError where one is missing."""
    return TEMPLATES.get_template(template).render(values)


def page(html: str, status: int = 200, *, form_target: str | None = None) -> Response:
    """A page for people; ``form_target`` is the one address that its form may lead to beside our own."""
    headers = {"Content-Security-Policy": _policy(form_target), "Referrer-Policy": "no-referrer"}
    return HTMLResponse(html, status, headers)


def _policy(form_target: str | None) -> str:
    """A browser lets a form be answered with a redirect only where the policy names the place."""
    target = urlsplit(form_target) if form_target else None
    form_action = f"'self' {target.scheme}://{target.netloc}" if target else "'none'"
    return (
        "default-src 'none'; style-src 'self'; img-src 'self'; "
        f"form-action {form_action}; base-uri 'none'; frame-ancestors 'none'"
    )
