"""The HTTP application: the routers, the problem documents, the OpenAPI document."""

from copy import copy
from inspect import signature
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic.json_schema import models_json_schema
from starlette.routing import BaseRoute, request_response

from api import (
    audit,
    birth_notices,
    competences,
    development,
    erasures,
    health,
    mandates,
    my_cases,
    notices,
    procedures,
    seal_keys,
    work_queue,
)
from api.cases import (
    acts,
    amending,
    appeals,
    estimates,
    evidence,
    filing,
    history,
    payments,
    reading,
)
from api.edge import problems
from api.edge.asgi import App, edge
from api.edge.contract import MODELS
from api.edge.queries import only_named
from api.edge.sentences import languages
from api.front import documentation, front_page, layout, reference
from api.registers import amendments, restrictions, searches
from api.registers import reading as entries
from api.registries import feeds, objections, receipts
from infra.house import House

TITLE = "Tamga"
ROUTERS = (
    filing,  # first, as routes are matched in this order
    front_page,
    procedures,
    estimates,
    reading,
    acts,
    amending,
    appeals,
    payments,
    evidence,
    history,
    my_cases,
    mandates,
    notices,
    birth_notices,
    work_queue,
    entries,
    searches,
    restrictions,
    amendments,
    competences,
    erasures,
    feeds,
    receipts,
    objections,
    audit,
    health,
    seal_keys,
)


def build(house: House) -> App:
    """The application of this house, behind its edge."""
    app = routed(house)
    return edge(app)


def routed(house: House) -> FastAPI:
    """The application without its edge: every router laid flat."""
    app = FastAPI(
        title=TITLE,
        version="0.1.0",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        openapi_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # the edge keeps its own
    )
    app.state.house = house
    languages()  # loaded before anybody asks; raises NotCompiled
    app.state.under_way = set()  # idempotency keys whose request is being worked on
    problems.install(app)
    for module in ROUTERS:
        app.router.routes += map(
            _as_it_is, module.router.routes
        )  # laid flat: an included one is matched twice
    document = _openapi(app)
    if house.settings.environment == "development":  # beside the contract: it follows OAuth's rules, not ours
        app.router.routes += development.router(house.provider).routes
    for pages in (layout.router, reference.router(document), documentation.router):
        app.router.routes += map(_as_it_is, pages.routes)

    @app.get("/openapi.json", include_in_schema=False)
    async def openapi() -> dict[str, Any]:
        return document

    return app


def _as_it_is(route: BaseRoute) -> BaseRoute:
    """The route, for this application, with the parameters of its contract and no others.

    An endpoint that takes the request alone gets it straight: solving no dependencies costs 150 us a request.
    """
    mine = copy(route)
    if isinstance(mine, APIRoute):
        if list(signature(mine.endpoint).parameters) == ["request"]:
            mine.app = request_response(mine.endpoint)
        mine.app = only_named(mine)
    return mine


def _openapi(app: FastAPI) -> dict[str, Any]:
    """OpenAPI 3.1 with the models that the endpoints read themselves."""
    document = get_openapi(
        title=TITLE,
        version="0.1.0",
        openapi_version="3.1.0",
        summary="A signed, event-sourced document workflow for the Turkic states",
        routes=app.routes,
    )
    _, schemas = models_json_schema(
        [(model, "validation") for model in MODELS.values()], ref_template="#/components/schemas/{model}"
    )
    components = document.setdefault("components", {})
    known = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        known.pop(name, None)
    components["schemas"] = {**known, **schemas["$defs"]}
    components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    for path in document["paths"].values():
        for operation in path.values():
            _without_framework_problem(operation)
    return document


def _without_framework_problem(operation: dict[str, Any]) -> None:
    """The framework says that its own 422 is answered wherever there is a parameter; here it never is."""
    if "application/json" in operation["responses"].get("422", {}).get("content", {}):
        del operation["responses"]["422"]
