"""The checks 2 to 19, 21, 23 to 31 of every event of a range, in their order: the first that fails is the
event's failure.

Here stand 2, 5, 6 and 8 to 11; each of the others is one call.
"""

from collections import Counter
from hashlib import sha256
from typing import Any, Final, NamedTuple

from domain.roles import HOSPITAL
from infra.formats.canonical import b64url, from_b64url
from infra.formats.chain import GENESIS, head_after
from infra.formats.signing import PublicKey, verify_hashed
from infra.verification.amendments import AMENDED, check_amendment
from infra.verification.appends import Appends
from infra.verification.basis import Written
from infra.verification.birth_notices import TOLD, BirthNotices
from infra.verification.claims import CLAIMED, Claims
from infra.verification.course import FILING, FOLDED
from infra.verification.courses import Courses
from infra.verification.erasures import ERASURES, check_erasure
from infra.verification.findings import Failure, Findings, Unlooked, Wrong
from infra.verification.keys import LiveKeys
from infra.verification.log_file import LogFile, Row, jws_of, said_by
from infra.verification.officers import Officers
from infra.verification.offices import Offices
from infra.verification.outsiders import STATEMENTS, check_statement
from infra.verification.payments import PAYMENTS, Payments
from infra.verification.reach import WRITTEN
from infra.verification.restrictions import LIFTED, PLACED, check_restriction
from infra.verification.sealed import Opener, check_boxes
from infra.verification.source import Source
from infra.verification.statement import FAILED, Forms, Kinds, check_envelope, is_moment, wrong_of
from infra.verification.streams import Streams
from infra.verification.two_people import APPROVED, must_be_two

_LEAF: Final = b"\x00\x01"  # of an event in the tree: infra/formats/tree.py
# Checks that an event may fail and be what it says: its case goes on from there.
_OF_WHOM: Final = frozenset({"officer", "office", "basis"})
_CHAIN: Final = "the event was signed after other events than those that stand before it"


class Live(NamedTuple):
    """Who may sign, and who was in office, at each position."""

    keys: LiveKeys
    officers: Officers


class Events:
    """The events of one log, looked at in its order; of one thread."""

    def __init__(
        self, source: Source, file: LogFile, live: Live, streams: Streams, opener: Opener | None
    ) -> None:
        self._source = source
        self._file = file
        self._keys = live.keys
        # A feed may lack the competences of the log.
        self._officers = None if source.recipient is not None else live.officers
        self._unlooked: Unlooked = Counter()
        self._offices = Offices(
            source.log, file, streams, is_part=source.is_part, opener=opener, unlooked=self._unlooked
        )
        self._payments = Payments(live.keys.history, streams, opener, self._unlooked)
        self._notices = BirthNotices(source.log, live.keys.history, streams, opener, self._unlooked)
        self._written = Written(source.log, streams)
        self._courses = Courses(source.log, streams)
        self._claims = Claims(streams, is_part=source.is_part)
        self._end = -1  # of the range before
        self._streams = streams
        self._opener = opener
        self._forms = Forms()
        self._kinds = Kinds(source.log)

    def check(  # noqa: C901, PLR0912, PLR0915 - see below
        self, first: int, end: int, later: list[tuple[bytes, bytes, PublicKey]] | None
    ) -> Findings:
        """Look at the rows from position ``first`` up to, not including, ``end``.

        ``later``: takes the signatures, which are then not verified here. What hangs on the event before is one
        list: every event goes this way, and what is carried along would be handed from call to call.
        """
        findings, hashes = Findings(), []
        self._unlooked.clear()
        counts, streams, keys_stream = findings.counts, self._streams, self._keys.history.stream
        is_whole, with_sealed = not self._source.is_part, self._source.recipient is None
        log, officers, written = self._keys.history.log, self._officers, self._written
        written.pass_over()  # a range begins with an append
        courses, claims = self._courses, self._claims
        if later is None or first != self._end:
            claims.clear()
            courses.clear()  # they were taken before the signatures; or went on in another process
        self._end = end
        appends = Appends(self._source.recipient if self._source.is_part else None)
        expected, last_time, off, chain = self._before(first)
        chain_text = b64url(chain)
        last_to: list[str] = []
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

                # 3. form; 4. envelope.
                kid, payload, hashed, signature, raw_hash, mark, sealed = self._forms.read(state)
                checking = "envelope"
                is_grouped, said, place = check_envelope(payload)
                kind, time, authority, to, found = said
                origin, its_index, its_chain, its_stream, its_seq, prev = place

                # 5. row: the columns say the same as the event; 6. log: it was signed for this log.
                if its_stream != stream or its_seq != seq or kind != name:
                    what = f"version {its_seq} of {its_stream}, a {kind}"
                    raise Wrong("row", f"what stands here is signed as {what}")
                if origin != log and log:  # none is known where the log was not opened
                    raise Wrong("log", f"the event was signed for the log {origin}, not for {log}")

                # 7. key: it may sign this type, for this authority, at this position; 8. signature: it did.
                checking = "key"
                key = self._keys.key_for(kid, authority, kind, index)
                if later is None:
                    verify_hashed(hashed, signature, key)
                else:
                    later.append((hashed, signature, key))
                counts.signatures += 1

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
                    chain = head_after(chain, raw_hash)
                    chain_text = b64url(chain)

                # 11. time: in its form, never before that of the event before it.
                checking = "time"
                if time != last_time:
                    if not is_moment(time):
                        raise Wrong("time", f"{time} is not a moment in UTC with six digits after the point")
                    if time < last_time:
                        raise Wrong("time", f"the event is of {time}, the one before it of {last_time}")

                # 12. members.
                checking = "members"
                digests, personal, is_of_keys = self._kinds.check(kind, found)

                # 13. sealed: exactly the boxes that are named; 14. disclosures: they open to the digests.
                checking = "sealed"
                if digests is not None and with_sealed:
                    check_boxes(payload["boxes"], len(digests), sealed)
                    if self._opener is not None:
                        opened, erased = self._opener.check(sealed, payload, raw_hash, personal)
                        counts.disclosures += opened
                        counts.erased += erased
                elif mark or ("boxes" in payload) is (digests is None):
                    raise Wrong("sealed", "there are boxes, and nothing personal in them")

                # 15. version; 16. link.
                checking = "version"
                before = streams.check_version(index, stream, seq, prev, kind)
                if before is None:
                    counts.streams += 1
                else:
                    counts.links += 1

                # 17. recipients.
                checking = "recipients"
                if to != last_to:
                    streams.check_recipients(to)
                    last_to = to
                if before is not None and before[2] != to:
                    streams.check_more_recipients(before, to)

                # 18. append; 19. keys: in their stream.
                checking = "append"
                event_hash = b64url(raw_hash)
                if is_of_keys is not (stream == keys_stream):
                    raise Wrong(
                        "keys", "statements about keys stand in the stream of the log's first event, alone"
                    )
                if is_grouped or not appends.is_idle:
                    for wrong in appends.take(index, stream, seq, payload, event_hash):
                        self._fail(findings, row, wrong)

                # 21. statement.
                if kind in STATEMENTS:
                    check_statement(payload, self._keys.history, index)
                elif kind in PAYMENTS:
                    self._payments.check(index, payload, state)
                elif kind == TOLD:
                    self._notices.check(index, payload, state)

                # 23. restriction.
                checking = "restriction"
                if kind in {LIFTED, PLACED}:
                    check_restriction(self._source.log, payload, streams)

                # 24. amendment.
                checking = "amendment"
                if kind in AMENDED:
                    check_amendment(self._source.log, payload, state, streams, self._opener)
                # 25. officer; 26. office; 27. reach.
                checking = "officer"
                if officers is not None:
                    officers.check(index, payload)
                if kind == APPROVED and self._opener is not None:
                    must_be_two(self._source.log, payload, state, streams, self._opener)
                checking = "office"
                self._offices.check(payload, event_hash)
                # 28. basis.
                checking = "basis"
                if kind in WRITTEN or written.is_open:
                    written.check(payload)
                # 29. course.
                if kind in FOLDED:
                    checking = "course"
                    courses.check(payload, event_hash)
                    if kind == FILING and payload["actor"]["role"] == HOSPITAL:
                        self._notices.check_filing(index, payload, state)
                # 30. claim.
                if kind in CLAIMED:
                    checking = "claim"
                    claims.check(payload)
                # 31. erasure.
                if kind in ERASURES:
                    checking = "erasure"
                    check_erasure(self._source.log, payload, streams)
                last_time = time
                streams.remember(stream, (seq, event_hash, to, kind))
            except FAILED as error:
                raw_hash = raw_hash or sha256(jws_of(row)).digest()
                self._fail(findings, row, wrong_of(error, checking))
                appends.pass_over(stream, seq)
                written.pass_over()
                claims.pass_over(stream, name)
                if checking not in _OF_WHOM:
                    courses.forget(stream)
                elif kind in FOLDED:
                    courses.take(payload, event_hash)
                streams.remember(stream, (seq, b64url(raw_hash), None, str(name)))
                off, chain = self._behind(row)
                chain_text = b64url(chain)
            hashes.append(raw_hash)
        for wrong in appends.end(expected):
            self._fail(findings, row, wrong)
        counts.events = len(hashes)
        findings.unlooked = self._unlooked.copy()
        findings.leaves = b"".join([sha256(_LEAF + raw_hash).digest() for raw_hash in hashes])
        return findings

    def _before(self, first: int) -> tuple[int, str, int, bytes]:
        """The position that should come, the time of the event before it, and what `_behind` says of that."""
        row = self._file.before(first)
        if row is None:
            return 0, "", 0, b"" if self._source.is_part else GENESIS
        time = said_by(row).get("time")
        return row[0] + 1, time if type(time) is str else "", *self._behind(row)

    def _behind(self, row: Row) -> tuple[int, bytes]:
        """How far from its place an event was signed for (0 where that cannot be read), and the chain after it.

        By what this event signs alone: so a range begins where the one before it ends, and all hang together. The
        chain is empty where it is not known.
        """
        said = said_by(row)
        index = said.get("index")
        off = index - row[0] if type(index) is int else 0
        try:
            chain = head_after(_hash_of(said.get("chain")), sha256(jws_of(row)).digest())
        except FAILED:
            chain = b""
        return off, b"" if self._source.is_part else chain

    def _fail(self, findings: Findings, row: Row | None, wrong: Wrong, index: int | None = None) -> None:
        findings.fail(Failure.of(self._source.log, row, wrong, index))


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
