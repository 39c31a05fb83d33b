"""What is to be verified: one log, as a file and what is trusted from outside of it; reads nothing."""

from dataclasses import dataclass
from pathlib import Path

from infra.stores.vault import KeyStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A log to verify: its country, its file, the root certificate (DER) from outside, the key store.

    ``recipient``: the file holds what this country received of the log, without sealed parts. ``accesses``: the table
    of who read what, where it lies beside the log.
    """

    log: str
    path: Path
    root_certificate: bytes
    key_store: KeyStore | None = None
    recipient: str | None = None
    accesses: Path | None = None

    @property
    def is_part(self) -> bool:
        """Whether the file may lack events, which its recipient did not get."""
        return self.recipient not in (None, self.log)
