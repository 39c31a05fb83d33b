"""``python -m tests.bench [NAME ...]``: measure, print, and write ``docs/benchmarks.md``."""

import gc
import os
import platform
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.bench import feed_rows, http_rows, rows
from tests.bench.rows import Result

PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
ROWS: dict[str, Callable[[], Iterator[Result]]] = {
    "filing": rows.filing_in_process,
    "http": http_rows.filing_over_http,
    "rebuild": rows.rebuild,
    "verify": rows.verify,
    "memory": rows.memory,
    "growth": rows.growth,
    "relay": feed_rows.relay,
    "latency": feed_rows.latency,
}
PACKAGES = (
    "eventsourcing",
    "fastapi",
    "pydantic",
    "cryptography",
    "orjson",
    "kafka-python",
    "SQLAlchemy",
    "uvicorn",
)


def main() -> None:
    """Measure the rows that are named, or all."""
    gc.set_threshold(100_000, 50, 100)  # as the house itself does
    wanted = sys.argv[1:] or list(ROWS)
    results: list[Result] = []
    for name in wanted:
        for result in ROWS[name]():
            results.append(result)
            print(_line(result), flush=True)  # noqa: T201 - the command's output
    if wanted == list(ROWS):
        PAGE.write_text(_page(results), "utf-8")


def _line(result: Result) -> str:
    verdict = {True: "holds", False: "MISSED", None: "for information"}[result.holds]
    sign = ">=" if result.is_at_least else "<="
    target = f"{sign} {result.target:,g}" if result.target is not None else ""
    return f"{result.what}: {result.value:,.2f} {result.unit} {target} {verdict} {result.detail}".strip()


def _page(results: list[Result]) -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    head = f"""# Benchmarks

`make bench` measured this on {datetime.now(UTC).date()}: {os.cpu_count()} cores, {platform.machine()}, Linux
{platform.release()}, Python {platform.python_version()}; {versions}. Medians of interleaved rounds; trust the ratios,
not the absolute numbers. One row: `python -m tests.bench NAME`, with a name of `tests/bench/__main__.py`.

| what | measured | target | | detail |
|---|---|---|---|---|
"""
    lines = []
    for r in results:
        sign = "at least" if r.is_at_least else "at most"
        target = f"{sign} {r.target:,g}" if r.target is not None else ""
        verdict = {True: "holds", False: "**missed**", None: ""}[r.holds]
        lines.append(f"| {r.what} | {r.value:,.2f} {r.unit} | {target} | {verdict} | {r.detail} |")
    return head + "\n".join(lines) + "\n\n" + _NOTES


_NOTES = """## What the time goes into

**A filing** takes about 1.0 ms of CPU in the server, half of it at the edge (HTTP, token, body, form) and half at the
desk. Of the desk's 0.6 ms a fifth are the three signatures (37 us each after a sync, 21 us in a loop), a sixth the
statements of SQLite, the rest the sealing of nine members, the decision (20 us), reading the entry that is sold (60 us
where it is cold), and the folding of states. Everything holds the interpreter's lock but the signatures and the disk,
so one server process is limited by one core. What helped: one look at the log and the key store for a whole batch, no
`journal_size_limit` (it made each sync 150 us dearer, because the file grew anew), endpoints that get their request
straight, and fewer garbage collections.

**A rebuild** takes 60 us an event: reading and opening the boxes half of it, folding a fifth, writing rows a sixth.

**A verification** takes 55 us an event where the bare signature takes 43: the parsing, the canonical comparison and the
chain take the rest; batching, larger fetches and inlining did not change it.
"""


if __name__ == "__main__":
    main()
