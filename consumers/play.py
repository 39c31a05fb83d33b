"""How the people of a demonstration act over HTTP: they file, pay, judge and read; the story is told elsewhere."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import httpx

from infra.development import treasury
from infra.house import provider_of
from infra.keys.keyring import Keyring
from infra.runtime.clock import clock_of
from infra.settings import Settings

PATIENCE_S: Final = 60.0
AGAIN_S: Final = 1.0  # as Retry-After says


class Play:
    """Calls to one house, each in the name of somebody; what is refused ends the demonstration."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._provider = provider_of(settings)
        self._next = 0
        self.http = httpx.Client(base_url=settings.base_url, timeout=30)

    def file(self, person: str, body: dict[str, Any]) -> str:
        """The case that this person begins with this body."""
        self._next += 1
        headers = {**self.signed_in(person), "Idempotency-Key": f"demo-{self._next}"}
        answer = self._answered(lambda: self.http.post("/v1/cases", json=body, headers=headers))
        return str(good(answer)["case"])

    def pay(self, country: str, payer: str, case: str, paid_at: datetime | None = None) -> None:
        """The whole fee, as this party reads it, now or at that moment."""
        fee, cc = self.read(payer, case)["fee"], country.lower()
        keys, at = Keyring(self._settings.data / cc / "keys"), paid_at or clock_of(self._settings.clock)()
        statement = treasury.treasury(keys, country, case, fee["amount"], fee["currency"], f"ref-{case}", at)
        self.post(f"{cc}-treasury", f"/v1/cases/{case}/payments", {"statement": statement})

    def judge(self, person: str, case: str, what: str, body: dict[str, Any]) -> None:
        """An act that is bound to the version that the person saw."""
        version = self.read(person, case)["version"]
        good(self.send(person, f"/v1/cases/{case}/{what}", body, version))

    def read(self, person: str, case: str) -> dict[str, Any]:
        """The case as this person sees it."""
        headers = self.signed_in(person)
        return good(self._answered(lambda: self.http.get(f"/v1/cases/{case}", headers=headers)))

    def post(self, person: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """An act that is bound to no version."""
        return good(self.send(person, path, body, None))

    def send(self, person: str, path: str, body: dict[str, Any], version: int | None) -> httpx.Response:
        """The answer, also one that refuses."""
        headers = self.signed_in(person) | ({"If-Match": f'"{version}"'} if version is not None else {})
        return self._answered(lambda: self.http.post(path, json=body, headers=headers))

    def signed_in(self, person: str) -> dict[str, str]:
        """The headers of whoever signed in."""
        return {"Authorization": f"Bearer {self._provider.mint(person)}"}

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait for what others do."""
        until = time.monotonic() + PATIENCE_S
        while not holds():
            if time.monotonic() > until:
                raise TimeoutError(f"waited {PATIENCE_S:.0f} s for {what}")
            time.sleep(0.05)

    @staticmethod
    def _answered(ask: Callable[[], httpx.Response]) -> httpx.Response:
        """The answer; whoever is told that nothing was changed, and to try again in a moment, does so."""
        until = time.monotonic() + PATIENCE_S
        while (answer := ask()).status_code == httpx.codes.SERVICE_UNAVAILABLE and time.monotonic() < until:
            time.sleep(AGAIN_S)
        return answer

    @staticmethod
    def must(holds: object, otherwise: str) -> None:
        """Or the demonstration has failed."""
        if not holds:
            raise AssertionError(otherwise)


def good(answer: httpx.Response) -> dict[str, Any]:
    """What was answered; AssertionError where it was refused."""
    if answer.is_error:
        raise AssertionError(
            f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text}"
        )
    found: dict[str, Any] = answer.json()
    return found
