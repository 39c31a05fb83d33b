"""What every request passes first: size limits, a log line, metrics, a plain answer when something breaks.

Plain ASGI: the framework's middleware classes cost a quarter of a millisecond a request.
"""

import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from functools import lru_cache
from typing import Any, Final

from prometheus_client import Counter, Histogram

from api.edge.problems import Declined, problem, request_id

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

LARGEST_BODY: Final = 256 * 1024
LARGEST_UPLOAD: Final = 10_100_000  # 10,000,000 bytes of evidence, and the form around it
LARGEST_OF_REGISTRY: Final = 1024 * 1024  # as many receipts as are taken at once
_METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})
logger = logging.getLogger(__name__)
REQUESTS = Counter("tamga_http_requests", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram(
    "tamga_http_seconds", "Time to answer", ["route"], buckets=(0.002, 0.005, 0.01, 0.05, 0.2, 1, 5)
)


def edge(app: App) -> App:
    """The application behind its edge."""

    async def guarded(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        exchange = _Exchange(scope, receive, send)
        try:
            await exchange.answer(app)
        finally:
            exchange.note()

    return guarded


class _HeadersAreAll(Exception):
    """HEAD asks for nothing more."""


class _Exchange:
    """One request and its answer, as they pass the edge."""

    __slots__ = (
        "_began",
        "_is_head",
        "_is_noted",
        "_largest",
        "_receive",
        "_seen",
        "_send",
        "scope",
        "status",
    )

    def __init__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        self.status = 0
        self._began = time.perf_counter()
        self._is_noted = False
        self._receive, self._send = receive, send
        self._largest = _largest(scope["path"])
        self._seen = 0
        self._is_head = scope["method"] == "HEAD"
        # The server looks at its own scope to know that an answer to HEAD has no body.
        self.scope = {**scope, "method": "GET"} if self._is_head else scope

    async def answer(self, app: App) -> None:
        """Have it answered; what breaks leaves a log line and, where nothing was sent yet, a problem."""
        try:
            if not _names_its_host(self.scope):
                await self._problem(400, "host_wrong")
            elif _length(self.scope) > self._largest:
                await self._problem(413, "too_large", most=self._largest)
            else:
                await app(self.scope, self.receive, self.send)
        except _HeadersAreAll:
            pass
        except Exception:
            logger.exception("request_failed", extra=_where(self.scope))
            if self.status == 0:
                await self._problem(500, "internal_error")

    async def receive(self) -> Message:
        """The next part of the body, as long as it is not too much."""
        message = await self._receive()
        if message["type"] == "http.request":
            self._seen += len(message.get("body", b""))
            if self._seen > self._largest:
                raise Declined(413, "too_large", most=self._largest)
        return message

    async def send(self, message: Message) -> None:
        """The next part of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message.setdefault("headers", []).append((b"x-content-type-options", b"nosniff"))
            if self._is_head:  # a stream may be silent for long
                self.note()
                await self._send(message)
                await self._send({"type": "http.response.body"})
                raise _HeadersAreAll
        elif not message.get("more_body", False):
            self.note()
        await self._send(message)

    def note(self) -> None:
        """The request's line and its counts, once: before the end of the answer, so that who has it finds them."""
        if not self._is_noted:
            self._is_noted = True
            _note(self.scope, self.status, time.perf_counter() - self._began)

    async def _problem(self, status: int, code: str, **values: int) -> None:
        answer = problem(self.scope, status, code, values)
        await answer(self.scope, self.receive, self.send)


def _note(scope: MutableMapping[str, Any], status: int, seconds: float) -> None:
    """A line and a count. A method is any word that a client sends, a path may hold what a person typed."""
    method, route = scope["method"] if scope["method"] in _METHODS else "other", _route(scope)
    count, spread = _series(method, route, status)
    count.inc()
    spread.observe(seconds)
    if not logger.isEnabledFor(logging.INFO):
        return
    about = {"method": method, "route": route, "status": status}
    spent = {"milliseconds": round(seconds * 1000, 2), "request_id": request_id(scope)}
    logger.info("request", extra={**about, **spent})


@lru_cache(maxsize=4096)
def _series(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    """What counts these answers: to find it by its labels takes longer than to count."""
    return REQUESTS.labels(method, route, status), SECONDS.labels(route)


def _where(scope: MutableMapping[str, Any]) -> dict[str, str]:
    return {"route": _route(scope), "request_id": request_id(scope)}


def _route(scope: MutableMapping[str, Any]) -> str:
    """The route's template."""
    return getattr(scope.get("route"), "path", "unknown")


def _largest(path: str) -> int:
    if path == "/v1/evidence":
        return LARGEST_UPLOAD
    return LARGEST_OF_REGISTRY if path.startswith("/v1/feeds/") else LARGEST_BODY


def _names_its_host(scope: MutableMapping[str, Any]) -> bool:
    """Whether it says once for which host it is (RFC 9112, 3.2), as HTTP/1.1 has to."""
    return scope["http_version"] != "1.1" or [name for name, _ in scope["headers"]].count(b"host") == 1


def _length(scope: MutableMapping[str, Any]) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
