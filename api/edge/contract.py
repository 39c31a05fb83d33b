"""How an operation is written into the OpenAPI document: its body, headers and answers, in the same words."""

from typing import Annotated, Any, Final, Literal, TypedDict

from fastapi import Path
from pydantic import BaseModel

from api.edge.problems import Problem
from domain.commands import Command
from domain.lifecycle import STEPS

# Opaque: what is no id of ours is an address where nothing is, as for any id that the caller may not know.
Id = Annotated[str, Path(json_schema_extra={"format": "uuid"})]

_PROBLEMS: Final = {
    400: "A header is missing or wrong, or the body is not JSON",
    401: "No token, or one that does not hold",
    403: "Known here, but not for this caller to do",
    404: "Nothing here for this caller",
    409: "It does not fit: the stage, another claim, a request in flight",
    410: "The personal data is erased",
    412: "It moved on since it was read",
    413: "Too large",
    415: "Not this kind of content",
    422: "Something has to be corrected",
    428: "If-Match is missing",
    503: "Not now; nothing was changed, but where the code says so",
}
_ETAG: Final = {
    "ETag": {
        "description": "The version",
        "required": True,
        "schema": {"type": "string", "pattern": '^"[1-9][0-9]{0,8}"$'},
    }
}


class Documented(TypedDict, total=False):
    """Keyword arguments of a route."""

    summary: str
    status_code: int
    responses: dict[int | str, dict[str, Any]]
    openapi_extra: dict[str, Any]
    response_model: Any


def documented(  # noqa: PLR0913 - each is one word of the contract
    summary: str,
    *,
    body: type[BaseModel] | None = None,
    answer: type[BaseModel] | tuple[type[BaseModel], ...] | dict[str, Any] | None = None,
    created: bool = False,
    gone: bool = False,
    asks: type[Command] | None = None,
    etag: bool = False,
    key: Literal["required", "taken", "none"] | None = None,
    public: bool = False,
    problems: tuple[int, ...] = (),
    parameters: tuple[dict[str, Any], ...] = (),
) -> Documented:
    """What FastAPI writes about the operation; body and headers are read by the endpoint itself, for speed.

    ``answer`` is a shape, several (any of them), or a JSON Schema; ``asks`` is the command, whose row says whether it
    needs If-Match; ``gone``: a yes has nothing to show; ``problems`` are the numbers that the other words do not imply.
    """
    judgement = asks is not None and STEPS[asks].is_judgement
    key = key or ("taken" if body is not None else "none")
    number = 201 if created else 204 if gone else 200
    codes = {*problems, *_implied(body=body is not None, judgement=judgement, public=public)}
    headers: dict[str, Any] = {**_ETAG} if etag or body is not None else {}
    if created:
        headers["Location"] = {"description": "Where it is", "schema": {"type": "string"}, "required": True}
    schema = _schema_of(answer) if answer else {"type": "object"}
    content = {} if gone else {"content": {"application/json": {"schema": schema}}}
    good = {"description": summary, **content}
    extra: dict[str, Any] = {"parameters": [*parameters, *_headers(judgement=judgement, key=key)]}
    if asks is not None:
        extra["x-command"] = asks.__name__  # as ``fits`` has it
    if not public:
        extra["security"] = [{"bearer": []}]
    if body is not None:
        extra["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(body)}}}
    return {
        "summary": summary,
        "status_code": number,
        "responses": {
            number: {**good, "headers": headers} if headers else good,
            **{code: _problem(code) for code in sorted(codes)},
        },
        "openapi_extra": extra,
        "response_model": None,
    }


def _schema_of(answer: type[BaseModel] | tuple[type[BaseModel], ...] | dict[str, Any]) -> dict[str, Any]:
    if isinstance(answer, tuple):
        return {"anyOf": [_ref(each) for each in answer]}
    return answer if isinstance(answer, dict) else _ref(answer)


def _implied(*, body: bool, judgement: bool, public: bool) -> set[int]:
    """The numbers that follow from what an operation is."""
    codes: set[int] = set() if public else {400, 401, 403, 404, 503}
    if body:
        codes |= {400, 409, 410, 413, 415, 422}
    if judgement:
        codes |= {412, 428}
    return codes


def _problem(code: int) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": _ref(Problem)}}
    return {"description": _PROBLEMS[code], "content": content}


def header(name: str, description: str, *, is_required: bool, pattern: str, example: str) -> dict[str, Any]:
    """A header parameter."""
    schema = {"type": "string", "pattern": pattern, "example": example}
    return {
        "name": name,
        "in": "header",
        "required": is_required,
        "description": description,
        "schema": schema,
    }


def query(
    name: str, description: str, schema: dict[str, Any], *, is_required: bool = False
) -> dict[str, Any]:
    """A query parameter."""
    return {
        "name": name,
        "in": "query",
        "required": is_required,
        "description": description,
        "schema": schema,
    }


MODELS: Final[dict[str, type[BaseModel]]] = {}


def _ref(model: type[BaseModel]) -> dict[str, str]:
    """A reference; the document gets the schema from ``MODELS`` (api/app.py)."""
    if MODELS.setdefault(model.__name__, model) is not model:
        raise TypeError(f"two shapes have the name {model.__name__}")
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def _headers(*, judgement: bool, key: str) -> list[dict[str, Any]]:
    found = []
    if judgement:
        about = "The ETag of what is judged, as it was read"
        found.append(
            header("If-Match", about, is_required=True, pattern='^"(0|[1-9][0-9]{0,8})"$', example='"3"')
        )
    if key != "none":
        about = "A text of your own, new for each new request"
        pattern = '^"?[!#-~]{1,128}"?$'
        found.append(
            header("Idempotency-Key", about, is_required=key == "required", pattern=pattern, example="my-1")
        )
    return found
