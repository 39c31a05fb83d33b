"""What the registers and the claims say now about what a case asks for; not who may read an entry."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from domain.case import Case
from domain.claim import Claim
from domain.entry import Entry, has_court_decided
from domain.obstacles import Doubts, in_question, obstacles
from domain.procedure import Key
from infra.desk.streams import Streams
from infra.house import CountryHouse
from infra.read_models.transaction import MAX_KEYS, Transaction


def in_the_way_of(country: CountryHouse, case: Case, at: datetime) -> list[str]:
    """What stands in the way of the case now, by the read models (domain/obstacles.py); of the few cases that a
    set-aside left without what they had claimed, the log says who has it.
    """
    keys = in_question(case, at)
    if not keys:
        return obstacles(case, at, {})
    with country.read_models.reading() as seen:
        entries = _entries(country, seen, [key for key in keys if key.family == "entry"])
        doubts = doubts_of(seen, entries.values())
    return obstacles(case, at, {**entries, **_claims_at(country, keys)}, doubts)


def _claims_at(country: CountryHouse, keys: Collection[Key]) -> dict[Key, Claim]:
    streams = {key: country.ids.stream(key) for key in keys if key.family == "claim"}
    if not streams:
        return {}
    wanted = dict.fromkeys(streams.values(), "claim")
    found = Streams(country.code, country.vault).load(wanted, country.log.streams)
    return {key: found[stream].state for key, stream in streams.items()}


def in_the_way_of_each(
    country: CountryHouse, seen: Transaction, cases: Collection[str], at: datetime
) -> dict[str, list[str]]:
    """The same of several cases, at one moment of the read models."""
    states = [row["state"] for row in seen.load("case_status", sorted(cases)).values()]
    asked = {case.case: in_question(case, at) for case in states}
    keys = {key for keys in asked.values() for key in keys}
    entries = _entries(country, seen, [key for key in keys if key.family == "entry"])
    doubts = doubts_of(seen, entries.values())
    found: dict[Key, Any] = {**entries, **_claims_at(country, keys)}
    return {
        case.case: obstacles(case, at, {key: found[key] for key in asked[case.case]}, doubts)
        for case in states
    }


def doubts_of(seen: Transaction, entries: Iterable[Entry | None]) -> Doubts:
    """What cases say of these entries: those that wrote their newest change, and of any one its open or won appeal."""
    there = {entry.entry: entry.written_by for entry in entries if entry}
    wrote = sorted({case for case in there.values() if case})
    rows = seen.load("case_status", wrote) if wrote else {}
    appealed, left = dict[str, str](), dict[str, str]()
    for entry, is_left, since in _in_doubt(seen, sorted(there)):
        found = left if is_left else appealed
        found[entry] = max(since, found.get(entry, ""))
    return Doubts({case: row["state"] for case, row in rows.items()}, appealed, left)


def _in_doubt(seen: Transaction, entries: Sequence[str]) -> Iterator[tuple[str, int, str]]:
    for n in range(0, len(entries), MAX_KEYS):
        where = {"entry": list(entries[n : n + MAX_KEYS])}
        yield from seen.distinct("entries_in_doubt", ("entry", "is_left", "since"), where)


def has_court_decided_over(country: CountryHouse, case: Case) -> bool:
    """Whether a court has decided over all that an annulment of the case left as it read, also before it did; False: it
    left nothing.
    """
    if not case.left:
        return False
    with country.read_models.reading() as seen:
        return is_decided_by_a_court(seen, case)


def is_decided_by_a_court(seen: Transaction, case: Case) -> bool:
    """The same of a case that left something, at this moment of the read models."""
    left, since = case.left, case.wrote_at or ""
    rows = seen.load("registers", sorted(left))
    return all(entry in rows and has_court_decided(rows[entry]["state"], since) for entry in left)


def entries_at(country: CountryHouse, keys: tuple[Key, ...]) -> dict[Key, Entry | None]:
    """The entries under these keys as they are now; None: there is none."""
    with country.read_models.reading() as seen:
        return _entries(country, seen, keys)


def _entries(country: CountryHouse, seen: Transaction, keys: Collection[Key]) -> dict[Key, Entry | None]:
    streams = {key: country.ids.stream(key) for key in keys}
    rows = seen.load("registers", list(streams.values()))
    return {key: rows[stream]["state"] if stream in rows else None for key, stream in streams.items()}
