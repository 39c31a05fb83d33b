"""A range of a log, looked at event by event in the log's order; what is needed from elsewhere is looked up.

A range begins and ends between two appends, and any number of ranges may be looked at side by side.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import orjson

from infra.canonical import b64url, loose_b64url
from infra.key_history import KeyHistory, NotAuthorised
from infra.log_file import LogFile, Row, Unreadable
from infra.signing import BadSignature, PublicKey, parse, verify_hashed
from infra.vault import Vault
from infra.verification.appends import Appends
from infra.verification.findings import Failure, Findings, Wrong
from infra.verification.sealed import Opener, check_boxes
from infra.verification.statement import SEALED, Members, check_envelope, check_time, take_apart

HEADS: Final = 16_384  # streams whose newest event is remembered; of others it is looked up
_ERASED: Final = ".PersonalDataErased.v1"


@dataclass(frozen=True, slots=True)
class KeyStore:
    """A country's key store, and the key-encryption key (32 bytes) that unwraps it."""

    path: Path
    kek: bytes

    def __repr__(self) -> str:
        return f"KeyStore({self.path})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A log to verify: its country, its file, the root certificate (DER) from outside, the key store if at hand.

    ``recipient``: the file holds only what this country received of the log, without sealed parts.
    """

    log: str
    path: Path
    root_certificate: bytes
    key_store: KeyStore | None = None
    recipient: str | None = None

    @property
    def is_part(self) -> bool:
        """Whether the file lacks events that its recipient did not get."""
        return self.recipient not in (None, self.log)


class RangeVerifier:
    """Verifies ranges of one log, one after the other; of one thread. ``keys``: (index, JWS) of the keys stream."""

    def __init__(self, source: Source, keys: Sequence[tuple[int, str]]) -> None:
        self._source = source
        self._file = LogFile(source.path)
        self._vault = Vault(source.key_store.path, source.key_store.kek) if source.key_store else None
        self._opener = Opener(self._vault.get, self._is_erased) if self._vault else None
        self._history = KeyHistory(source.root_certificate)
        for index, jws in keys:
            with suppress(NotAuthorised, BadSignature):  # said by whoever read them
                self._history.record(parse(jws), index)
        self._key_changes = sorted({n for index, _ in keys for n in (index, index + 1)})
        self._members = Members(source.log)
        self._live: dict[tuple[str, str, str], PublicKey] = {}
        self._recipients: set[tuple[str, ...]] = set()
        self._heads: dict[str, tuple[int, str, tuple[str, ...] | None, str]] = {}
        self._erased: dict[str, frozenset[str]] = {}

    def verify(self, first: int, end: int) -> Findings:
        """Look at the rows from position ``first`` up to, not including, ``end``."""
        try:
            return self._verify(first, end)
        except Unreadable:
            self._file.be_lenient()
            return self._verify(first, end)

    def close(self) -> None:
        """Give back the files."""
        self._file.close()
        if self._vault:
            self._vault.close()

    def _verify(self, first: int, end: int) -> Findings:
        self._findings = Findings()
        self._appends = Appends(self._source.recipient if self._source.is_part else None)
        before = self._file.before(first)
        self._time = _time_of(before)
        self._index = before[0] if before else -1
        self._change = -1
        leaves: list[bytes] = []
        for row in self._file.rows(first, end):
            leaves.append(self._take(row))
        for wrong in self._appends.end():
            self._fail(wrong, row)
        self._findings.leaves = b"".join(leaves)
        return self._findings

    def _take(self, row: Row) -> bytes:
        """Look at the next row; its leaf in the tree."""
        index, stream, seq, name, state = row
        counts = self._findings.counts
        counts.events += 1
        if index != self._index + 1 and not self._source.is_part:
            self._hole(row)
        self._index = index
        to = None
        try:
            payload, kid, hashed, signature, event_hash, sealed = take_apart(state)
        except Wrong as wrong:
            event_hash = sha256(state.partition(SEALED)[0] if type(state) is bytes else b"").digest()
            self._fail(wrong, row)
            self._appends.pass_over(stream, seq)
        else:
            try:
                check_envelope(payload, stream, seq, name, self._history.log)
                self._check_signature(index, payload, kid, hashed, signature)
                counts.signatures += 1
                self._check_time(payload["time"])
                self._check_content(name, payload, sealed, event_hash)
                to = self._check_recipients(payload["to"])
                self._check_place(row, payload, to)
                self._time = payload["time"]
                if "lead" in payload or "effects" in payload or not self._appends.is_idle:
                    for wrong in self._appends.take(stream, seq, payload, event_hash):
                        self._fail(wrong, row)
            except Wrong as wrong:
                self._fail(wrong, row)
                self._appends.pass_over(stream, seq)
        self._remember(stream, seq, event_hash, to, name)
        return sha256(b"\x00\x01" + event_hash).digest()

    def _check_signature(
        self, index: int, payload: dict[str, Any], kid: str, hashed: bytes, signature: bytes
    ) -> None:
        """7. key: it may sign this type, for this authority, at this position; 8. signature: it did."""
        if index >= self._change:
            self._live.clear()
            later = bisect_left(self._key_changes, index + 1)
            is_last = later == len(self._key_changes)
            self._change = 1 << 62 if is_last else self._key_changes[later]
        asked = (kid, payload["authority"], payload["type"])
        try:
            key = self._live.get(asked)
            if key is None:
                key = self._live[asked] = self._history.key_for(*asked, index)
        except NotAuthorised as error:
            raise Wrong("key", error.reason) from None
        try:
            verify_hashed(hashed, signature, key)
        except BadSignature as error:
            raise Wrong("signature", error.reason) from None

    def _check_time(self, time: str) -> None:
        """9. time: in its form, and never before that of the event before in the log."""
        if time == self._time:
            return
        check_time(time)
        if time < self._time:
            raise Wrong("time", f"the event is of {time}, and the one before it of {self._time}")

    def _check_content(self, name: str, payload: dict[str, Any], sealed: bytes | None, event_hash: bytes) -> None:
        personal = self._members.check(name, payload)
        if not personal:
            if sealed is not None:
                raise Wrong("sealed", "there is a sealed part, and nothing personal")
            return
        if self._source.recipient is not None:
            return  # what is sealed stays with the log
        boxes = check_boxes(payload["boxes"], payload["data"]["_sd"], sealed)
        if self._opener is not None:
            opened, erased = self._opener.check(boxes, payload, event_hash, personal)
            self._findings.counts.disclosures += opened
            self._findings.counts.erased += erased

    def _check_recipients(self, to: list[str]) -> tuple[str, ...]:
        """15. recipients, the list: sorted, each once, the log's own country among them, all named by the log."""
        named = tuple(to)
        try:
            if named in self._recipients:
                return named
            is_list = self._source.log in named and sorted({*named, ""})[1:] == to
        except TypeError:
            is_list = False
        if not is_list or not set(named) <= set(self._history.countries):
            raise Wrong("recipients", f"{to} are not recipients of this log, sorted, its own country among them")
        self._recipients.add(named)
        return named

    def _check_place(self, row: Row, payload: dict[str, Any], to: tuple[str, ...]) -> None:
        """13. version: without gaps, after the one before it, of the same family; 14. link: `prev` is its hash;
        15. recipients: they only become more; 17. keys: statements about keys stand in the keys stream only.
        """
        index, stream, seq, name, _ = row
        if (stream == self._history.stream) != name.startswith("keys."):
            raise Wrong("keys", "statements about keys stand in the stream of the log's first event, and only there")
        if seq == 1:
            self._findings.counts.streams += 1
            if payload["prev"] is not None:
                raise Wrong("link", "the first event of a stream follows none, and this one names one")
            return
        before = self._heads.get(stream)
        if before is None or before[0] != seq - 1:
            before = self._look_up(index, stream, seq)
        if before[1] != payload["prev"]:
            raise Wrong("link", f"the event names another one before it than version {before[0]} as it stands here")
        self._findings.counts.links += 1
        if before[2] is not None and before[2] != to and not set(before[2]) <= set(to):
            raise Wrong("recipients", "a recipient that the stream had is not named any more")
        if before[3] != name and before[3].partition(".")[0] != name.partition(".")[0]:
            raise Wrong("version", f"the stream held a {before[3]} before")

    def _look_up(self, index: int, stream: str, seq: int) -> tuple[int, str, tuple[str, ...] | None, str]:
        row = self._file.version(stream, seq - 1) if seq > 1 else None
        if row is None:
            raise self._missing(index, stream, seq)
        if row[0] > index:
            raise Wrong("version", f"version {seq - 1} of the stream stands after it, at {row[0]}")
        jws = row[4].partition(SEALED)[0] if type(row[4]) is bytes else b""
        to = _payload_of(jws).get("to")
        return seq - 1, b64url(sha256(jws).digest()), tuple(to) if type(to) is list else None, str(row[3])

    def _missing(self, index: int, stream: str, seq: int) -> Wrong:
        last = self._file.newest_below(stream, seq)
        version = last[2] + 1 if last else 1
        self._between = (last[0] if last else -1, index)
        return Wrong("version", f"version {version} is missing: version {seq} stands at {index}", stream, version)

    def _remember(
        self, stream: str, seq: int, event_hash: bytes, to: tuple[str, ...] | None, name: str
    ) -> None:
        if len(self._heads) >= HEADS:
            self._heads.clear()
        self._heads[stream] = (seq, b64url(event_hash), to, name)

    def _hole(self, row: Row) -> None:
        """2. position: 0, 1, 2 … without gaps."""
        empty = f"position {self._index + 1}" if row[0] == self._index + 2 else f"{self._index + 1} to {row[0] - 1}"
        log = self._source.log
        detail = f"nothing stands at {empty}, before this event"
        self._findings.fail(Failure(log, _text(row[1]), _number(row[2]), self._index + 1, "position", detail))

    def _fail(self, wrong: Wrong, row: Row) -> None:
        stream, version = _text(row[1]), _number(row[2])
        between = None
        if wrong.stream is not None:
            stream, version = wrong.stream, wrong.version
            between = self._between if wrong.check == "version" else (row[0] - 1, row[0])
        log = self._source.log
        self._findings.fail(Failure(log, stream, version, row[0], wrong.check, wrong.detail, between))

    def _is_erased(self, stream: str, key_id: str) -> bool:
        if stream not in self._erased:
            if len(self._erased) >= HEADS:
                self._erased.clear()
            self._erased[stream] = frozenset(self._erased_keys(stream))
        return key_id in self._erased[stream]

    def _erased_keys(self, stream: str) -> Iterator[str]:
        for row in self._file.stream(stream):
            if type(row[3]) is str and row[3].endswith(_ERASED):
                keys = _payload_of(row[4].partition(SEALED)[0]).get("data", {}).get("keys", ())
                yield from (key for key in keys if type(key) is str)


def _payload_of(jws: bytes) -> dict[str, Any]:
    """What a row says, as far as it says anything: it is, was or will be verified in its own place."""
    try:
        found = orjson.loads(loose_b64url(jws.split(b".")[1]))
    except (ValueError, IndexError):
        return {}
    return found if type(found) is dict else {}


def _time_of(row: Row | None) -> str:
    time = _payload_of(row[4].partition(SEALED)[0]).get("time") if row and type(row[4]) is bytes else ""
    return time if type(time) is str else ""


def _text(value: object) -> str | None:
    return value if type(value) is str else None


def _number(value: object) -> int | None:
    return value if type(value) is int else None
