"""A range of a log, looked at event by event in the log's order; what is needed from elsewhere is looked up.

A range begins and ends between two appends; any number of ranges may be looked at side by side.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeAlias

import orjson

from infra.canonical import b64url, loose_b64url
from infra.key_history import KeyHistory, NotAuthorised
from infra.log_file import LogFile, Row, Unreadable
from infra.signing import BadSignature, PublicKey, parse, verify_hashed
from infra.vault import Vault
from infra.verification.appends import Appends
from infra.verification.findings import Failure, Findings, Wrong
from infra.verification.sealed import Opener, check_boxes
from infra.verification.statement import SEALED, Kinds, Taken, check_envelope, check_time, take_apart

HEADS: Final = 16_384  # streams whose newest event is remembered; of others it is looked up
_ERASED: Final = ".PersonalDataErased.v1"
_LEAF: Final = b"\x00\x01"  # of an event in the tree: infra/transparency.py
_NEVER: Final = 1 << 63
# The newest event of a stream: seq, hash, recipients (None: not readable), type. A named tuple takes longer.
Head: TypeAlias = tuple[int, str, list[str] | None, str]


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

    ``recipient``: the file holds what this country received of the log, without sealed parts.
    """

    log: str
    path: Path
    root_certificate: bytes
    key_store: KeyStore | None = None
    recipient: str | None = None

    @property
    def is_part(self) -> bool:
        """Whether the file may lack events, which its recipient did not get."""
        return self.recipient not in (None, self.log)


class RangeVerifier:
    """Verifies ranges of one log, one after the other; of one thread.

    ``keys``: (index, JWS) of the events of the keys stream that hold (infra/verification/keys.py).
    """

    def __init__(self, source: Source, keys: Sequence[tuple[int, str]]) -> None:
        self._source = source
        self._file = LogFile(source.path)
        self._vault = Vault(source.key_store.path, source.key_store.kek) if source.key_store else None
        self._opener = Opener(self._vault.get, self._is_erased) if self._vault else None
        self._history = KeyHistory(source.root_certificate)
        for index, jws in keys:
            with suppress(NotAuthorised, BadSignature):  # said by whoever read them
                self._history.record(parse(jws), index)
        # Which keys may sign changes at these positions only: in between, what was found is remembered.
        self._changes = sorted({n for index, _ in keys for n in (index, index + 1)})
        self._kinds = Kinds(source.log)
        self._heads: dict[str, Head] = {}
        self._erased: dict[str, frozenset[str]] = {}

    def verify(self, first: int, end: int) -> Findings:
        """Look at the rows from position ``first`` up to, not including, ``end``; raises Unreadable."""
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
        self._begin(first)
        counts, leaves = self._findings.counts, []
        row: Row | None = None
        for row in self._file.rows(first, end):
            index, _, _, _, state = row
            if index != self._index + 1 and not self._source.is_part:
                self._hole(row)
            self._index = index
            try:
                taken = take_apart(state)
            except Wrong as wrong:
                event_hash = sha256(_jws(row)).digest()
                self._reject(row, event_hash, wrong)
            else:
                event_hash = taken[4]
                try:
                    self._look_at(row, taken)
                except Wrong as wrong:
                    self._reject(row, event_hash, wrong)
            leaves.append(sha256(_LEAF + event_hash).digest())
        if row is not None:
            self._fail_all(row, self._appends.end())
        counts.events = len(leaves)
        self._findings.leaves = b"".join(leaves)
        return self._findings

    def _begin(self, first: int) -> None:
        before = self._file.before(first)
        self._findings = Findings()
        self._appends = Appends(self._source.recipient if self._source.is_part else None)
        self._index = before[0] if before else -1
        self._time = _text(_payload(before).get("time")) or "" if before else ""
        self._to: list[str] = []
        self._live: dict[tuple[str, str, str], PublicKey] = {}
        self._live_until = -1

    def _look_at(self, row: Row, taken: Taken) -> None:
        """Every check of one event but its form; raises Wrong at the first that fails."""
        index, stream, seq, name, _ = row
        payload, kid, hashed, signature, raw_hash, sealed = taken
        prev, time, authority, to, found, is_grouped = check_envelope(
            payload, stream, seq, name, self._history.log
        )
        counts = self._findings.counts
        self._check_signature((kid, authority, name), index, hashed, signature)
        counts.signatures += 1
        if time != self._time:
            self._check_time(time)
        kind, digests = self._kinds.check(name, found)
        if digests is not None:
            self._check_sealed(payload, digests, sealed, raw_hash, kind.personal)
        elif sealed is not None or "boxes" in payload:
            raise Wrong("sealed", "there are boxes, and nothing personal in them")
        if kind.is_of_keys is not (stream == self._history.stream):
            raise Wrong(
                "keys", "what is said about keys stands in the stream of the log's first event, alone"
            )
        if to != self._to:
            self._check_recipients(to)
        if seq > 1:
            self._check_before(row, prev, to)
            counts.links += 1
        elif prev is not None:
            raise Wrong("link", "the first event of a stream follows none, and this one names one")
        else:
            counts.streams += 1
        event_hash = b64url(raw_hash)
        self._remember(stream, (seq, event_hash, to, name))
        self._time = time
        if is_grouped or not self._appends.is_idle:
            self._fail_all(row, self._appends.take(stream, seq, payload, event_hash))

    def _check_signature(
        self, who: tuple[str, str, str], index: int, hashed: bytes, signature: bytes
    ) -> None:
        """7. key: this kid may sign for this authority this type, at this position; 8. signature: it did."""
        if index >= self._live_until:
            self._live.clear()
            later = bisect_right(self._changes, index)
            self._live_until = self._changes[later] if later < len(self._changes) else _NEVER
        try:
            key = self._live.get(who)
            if key is None:
                key = self._live[who] = self._history.key_for(*who, index)
            verify_hashed(hashed, signature, key)
        except NotAuthorised as error:
            raise Wrong("key", error.reason) from None
        except BadSignature as error:
            raise Wrong("signature", error.reason) from None

    def _check_time(self, time: str) -> None:
        """9. time: in its form, and never before that of the event before it in the log."""
        check_time(time)
        if time < self._time:
            raise Wrong("time", f"the event is of {time}, and the one before it of {self._time}")

    def _check_sealed(
        self,
        payload: dict[str, Any],
        digests: list[str],
        sealed: bytes | None,
        event_hash: bytes,
        personal: frozenset[str],
    ) -> None:
        if self._source.recipient is not None:
            return  # what is sealed stays with the log
        check_boxes(payload.get("boxes"), len(digests), sealed)
        if self._opener is not None and sealed:
            opened, erased = self._opener.check(sealed, payload, event_hash, personal)
            self._findings.counts.disclosures += opened
            self._findings.counts.erased += erased

    def _check_recipients(self, to: list[str]) -> None:
        """15. recipients, the list: sorted, each once, the log's own country among them, all named by the log."""
        known = self._history.countries
        if not all(type(country) is str and country in known for country in to):
            raise Wrong("recipients", f"not all of {to} are recipients that the log names")
        if sorted(set(to)) != to or self._source.log not in to:
            raise Wrong("recipients", f"{to} are not sorted, each once, with the log's own country")
        self._to = to

    def _check_before(self, row: Row, prev: str | None, to: list[str]) -> None:
        """13. version: the one before is there, earlier in the log, of the same family; 14. link: `prev` is its
        hash; 15. recipients: they only become more.
        """
        index, stream, seq, name, _ = row
        before = self._heads.get(stream)
        if before is None or before[0] != seq - 1:
            before = self._look_up(index, stream, seq)
        _, event_hash, recipients, kind = before
        if event_hash != prev:
            raise Wrong("link", f"the event follows another one than version {seq - 1} as it stands here")
        if recipients != to and recipients is not None and not set(recipients) <= set(to):
            raise Wrong("recipients", "a recipient that the stream had is not named any more")
        if kind != name and kind.partition(".")[0] != name.partition(".")[0]:
            raise Wrong("version", f"the stream held a {kind} before")

    def _look_up(self, index: int, stream: str, seq: int) -> Head:
        row = self._file.version(stream, seq - 1)
        if row is None:
            last = self._file.newest_below(stream, seq)
            version = last[2] + 1 if last else 1
            detail = f"version {version} of the stream is missing before version {seq}"
            raise Wrong("version", detail, stream, version, (last[0] if last else -1, index))
        if row[0] > index:
            raise Wrong("version", f"version {seq - 1} of the stream stands after it, at position {row[0]}")
        to = _payload(row).get("to")
        event_hash = b64url(sha256(_jws(row)).digest())
        return seq - 1, event_hash, to if type(to) is list else None, _text(row[3]) or ""

    def _remember(self, stream: str, head: Head) -> None:
        if len(self._heads) >= HEADS:
            self._heads.clear()
        self._heads[stream] = head

    def _reject(self, row: Row, event_hash: bytes, wrong: Wrong) -> None:
        """The row fails; what follows it is still compared with its bytes as they stand."""
        _, stream, seq, name, _ = row
        self._remember(stream, (seq, b64url(event_hash), None, _text(name) or ""))
        self._fail_all(row, [wrong])
        self._appends.pass_over(stream, seq)

    def _hole(self, row: Row) -> None:
        """2. position: 0, 1, 2 … without gaps."""
        first, last = self._index + 1, row[0] - 1
        detail = f"nothing stands at position {first}" + (f" to {last}" if last > first else "")
        self._findings.fail(self._failure(row, Wrong("position", f"{detail}, before this event"), first))

    def _fail_all(self, row: Row, found: Iterator[Wrong] | Sequence[Wrong]) -> None:
        for wrong in found:
            self._findings.fail(self._failure(row, wrong, row[0]))

    def _failure(self, row: Row, wrong: Wrong, index: int) -> Failure:
        stream, version = _text(row[1]), row[2] if type(row[2]) is int else None
        if wrong.stream is not None:
            stream, version = wrong.stream, wrong.version
        return Failure(self._source.log, stream, version, index, wrong.check, wrong.detail, wrong.between)

    def _is_erased(self, stream: str, key_id: str) -> bool:
        if stream not in self._erased:
            if len(self._erased) >= HEADS:
                self._erased.clear()
            self._erased[stream] = frozenset(self._erased_keys(stream))
        return key_id in self._erased[stream]

    def _erased_keys(self, stream: str) -> Iterator[str]:
        for row in self._file.stream(stream):
            if (_text(row[3]) or "").endswith(_ERASED):
                erased = _payload(row).get("data")
                yield from erased.get("keys", ()) if type(erased) is dict else ()


def _jws(row: Row) -> bytes:
    return row[4].partition(SEALED)[0] if type(row[4]) is bytes else b""


def _payload(row: Row) -> dict[str, Any]:
    """What a row says, as far as it says anything: it is, was or will be verified in its own place."""
    try:
        found = orjson.loads(loose_b64url(_jws(row).split(b".")[1]))
    except (ValueError, IndexError):
        return {}
    return found if type(found) is dict else {}


def _text(value: object) -> str | None:
    return value if type(value) is str else None
