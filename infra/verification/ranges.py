"""A range of a log, looked at event by event in the log's order; what is needed from elsewhere is looked up.

A range begins and ends between two appends; any number of ranges may be looked at side by side.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeAlias

import orjson

from domain.events import family_of
from infra.formats.canonical import NotCanonical, b64url, decode, encode, from_b64url, loose_b64url
from infra.formats.signing import BadSignature, PublicKey, parse, verify_hashed
from infra.keys.history import KeyHistory, NotAuthorised
from infra.stores.vault import KeyStore, Vault
from infra.verification.appends import Appends
from infra.verification.findings import Failure, Findings, Wrong
from infra.verification.log_file import LogFile, Row, Unreadable
from infra.verification.outsiders import STATEMENTS, check_statement
from infra.verification.sealed import Opener, check_boxes
from infra.verification.statement import (
    CAUSES,
    MEMBERS,
    SEALED,
    SIGNATURE_TEXT,
    Kinds,
    are_digests,
    is_actor,
    is_moment,
    is_uuid,
    kid_of_event,
    members,
    place,
)
from projections.feed import GENESIS, head_after

HEADS: Final = 16_384  # streams whose newest event is remembered; of others it is looked up
_ERASED: Final = ".PersonalDataErased.v1"
_LEAF: Final = b"\x00\x01"  # of an event in the tree: infra/formats/tree.py
_CHAIN: Final = "the event was signed after other events than those that stand before it"
_NEVER: Final = 1 << 63
# What an event of another shape makes the checks stumble over, beside what they say themselves.
_FAILED: Final = (Wrong, NotAuthorised, ValueError, KeyError, TypeError, AttributeError, IndexError)
# The newest event of a stream: seq, hash, recipients (None: not readable), type. A named tuple takes longer.
Head: TypeAlias = tuple[int, str, list[str] | None, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A log to verify: its country, its file, the root certificate (DER) from outside, the key store.

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


class Verifiers:
    """Verifies ranges (log, first, end) of several logs: a log's verifier is made when it is needed.

    ``known``: country -> source, and what ``RangeVerifier`` has to know of its keys.
    """

    def __init__(self, known: Mapping[str, tuple[Source, Sequence[tuple[int, str]]]]) -> None:
        self._known = known
        self._log = ""
        self._verifier: RangeVerifier | None = None

    def carry_out(self, task: tuple[str, int, int]) -> Findings:
        """Look at one range; ranges come log by log."""
        log, first, end = task
        if self._verifier is None or log != self._log:
            self.close()
            self._log, self._verifier = log, RangeVerifier(*self._known[log])
        return self._verifier.verify(first, end)

    def close(self) -> None:
        """Give back the files."""
        if self._verifier is not None:
            self._verifier.close()
        self._verifier = None


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
        self._kids: dict[str, str] = {}
        self._heads: dict[str, Head] = {}
        self._erased: dict[str, frozenset[str]] = {}
        self._altered: dict[str, bool] = {}

    def verify(self, first: int, end: int) -> Findings:
        """Look at the rows from position ``first`` up to, not including, ``end``."""
        if self._opener:
            self._opener.forget()
        try:
            return self._verify(first, end)
        except Unreadable:
            self._file.be_lenient()
        try:
            return self._verify(first, end)
        except Unreadable as error:
            found = Findings()
            detail = f"positions {first} to {end - 1} cannot be read: {error}"
            found.fail(Failure(self._source.log, None, None, first, "file", detail))
            return found

    def close(self) -> None:
        """Give back the files."""
        self._file.close()
        if self._vault:
            self._vault.close()

    def _verify(self, first: int, end: int) -> Findings:
        """With the signatures of the range in one go; where one is bad, again, each in its place.

        Between other checks a signature takes a tenth longer: the processor forgets meanwhile how it is done.
        """
        before = dict(self._heads)
        signatures: list[tuple[bytes, bytes, PublicKey]] = []
        found = self._check(first, end, signatures)
        try:
            for hashed, signature, key in signatures:
                verify_hashed(hashed, signature, key)
        except BadSignature:
            self._heads = before
            return self._check(first, end, None)
        return found

    def _check(  # noqa: C901, PLR0912, PLR0915 - see below
        self, first: int, end: int, later: list[tuple[bytes, bytes, PublicKey]] | None
    ) -> Findings:
        """The checks 2 to 19, and 21, of every event, in their order; the first that fails is the event's failure.

        ``later``: takes the signatures, which are then not verified here. One list, without a call where none
        is needed: every event goes this way, and beside what the signature takes, a call costs as much as a
        check.
        """
        findings, hashes = Findings(), []
        signatures = streams = links = 0
        appends = Appends(self._source.recipient if self._source.is_part else None)
        heads, kids, kinds = self._heads, self._kids, self._kinds
        known = kinds.known.get
        log, keys_stream = self._history.log, self._history.stream
        is_whole, with_sealed = not self._source.is_part, self._source.recipient is None
        expected, last_time, off, chain = self._before(first)
        chain_text = b64url(chain)
        last_to: list[str] = []
        live: dict[tuple[str, str, str], PublicKey] = {}
        live_until = -1
        row: Row | None = None
        for row in self._file.rows(first, end):
            index, stream, seq, name, state = row
            raw_hash = b""
            checking = "form"
            try:
                # 2. position: 0, 1, 2 ... without gaps.
                if index != expected and is_whole:
                    self._fail(findings, row, _hole(expected, index), expected)
                    chain_text = ""
                expected = index + 1

                # 3. form: a compact JWS in strict base64url, its header known, its payload canonical.
                jws, mark, sealed = state.partition(SEALED)
                text = jws.decode("ascii")
                point, middle = text.find("."), len(text) - SIGNATURE_TEXT
                header = text[:point]
                kid = kids.get(header) or self._kid(header, text)
                raw = from_b64url(text[point + 1 : middle])
                payload = orjson.loads(raw)
                if encode(payload) != raw or not raw.isascii():
                    payload = decode(raw)
                signature = from_b64url(text[middle + 1 :])
                if middle <= point or text[middle] != ".":
                    raise Wrong("form", "is not a JWS of three parts, with 64 bytes of signature")
                hasher = sha256(jws[:middle])
                hashed = hasher.digest()
                hasher.update(jws[middle:])
                raw_hash = hasher.digest()

                # 4. envelope: the members of the format, in their shapes; a lead names no lead.
                checking = "envelope"
                v, alg, kind, time, authority, actor, cause, to, found = members(payload)
                origin, its_index, its_chain, its_stream, its_seq, prev = place(payload)
                grouped = ("lead" in payload) + ("effects" in payload)
                if (
                    v != 1
                    or alg != "sha-256"
                    or not type(its_seq) is int is type(v) is type(its_index)
                    or cause[:4] not in CAUSES
                    or not is_actor(actor)
                    or len(payload) != MEMBERS + grouped + ("boxes" in payload)
                    or grouped == 2  # noqa: PLR2004 - both
                ):
                    raise Wrong(
                        "envelope", "the payload has not exactly the members of the format, in their shapes"
                    )

                # 5. row: the columns say the same as the event; 6. log: it was signed for this log.
                if its_stream != stream or its_seq != seq or kind != name:
                    said = f"version {its_seq} of {its_stream}, a {kind}"
                    raise Wrong("row", f"what stands here is signed as {said}")
                if origin != log and log:  # none is known where the log was not opened
                    raise Wrong("log", f"the event was signed for the log {origin}, not for {log}")

                # 7. key: it may sign this type, for this authority, at this position; 8. signature: it did.
                checking = "key"
                if index >= live_until:
                    live.clear()
                    live_until = self._next_change(index)
                key = live.get((kid, authority, kind))
                if key is None:
                    key = live[kid, authority, kind] = self._history.key_for(kid, authority, kind, index)
                if later is None:
                    verify_hashed(hashed, signature, key)
                else:
                    later.append((hashed, signature, key))
                signatures += 1

                # 9. index: it was signed for this position; what is moved with others is said of the first.
                checking = "index"
                if its_index - index != off:
                    off, chain_text = its_index - index, ""
                    if off:
                        self._fail(findings, row, _moved(index, its_index))

                # 10. chain: it was signed after exactly what stands before it.
                checking = "chain"
                if its_chain != chain_text:
                    chain = _hash_of(its_chain)
                    if chain_text:
                        self._fail(findings, row, Wrong("chain", _CHAIN))
                if is_whole:
                    chain = sha256(chain + raw_hash).digest()
                    chain_text = b64url(chain)

                # 11. time: in its form, never before that of the event before it.
                checking = "time"
                if time != last_time:
                    if not is_moment(time):
                        raise Wrong("time", f"{time} is not a moment in UTC with six digits after the point")
                    if time < last_time:
                        raise Wrong("time", f"the event is of {time}, the one before it of {last_time}")

                # 12. members: those of the type; a digest for each personal one, so that counts tell nothing.
                checking = "members"
                public, personal, is_of_keys = known(kind) or kinds.find(kind, found)
                digests = found.get("_sd")
                if found.keys() != public and (public is not None or not personal.isdisjoint(found)):
                    raise Wrong("members", f"the public members are not those of {kind}")
                if digests is not None:
                    if not digests or len(digests) != len(personal) or not are_digests(digests):
                        raise Wrong("members", f"there are not {len(personal)} digests, sorted, each once")
                elif personal:
                    raise Wrong("members", "the digests of the personal members are missing")

                # 13. sealed: exactly the boxes that are named; 14. disclosures: they open to the digests.
                checking = "sealed"
                if digests is not None and with_sealed:
                    check_boxes(payload["boxes"], len(digests), sealed)
                    if self._opener is not None:
                        opened, erased = self._opener.check(sealed, payload, raw_hash, personal)
                        findings.counts.disclosures += opened
                        findings.counts.erased += erased
                elif mark or ("boxes" in payload) is (digests is None):
                    raise Wrong("sealed", "there are boxes, and nothing personal in them")

                # 15. version: the one before is there, earlier, of one family; 16. link: `prev` is its hash.
                checking = "version"
                if seq > 1:
                    before = heads.get(stream)
                    if before is None or before[0] != seq - 1:
                        before = self._look_up(index, stream, seq)
                    if before[1] != prev:
                        raise Wrong(
                            "link",
                            f"the event follows another version {seq - 1} than the one that stands here",
                        )
                    if before[3] != kind and family_of(before[3]) != family_of(kind):
                        raise Wrong("version", f"the stream held a {before[3]} before")
                    links += 1
                elif prev is not None or seq != 1 or not is_uuid(stream):
                    raise Wrong(
                        "version", "the first event of a stream is number 1, follows none, and names a UUID"
                    )
                else:
                    before = None
                    streams += 1

                # 17. recipients: known to the log, sorted, its own country among them; they become more.
                checking = "recipients"
                if to != last_to:
                    self._check_recipients(to)
                    last_to = to
                if before is not None and before[2] != to and not set(before[2] or ()) <= set(to):
                    raise Wrong("recipients", "a recipient that the stream had is not named any more")

                # 18. append: what was appended together stands together; 19. keys: in their stream.
                checking = "append"
                event_hash = b64url(raw_hash)
                if is_of_keys is not (stream == keys_stream):
                    raise Wrong(
                        "keys", "statements about keys stand in the stream of the log's first event, alone"
                    )
                if grouped or not appends.is_idle:
                    for wrong in appends.take(index, stream, seq, payload, event_hash):
                        self._fail(findings, row, wrong)
                # 21. statement: what a registry signed is about just this, and signed by a key for it.
                if kind in STATEMENTS:
                    check_statement(kind, log, found, self._history, index)
                last_time = time
                if len(heads) >= HEADS:
                    heads.clear()
                heads[stream] = (seq, event_hash, to, kind)
            except _FAILED as error:
                raw_hash = raw_hash or sha256(_jws(row)).digest()
                self._fail(findings, row, _wrong(error, checking))
                appends.pass_over(stream, seq)
                heads[stream] = (seq, b64url(raw_hash), None, str(name))
                off, chain = self._behind(row)
                chain_text = b64url(chain)
            hashes.append(raw_hash)
        for wrong in appends.end(expected):
            self._fail(findings, row, wrong)
        counts = findings.counts
        counts.events, counts.streams, counts.signatures, counts.links = (
            len(hashes),
            streams,
            signatures,
            links,
        )
        findings.leaves = b"".join([sha256(_LEAF + raw_hash).digest() for raw_hash in hashes])
        return findings

    def _before(self, first: int) -> tuple[int, str, int, bytes]:
        """The position that should come, the time of the event before it, and what `_behind` says of that."""
        row = self._file.before(first)
        if row is None:
            return 0, "", 0, b"" if self._source.is_part else GENESIS
        time = _payload(row).get("time")
        return row[0] + 1, time if type(time) is str else "", *self._behind(row)

    def _behind(self, row: Row) -> tuple[int, bytes]:
        """How far from its place an event was signed for (0 where that cannot be read), and the chain after it.

        By what this event signs alone: so a range begins where the one before it ends, and all hang together. The
        chain is empty where it is not known.
        """
        said = _payload(row)
        index = said.get("index")
        off = index - row[0] if type(index) is int else 0
        try:
            chain = head_after(_hash_of(said.get("chain")), sha256(_jws(row)).digest())
        except _FAILED:
            chain = b""
        return off, b"" if self._source.is_part else chain

    def _kid(self, header: str, jws: str) -> str:
        kid = kid_of_event(jws)
        if len(self._kids) >= HEADS:
            self._kids.clear()
        self._kids[header] = kid
        return kid

    def _next_change(self, index: int) -> int:
        later = bisect_right(self._changes, index)
        return self._changes[later] if later < len(self._changes) else _NEVER

    def _check_recipients(self, to: list[str]) -> None:
        if not all(type(country) is str and country in self._history.countries for country in to):
            raise Wrong("recipients", f"not all of {to} are recipients that the log names")
        if sorted(set(to)) != to or self._source.log not in to:
            raise Wrong("recipients", f"{to} are not sorted, each once, with the log's own country")

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
        return seq - 1, event_hash, to if type(to) is list else None, str(row[3])

    def _fail(self, findings: Findings, row: Row | None, wrong: Wrong, index: int | None = None) -> None:
        where, stream, version = row[:3] if row else (-1, None, None)
        if wrong.stream is not None:
            stream, version = wrong.stream, wrong.version
        stream = stream if type(stream) is str else None
        version = version if type(version) is int else None
        where = where if index is None else index
        findings.fail(
            Failure(self._source.log, stream, version, where, wrong.check, wrong.detail, wrong.between)
        )

    def _is_erased(self, stream: str, key_id: str) -> bool:
        if stream not in self._erased:
            if len(self._erased) >= HEADS:
                self._erased.clear()
            self._erased[stream] = frozenset(self._erased_keys(stream))
        return key_id in self._erased[stream] or self._is_altered(stream)

    def _is_altered(self, stream: str) -> bool:
        """Whether an event of the stream is not what was signed: it may have been the erasure, and is named in
        its own place; an event before it is not to be blamed for the key that is gone.
        """
        if stream not in self._altered:
            if len(self._altered) >= HEADS:
                self._altered.clear()
            self._altered[stream] = not all(map(self._is_authentic, self._file.stream(stream)))
        return self._altered[stream]

    def _is_authentic(self, row: Row) -> bool:
        try:
            parsed = parse(_jws(row).decode("ascii"))
            said = parsed.payload
            key = self._history.key_for(parsed.kid, said["authority"], said["type"], row[0])
            verify_hashed(sha256(parsed.signing_input).digest(), parsed.signature, key)
        except _FAILED:
            return False
        return (said["stream"], said["seq"], said["type"]) == row[1:4]

    def _erased_keys(self, stream: str) -> Iterator[str]:
        for row in self._file.stream(stream):
            if str(row[3]).endswith(_ERASED):
                erased = _payload(row).get("data")
                yield from erased.get("keys", ()) if type(erased) is dict else ()


def _hole(first: int, index: int) -> Wrong:
    if index < first:
        return Wrong("position", f"an event stands at position {index}, below the first")
    last = f" to {index - 1}" if index - 1 > first else ""
    return Wrong("position", f"nothing stands at position {first}{last}, before this event")


def _moved(index: int, signed_for: int) -> Wrong:
    return Wrong("index", f"the event stands at position {index}, and was signed for position {signed_for}")


def _hash_of(chain: Any) -> bytes:
    raw = from_b64url(chain)
    if len(raw) != len(GENESIS):
        raise Wrong("chain", "the chain is not a SHA-256")
    return raw


def _wrong(error: Exception, checking: str) -> Wrong:
    """What failed, in the words of the check that it failed in."""
    match error:
        case Wrong():
            return error
        case NotAuthorised():
            return Wrong("key", error.reason)
        case BadSignature():
            return Wrong("signature", error.reason)
        case NotCanonical():
            return Wrong(checking, f"{error.pointer or 'a part of it'} {error.reason}")
        case ValueError() if checking == "form":
            return Wrong(checking, "the row does not begin with a compact JWS whose payload is JSON")
        case _:
            return Wrong(checking, f"a member has not the shape of the format ({type(error).__name__})")


def _jws(row: Row) -> bytes:
    return row[4].partition(SEALED)[0] if type(row[4]) is bytes else b""


def _payload(row: Row) -> dict[str, Any]:
    """What a row says, as far as it says anything: it is, was or will be verified in its own place."""
    try:
        found = orjson.loads(loose_b64url(_jws(row).split(b".")[1]))
    except (ValueError, IndexError):
        return {}
    return found if type(found) is dict else {}
