"""Each row of the benchmarks: what is measured, against what, and what it has to reach."""

import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from domain.commands import FileCase
from infra.formats.canonical import loose_b64url
from infra.formats.envelope import split
from infra.verification import verify_folder
from infra.verification.outsiders import STATEMENTS
from tests.bench import stock
from tests.bench.ground import Ground, ground

MEMORY = Path("/dev/shm")  # noqa: S108 - a memory file system, for rows where the disk should not hide the rest
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table; ``value`` is a ratio or a rate, ``target`` what it has to reach, if anything."""

    what: str
    value: float
    unit: str
    target: float | None
    is_at_least: bool = True
    detail: str = ""

    @property
    def holds(self) -> bool | None:
        """Whether the target is reached."""
        if self.target is None:
            return None
        return self.value >= self.target if self.is_at_least else self.value <= self.target


@contextmanager
def folder(*, in_memory: bool = False) -> Iterator[Path]:
    """A temporary folder, on disk or in memory."""
    with tempfile.TemporaryDirectory(dir=MEMORY if in_memory else None) as name:
        yield Path(name)


def filing_in_process() -> Iterator[Result]:
    """A filing (three events, two streams, one transaction) against a raw insert of the same rows, same sync."""
    for in_memory, synchronous in ((False, "FULL"), (True, "OFF")):
        with (
            folder(in_memory=in_memory) as place,
            ground(place, synchronous=synchronous, largest_batch=1) as house,
        ):
            house.register(range(ROUNDS * 2 * 300))
            ours, raw = [], []
            numbers = iter(range(ROUNDS * 300))
            for _ in range(ROUNDS):
                commands = [house.filing(next(numbers)) for _ in range(300)]
                first = house.log.size()
                ours.append(
                    _rate(
                        300,
                        partial(_file_all, house, commands),
                    )
                )
                rows = house.log.since(first, 900)
                raw.append(_raw_inserts(place / "raw.sqlite", rows, synchronous))
            where = "memory, sync off" if in_memory else "disk, full sync"
            yield ratio(
                f"filing in process / raw insert of its rows ({where})", ours, raw, None if in_memory else 0.4
            )


def stock_in_process() -> Iterator[Result]:
    """A filing against the library's own application: the same three events, one transaction each, full sync."""
    for in_memory in (False, True):
        where = "memory, where a sync costs nothing" if in_memory else "disk, full sync"
        with folder(in_memory=in_memory) as place, ground(place, largest_batch=1) as house:
            house.register(range(ROUNDS * 300))
            filings = stock.filings(place / "stock.sqlite")
            ours, theirs = [], []
            for n in range(ROUNDS):
                commands = [house.filing(k) for k in range(n * 300, (n + 1) * 300)]
                ours.append(_rate(300, partial(_file_all, house, commands)))
                theirs.append(_rate(300, partial(_file_stock, filings, commands)))
            filings.close()
        yield ratio(f"filing in process / the stock library's application ({where})", ours, theirs, None)


def _file_stock(filings: stock.Filings, commands: Sequence[FileCase]) -> None:
    for command in commands:
        filings.file_case(command.country, command.procedure, dict(command.request))


def _file_all(house: Ground, commands: Sequence[FileCase]) -> None:
    for future in [house.desk.ask(command) for command in commands]:
        future.result()


def _raw_inserts(path: Path, rows: list[tuple[int, str, int, str, bytes]], synchronous: str) -> float:
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    connection.execute(
        "CREATE TABLE stored_events (log_index INTEGER PRIMARY KEY, originator_id TEXT, originator_version INTEGER,"
        " topic TEXT, state BLOB, UNIQUE (originator_id, originator_version))"
    )

    def insert() -> None:
        for n in range(0, len(rows), 3):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO stored_events VALUES (?, ?, ?, ?, ?)", rows[n : n + 3])
            connection.execute("COMMIT")

    rate = _rate(len(rows) // 3, insert)
    connection.close()
    return rate


def rebuild() -> Iterator[Result]:
    """All read models folded anew from the log."""
    with folder() as place, ground(place) as house:
        house.grow(60_000)
        rates = []
        for _ in range(3):
            began = time.perf_counter()
            rates.append(house.follower.rebuild() / (time.perf_counter() - began))
        yield Result("rebuild of all read models", statistics.median(rates), "events/s", 20_000)


def verify() -> Iterator[Result]:
    """``audit verify`` per core, against the bare P-256 verification of the same signatures in one process: those of
    the authorities, and of the registries in what they stated.
    """
    with folder() as place:
        with ground(place) as house:
            house.grow(20_000)
            rows = house.log.since(0, 20_000)
            signatures = sum(
                2 if name in STATEMENTS else 1 for _, _, _, name, _ in house.log.since(0, 30_000)
            )
            key = house.keyring.seals[list(house.keyring.seals)[-1]].private_key.public_key()
        ours, bare = [], []
        for _ in range(3):
            began = time.perf_counter()
            verify_folder(place, processes=0)
            ours.append(signatures / (time.perf_counter() - began))
            bare.append(_bare_verifications(rows, key))
        yield ratio("audit verify per core / bare P-256 verify", ours, bare, 0.8)


def _bare_verifications(
    rows: list[tuple[int, str, int, str, bytes]], key: ec.EllipticCurvePublicKey
) -> float:
    """Verifications a second; most fail, as one key made few of them: that takes as long."""
    algorithm = ec.ECDSA(SHA256())
    jobs = []
    for row in rows[:5_000]:
        signing_input, _, signature = split(row[4])[0].rpartition(b".")
        raw = loose_b64url(signature)
        der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        jobs.append((der, signing_input))

    def work() -> None:
        for der, signing_input in jobs:
            with suppress(InvalidSignature):
                key.verify(der, signing_input, algorithm)

    return _rate(len(jobs), work)


def growth() -> Iterator[Result]:
    """Filing, opening a case, a queue page: a log of 200,000 events against one of 10,000."""
    with (
        folder() as small_place,
        folder() as large_place,
        ground(small_place) as small,
        ground(large_place) as large,
    ):
        for house, size in ((small, 10_000), (large, 200_000)):
            house.grow(size)
            house.follower.rebuild()
            house.register(range(1_000_000, 1_002_000))
        steps: dict[str, Callable[[Ground, int], object]] = {
            "filing": lambda house, n: house.desk.ask(house.filing(1_000_000 + n)).result(),
            "opening a case": lambda house, n: house.read_models.one(
                "case_status", house.country.ids.case("i", "c", "s", str(n))
            ),
            "a queue page": lambda house, _: house.read_models.rows(
                "work_queue", {"authority": "kz-vehicle-registration"}, order=("due", "case")
            ),
        }
        for what, step in steps.items():
            times: dict[int, list[float]] = {0: [], 1: []}
            for n in range(400):
                for which, house in enumerate((small, large)):
                    began = time.perf_counter()
                    step(house, n)
                    times[which].append(time.perf_counter() - began)
            ratio = statistics.median(times[1]) / statistics.median(times[0])
            yield Result(f"{what}: 200,000 events / 10,000", ratio, "of the time", 1.15, is_at_least=False)


def memory() -> Iterator[Result]:
    """Peak memory of a rebuild and a verification in a process of its own, at 50,000 and at 200,000 events."""
    peaks: dict[tuple[str, int], float] = {}
    for size in (50_000, 200_000):
        with folder(in_memory=True) as place:
            with ground(place, synchronous="OFF") as house:
                house.grow(size)
            for what in ("rebuild", "verify"):
                command = [sys.executable, "-m", "tests.bench.peak", what, str(place)]
                peaks[what, size] = float(subprocess.run(command, check=True, capture_output=True).stdout)
    for what in ("rebuild", "verify"):
        yield Result(
            f"memory of {what} at 200,000 events", peaks[what, 200_000], "MB", 150, is_at_least=False
        )
        ratio = peaks[what, 200_000] / peaks[what, 50_000]
        yield Result(
            f"memory of {what}: 200,000 / 50,000 events", ratio, "of the memory", 1.15, is_at_least=False
        )


def _rate(count: int, work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return count / (time.perf_counter() - began)


def ratio(what: str, ours: list[float], theirs: list[float], target: float | None) -> Result:
    """Ours against theirs, a second: the median over the rounds."""
    found = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    detail = f"{statistics.median(ours):,.0f}/s against {statistics.median(theirs):,.0f}/s"
    return Result(what, found, "of the baseline", target, detail=detail)
