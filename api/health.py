"""Whether the house lives and is ready, and its metrics."""

import asyncio
from typing import Literal

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from starlette.responses import Response

from api.edge.answers import answered
from api.edge.caller import house_of
from api.edge.contract import documented
from api.edge.shapes import Count, Shape, Version
from infra.operations.readiness import readiness

router = APIRouter()


class Live(Shape):
    status: Literal["live"]


class Parked(Shape):
    stream: str
    seq: Version
    why: str


class CountryReadiness(Shape):
    events: Count
    trouble: str | None
    is_fully_synced: bool
    read_models_behind: int
    parked: list[Parked]
    relay_behind: int | None
    relay_trouble: str | None


class Readiness(Shape):
    ready: bool
    countries: dict[str, CountryReadiness]


LAG = Gauge("tamga_read_models_behind", "Events that the read models have not seen", ["country"])
PARKED = Gauge("tamga_parked_streams", "Streams that are set aside", ["country"])
SIZE = Gauge("tamga_log_events", "Events in the log", ["country"])
RELAY_LAG = Gauge("tamga_relay_behind", "Events of the feed that Kafka has not got", ["country"])


@router.get("/livez", **documented("Whether the process lives", answer=Live, public=True))
async def livez(_request: Request) -> Response:
    """It does, if it answers."""
    return Response(b'{"status":"live"}', 200, None, "application/json")


_READYZ = documented("Whether the house can do its work", answer=Readiness, public=True)
_READYZ["responses"][503] = {**_READYZ["responses"][200], "description": "It cannot file now, and why"}


@router.get("/readyz", **_READYZ)
async def readyz(request: Request) -> Response:
    """503 with the reasons where it cannot file; what only lags is said beside it."""
    found = await asyncio.to_thread(readiness, house_of(request))
    return answered(found, 200 if found["ready"] else 503)


_METRICS = documented("Metrics", public=True)
_METRICS["responses"][200] = {
    "description": "Prometheus text",
    "content": {"text/plain": {"schema": {"type": "string"}}},
}


@router.get("/metrics", **_METRICS)
async def metrics(request: Request) -> Response:
    """For Prometheus; no value of a person stands in a label."""
    found = await asyncio.to_thread(readiness, house_of(request))
    for country, state in found["countries"].items():
        SIZE.labels(country).set(state["events"])
        LAG.labels(country).set(state["read_models_behind"])
        PARKED.labels(country).set(len(state["parked"]))
        RELAY_LAG.labels(country).set(state["relay_behind"] or 0)
    return Response(generate_latest(), 200, None, CONTENT_TYPE_LATEST)
