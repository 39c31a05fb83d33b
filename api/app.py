"""The HTTP application: the routers, the problem documents, the OpenAPI document."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from api import (
    audit,
    cases,
    evidence,
    feeds,
    history,
    identity,
    lists,
    money,
    problems,
    procedures,
    registers,
    watch,
)
from api.contract import MODELS
from api.edge import App, edge
from infra.house import House

TITLE = "Tamga"
ROUTERS = (procedures, cases, money, evidence, history, lists, registers, feeds, audit, watch)


def build(house: House) -> App:
    """The application of this house, behind its edge."""
    app = application(house)
    return edge(app)  # type: ignore[arg-type]  # an ASGI application


def application(house: House) -> FastAPI:
    """The application without its edge."""
    app = FastAPI(
        title=TITLE, version="0.1.0", docs_url=None, redoc_url=None, redirect_slashes=False, openapi_url=None
    )
    app.state.house = house
    problems.install(app)
    for module in ROUTERS:
        app.include_router(module.router)
    if house.settings.environment == "development":
        app.include_router(identity.router(house.provider))
    document = _openapi(app)

    @app.get("/openapi.json", include_in_schema=False)
    async def openapi() -> dict[str, Any]:
        return document

    return app


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
    components.setdefault("schemas", {}).update(schemas["$defs"])
    components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    for path in document["paths"].values():
        for operation in path.values():
            _without_framework_problems(operation)
    return document


def _without_framework_problems(operation: dict[str, Any]) -> None:
    """The framework's own 422 is answered as a problem document here."""
    answer = operation["responses"].get("422", {})
    if "application/json" in answer.get("content", {}):
        schema = {"$ref": "#/components/schemas/Problem"}
        operation["responses"]["422"] = {
            "description": "Something has to be corrected",
            "content": {"application/problem+json": {"schema": schema}},
        }
