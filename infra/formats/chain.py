"""The running hash over events in their order: of a log, each event of which says it, and of what a feed has brought.

h(0) = 32 zero bytes, h(n) = SHA-256(h(n-1) || event hash of the n-th, raw); docs/reference/formats.md.
"""

from hashlib import sha256
from typing import Final

GENESIS: Final = bytes(32)  # h(0)


def head_after(head: bytes, event_hash: bytes) -> bytes:
    """h(n) from h(n-1): everything up to it, in 32 bytes."""
    return sha256(head + event_hash).digest()
