"""19. keys: the keys stream, read before everything else, so that the events of any range can be verified."""

from typing import NamedTuple

from infra.formats.canonical import NotCanonical
from infra.formats.signing import BadSignature, parse
from infra.keys.history import KeyHistory, NotAuthorised
from infra.verification.findings import Failure
from infra.verification.log_file import LogFile
from infra.verification.statement import SEALED


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
        except (ValueError, AttributeError):
            pass  # no text at all: its form fails in its own place
        else:
            keys.events[index] = jws
            keys.versions[index] = seq
    return keys
