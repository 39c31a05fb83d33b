"""A range of a log, verified by itself: from its file, with the log's keys and, where it is at hand, its key store.

A range begins and ends between two appends; any number of ranges may be looked at side by side. What its events
have to hold is in events.py.
"""

from collections.abc import Mapping, Sequence

from infra.formats.signing import BadSignature, PublicKey, verify_hashed
from infra.stores.vault import Vault
from infra.verification.events import Events, Live
from infra.verification.findings import Failure, Findings
from infra.verification.keys import LiveKeys
from infra.verification.log_file import LogFile, Unreadable
from infra.verification.officers import Officers, Said
from infra.verification.sealed import Opener
from infra.verification.source import Source
from infra.verification.streams import Streams


class Verifiers:
    """Verifies ranges (log, first, end) of several logs: a log's verifier is made when it is needed.

    ``known``: country -> source, and what ``RangeVerifier`` has to know of its keys and officers.
    """

    def __init__(self, known: Mapping[str, tuple[Source, Sequence[tuple[int, str]], Sequence[Said]]]) -> None:
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

    ``keys``: (index, JWS) of the events of the keys stream that hold (infra/verification/keys.py); ``competences``:
    what the log says of them (infra/verification/officers.py).
    """

    def __init__(self, source: Source, keys: Sequence[tuple[int, str]], competences: Sequence[Said]) -> None:
        self._source = source
        self._file = LogFile(source.path)
        self._vault = Vault(source.key_store.path, source.key_store.kek) if source.key_store else None
        live = LiveKeys(source.root_certificate, keys)
        self._streams = Streams(source.log, self._file, live.history)
        self._opener = Opener(self._vault.get, self._streams.is_erased) if self._vault else None
        who = Live(live, Officers(source.log, competences))
        self._events = Events(source, self._file, who, self._streams, self._opener)

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
        before = dict(self._streams.heads)
        signatures: list[tuple[bytes, bytes, PublicKey]] = []
        found = self._events.check(first, end, signatures)
        try:
            for hashed, signature, key in signatures:
                verify_hashed(hashed, signature, key)
        except BadSignature:
            self._streams.heads = before
            return self._events.check(first, end, None)
        return found
