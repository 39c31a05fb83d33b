"""Query parameters: how the usual ones are read; one that the contract does not name, or twice, is refused.

So are the headers of which there is one or none, and a condition where nothing is bound to it.
"""

from typing import Final
from urllib.parse import parse_qsl

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from api.edge.caller import country_here
from api.edge.contract import query
from api.edge.problems import Declined
from infra.house import CountryHouse

COUNTRY: Final = query(
    "country", "Which member country", {"type": "string", "pattern": "^[A-Z]{2}$"}, is_required=True
)
_ONCE: Final = frozenset(
    {b"authorization", b"content-type", b"idempotency-key", b"last-event-id", b"reading-purpose"}
)
_CONDITION: Final = b"if-match"
_LOOKED_AT: Final = _ONCE | {_CONDITION}
_DIGITS: Final = 9  # of a number: more are not looked at


def only_named(route: APIRoute) -> ASGIApp:
    """The route's application, for those parameters only that its contract names."""
    extra = route.openapi_extra or {}
    named = {p["name"] for p in extra.get("parameters", ()) if p["in"] == "query"}
    is_bound = any(p["name"] == "If-Match" for p in extra.get("parameters", ()))
    answer = route.app

    async def asked(scope: Scope, receive: Receive, send: Send) -> None:
        _refuse_headers([name for name, _ in scope["headers"] if name in _LOOKED_AT], is_bound=is_bound)
        if scope["query_string"]:
            _refuse_others(scope["query_string"], named)
        await answer(scope, receive, send)

    return asked


def country_named(request: Request) -> CountryHouse:
    """The member country in the query; raises Declined where none is named, NotOffered for another."""
    code = request.query_params.get("country", "")
    if not (len(code) == 2 and code.isascii() and code.isupper()):  # noqa: PLR2004 - ISO 3166
        raise Declined(400, "country_missing")
    return country_here(request, code)


def number(request: Request, name: str, otherwise: int, least: int, most: int) -> int:
    """The number in the query, or what it is without one; raises Declined where it is beyond its bounds."""
    text = request.query_params.get(name, str(otherwise))
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS and least <= int(text) <= most):
        raise Declined(400, "limit_wrong", name=name, least=least, most=most)
    return int(text)


def _refuse_headers(names: list[bytes], *, is_bound: bool) -> None:
    if not is_bound and _CONDITION in names:
        raise Declined(400, "if_match_not_asked")
    single = [name for name in names if name != _CONDITION]
    if len(set(single)) < len(single):
        raise Declined(400, "header_twice")


def _refuse_others(query: bytes, named: set[str]) -> None:
    names = [name for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True)]
    if not named.issuperset(names):
        if not named:
            raise Declined(400, "no_parameters")
        raise Declined(400, "unknown_parameter", known=tuple(sorted(named)))
    if len(set(names)) < len(names):
        raise Declined(400, "parameter_twice")
