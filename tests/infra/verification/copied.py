"""A copy of a log and its key store, for a test to tamper with."""

from dataclasses import dataclass
from pathlib import Path

from infra.formats.boxes import DataKey
from infra.formats.signing import Seal
from infra.verification import KeyStore, Report, Source, verify_logs
from tests.infra.past import Past


@dataclass
class Case:
    """A copy of Kazakhstan's log and key store, to be tampered with, and what a test has to know of them."""

    past: Past
    log: Path
    vault: Path

    def stream(self, name: str) -> str:
        return self.past.cases[name]

    def source(self, *, with_keys: bool = True) -> Source:
        ring = self.past.country().keyring
        keys = KeyStore(self.vault, ring.kek) if with_keys else None
        return Source(log="KZ", path=self.log, root_certificate=ring.root, key_store=keys)

    def verified(self, *, with_keys: bool = True) -> Report:
        return verify_logs([self.source(with_keys=with_keys)], processes=0)

    def key_of(self, key_id: bytes) -> DataKey:
        secret = self.past.country().vault.get(key_id)
        assert secret is not None
        return DataKey(key_id, secret)

    def seal_of(self, authority: str) -> Seal:
        seal = self.past.country().keyring.newest(authority)
        assert seal is not None
        return seal
