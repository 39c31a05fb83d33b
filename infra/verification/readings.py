"""The table of who read what, beside the log: whether it is the chain that it was, and the one whose heads the log
holds.

A row that was changed, moved, put in or taken out breaks the chain; a tail that was cut, and a chain that was made
anew, does not have the heads in the log. What came after the newest head and was cut is not seen.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Final

from domain.access import Access
from infra.stores.accesses import GENESIS, Unavailable, chained, readings_in
from infra.verification.findings import Failure
from infra.verification.log_file import LogFile, said_by
from infra.verification.source import Source

_HEAD: Final = "access.AccessHeadRecorded.v1"


def wrong_readings(source: Source) -> Iterator[Failure]:
    """22. accesses: the first row that does not continue the chain, and each head in the log that no row has."""
    if source.accesses is None:
        return
    heads = _heads(source)  # before the rows: a running house has read more by then, never less
    try:
        yield from _wrong(source.log, readings_in(source.accesses), heads)
    except Unavailable as error:
        yield Failure(
            source.log, None, None, -1, "accesses", f"the table of accesses cannot be read: {error}"
        )


def _wrong(log: str, readings: Iterator[Access], heads: dict[int, tuple[int, str]]) -> Iterator[Failure]:
    before, number = GENESIS, 0
    for number, reading in enumerate(readings, start=1):
        if not _continues(reading, number, before):
            yield Failure(log, None, number, -1, "accesses", "this row does not continue the chain")
            return
        before = reading.hash
        index, head = heads.pop(number, (-1, before))
        if head != before:
            yield Failure(
                log, None, number, index, "accesses", "the log holds another head of the table here"
            )
            return
    for count, (index, _) in heads.items():
        yield Failure(log, None, count, index, "accesses", f"there were {count} rows, and {number} are left")
        return


def _continues(reading: Access, number: int, before: str) -> bool:
    """Whether the row is this one, whatever somebody wrote into it."""
    try:
        return reading.number == number and chained(before, asdict(reading)) == reading.hash
    except (TypeError, ValueError):
        return False


def _heads(source: Source) -> dict[int, tuple[int, str]]:
    """How many rows there were -> where the log says it, and the hash of the last, in the order of the log."""
    found: dict[int, tuple[int, str]] = {}
    file = LogFile(source.path)
    try:
        for row in file.of_type(_HEAD):
            said = said_by(row).get("data")
            if isinstance(said, Mapping) and type(said.get("count")) is int:
                head = str(said.get("head"))
                _, known = found.setdefault(said["count"], (row[0], head))
                if known != head:  # two heads of as many rows: one of them is that of no table
                    found[said["count"]] = (row[0], "")
    finally:
        file.close()
    return found
