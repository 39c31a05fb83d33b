"""What every request passes first: size limits, one log line, metrics, and a plain answer when something breaks.

Plain ASGI: the framework's middleware classes cost a quarter of a millisecond a request.
"""

import logging
import time
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from prometheus_client import Counter, Histogram

from api.problems import problem

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

LARGEST_BODY: Final = 256 * 1024
LARGEST_UPLOAD: Final = 10_100_000  # 10,000,000 bytes of evidence, and the form around it
logger = logging.getLogger(__name__)
REQUESTS = Counter("tamga_http_requests", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram(
    "tamga_http_seconds", "Time to answer", ["route"], buckets=(0.002, 0.005, 0.01, 0.05, 0.2, 1, 5)
)


class _TooLarge(Exception):
    """The body is larger than what is taken."""


def edge(app: App) -> App:
    """The application behind its edge."""

    async def guarded(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 0
        largest = LARGEST_UPLOAD if scope["path"] == "/v1/evidence" else LARGEST_BODY
        seen = 0

        async def measured() -> Message:
            nonlocal seen
            message = await receive()
            if message["type"] == "http.request":
                seen += len(message.get("body", b""))
                if seen > largest:
                    raise _TooLarge
            return message

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message.setdefault("headers", []).append((b"x-content-type-options", b"nosniff"))
            await send(message)

        try:
            if _length(scope) > largest:
                raise _TooLarge
            await app(scope, measured, noted)
        except _TooLarge:
            detail = f"At most {largest} bytes are taken here."
            await problem(scope["path"], 413, "too_large", detail)(scope, receive, noted)
        except Exception:
            logger.exception("request_failed", extra={"method": scope["method"], "route": _route(scope)})
            if status == 0:
                detail = "Nothing was lost. Please try again; if it happens again, tell us the time and the address."
                await problem(scope["path"], 500, "internal_error", detail)(scope, receive, noted)
        finally:
            route = _route(scope)
            seconds = time.perf_counter() - began
            REQUESTS.labels(scope["method"], route, status).inc()
            SECONDS.labels(route).observe(seconds)
            logger.info(
                "request",
                extra={
                    "method": scope["method"],
                    "route": route,
                    "status": status,
                    "milliseconds": round(seconds * 1000, 2),
                    "request_id": uuid.uuid4().hex,
                },
            )

    return guarded


def _route(scope: MutableMapping[str, Any]) -> str:
    """The route's template: a path may hold what a person typed."""
    return getattr(scope.get("route"), "path", "unknown")


def _length(scope: MutableMapping[str, Any]) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
