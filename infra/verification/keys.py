"""19. keys: the keys stream, read before everything else, so that the events of any range can be verified; and
7. key: which of them may sign what, at a position.
"""

from bisect import bisect_right
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, NamedTuple

from infra.formats.canonical import NotCanonical
from infra.formats.signing import BadSignature, PublicKey, parse
from infra.keys.history import KeyHistory, NotAuthorised
from infra.verification.findings import Failure
from infra.verification.log_file import SEALED, LogFile

_NEVER: Final = 1 << 63


class Keys(NamedTuple):
    """The keys stream: its events that hold (index -> JWS), what they lead to, and those that do not."""

    events: dict[int, str]
    versions: dict[int, int]  # index -> version in the stream
    history: KeyHistory
    failures: list[Failure]


def read_keys(log: str, file: LogFile, root_certificate: bytes) -> Keys:
    """The keys stream is that of the log's first event; what does not hold in it authorises nothing.

    19a. the first event opens the log, under the root certificate that came from outside; 19b. each later one
    is signed by a key registrar, and certificates lead to the root; 19c. what is retired was live, and the
    size stated is the event's own position; 19d. so is the root: who sees all events computes it again.
    """
    first = file.from_(0)
    keys = Keys({}, {}, KeyHistory(root_certificate), [])
    for row in sorted(file.stream(first[1])) if first else []:
        index, stream, seq, _, state = row
        try:
            jws = state.partition(SEALED)[0].decode("ascii")
            keys.history.record(parse(jws), index)
        except (NotAuthorised, BadSignature, NotCanonical) as error:
            keys.failures.append(Failure(log, stream, seq, index, "keys", str(error)))
        except (ValueError, AttributeError, TypeError):
            pass  # no text at all: its form fails in its own place
        else:
            keys.events[index] = jws
            keys.versions[index] = seq
    return keys


class LiveKeys:
    """Who may sign at a position. ``keys``: (index, JWS) of the events of the keys stream that hold."""

    def __init__(self, root_certificate: bytes, keys: Sequence[tuple[int, str]]) -> None:
        self.history = KeyHistory(root_certificate)
        for index, jws in keys:
            with suppress(NotAuthorised, BadSignature):  # said by whoever read them
                self.history.record(parse(jws), index)
        # Which keys may sign changes at these positions only: in between, what was found is remembered.
        self._changes = sorted({n for index, _ in keys for n in (index, index + 1)})
        self._since, self._until = 0, 0
        self._found: dict[tuple[str, str, str], PublicKey] = {}

    def key_for(self, kid: str, authority: str, kind: str, index: int) -> PublicKey:
        """7. key: may sign this type, for this authority, at this position; raises NotAuthorised."""
        if not self._since <= index < self._until:
            later = bisect_right(self._changes, index)
            self._since = self._changes[later - 1] if later else 0
            self._until = self._changes[later] if later < len(self._changes) else _NEVER
            self._found.clear()
        key = self._found.get((kid, authority, kind))
        if key is None:
            key = self._found[kid, authority, kind] = self.history.key_for(kid, authority, kind, index)
        return key
