"""The auditor's view over HTTP: the logs verified, and cases replayed; nothing personal leaves."""

import asyncio
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from api.edge.caller import caller, office_for
from api.edge.carrying_out import alone
from api.edge.contract import Id, documented, query
from api.edge.may_read import read_of, readable, recorded
from api.edge.problems import Declined
from api.edge.shapes import ActorShown, Count, EventHash, LegalDay, Moment, OpaqueId, Shape, Version
from domain.forms import CountryCode
from domain.refusals import Unknown
from infra.house import CountryHouse
from infra.verification import KeyStore, NoSuchStream, Source, Unreplayable, WrongMoment, replay, verify_logs
from infra.verification.log_file import Unreadable

router = APIRouter()
_OWN_WORD = "whether the house verified what it says: take the file of the log, and verify it yourself"


class LogVerified(Shape):
    """What was verified of one log."""

    events: Count
    streams: Count
    signatures: Count
    links: Count
    disclosures: Count
    erased: Count
    size: Count
    root: EventHash | None


class FailureShown(Shape):
    """An event that fails a check; the numbers of the checks are in the formats."""

    log: CountryCode
    stream: str | None
    version: int | None
    index: Count | None
    check: str
    detail: str


class VerificationShown(Shape):
    """As ``tamga audit verify --json`` prints it."""

    ok: bool
    logs: dict[CountryCode, LogVerified]
    failures: list[FailureShown]
    not_covered: list[str]


class ReplayedStep(Shape):
    """One event of the case; ``data`` are its public members, ``signature`` whether it holds."""

    version: Version
    index: Count
    time: Moment
    type: str
    actor: ActorShown
    authority: str
    cause: str
    terms: LegalDay
    law: str | None
    key: EventHash
    hash: EventHash
    members: Annotated[dict[str, Any], Field(alias="data")]
    effects: list[EventHash]
    signature: str


class ReplayShown(Shape):
    """The case as it stood; what is personal is null."""

    case: OpaqueId
    country: CountryCode
    log: str
    as_of: dict[str, Any]
    personal: Annotated[str, Field(pattern="^withheld$")]
    terms: dict[str, Any]
    state: dict[str, Any]
    steps: list[ReplayedStep]


@router.get(
    "/v1/audit/verification",
    **documented("Verify the log of the auditor's country", answer=VerificationShown, problems=(409,)),
)
async def verification(request: Request) -> Response:
    """The report of every check of every event, the sealed parts included; it takes its time."""
    country, _ = office_for(request, caller(request), "audit.read")
    with alone(request, f"verification {country.code}"):
        body = await asyncio.to_thread(_report, country)
    return Response(body, 200, None, "application/json")


_AS_OF = query(
    "as_of",
    "A version of the case, or a moment with its zone; left out: now",
    {"type": "string", "maxLength": 40, "example": "2026-11-23T10:00:00Z"},
)


@router.get(
    "/v1/audit/cases/{case}",
    **documented("Replay a case as it stood", answer=ReplayShown, parameters=(_AS_OF,), problems=(400, 409)),
)
async def replayed(request: Request, case: Id) -> Response:
    """Step by step: who, when, under which terms, with which key; by a version or a moment."""
    actor = caller(request)
    country, found, rule = await readable(request, actor, case, "audit.read")
    await recorded(request, country, rule, read_of(found), "audit: replaying the case")
    body = await asyncio.to_thread(_replayed, country, found.case, request.query_params.get("as_of"))
    return Response(body, 200, None, "application/json")


def _report(country: CountryHouse) -> bytes:
    keys = KeyStore(country.folder / "vault.sqlite", country.keyring.kek)
    root = country.keyring.root
    source = Source(
        log=country.code,
        path=country.log.path,
        root_certificate=root,
        key_store=keys,
        accesses=country.folder / "accesses.sqlite",
    )
    found = verify_logs([source]).as_json()
    return orjson.dumps({**found, "not_covered": [*found["not_covered"], _OWN_WORD]})


def _replayed(country: CountryHouse, case: str, as_of: str | None) -> bytes:
    try:
        return orjson.dumps(
            replay(country.log.path, country.code, case, as_of, root_certificate=country.keyring.root)
        )
    except NoSuchStream:
        raise Unknown from None
    except WrongMoment:
        raise Declined(400, "as_of_wrong") from None
    except (Unreplayable, Unreadable):
        raise Declined(409, "history_broken") from None
