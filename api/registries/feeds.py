"""The feed of a country over HTTP (http-feeds.org): batches, long polls, server-sent events."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any, Final

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from api.edge.accepted import prefers
from api.edge.caller import caller, country_here, house_of, may_today
from api.edge.contract import documented, header, query
from api.edge.problems import Declined
from api.edge.queries import number
from domain.authorisation import Rule
from domain.countries import countries
from domain.refusals import Refusal, Unknown, Unready
from infra.feed.cloud_events import as_json, attributes, head_attributes
from infra.feed.heads import NoSeal
from infra.feed.store import Delivery
from infra.formats.canonical import NotCanonical, from_b64url
from infra.house import CountryHouse
from infra.identity.tokens import BadToken

router = APIRouter()
LIMIT: Final = 100
LARGEST: Final = 1_000
LONGEST_WAIT_MS: Final = 30_000
LOOK_S: Final = 0.02
HEAD_AFTER_S: Final = 10.0
BATCH: Final = "application/cloudevents-batch+json"
STREAM: Final = "text/event-stream"
_OF_A_BATCH: Final = frozenset({"limit", "timeout"})
_EVENT: Final = {
    "type": "object",
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "description": "The event hash"},
        "source": {"type": "string", "description": "The origin of the log that holds the event"},
        "type": {"type": "string"},
        "time": {"type": "string", "format": "date-time"},
        "subject": {"type": "string", "description": "The stream"},
        "seq": {"type": "string", "description": "The version in the stream"},
        "logindex": {"type": "string", "description": "The position in the log"},
        "feedseq": {"type": "string", "description": "Counts without gaps from 1; absent of a feed head"},
        "datacontenttype": {"const": "application/jose"},
        "data": {"type": "string", "description": "The compact JWS"},
    },
    "required": ["specversion", "id", "source", "type", "time", "datacontenttype", "data"],
    "additionalProperties": False,
}
_READ = documented(
    "Read the feed of a country",
    problems=(400,),
    parameters=(
        header(
            "Last-Event-ID",
            "The same as lastEventId, before which it counts",
            is_required=False,
            pattern="^[A-Za-z0-9_-]{0,43}$",
            example="",
        ),
        query("lastEventId", "The id of the last event that you have", {"type": "string", "maxLength": 43}),
        query("source", "The origin of a log; left out: of the country's own", {"type": "string"}),
        query(
            "limit",
            "How many; not of a stream",
            {"type": "integer", "minimum": 1, "maximum": LARGEST, "default": LIMIT},
        ),
        query(
            "timeout",
            "How many milliseconds to wait for the next event, where there is none yet; not of a stream",
            {"type": "integer", "minimum": 0, "maximum": LONGEST_WAIT_MS, "default": 0},
        ),
    ),
)
_READ["responses"][200]["content"] = {
    BATCH: {"schema": {"type": "array", "items": _EVENT, "minItems": 1}},
    STREAM: {"schema": {"type": "string"}},
}


@router.get("/v1/feeds/{cc}", **_READ)
async def read_feed(request: Request, cc: str) -> Response:
    """Events after ``lastEventId``, then a signed head: how many there are by now, and their hash."""
    recipient, _ = entitled(request, cc, "feed.read")
    feed = _Feed(request, recipient)
    # Who begins at an event says it in the address, as a browser's EventSource has to; when it connects anew it names
    # the newest in the header, beside the same address.
    last = request.headers.get("last-event-id") or request.query_params.get("lastEventId")
    if prefers(request, STREAM, BATCH, "application/json"):
        _refuse_those_of_a_batch(request)
        after = feed.number_of(last)
        return StreamingResponse(_stream(request, cc, feed, after), 200, None, STREAM)
    limit = number(request, "limit", LIMIT, 1, LARGEST)
    wait = number(request, "timeout", 0, 0, LONGEST_WAIT_MS) / 1000
    after = feed.number_of(last)
    await feed.wait_beyond(after, wait)
    entitled(request, cc, "feed.read")  # still, after what may have been a long wait
    events, head = await asyncio.to_thread(feed.batch, after, limit)
    return Response(orjson.dumps([*map(feed.shown, events), head]), 200, None, BATCH)


def _refuse_those_of_a_batch(request: Request) -> None:
    if not _OF_A_BATCH.isdisjoint(request.query_params):
        raise Declined(400, "unknown_parameter", known=("lastEventId", "source"))


def entitled(request: Request, cc: str, action: str) -> tuple[str, Rule]:
    """The code of the country whose feed it is, and the rule by which the caller may; raises a Refusal.

    It need not be one that this house keeps: what concerns it may stand in the logs that are here.
    """
    actor, code = caller(request), cc.upper()
    if code not in countries():
        raise Unknown
    rule = may_today(request, actor, action, code)
    if isinstance(rule, Refusal):
        raise rule
    return code, rule


class _Feed:
    """What one country receives of one log."""

    def __init__(self, request: Request, recipient: str) -> None:
        self._recipient = recipient
        self._source = _source(request, recipient)
        self._origin = self._source.keyring.origin

    def number_of(self, event: str | None) -> int:
        """After which number to go on; raises Declined (400) or Unknown."""
        if not event:
            return 0
        try:
            found = self._source.feed.number_of(self._recipient, from_b64url(event))
        except (NotCanonical, UnicodeEncodeError):
            raise Declined(400, "last_event_id_wrong") from None
        if found is None:
            raise Unknown("unknown_event")
        return found

    async def wait_beyond(self, after: int, seconds: float) -> bool:
        """Whether there is an event after this number, by then."""
        until = time.monotonic() + seconds
        while self._source.feed.standing(self._recipient).count <= after:
            if time.monotonic() >= until:
                return False
            await asyncio.sleep(LOOK_S)
        return True

    def batch(self, after: int, limit: int) -> tuple[list[Delivery], dict[str, Any]]:
        """The next events, and the head, which counts at least these; raises Unready."""
        feed = self._source.feed
        standing = feed.standing(self._recipient)
        limit = max(0, min(limit, standing.count - after))  # what the head does not count comes with the next
        events = feed.since(self._source.log, self._recipient, after, limit)
        try:
            head = self._source.heads.sign(self._recipient, standing)
        except NoSeal:
            raise Unready("no_seal_for_the_feed") from None
        return events, as_json(head_attributes(head.jws, self._origin, head.time), head.jws)

    def shown(self, event: Delivery) -> dict[str, Any]:
        """The event as a CloudEvent."""
        return as_json(attributes(event, self._origin), event.jws.decode("ascii"))


async def _stream(request: Request, cc: str, feed: _Feed, after: int) -> AsyncIterator[bytes]:
    """Every event as it comes, each with its id; heads have none, so that a reader goes on from an event.

    It ends with the token of its reader, and with their competence (rules.md 41).
    """
    while not await request.is_disconnected():
        await feed.wait_beyond(after, HEAD_AFTER_S)
        try:
            entitled(request, cc, "feed.read")
        except (BadToken, Refusal):
            return
        events, head = await asyncio.to_thread(feed.batch, after, LIMIT)
        for event in events:
            shown = feed.shown(event)
            yield b"id: " + shown["id"].encode("ascii") + b"\ndata: " + orjson.dumps(shown) + b"\n\n"
            after = event.feedseq
        yield b"data: " + orjson.dumps(head) + b"\n\n"


def _source(request: Request, recipient: str) -> CountryHouse:
    """The log that the caller names by its origin; left out: the recipient's own."""
    origin = request.query_params.get("source")
    if origin is None:
        return country_here(request, recipient)
    for country in house_of(request).countries.values():
        if country.keyring.origin == origin:
            return country
    raise Unknown("unknown_source")
