"""Whole logs: split into ranges, looked at side by side in processes, and put together again in order."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import Final, Literal

from infra.formats.boxes import Unreadable as VaultUnreadable
from infra.formats.canonical import b64url
from infra.formats.tree import Frontier
from infra.keys.history import NotAuthorised
from infra.runtime.crew import Crew, processes_for
from infra.stores.vault import Vault
from infra.verification.findings import (
    MOST_FAILURES,
    Counts,
    Failure,
    Findings,
    LogReport,
    Report,
    Unlooked,
    in_order,
)
from infra.verification.keys import Keys, read_keys
from infra.verification.log_file import Extent, LogFile, Row, Unreadable, said_by
from infra.verification.officers import Said, read_competences
from infra.verification.ranges import Verifiers
from infra.verification.readings import wrong_readings
from infra.verification.source import Source

RANGE: Final = 4_096  # events looked at in one go
_APART: Final = 256  # how far an end between two appends is looked for
_LEAF_BYTES: Final = 32

Progress = Callable[[int, int], None]


class CannotVerify(Exception):
    """What is needed is not there: a log, a root certificate, a key store, a feed that answers."""


def verify_logs(
    sources: Iterable[Source],
    *,
    progress: Progress = lambda _done, _all: None,
    processes: int | None = None,
    in_ranges_of: int = RANGE,
) -> Report:
    """Verify logs, one after the other; see the package for the checks.

    ``progress`` is told (events done, all events). ``processes``: 0 and 1 are this one; None is as many as
    there are cores, where the logs are large. Memory grows with ``in_ranges_of``, not with the logs. Raises
    CannotVerify, and what a vault raises that cannot be used now.
    """
    logs = [_Log(source, in_ranges_of) for source in sources]
    total = sum(log.rows for log in logs)
    if processes is None:
        processes = processes_for(total)
    done = 0
    known = {
        log.source.log: (log.source, list(log.keys.events.items()), log.competences)
        for log in logs
        if log.keys
    }
    with Crew(partial(Verifiers, known), processes) as crew:
        for log in logs:
            for findings in crew.carry_out_all((log.source.log, *ends) for ends in log.ranges()):
                log.take(findings)
                done += findings.counts.events
                progress(done, total)
            log.end()
    return Report(
        {log.source.log: log.report() for log in logs},
        [failure for log in logs for failure in log.failures()],
        [sentence for log in logs for sentence in log.not_covered()] + list(NOT_COVERED),
    )


NOT_COVERED: Final = (
    "whether the newest events of a log were cut off: a witnessed checkpoint will show that",
    "logs that were made anew from some event on, by who holds the keys of all that follows: witnesses will",
    "certificates that were revoked outside of the logs; and whether what was signed is true",
    "what lies beside the log: the answers kept for repeated requests, and readings after the last head of their table",
    "whether the days in a case were computed rightly, and an entry reads as was requested: replay shows each step",
    "in a case, a fee or a consent by what is personal, and which kind of change its procedure makes to an entry",
    "whether what a case says was corrected or annulled by an office or a court was so in its register, too",
    "whether the terms that a case names by their hash are those that this verifier knows of that day",
    "the files of evidence: whether they are there, and have the sha256 that their case holds",
    "whether what a case claims is what its request is about, and who takes over what was kept was of its people",
    "whether the law kept no longer what was forgotten",
    "whether the clock did what only it does, and a decree stood behind a day that was moved; who imported an entry",
    "whether each entry that an approval names was written with it",
    "when a decision that nobody opened counts as read, and in whose time to appeal an appeal came",
    "whether a competence that was changed or ended was there to be changed, and lives no more",
    "how much went back of a payment of which something was due back",
    "whether a mandate by which somebody acted held then",
)


_SEALED: Final[Mapping[Literal["corrections", "notices", "payments"], str]] = {
    "payments": "whether the treasury signed that money came or went back",
    "notices": "whether the office of the hospitals signed what a notice says, and filed what it told",
    "corrections": "whether corrections under a restriction gave an entry to other people",
}


class _Log:
    """One log under verification: what is known before its ranges are looked at, and what they come to."""

    def __init__(self, source: Source, in_ranges_of: int) -> None:
        self.source = source
        self._in_ranges_of = in_ranges_of
        self.keys: Keys | None = None
        self.competences: list[Said] = []
        self.rows = 0
        self._extent: Extent | None = None
        self._counts = Counts()
        self._tree = Frontier()
        self._failures: list[Failure] = []  # of the file and the keys
        self._found: list[Failure] = []  # of the ranges
        self._is_cut = False
        self._unlooked: Unlooked = Counter()
        if source.key_store is not None and not source.key_store.path.exists():
            raise CannotVerify(f"there is no key store at {source.key_store.path}")
        try:
            with closing(LogFile(source.path)) as file:
                self._open(file)
        except Unreadable as error:
            self._fail_file(f"the file cannot be read as a log: {error}")
        self._try_key_store()

    def ranges(self) -> Iterator[tuple[int, int]]:
        """Ranges of positions (first, end) that hold whole appends."""
        if self._extent is None or self.keys is None:
            return
        first, end = self._extent.first, self._extent.last + 1
        file = LogFile(self.source.path)
        try:
            while first < end:
                last = file.from_(first, self._in_ranges_of)
                until = end if last is None else min(end, _between_appends(file, last[0], end))
                yield first, until
                first = until
        except Unreadable as error:
            self._fail_file(f"the file cannot be read from position {first} on: {error}")
        finally:
            file.close()

    def take(self, findings: Findings) -> None:
        """Put the next range to the ones before."""
        self._counts.add(findings.counts)
        self._unlooked.update(findings.unlooked)
        room = MOST_FAILURES - len(self._found)
        self._is_cut |= findings.is_cut or len(findings.failures) > room
        self._found += findings.failures[:room]
        raw = findings.leaves
        self._grow([raw[n : n + _LEAF_BYTES] for n in range(0, len(raw), _LEAF_BYTES)])

    def end(self) -> None:
        """All ranges are taken."""
        events = self._counts.events
        if events != self.rows and not any(failure.check == "file" for failure in self._found):
            self._fail_file(f"{events} events stand in the log, and its index of versions has {self.rows}")
        try:
            self._failures += wrong_readings(self.source)
        except Unreadable as error:
            self._fail_file(f"the file cannot be read: {error}")

    def failures(self) -> list[Failure]:
        """The first failures, in the order of the log."""
        return in_order(_named([*self._failures, *self._found]))[:MOST_FAILURES]

    def report(self) -> LogReport:
        """What was verified."""
        counts, is_part = self._counts, self.source.is_part
        return LogReport(
            events=counts.events,
            streams=counts.streams,
            signatures=counts.signatures,
            links=counts.links,
            disclosures=counts.disclosures,
            erased=counts.erased,
            size=self._tree.size,
            root=None if is_part else b64url(self._tree.root()),
        )

    def not_covered(self) -> Iterator[str]:
        """What could not be verified of this log, or was not."""
        log, source = self.source.log, self.source
        if source.recipient is not None:
            yield f"{log}: sealed parts and rows; a feed does not carry them"
        elif source.key_store is None:
            yield f"{log}: what the sealed parts hold; that needs the key store"
        for what, sentence in _SEALED.items():
            if count := self._unlooked[what]:
                yield f"{log}: {sentence}: {count}, which do not open here"
        if source.accesses is None:
            yield f"{log}: the table of who read what, which is not at hand"
        if source.is_part:
            yield f"{log}: the chain and the tree of the log; {source.recipient} receives a part of it"
        if source.is_part and self.keys is not None:
            yield from (f"{log}: {sentence}" for sentence in self.keys.history.not_covered)
        if self._is_cut:
            yield f"{log}: failures beyond the first {MOST_FAILURES} are not listed"

    def _open(self, file: LogFile) -> None:
        """1. file: the index of versions knows every row; a version stands in the log once."""
        if disagreement := file.disagreement():
            self._fail_file(f"the pages of the file do not agree with each other: {disagreement}")
        extent = file.extent()
        if extent is None:
            self._fail_file("the log has no events")
            return
        for index, stream, seq in file.twice() if extent.most > 1 else ():
            detail = "this version of the stream stands in the log twice"
            self._failures.append(Failure(self.source.log, str(stream), seq, index, "file", detail))
        self._extent, self.rows = extent, extent.rows
        self.keys = read_keys(self.source.log, file, self.source.root_certificate)
        self._failures += self.keys.failures
        self.competences = read_competences(file)

    def _try_key_store(self) -> None:
        """A key store that opens under another key, or not at all, opens nothing."""
        store = self.source.key_store
        if store is None:
            return
        try:
            Vault(store.path, store.kek).close()
        except VaultUnreadable as error:
            detail = f"the key store does not open with this key: {error}"
            self._failures.append(Failure(self.source.log, None, None, -1, "disclosures", detail))
            self.source = replace(self.source, key_store=None)

    def _fail_file(self, detail: str) -> None:
        self._failures.append(Failure(self.source.log, None, None, -1, "file", detail))

    def _grow(self, leaves: list[bytes]) -> None:
        """19d. keys: the root that a retirement states is that of the events before it."""
        if self.keys is None:
            return
        history, start, begun = self.keys.history, 0, self._tree.size
        retired = [] if self.source.is_part else sorted(history.unconfirmed)
        for size in (size for size in retired if begun < size <= begun + len(leaves)):
            self._tree.extend(leaves[start : size - begun])
            start = size - begun
            try:
                history.confirm(size, self._tree.root())
            except NotAuthorised as error:
                version = self.keys.versions.get(size)
                found = Failure(self.source.log, history.stream, version, size, "keys", error.reason)
                self._failures.append(found)
        self._tree.extend(leaves[start:])


def _between_appends(file: LogFile, index: int, end: int) -> int:
    """The first position from ``index`` on, before which an append ends, or the end; ``index`` where none is
    to be seen.

    A lead closes its append, and the first event that names a lead opens one.
    """
    before = file.before(index)
    is_led, closes = _standing(before)
    for row in file.rows(index, min(end, index + _APART)):
        names_lead, is_lead = _standing(row)
        if closes or (names_lead and not is_led):
            return row[0]
        is_led, closes = names_lead, is_lead
    return end if index + _APART >= end else index  # the last append has nothing after it


def _standing(row: Row | None) -> tuple[bool, bool]:
    """Whether an event names a lead, and whether it is one."""
    said = said_by(row) if row else {}
    return "lead" in said, "effects" in said


def _named(failures: list[Failure]) -> list[Failure]:
    """Where an event is missing by its position, or by those of the events after it, it is named if it is known."""
    missing = [failure for failure in failures if failure.between is not None]
    return [_with_name(f, missing) if f.check in {"position", "index"} else f for f in failures]


def _with_name(empty: Failure, missing: list[Failure]) -> Failure:
    is_closed = empty.check == "index"  # the event after it has taken its place
    fits = [m for m in missing if m.between and m.between[0] < empty.index < m.between[1] + is_closed]
    if not fits:
        return empty
    it = min(fits, key=lambda m: m.index)
    missing.remove(it)
    detail = f"{empty.detail}: version {it.version} of this stream is missing"
    return replace(empty, stream=it.stream, version=it.version, detail=detail)
