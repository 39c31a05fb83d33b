"""The log as its feeds read it: whole appends for the pure rule, times without parsing, rows by position."""

from collections.abc import Sequence
from typing import Final

from infra.formats.canonical import from_b64url, sha256
from infra.formats.envelope import payload_of, split
from infra.log.event_store import Log, Row
from projections.feed import Logged, appends

BATCH: Final = 1_000


class Events:
    """The log as the pure rule wants it; ``more`` are type, time and JWS of what was read, by index."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self.more: dict[int, tuple[str, str, bytes]] = {}

    def next(self, position: int) -> list[list[Logged]]:
        """The next whole appends: at least one, unless the log ends before."""
        limit = BATCH
        while True:
            found = self._log.since(position, limit)
            whole = list(appends(map(self._logged, found)))
            if whole or len(found) < limit:
                return whole
            limit *= 4

    def earlier(self, stream: str, count: int) -> list[Logged]:
        """The first events of a stream."""
        return [self._logged(row) for row in self._log.stream(stream)[:count]]

    def _logged(self, row: Row) -> Logged:
        index, stream, seq, name, state = row
        jws, _ = split(state)
        payload = payload_of(jws)
        self.more[index] = (name, payload["time"], jws)
        lead = payload.get("lead")
        named = (lead["stream"], lead["seq"]) if lead else None
        return Logged(index, stream, seq, sha256(jws), tuple(payload["to"]), named)


def rows_at(log: Log, indexes: Sequence[int]) -> list[Row]:
    """The events at these positions, in this order; one question for each run of neighbours."""
    rows: list[Row] = []
    for n, index in enumerate(indexes):
        if n == len(rows):
            length = 1
            while n + length < len(indexes) and indexes[n + length] == index + length:
                length += 1
            rows += log.since(index, length)
    return rows


def time_of(jws: bytes) -> str:
    """The time of a signed event, read off the end of its payload: canonical bytes have it near there.

    To parse the whole payload would take a tenth of the time that publishing takes.
    """
    end = jws.rindex(b".")
    payload = jws.index(b".") + 1
    begin = max(payload, payload + (end - payload - _TAIL) // 4 * 4)  # base64 is read in groups of four
    _, found, after = from_b64url(jws[begin:end].decode("ascii")).rpartition(b'"time":"')
    time: str = after[: after.index(b'"')].decode("ascii") if found else payload_of(jws)["time"]
    return time


_TAIL: Final = 400  # characters of base64: the time, forty countries, a type
