"""Every refusal as a problem document (RFC 9457), with its number; the one place where HTTP statuses stand.

A problem never holds a value that was sent: what is wrong is named by a pointer, a code and a sentence.
"""

import re
from collections.abc import Iterable, Mapping, MutableMapping
from itertools import takewhile
from typing import Any, Final

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match, Route

from domain import refusals
from domain.numbers import WrongNumber
from domain.refusals import Fault, Refusal
from infra.identity.tokens import BadToken
from infra.operations.readiness import TROUBLES
from infra.runtime.chance import random_id

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
BROKEN: Final = "Nothing was lost. Please try again; if it happens again, tell us the instance."
NO_TOKEN: Final = "no bearer token"  # noqa: S105 - why there is no caller
BY_CODE: Final = {"idempotency_key_reused": 422, "already_filed": 409}
HTTP_CODES: Final = {404: "not_found", 405: "method_not_allowed", None: "http_error"}  # of the framework
TITLES: Final = {
    400: "The request cannot be read",
    401: "Please sign in",
    403: "This is not for you to do",
    404: "There is nothing here for you",
    405: "This cannot be done here",
    406: "Not in this form",
    409: "This does not fit what is there",
    410: "Erased",
    412: "It has changed since you looked",
    413: "Too large",
    415: "Not this kind of content",
    422: "Something has to be corrected",
    428: "Say which version you saw",
    429: "Too many requests",
    500: "Something went wrong on our side",
    503: "Please try again in a moment",
}


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

    def __init__(
        self, status: int, code: str, detail: str, *errors: Fault, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
        self.headers = headers or {}


def problem(  # noqa: PLR0913, PLR0917 - the members of a problem document
    instance: str,
    status: int,
    code: str,
    detail: str,
    errors: tuple[Fault, ...] = (),
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Response:
    """The response; ``instance`` is the id of the request, which its line in the log has too."""
    body = {
        "type": f"/docs/problems#{code}",
        "title": TITLES.get(status, "It did not work"),
        "status": status,
        "detail": detail,
        "instance": f"urn:uuid:{instance}",
        "code": code,
        "errors": [{"pointer": f.pointer, "code": f.code, "detail": f.detail} for f in errors],
        **{name: value for name, value in more.items() if value is not None},
    }
    return Response(orjson.dumps(body), status, dict(headers or {}), "application/problem+json")


def refused(instance: str, refusal: Refusal) -> Response:
    """The problem that a refusal is."""
    status = BY_CODE.get(refusal.name) or next(STATUS[c] for c in type(refusal).__mro__ if c in STATUS)
    return problem(
        instance,
        status,
        refusal.name,
        refusal.detail,
        refusal.errors if isinstance(refusal, refusals.Invalid) else (),
        {"Retry-After": "1"} if status == 503 else None,  # noqa: PLR2004 - of HTTP
        stage=getattr(refusal, "stage", None),
        fits=list(refusal.fits) if isinstance(refusal, refusals.WrongStage) else None,
        version=getattr(refusal, "version", None),
        case=getattr(refusal, "case", None),
    )


def request_id(scope: MutableMapping[str, Any]) -> str:
    """The id of this request: by it we find its line; an address may be personal."""
    found: str = scope.setdefault("tamga.request", random_id())
    return found


def faults_of(error: ValidationError, prefix: str = "") -> tuple[Fault, ...]:
    """Pydantic's errors as places, without what was sent."""
    return tuple(
        Fault(
            prefix + pointer_of(e["loc"]),
            "wrong_number" if _is_wrong_number(e) else PLACES.get(e["type"], "wrong_value"),
            e["msg"].removeprefix("Value error, "),
        )
        for e in error.errors(include_url=False, include_input=False)
    )


def pointer_of(steps: Iterable[str | int]) -> str:
    """The JSON pointer (RFC 6901); it ends before a name that no form could have: people send anything."""
    texts = map(str, steps)
    return "".join(f"/{step}" for step in takewhile(_NAME.match, texts))


def _is_wrong_number(error: ErrorDetails) -> bool:
    return isinstance(error.get("ctx", {}).get("error"), WrongNumber)


_NAME: Final = re.compile(r"[a-z0-9_]{1,60}\Z")
PLACES: Final = {
    "missing": "missing",
    "extra_forbidden": "unknown_member",
    "string_too_long": "too_long",
    "string_too_short": "too_short",
    "string_pattern_mismatch": "wrong_form",
    "literal_error": "not_in_list",
    "greater_than_equal": "out_of_range",
    "less_than_equal": "out_of_range",
    "too_long": "too_many",
}
_ANSWERED: Final = (
    Refusal,
    Declined,
    BadToken,
    HTTPException,
    RequestValidationError,
    *TROUBLES,
    Exception,
)


def install(app: FastAPI) -> None:
    """Answer every exception with a problem document."""
    for kind in _ANSWERED:
        app.add_exception_handler(kind, _answered)


async def _answered(request: Request, error: Exception) -> Response:  # noqa: PLR0911 - one for each kind
    instance = request_id(request.scope)
    match error:
        case Refusal():
            return refused(instance, error)
        case Declined():
            return problem(instance, error.status, error.code, error.detail, error.errors, error.headers)
        case BadToken(reason=reason):
            return _unknown_caller(instance, reason)
        case HTTPException():
            return _of_the_framework(request, error)
        case RequestValidationError():  # the framework's own answer would echo what was sent
            return refused(instance, refusals.Invalid(*_places(error)))
        case _ if isinstance(error, TROUBLES):
            detail = "This cannot be done now, and nothing was changed. Please try again in a moment."
            return problem(instance, 503, "unavailable", detail, (), {"Retry-After": "1"})
        case _:
            return problem(instance, 500, "internal_error", BROKEN)


def _unknown_caller(instance: str, reason: str) -> Response:
    if reason == NO_TOKEN:  # RFC 6750, 3.1: no error code for who brought none
        detail = "Please sign in, and send the token as Authorization: Bearer."
        return problem(instance, 401, "no_token", detail, (), {"WWW-Authenticate": "Bearer"})
    detail = "Please sign in again: the token has expired, or is not one of ours."
    headers = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    return problem(instance, 401, "bad_token", detail, (), headers)


def _of_the_framework(request: Request, error: HTTPException) -> Response:
    status = error.status_code
    code = HTTP_CODES.get(status, HTTP_CODES[None])
    headers = {"Allow": _methods(request)} if status == 405 else error.headers  # noqa: PLR2004 - of HTTP
    details = {404: "There is nothing under this address.", 405: "Allow names what can be done here."}
    detail = details.get(status, "This cannot be understood.")
    return problem(request_id(request.scope), status, code, detail, (), headers)


def _places(error: RequestValidationError) -> Iterable[Fault]:
    for e in error.errors():
        yield Fault(pointer_of(e["loc"]), PLACES.get(e["type"], "wrong_value"), str(e["msg"]))


def _methods(request: Request) -> str:
    """What can be done under this address, over all of its routes."""
    found = {
        method
        for route in request.app.routes
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE
        for method in route.methods or ()
    }
    return ", ".join(sorted({*found, *({"HEAD"} if "GET" in found else ())}))
