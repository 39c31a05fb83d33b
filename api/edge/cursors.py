"""Cursor pages: opaque, signed, without totals; ``Link: rel="next"`` leads on."""

import hmac
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlencode

import orjson
from fastapi import Request
from starlette.responses import Response

from api.edge.contract import query
from api.edge.problems import Declined
from api.edge.queries import number
from infra.formats.canonical import NotCanonical, b64url, from_b64url
from infra.house import CountryHouse

LIMIT: Final = 50
LARGEST: Final = 100
PAGE: Final = (
    query("cursor", "Where the last page ended; Link leads on", {"type": "string", "maxLength": 500}),
    query("limit", "How many", {"type": "integer", "minimum": 1, "maximum": LARGEST, "default": LIMIT}),
)

_OF_A_PAGE: Final = ("cursor", "limit")


def cursor_of(request: Request, country: CountryHouse) -> tuple[int, list[Any]]:
    """(limit, the values after which the page begins); raises Declined."""
    limit = number(request, "limit", LIMIT, 1, LARGEST)
    cursor = request.query_params.get("cursor")
    if cursor is None:
        return limit, []
    try:
        raw = from_b64url(cursor)
    except NotCanonical:
        raw = b""
    mac, values = raw[:16], raw[16:]
    if not hmac.compare_digest(mac, _mac(request, country, values)):
        raise Declined(404, "cursor_wrong")
    found: list[Any] = orjson.loads(values)
    return limit, found


def page(  # noqa: PLR0913 - the members of a page
    request: Request,
    country: CountryHouse,
    items: list[Any],
    limit: int,
    last: Sequence[Any],
    *,
    is_full: bool | None = None,
    headers: Mapping[str, str] | None = None,
    beside: Mapping[str, Any] | None = None,
) -> Response:
    """The page, with the way to the next one where there may be one; ``is_full``: before some were left out.

    ``beside`` the items, further members.
    """
    headers = {**(headers or {})}
    if (len(items) == limit if is_full is None else is_full) and last:
        values = orjson.dumps(list(last))
        cursor = b64url(_mac(request, country, values) + values)
        asked = {**request.query_params, "limit": str(limit), "cursor": cursor}
        headers["Link"] = f'<{request.url.path}?{urlencode(asked)}>; rel="next"'
    return Response(orjson.dumps({"items": items, **(beside or {})}), 200, headers, "application/json")


def _mac(request: Request, country: CountryHouse, values: bytes) -> bytes:
    """Of this place in this list: under another address, or asked for otherwise, it is another list."""
    asked = sorted((name, value) for name, value in request.query_params.items() if name not in _OF_A_PAGE)
    text = b"\0".join((b"cursor", request.url.path.encode(), urlencode(asked).encode(), values))
    return hmac.new(country.keyring.id_secret, text, sha256).digest()[:16]
