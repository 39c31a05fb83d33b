"""A case's history: its signed events with hashes and positions, and what of them the caller may read."""

import asyncio
from typing import Any, Final

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from api.edge.caller import caller
from api.edge.contract import Id, documented
from api.edge.may_read import is_auditor, readable, recorded
from api.edge.shapes import HistoryShown
from domain.parties import is_keyed
from domain.visibility import visible_whose
from infra.formats.canonical import b64url, sha256
from infra.formats.envelope import disclosures_of, payload_of, read, split
from infra.formats.signing import open_disclosure
from infra.house import CountryHouse
from infra.log.event_store import Row

router = APIRouter()
_OF_OFFICES: Final = frozenset({"inquiry", "opinion"})  # what offices write to each other


@router.get("/v1/cases/{case}/history", **documented("The signed events of a case", answer=HistoryShown))
async def history(request: Request, case: Id) -> Response:
    """JWS and disclosures as SD-JWT tools take them: the JWS, then each disclosure, parted by tildes."""
    actor = caller(request)
    country, found, rule = await readable(request, actor, case, "case.history")
    await recorded(request, country, rule, found.case, found.procedure, "reading the history")
    whose = frozenset[str]() if is_auditor(rule) else visible_whose(found, rule.party, rule.capacities)
    unseen = _OF_OFFICES if rule.party else frozenset[str]()
    body = await asyncio.to_thread(_written, country, found.case, whose, unseen)
    return Response(body, 200, None, "application/json")


def _written(country: CountryHouse, case: str, whose: frozenset[str], unseen: frozenset[str]) -> bytes:
    events = [_shown(country, row, whose, unseen) for row in country.log.stream(case)]
    return orjson.dumps({"case": case, "log": country.keyring.origin, "events": events})


def _shown(country: CountryHouse, row: Row, whose: frozenset[str], unseen: frozenset[str]) -> dict[str, Any]:
    jws = split(row[4])[0]
    payload = payload_of(jws)
    owners = read(row, country.code, country.vault.get).owners
    texts = [t for t in disclosures_of(row[4], country.vault.get) if _may_see(t, owners, whose, unseen)]
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


def _may_see(text: str, owners: Any, whose: frozenset[str], unseen: frozenset[str]) -> bool:
    name, _ = open_disclosure(text)
    # Keyed ids and the keys of evidence serve the house alone.
    return (
        not is_keyed(name)
        and name not in ("officer_person", "evidence", "acting", *unseen)
        and owners.get(name) in whose
    )
