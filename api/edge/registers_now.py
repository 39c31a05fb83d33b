"""What the registers and the claims say now about what a case asks for; not who may read an entry."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from domain.case import Case
from domain.claim import Claim
from domain.entry import Entry
from domain.obstacles import in_question, obstacles
from domain.procedure import Key
from infra.desk.streams import Streams
from infra.house import CountryHouse
from infra.read_models.transaction import Transaction


def in_the_way_of(country: CountryHouse, case: Case, at: datetime) -> list[str]:
    """What stands in the way of the case now, by the read models (domain/obstacles.py); of the few cases that a
    set-aside left without what they had claimed, the log says who has it.
    """
    keys = in_question(case, at)
    if not keys:
        return obstacles(case, at, {})
    with country.read_models.reading() as seen:
        entries = _entries(country, seen, [key for key in keys if key.family == "entry"])
        writers = writers_of(seen, entries.values())
    return obstacles(case, at, {**entries, **_claims_at(country, keys)}, writers)


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
    writers = writers_of(seen, entries.values())
    found: dict[Key, Any] = {**entries, **_claims_at(country, keys)}
    return {
        case.case: obstacles(case, at, {key: found[key] for key in asked[case.case]}, writers)
        for case in states
    }


def writers_of(seen: Transaction, entries: Iterable[Entry | None]) -> Mapping[str, Case]:
    """The cases that wrote the newest change of these entries."""
    wrote = {entry.written_by for entry in entries if entry and entry.written_by}
    rows = seen.load("case_status", sorted(wrote)) if wrote else {}
    return {case: row["state"] for case, row in rows.items()}


def entries_at(country: CountryHouse, keys: tuple[Key, ...]) -> dict[Key, Entry | None]:
    """The entries under these keys as they are now; None: there is none."""
    with country.read_models.reading() as seen:
        return _entries(country, seen, keys)


def _entries(country: CountryHouse, seen: Transaction, keys: Collection[Key]) -> dict[Key, Entry | None]:
    streams = {key: country.ids.stream(key) for key in keys}
    rows = seen.load("registers", list(streams.values()))
    return {key: rows[stream]["state"] if stream in rows else None for key, stream in streams.items()}
