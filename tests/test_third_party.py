"""Events exported over HTTP are verified by tools that nobody here wrote: PyJWT, sd-jwt, and Debian's jose.

They get what anybody gets: the history of a case, and the public keys of ``/.well-known/jwks.json``.
"""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jwt
import pytest
from sd_jwt.verifier import JWK, SDJWTVerifier

from tests.town.caller import good
from tests.town.people import Town

pytestmark = pytest.mark.countries("KZ")

JOSE = shutil.which("jose")
needs_jose = pytest.mark.skipif(JOSE is None, reason="Debian's jose is not here: apt-get install jose")


class Exported:
    """A car sale that is approved, as its seller reads it, and the keys of the house."""

    def __init__(self, town: Town) -> None:
        case = town.take_to("approved", "KZ", "car_sale")
        self.request = town.read(case)["request"]
        self.events = town.history(case)
        found = good(town.anybody.get("/.well-known/jwks.json"))
        self.keys = {key["kid"]: key for key in found["keys"]}

    def key(self, jws: str) -> dict[str, Any]:
        """The key that the event's header names."""
        found: dict[str, Any] = self.keys[jwt.get_unverified_header(jws)["kid"]]
        return found


@pytest.fixture(scope="module")
def exported(town: Town) -> Exported:
    return Exported(town)


def changed(jws: str) -> str:
    """The event with another payload, and the old signature."""
    header, payload, signature = jws.split(".")
    letter = "A" if payload[40] != "A" else "B"
    return f"{header}.{payload[:40]}{letter}{payload[41:]}.{signature}"


def test_pyjwt_verifies_every_event(exported: Exported) -> None:
    """Signature and payload, with the key by its kid; and nothing that was changed."""
    for event in exported.events:
        key = jwt.PyJWK.from_dict(exported.key(event["jws"]))
        payload = jwt.decode(event["jws"], key, algorithms=["ES256"])
        assert (payload["seq"], payload["type"]) == (event["version"], event["type"])
        assert payload["time"] == event["time"]
        with pytest.raises(jwt.InvalidTokenError):
            jwt.decode(changed(event["jws"]), key, algorithms=["ES256"])


def test_sd_jwt_puts_the_disclosures_where_they_belong(exported: Exported) -> None:
    """The signed digests and the disclosures beside them give the members as the seller filed them."""
    filed = verified_by_sd_jwt(exported, exported.events[0]["sd_jwt"])
    assert filed["data"]["vehicle"] == exported.request["vehicle"]
    assert filed["data"]["price"] == exported.request["price"]
    for event in exported.events:
        found = verified_by_sd_jwt(exported, event["sd_jwt"])
        assert event["data"].items() <= found["data"].items()
        assert len(found["data"]) == len(event["data"]) + len(event["disclosures"])


def test_sd_jwt_refuses_a_disclosure_of_another_event(exported: Exported) -> None:
    """A disclosure whose digest is not signed is nobody's."""
    filed, other = exported.events[0], next(e for e in exported.events[1:] if e["disclosures"])
    foreign = "~".join([filed["jws"], *filed["disclosures"], other["disclosures"][0], ""])
    disclosed = verified_by_sd_jwt(exported, filed["sd_jwt"])
    assert verified_by_sd_jwt(exported, foreign) == disclosed


def verified_by_sd_jwt(exported: Exported, sd_jwt: str) -> dict[str, Any]:
    jws = sd_jwt.partition("~")[0]
    key = JWK.from_json(json.dumps(exported.key(jws)))
    found: dict[str, Any] = SDJWTVerifier(sd_jwt, lambda *_: key).get_verified_payload()
    return found


@needs_jose
def test_jose_verifies_every_event(exported: Exported, tmp_path: Path) -> None:
    """Debian's command gives the payload of what was signed, and refuses what was changed."""
    for event in exported.events:
        assert json.loads(verified_by_jose(exported, event["jws"], tmp_path))["prev"] == event_before(
            exported, event
        )
        with pytest.raises(subprocess.CalledProcessError):
            verified_by_jose(exported, changed(event["jws"]), tmp_path)


def verified_by_jose(exported: Exported, jws: str, folder: Path) -> bytes:
    key, signed = folder / "key.json", folder / "event.jws"
    key.write_text(json.dumps(exported.key(jws)), "ascii")
    signed.write_text(jws, "ascii")
    command = [str(JOSE), "jws", "ver", "-i", str(signed), "-k", str(key), "-O", "-"]
    return subprocess.run(command, check=True, capture_output=True).stdout


def event_before(exported: Exported, event: dict[str, Any]) -> str | None:
    """The hash of the event before this one in its stream."""
    version = event["version"]
    return exported.events[version - 2]["hash"] if version > 1 else None
