"""Query parameters: one that the contract does not name, or that stands twice, is refused."""

from urllib.parse import parse_qsl

from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import Declined


def only_named(route: APIRoute) -> ASGIApp:
    """The route's application, for those parameters only that its contract names."""
    extra = route.openapi_extra or {}
    named = {p["name"] for p in extra.get("parameters", ()) if p["in"] == "query"}
    answer = route.app

    async def asked(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["query_string"]:
            _refuse_others(scope["query_string"], named)
        await answer(scope, receive, send)

    return asked


def _refuse_others(query: bytes, named: set[str]) -> None:
    names = [name for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True)]
    if not named.issuperset(names):
        known = ", ".join(sorted(named)) or "none"
        raise Declined(400, "unknown_parameter", f"The parameters of this address are: {known}.")
    if len(set(names)) < len(names):
        raise Declined(400, "parameter_twice", "A parameter stands twice. Please send each once.")
