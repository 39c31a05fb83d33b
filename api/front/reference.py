"""The reference of the API: the OpenAPI document as one page for people, made here and complete without a script."""

from collections import defaultdict
from functools import cache
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.edge.caller import house_of
from api.front.layout import filled, page

# What bounds a value, as JSON Schema calls it and as it is said here.
BOUNDS: Final = {
    "minLength": "at least so long:",
    "maxLength": "at most so long:",
    "pattern": "in the form",
    "minimum": "at least",
    "maximum": "at most",
    "minItems": "at least so many:",
    "maxItems": "at most so many:",
    "default": "if left out",
}


def router(document: dict[str, Any]) -> APIRouter:
    """The page of this document."""
    routes = APIRouter()

    @cache
    def made(*, development: bool) -> str:
        return filled(
            "reference.html",
            title="Reference of the API",
            development=development,
            summary=document["info"]["summary"],
            groups=_groups(document["paths"]),
            schemas=dict(sorted(document["components"]["schemas"].items())),
            bounds=BOUNDS,
        )

    @routes.get("/docs/api", include_in_schema=False)
    def reference(request: Request) -> Response:
        """Every operation, with what is sent and what comes back; every shape."""
        return page(made(development=house_of(request).settings.environment == "development"))

    return routes


def _groups(paths: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The operations by what they are about: the first word of the address after the version."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for path, operations in paths.items():
        group = path.removeprefix("/v1/").partition("/")[0] if path.startswith("/v1/") else "the house itself"
        found[group] += [_operation(method, path, about) for method, about in operations.items()]
    return dict(found)


def _operation(method: str, path: str, about: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": about["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": about["summary"],
        "description": about.get("description", ""),
        "security": about.get("security"),
        "parameters": about.get("parameters", []),
        "body": about.get("requestBody", {}).get("content"),
        "responses": about["responses"],
    }
