"""A machine's way into the house over HTTP: tokens by ``private_key_jwt``, the feed, disclosures, receipts.

Away        the house does not answer now, or cannot do it now; ask again later
Declined    the house says no, with a code; asking again gives the same
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import httpx

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Away(Exception):
    """The source or the house cannot be asked at this moment."""


class Declined(Exception):
    """The house says no; ``code`` is the stable one of the problem document."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"the house answers {status} {code}")
        self.status = status
        self.code = code


class HouseClient:
    """One machine client of the house, for one thread.

    ``assertion`` makes its signed statement for the token endpoint: a new one at each call.
    """

    def __init__(self, http: httpx.Client, token_path: str, assertion: Callable[[], str]) -> None:
        self._http = http
        self._token_path = token_path
        self._assertion = assertion
        self._token = ""
        self._token_until = 0.0

    def get(self, path: str, query: Mapping[str, str]) -> Any:
        """The JSON under this address; raises Away or Declined."""
        return self._ask("GET", path, params=query)

    def disclosures(self, country: str, events: Sequence[str]) -> list[dict[str, Any]]:
        """What is disclosed of these events, in their order; raises Away or Declined."""
        answer = self._ask("POST", f"/v1/feeds/{country.lower()}/disclosures", json={"events": list(events)})
        found: list[dict[str, Any]] = answer["disclosures"]
        return found

    def send_receipts(
        self, country: str, receipts: Sequence[str], references: Sequence[str] = ()
    ) -> list[dict[str, Any]]:
        """What became of each receipt, in their order; raises Away or Declined.

        ``references``: disclosures, of those whose number the law leaves to the register.
        """
        said = {"receipts": list(receipts), "references": list(references)}
        answer = self._ask("POST", f"/v1/feeds/{country.lower()}/receipts", json=said)
        found: list[dict[str, Any]] = answer["receipts"]
        return found

    def send_objections(self, country: str, objections: Sequence[str]) -> list[dict[str, Any]]:
        """What became of each objection, in their order; raises Away or Declined."""
        answer = self._ask(
            "POST", f"/v1/feeds/{country.lower()}/objections", json={"objections": list(objections)}
        )
        found: list[dict[str, Any]] = answer["objections"]
        return found

    def _ask(self, method: str, path: str, **more: Any) -> Any:
        try:
            answer = self._http.request(method, path, headers=self._signed_in(), **more)
            if answer.status_code == httpx.codes.UNAUTHORIZED:  # clocks travel in development
                self._token = ""
                answer = self._http.request(method, path, headers=self._signed_in(), **more)
        except httpx.TransportError as error:
            raise Away(f"the house does not answer: {type(error).__name__}") from error
        return _content(answer)

    def _signed_in(self) -> dict[str, str]:
        if not self._token or time.monotonic() > self._token_until:
            form = {
                "grant_type": "client_credentials",
                "client_assertion_type": ASSERTION_TYPE,
                "client_assertion": self._assertion(),
            }
            granted = _content(self._http.request("POST", self._token_path, data=form))
            self._token = granted["access_token"]
            self._token_until = time.monotonic() + granted["expires_in"] / 2
        return {"Authorization": f"Bearer {self._token}"}


def _content(answer: httpx.Response) -> Any:
    if answer.is_server_error or answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
        raise Away(f"the house answers {answer.status_code}")
    try:
        found = answer.json()
    except ValueError:
        raise Away("the house answers something that is not JSON") from None
    if answer.is_error:
        raise Declined(answer.status_code, str(found.get("code") or found.get("error")))
    return found
