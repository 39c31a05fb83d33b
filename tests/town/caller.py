"""Who sends requests to a house, and what is usually made of its answers."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any, Final
from urllib.parse import quote

import httpx2

PATIENCE_S: Final = 30.0
_COUNTER: Final = count(1)


class Caller:
    """Somebody with a token, who sends requests; ``send`` is the plain way, the others add what is usual."""

    def __init__(self, http: httpx2.Client, token: Callable[[], str] | None) -> None:
        self._http = http
        self._token = token

    def send(
        self,
        method: str,
        path: str,
        *,
        content: bytes | Iterator[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> httpx2.Response:
        """The request as it is, with the caller's token."""
        mine = {"Authorization": f"Bearer {self._token()}"} if self._token else {}
        return self._http.request(method, path, content=content, headers={**mine, **(headers or {})}, **more)

    def get(self, path: str, **params: Any) -> httpx2.Response:
        """Read something."""
        return self.send("GET", path, params=params)

    def read(self, path: str, purpose: str = "looking after it", **params: Any) -> httpx2.Response:
        """Read an entry of a register, for this purpose."""
        return self.send("GET", path, params=params, headers={"Reading-Purpose": quote(purpose)})

    def post(
        self, path: str, body: Any = None, *, key: str | None = None, seen: int | str | None = None
    ) -> httpx2.Response:
        """Send JSON; ``key`` is the Idempotency-Key, ``seen`` the version (or ETag) for If-Match."""
        headers = {"Content-Type": "application/json"}
        if key is not None:
            headers["Idempotency-Key"] = key
        if seen is not None:
            headers["If-Match"] = f'"{seen}"' if isinstance(seen, int) else seen
        raw = json.dumps({} if body is None else body, ensure_ascii=False, separators=(",", ":")).encode()
        return self.send("POST", path, content=raw, headers=headers)

    def delete(self, path: str, *, seen: int | None = None) -> httpx2.Response:
        """Take something away; ``seen`` as in ``post``."""
        return self.send("DELETE", path, headers={} if seen is None else {"If-Match": f'"{seen}"'})


def good(answer: httpx2.Response) -> dict[str, Any]:
    """The body of an answer that says yes; AssertionError shows any other."""
    assert answer.is_success, (
        f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}"
    )
    found: dict[str, Any] = answer.json()
    return found


def problem(answer: httpx2.Response) -> tuple[int, str]:
    """(status, code) of a problem document, which is looked at as a whole."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    found = answer.json()
    assert found["status"] == answer.status_code
    assert found["type"] == f"/docs/problems#{found['code']}"
    assert found["title"]
    assert found["detail"]
    return answer.status_code, found["code"]


def until(holds: Callable[[], Any], what: str) -> Any:
    """Look again and again until it holds, and return what it gave; TimeoutError names what was waited for."""
    end = time.monotonic() + PATIENCE_S
    while not (found := holds()):
        if time.monotonic() > end:
            raise TimeoutError(f"waited {PATIENCE_S:.0f} s for {what}")
        time.sleep(0.01)
    return found


def new_key() -> str:
    """An Idempotency-Key, or a reference, that nobody used before."""
    return f"test-{next(_COUNTER)}"
