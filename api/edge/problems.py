"""Every refusal as a problem document (RFC 9457), with its number; what the edge itself declines says
its own (``Declined``).

A problem never holds a value that was sent: what is wrong is named by a pointer, a code and a sentence. The sentences
are in the language of the caller (``api/edge/sentences.py``); type and code are in none.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from typing import Any, Final

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Match, Route

from api.edge.sentences import Language, in_language, spoken
from domain import refusals
from domain.faults import fault_of
from domain.procedures import procedures as all_procedures
from domain.refusals import Fault, Refusal, Value, Values
from infra.identity.tokens import BadToken
from infra.operations.readiness import TROUBLES
from infra.runtime.chance import random_id
from infra.runtime.clock import WrongClock

logger = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]  # of ASGI

STATUS: Final[Mapping[type[Refusal], int]] = {
    refusals.Invalid: 422,
    refusals.Unknown: 404,
    refusals.NotAllowed: 403,
    refusals.NotOffered: 404,
    refusals.WrongStage: 409,
    refusals.Stale: 412,
    refusals.Clash: 409,
    refusals.Differs: 409,
    refusals.Erased: 410,
    refusals.Unready: 503,
}
NO_TOKEN: Final = "no bearer token"  # noqa: S105 - why there is no caller
BY_CODE: Final = {"idempotency_key_reused": 422, "already_filed": 409}
HTTP_CODES: Final = {404: "not_found", 405: "method_not_allowed", None: "http_error"}  # of the framework
# The numbers that have a title of their own.
TITLED: Final = frozenset({400, 401, 403, 404, 405, 406, 409, 410, 412, 413, 415, 422, 428, 429, 500, 503})


class ErrorPlace(BaseModel):
    """One wrong place."""

    model_config = ConfigDict(extra="forbid")

    pointer: str
    code: str
    detail: str


class Problem(BaseModel):
    """A problem document (RFC 9457)."""

    model_config = ConfigDict(extra="forbid")

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    errors: list[ErrorPlace] = Field(default_factory=list)
    stage: str | None = None
    fits: list[str] | None = None
    version: int | None = None
    case: str | None = None


class Declined(Exception):
    """The edge itself says no, before there is a command: a header, a size, a form of the body."""

    def __init__(self, status: int, code: str, /, **values: Value) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.values = values


def problem(  # noqa: PLR0913 - the members of a problem document
    scope: Scope,
    status: int,
    code: str,
    values: Values | None = None,
    *,
    errors: tuple[Fault, ...] = (),
    procedures: tuple[str, ...] = (),
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Response:
    """The answer to the request of this scope; ``instance`` is the request's id, which its line in the log has too."""
    language = spoken(scope)
    body = {
        "type": f"/docs/problems#{code}",
        "title": language.say("title", str(status) if status in TITLED else "other"),
        "status": status,
        "detail": " ".join(_sentences(language, code, values or {}, procedures)),
        "instance": f"urn:uuid:{request_id(scope)}",
        "code": code,
        "errors": [_place(language, fault, procedures) for fault in errors],
        **{name: value for name, value in more.items() if value is not None},
    }
    said = {**(headers or {}), **in_language(language)}
    return Response(orjson.dumps(body), status, said, "application/problem+json")


def _sentences(language: Language, code: str, values: Values, procedures: tuple[str, ...]) -> Iterator[str]:
    """That of the refusal, and what the procedures say beside it."""
    yield language.say("refusal", code, values, procedures)
    for name in procedures:
        if code in all_procedures()[name].further:
            yield language.say("further", code, {}, (name,))


def _place(language: Language, fault: Fault, procedures: tuple[str, ...]) -> dict[str, str]:
    detail = language.say("place", fault.code, fault.values, procedures)
    return {"pointer": fault.pointer, "code": fault.code, "detail": detail}


def refused(scope: Scope, refusal: Refusal) -> Response:
    """The problem that a refusal is."""
    status = BY_CODE.get(refusal.name) or next(STATUS[c] for c in type(refusal).__mro__ if c in STATUS)
    return problem(
        scope,
        status,
        refusal.name,
        refusal.values,
        errors=refusal.errors if isinstance(refusal, refusals.Invalid) else (),
        procedures=refusal.procedures,
        headers={"Retry-After": "1"} if status == 503 else None,  # noqa: PLR2004 - of HTTP
        stage=refusal.stage,
        fits=refusal.fits if refusal.stage else None,
        version=getattr(refusal, "version", None),
        case=getattr(refusal, "case", None),
    )


def request_id(scope: Scope) -> str:
    """The id of this request: by it we find its line; an address may be personal."""
    found: str = scope.setdefault("tamga.request", random_id())
    return found


_GONE: Final = 499  # whoever asked is not there any more, as other servers count it
_ANSWERED: Final = (
    Refusal,
    Declined,
    BadToken,
    HTTPException,
    RequestValidationError,
    ClientDisconnect,
    *TROUBLES,
    Exception,
)


def install(app: FastAPI) -> None:
    """Answer every exception with a problem document."""
    for kind in _ANSWERED:
        app.add_exception_handler(kind, _answered)


async def _answered(request: Request, error: Exception) -> Response:  # noqa: PLR0911 - one for each kind
    scope = request.scope
    match error:
        case Refusal():
            return refused(scope, error)
        case Declined():
            return problem(scope, error.status, error.code, error.values)
        case BadToken(reason=reason):
            return _unknown_caller(scope, reason)
        case HTTPException():
            return _of_the_framework(request, error)
        case RequestValidationError():  # the framework's own answer would echo what was sent
            return refused(scope, refusals.Invalid(*_places(error)))
        case ClientDisconnect():  # in the middle of its own request: nobody reads this, it is counted
            return Response(status_code=_GONE)
        case _ if isinstance(error, TROUBLES):
            if not isinstance(error, WrongClock):  # which says what somebody wrote into a file
                logger.warning("trouble", extra={"why": str(error)})
            return problem(scope, 503, "unavailable", headers={"Retry-After": "1"})
        case _:
            return problem(scope, 500, "internal_error")


def _unknown_caller(scope: Scope, reason: str) -> Response:
    if reason == NO_TOKEN:  # RFC 6750, 3.1: no error code for who brought none
        return problem(scope, 401, "no_token", headers={"WWW-Authenticate": "Bearer"})
    headers = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    return problem(scope, 401, "bad_token", headers=headers)


def _of_the_framework(request: Request, error: HTTPException) -> Response:
    status = error.status_code
    code = HTTP_CODES.get(status, HTTP_CODES[None])
    headers = {"Allow": _methods(request)} if status == 405 else error.headers  # noqa: PLR2004 - of HTTP
    return problem(request.scope, status, code, headers=headers)


def _places(error: RequestValidationError) -> Iterable[Fault]:
    return map(fault_of, error.errors())


def _methods(request: Request) -> str:
    """What can be done under this address, over all of its routes."""
    found = {
        method
        for route in request.app.routes
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE
        for method in route.methods or ()
    }
    return ", ".join(sorted({*found, *({"HEAD"} if "GET" in found else ())}))
