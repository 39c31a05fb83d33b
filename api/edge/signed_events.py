"""A signed event as it is shown, with the disclosures that the caller may see."""

from collections.abc import Callable, Mapping
from typing import Any

from infra.formats.canonical import b64url, sha256
from infra.formats.envelope import disclosures_of, payload_of, split
from infra.formats.signing import open_disclosure
from infra.house import CountryHouse
from infra.log.event_store import Row

MaySee = Callable[[str, Any], bool]  # a personal member: its name, its value


def shown(country: CountryHouse, row: Row, may_see: MaySee) -> dict[str, Any]:
    """JWS and disclosures as SD-JWT tools take them: the JWS, then each disclosure, parted by tildes."""
    jws = split(row[4])[0]
    payload: Mapping[str, Any] = payload_of(jws)
    opened = disclosures_of(row[4], country.vault.get)
    texts = [text for text in opened if may_see(*open_disclosure(text))]
    compact = jws.decode("ascii")
    return {
        "index": row[0],
        "version": row[2],
        "type": row[3],
        "time": payload["time"],
        "actor": payload["actor"],
        "authority": payload["authority"],
        "hash": b64url(sha256(jws)),
        "jws": compact,
        "disclosures": texts,
        "sd_jwt": "~".join([compact, *texts, ""]),
        "data": {name: value for name, value in payload["data"].items() if name != "_sd"},
    }
