"""What the registers, the claims and other cases say now about what a case asks for; not who may read an entry."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from domain.awaited import AS_DECIDED, Became, court_counts_since
from domain.case import Case
from domain.claim import Claim
from domain.entry import Entry, Status, has_court_decided
from domain.entry_visibility import humans_in
from domain.facts import Content
from domain.likenesses import asked, own_entries
from domain.lookup_keys import Key
from domain.obstacles import Doubts, in_question, obstacles
from infra.desk.entry_streams import entry_streams
from infra.desk.streams import Stream, Streams
from infra.house import CountryHouse
from infra.read_models.transaction import MAX_KEYS, Transaction
from projections.entry_turns import LEFT_OUT_BY_OFFICE


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


MOST_ALIKE: Final = 100  # that are looked at for one likeness: of so many, some are meant


def like_it(country: CountryHouse, case: Case, at: datetime) -> list[str]:
    """What else is like what the case asks for, by the read models (domain/likenesses.py): a few looks, however many
    entries and cases there are.
    """
    own = own_entries(case, at)
    if not own:
        return []
    with country.read_models.reading() as seen:
        entries = _entries(country, seen, own)
        return [
            each.code
            for each in asked(case, at, entries)
            if any(map(each.is_meant, _found_by(country, seen, case, each.marks, own)))
        ]


def _found_by(
    country: CountryHouse, seen: Transaction, case: Case, marks: Iterable[Key], own: Collection[Key]
) -> Iterator[Content]:
    """What other entries that hold say, and other open cases ask."""
    ids = [country.ids.stream(mark) for mark in marks]
    if not ids:
        return
    its = set(streams_of(country, seen, own).values())
    rows = seen.rows("entry_keys", {"key": ids}, limit=MOST_ALIKE)
    there = sorted({row["entry"] for row in rows} - its)
    for row in seen.load("registers", there).values():
        if row["state"].status == Status.ACTIVE and not row["state"].is_erased:
            yield row["state"].content
    asking = {row["case"] for row in seen.rows("case_marks", {"mark": ids}, limit=MOST_ALIKE)}
    for row in seen.load("case_status", sorted(asking - {case.case})).values():
        yield row["state"].request


def _from_log(country: CountryHouse, wanted: Mapping[str, str]) -> dict[str, Stream]:
    return Streams(country.code, country.vault).load(wanted, country.log.streams) if wanted else {}


def _claims_at(country: CountryHouse, keys: Collection[Key]) -> dict[Key, Claim]:
    streams = {key: country.ids.stream(key) for key in keys if key.family == "claim"}
    if not streams:
        return {}
    wanted = dict.fromkeys(streams.values(), "claim")
    found = _from_log(country, wanted)
    return {key: found[stream].state for key, stream in streams.items()}


def in_the_way_of_each(
    country: CountryHouse, seen: Transaction, cases: Collection[str], at: datetime
) -> dict[str, list[str]]:
    """The same of several cases, at one moment of the read models."""
    states = [row["state"] for row in seen.load("case_status", sorted(cases)).values()]
    keys_of = {case.case: in_question(case, at) for case in states}
    keys = {key for keys in keys_of.values() for key in keys}
    entries = _entries(country, seen, [key for key in keys if key.family == "entry"])
    doubts = doubts_of(seen, entries.values())
    found: dict[Key, Any] = {**entries, **_claims_at(country, keys)}
    return {
        case.case: obstacles(case, at, {key: found[key] for key in keys_of[case.case]}, doubts)
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


def became_of(country: CountryHouse, case: Case) -> Became:
    """What became of what the case wrote, where a party of it may turn to a court."""
    since = court_counts_since(case)
    if not since:
        return AS_DECIDED
    with country.read_models.reading() as seen:
        entries = _there(seen, since)
        if _has_court_decided(entries, since):
            return Became(has_court_decided=True)
        if not case.is_annulled:
            return AS_DECIDED
        people = case.persons
        lost = _taken_out(seen, case, sorted(since), people.values())
    humans = [humans_in(entry, country.ids.human) for entry in entries.values()]
    named = frozenset(p for p, human in people.items() if humans and all(human in each for each in humans))
    out = frozenset(p for p, human in people.items() if human in lost)
    return Became(taken_out=out - named, named=named)


def _taken_out(seen: Transaction, case: Case, entries: list[str], people: Iterable[str]) -> frozenset[str]:
    """Whom of these an office took out of the entries after the annulment, as its own error."""
    since = case.amendments[-1]["at"]
    where = {"entry": entries, "person": sorted({*people}), "what": LEFT_OUT_BY_OFFICE}
    if not where["person"]:
        return frozenset()
    rows = seen.distinct("entry_turns", ("person", "at"), where)
    return frozenset(person for person, at in rows if at > since)


def is_decided_by_a_court(seen: Transaction, case: Case) -> bool:
    """Whether a court has decided over all that an annulment of the case left as it read, also before it did."""
    since = dict.fromkeys(case.left, case.wrote_at or "")
    return _has_court_decided(_there(seen, since), since)


def _there(seen: Transaction, entries: Iterable[str]) -> dict[str, Entry]:
    return {entry: row["state"] for entry, row in seen.load("registers", sorted(entries)).items()}


def _has_court_decided(entries: Mapping[str, Entry], since: Mapping[str, str]) -> bool:
    return all(each in entries and has_court_decided(entries[each], at) for each, at in since.items())


def entries_at(country: CountryHouse, keys: tuple[Key, ...]) -> dict[Key, Entry | None]:
    """The entries under these keys as they are now; None: there is none."""
    with country.read_models.reading() as seen:
        return _entries(country, seen, keys)


def streams_of(country: CountryHouse, seen: Transaction, keys: Collection[Key]) -> dict[Key, str]:
    """In which streams the entries under these keys stand."""

    def load(wanted: Mapping[str, str]) -> dict[str, Stream]:
        rows = seen.load("registers", [stream for stream, family in wanted.items() if family == "entry"])
        claims = {stream: family for stream, family in wanted.items() if family == "claim"}
        entries = {
            stream: Stream(stream, "entry", row["version"], state=row["state"])
            for stream, row in rows.items()
        }
        return {stream: Stream(stream, "entry") for stream in wanted} | entries | _from_log(country, claims)

    there = {key: country.ids.stream(key) for key in keys}
    return there | entry_streams(keys, country.ids, load)


def _entries(country: CountryHouse, seen: Transaction, keys: Collection[Key]) -> dict[Key, Entry | None]:
    streams = streams_of(country, seen, keys)
    rows = seen.load("registers", list(streams.values()))
    return {key: rows[stream]["state"] if stream in rows else None for key, stream in streams.items()}
