"""A country's own feed over HTTP, brought into a file that is verified like the log's.

20. head: of a feed, its numbers are without gaps, its attributes those of the events, and its signed head
counts exactly what came (formats.md 3): a tail that is missing of what the house itself signed is seen.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import httpx

from domain.authorities import HEAD, feed_of
from infra.formats.canonical import b64url, sha256
from infra.formats.chain import GENESIS, head_after
from infra.formats.signing import BadSignature, Parsed, parse, verify
from infra.keys.history import NotAuthorised
from infra.verification.findings import Failure, Report, in_order
from infra.verification.keys import read_keys
from infra.verification.log_file import LogFile
from infra.verification.logs import CannotVerify
from infra.verification.source import Source

LIMIT: Final = 1_000
TIMEOUT_S: Final = 60.0
_SCHEMA: Final = """
    CREATE TABLE stored_events (
        log_index INTEGER PRIMARY KEY,
        originator_id TEXT, originator_version INTEGER, topic TEXT, state BLOB);
    CREATE INDEX versions ON stored_events (originator_id, originator_version);
"""


@dataclass(slots=True)
class FeedCopy:
    """A feed as it came. ``source`` is None where the house does not give it; ``why`` says why not."""

    log: str
    source: Source | None = None
    why: str = ""
    count: int = 0
    hash: bytes = GENESIS
    head: str | None = None
    failures: list[Failure] = field(default_factory=list)

    def judged(self, report: Report) -> Report:
        """The report, with what is to be said of the feed itself."""
        if self.source is None:
            unseen = f"{self.log}: the house does not give this feed to the caller: {self.why}"
            return replace(report, not_covered=[unseen, *report.not_covered])
        mine = [failure for failure in report.failures if failure.log == self.log]
        others = [failure for failure in report.failures if failure.log != self.log]
        found = in_order([*mine, *self.failures, *self._judged_head()])
        return replace(report, failures=sorted([*others, *found], key=lambda failure: failure.log))

    def _judged_head(self) -> Iterator[Failure]:
        assert self.source is not None  # noqa: S101 - there is a file where there is a head
        if self.head is None:
            yield self._failure("the feed came without a head")
            return
        file = LogFile(self.source.path)
        history = read_keys(self.log, file, self.source.root_certificate).history
        file.close()
        try:
            head = parse(self.head)
            verify(head, history.key_for(head.kid, feed_of(self.log), HEAD, self.count), HEAD)
        except (BadSignature, NotAuthorised) as error:
            yield self._failure(f"the head is not signed by the feed's office: {error}")
            return
        yield from self._compared(head)

    def _compared(self, head: Parsed) -> Iterator[Failure]:
        stated = {name: head.payload.get(name) for name in ("to", "count", "hash")}
        if stated != {"to": self.log, "count": self.count, "hash": b64url(self.hash)}:
            yield self._failure(f"the head counts {stated['count']} events; {self.count} came, or others")

    def _failure(self, detail: str) -> Failure:
        return Failure(self.log, None, None, self.count, "head", detail)


def copied_feed(address: str, log: str, token: str, root_certificate: bytes, file: Path) -> FeedCopy:
    """Read the feed that a country has of its own log to its end, into this file; raises CannotVerify."""
    copy = FeedCopy(log)
    headers = {"Authorization": f"Bearer {token}"}
    with (
        httpx.Client(base_url=address, headers=headers, timeout=TIMEOUT_S) as http,
        closing(sqlite3.connect(file)) as database,
    ):
        database.executescript(_SCHEMA)
        last: dict[str, str] = {}
        while True:
            answer = _asked(http, f"/v1/feeds/{log.lower()}", {"limit": str(LIMIT), **last})
            if answer.status_code in (401, 403, 404):
                copy.why = f"it answers {answer.status_code}"
                return copy
            batch = _batch(answer)
            events = [event for event in batch if "feedseq" in event]
            for event in events:
                _take(copy, database, event)
            copy.head = next((str(event.get("data")) for event in batch if "feedseq" not in event), None)
            if not events:
                break
            last = {"lastEventId": str(events[-1].get("id"))}
        database.commit()
    copy.source = Source(log=log, path=file, root_certificate=root_certificate, recipient=log)
    return copy


def _take(copy: FeedCopy, database: sqlite3.Connection, event: dict[str, Any]) -> None:
    jws = str(event.get("data"))
    raw = sha256(jws.encode("utf-8", "replace"))
    copy.count += 1
    copy.hash = head_after(copy.hash, raw)
    index = _number(event.get("logindex"))
    stream, seq, kind = (event.get("subject"), _number(event.get("seq")), event.get("type"))
    said = (_number(event.get("feedseq")), event.get("id"))
    if said != (copy.count, b64url(raw)) or index is None:
        detail = f"the feed gives this event as its number {said[0]} and under another hash, or out of turn"
        copy.failures.append(Failure(copy.log, str(stream), seq, copy.count - 1, "head", detail))
    try:
        row = (copy.count - 1 if index is None else index, stream, seq, kind, jws.encode("utf-8", "replace"))
        database.execute("INSERT INTO stored_events VALUES (?, ?, ?, ?, ?)", row)
    except sqlite3.Error:
        detail = "the feed gives another event of this position in the log"
        copy.failures.append(Failure(copy.log, str(stream), seq, copy.count - 1, "head", detail))


def _asked(http: httpx.Client, path: str, query: dict[str, str]) -> httpx.Response:
    try:
        return http.get(path, params=query)
    except httpx.TransportError as error:
        raise CannotVerify(f"{http.base_url} does not answer: {type(error).__name__}") from error


def _batch(answer: httpx.Response) -> list[dict[str, Any]]:
    try:
        found = answer.json() if answer.is_success else None
    except ValueError:
        found = None
    if type(found) is not list or not all(type(event) is dict for event in found):
        raise CannotVerify(f"the feed answers {answer.status_code} with something that is no batch of events")
    return found


def _number(text: object) -> int | None:
    return int(text) if type(text) is str and text.isascii() and text.isdigit() else None
