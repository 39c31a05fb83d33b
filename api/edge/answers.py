"""An answer that says yes: JSON, with the version as its ETag where it has one."""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response


def answered(
    found: Any,
    status: int = 200,
    *,
    version: int | None = None,
    location: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The response; ``found`` is a JSON value."""
    headers = {**(headers or {}), **({"ETag": f'"{version}"'} if version is not None else {})}
    if location is not None:
        headers["Location"] = location
    return Response(written(found), status, headers, "application/json")


def written(found: Any) -> bytes:
    """A JSON value as it is sent."""
    return orjson.dumps(found)


def answered_again(found: bytes, headers: Mapping[str, str]) -> Response:
    """What was ``written`` before, and is the same for everybody."""
    return Response(found, 200, headers, "application/json")
