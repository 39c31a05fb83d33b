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


_NOTES = """## What the time of a filing goes into

See [decisions](decisions.md) and `tests/bench/`: of the CPU time that a filing takes in the server, about half is the
edge (HTTP, token, body, form) and half the desk; of the desk's half, a third is the three signatures, a fifth the
statements of SQLite, the rest the sealing of nine members, the decision, and the folding of states. The interpreter's
lock is what limits one server process: beyond it, more server processes may file into the same logs.
"""


if __name__ == "__main__":
    main()
