"""The checks of an event in its stream, which may have begun long before the range: 15. version, 16. link,
17. recipients; of 14. disclosures whether an erasure of the stream names a key; and what 23. restriction looks back at.

What is asked again is remembered, and looked up in the log's file where it is not.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Final, TypeAlias

from domain.events import family_of
from infra.formats.canonical import b64url
from infra.formats.signing import parse, verify_hashed
from infra.keys.history import KeyHistory
from infra.verification.findings import Wrong
from infra.verification.log_file import LogFile, Row, jws_of, said_by
from infra.verification.statement import FAILED, is_uuid

HEADS: Final = 16_384  # streams whose newest event is remembered; of others it is looked up
_ERASED: Final = ".PersonalDataErased.v1"
# The newest event of a stream: seq, hash, recipients (None: not readable), type. A named tuple takes longer.
Head: TypeAlias = tuple[int, str, list[str] | None, str]


class Streams:
    """The streams of one log, as a verifier walks over its events in their order; of one thread."""

    def __init__(self, log: str, file: LogFile, history: KeyHistory) -> None:
        self._log = log
        self._file = file
        self._history = history
        self.heads: dict[str, Head] = {}
        self._erased: dict[str, frozenset[str]] = {}
        self._altered: dict[str, bool] = {}

    def check_version(self, index: int, stream: str, seq: int, prev: object, kind: str) -> Head | None:
        """15. version: the one before is there, earlier, of one family; 16. link: `prev` is its hash.

        The one before, None for the first of a stream; raises Wrong.
        """
        if seq > 1:
            before = self.heads.get(stream)
            if before is None or before[0] != seq - 1:
                before = self._look_up(index, stream, seq)
            if before[1] != prev:
                raise Wrong(
                    "link", f"the event follows another version {seq - 1} than the one that stands here"
                )
            if before[3] != kind and family_of(before[3]) != family_of(kind):
                raise Wrong("version", f"the stream held a {before[3]} before")
            return before
        if prev is not None or seq != 1 or not is_uuid(stream):
            raise Wrong("version", "the first event of a stream is number 1, follows none, and names a UUID")
        return None

    def check_recipients(self, to: list[str]) -> None:
        """17a. recipients: known to the log, sorted, each once, the log's own country among them; raises Wrong."""
        if not all(type(country) is str and country in self._history.countries for country in to):
            raise Wrong("recipients", f"not all of {to} are recipients that the log names")
        if sorted(set(to)) != to or self._log not in to:
            raise Wrong("recipients", f"{to} are not sorted, each once, with the log's own country")

    def check_more_recipients(self, before: Head, to: list[str]) -> None:
        """17b. recipients: they become more; raises Wrong."""
        if not set(before[2] or ()) <= set(to):
            raise Wrong("recipients", "a recipient that the stream had is not named any more")

    def remember(self, stream: str, head: Head) -> None:
        """The newest event of a stream, as it stands in the log."""
        if len(self.heads) >= HEADS:
            self.heads.clear()
        self.heads[stream] = head

    def is_erased(self, stream: str, key_id: str) -> bool:
        """14c. disclosures: whether an erasure of the stream names the key, or may have named it."""
        if stream not in self._erased:
            if len(self._erased) >= HEADS:
                self._erased.clear()
            self._erased[stream] = frozenset(self._erased_keys(stream))
        return key_id in self._erased[stream] or self._is_altered(stream)

    def before(self, stream: str, seq: int) -> list[Row]:
        """The rows of the stream's versions below this one, from the lowest that is there."""
        return [row for row in self._file.stream(stream) if row[2] < seq]

    def are_as_signed(self, rows: Sequence[Row]) -> bool:
        """Whether these are versions 1, 2, 3 ... as they were signed; what is not is named in its own place."""
        return [row[2] for row in rows] == list(range(1, len(rows) + 1)) and all(
            map(self._is_authentic, rows)
        )

    def _look_up(self, index: int, stream: str, seq: int) -> Head:
        row = self._file.version(stream, seq - 1)
        if row is None:
            last = self._file.newest_below(stream, seq)
            version = last[2] + 1 if last else 1
            detail = f"version {version} of the stream is missing before version {seq}"
            raise Wrong("version", detail, stream, version, (last[0] if last else -1, index))
        if row[0] > index:
            raise Wrong("version", f"version {seq - 1} of the stream stands after it, at position {row[0]}")
        to = said_by(row).get("to")
        event_hash = b64url(sha256(jws_of(row)).digest())
        return seq - 1, event_hash, to if type(to) is list else None, str(row[3])

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
            parsed = parse(jws_of(row).decode("ascii"))
            said = parsed.payload
            key = self._history.key_for(parsed.kid, said["authority"], said["type"], row[0])
            verify_hashed(sha256(parsed.signing_input).digest(), parsed.signature, key)
        except FAILED:
            return False
        return (said["stream"], said["seq"], said["type"]) == row[1:4]

    def _erased_keys(self, stream: str) -> Iterator[str]:
        for row in self._file.stream(stream):
            if str(row[3]).endswith(_ERASED):
                erased = said_by(row).get("data")
                yield from erased.get("keys", ()) if type(erased) is dict else ()
