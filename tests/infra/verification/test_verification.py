"""Verification of a log: whatever is done to its file is found and named."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.desk.batch import end_of
from infra.formats.boxes import split_sealed
from infra.formats.canonical import b64url, sha256
from infra.verification import verify_logs
from tests.infra.past import OFFICE
from tests.infra.tampering import (
    Opened,
    Stored,
    blanked,
    copy_of,
    flipped,
    opened,
    part,
    sealed_again,
    signed_again,
    with_high_s,
    with_stray_bits,
)
from tests.infra.verification.copied import Case

Named = tuple[str, int]  # the stream and version that must be named first
Tampering = Callable[[Case, Opened], tuple[Named, ...]]


def _sold(case: Case, log: Opened, version: int) -> Stored:
    return log.row(case.stream("sold"), version)


def _name(*rows: Stored) -> tuple[Named, ...]:
    return tuple((row.stream, row.version) for row in rows)


def _flip(name: str, version: int) -> Tampering:
    def tamper(case: Case, log: Opened) -> tuple[Named, ...]:
        row = _sold(case, log, version)
        log.write(row, flipped(row.state, part(row, name)))
        return _name(row)

    return tamper


def _delete(*, closing_the_gap: bool) -> Tampering:
    def tamper(case: Case, log: Opened) -> tuple[Named, ...]:
        row = _sold(case, log, 7)
        log.delete(row, closing_the_gap=closing_the_gap)
        return _name(row)

    return tamper


def _delete_the_newest_of_a_stream(case: Case, log: Opened) -> tuple[Named, ...]:
    """Nothing of its stream comes after it, and nothing was appended with it: only the log has a hole."""
    row = _sold(case, log, 12)
    log.delete(row, closing_the_gap=True)
    return _name(log.rows()[row.place])


def _swap_places_of_streams(case: Case, log: Opened) -> tuple[Named, ...]:
    """Two neighbours of one moment that have nothing to do with each other."""
    one, other = _sold(case, log, 5), log.row(case.stream("withdrawn"), 3)
    assert other.place == one.place + 1
    log.swap_places(one, other)
    return _name(one, other)


def _insert(case: Case, log: Opened) -> tuple[Named, ...]:
    """An event that was signed for the place before stands here once more, as another version."""
    row = _sold(case, log, 5)
    state = signed_again(row, case.past.retired[0], seq=13)  # the seal was live there
    added = row._replace(place=row.place + 1, version=13, state=state)
    log.insert(added)
    return _name(added)


def _insert_in_place(case: Case, log: Opened) -> tuple[Named, ...]:
    """By who has a live key, and signs it for exactly this place: what came later was not signed after it."""
    following = log.row(case.stream("waiting"), 3)
    around = {
        name: following.payload[name] for name in ("index", "chain", "time", "authority", "actor", "to")
    }
    stream, kind = "00000000-0000-8000-8000-000000000000", "claim.NumberGiven.v1"
    said = {
        "stream": stream,
        "seq": 1,
        "prev": None,
        "type": kind,
        "data": {"kind": "birth", "holder": stream, "taken": 1},
    }
    state = signed_again(_sold(case, log, 12), case.seal_of(OFFICE), **around, **said)
    log.insert(Stored(following.place, stream, 1, kind, state))
    return _name(following)


def _move_up(first: int) -> Tampering:
    """Every event from here on stands three positions later."""

    def tamper(_: Case, log: Opened) -> tuple[Named, ...]:
        row = log.rows()[first]
        log.move_up(first, by=3)
        return _name(row)

    return tamper


def _sign_the_newest_of_a_stream_again(case: Case, log: Opened) -> tuple[Named, ...]:
    """Nothing in its stream follows it; what was signed after it in the log was not signed after this."""
    row = _sold(case, log, 12)
    cause = "cmd:00000000-0000-8000-8000-000000000000"
    log.write(row, signed_again(row, case.past.retired[0], cause=cause))  # the seal was live there
    return _name(log.rows()[row.place + 1])


def _sign_the_last_again(**members: object) -> Tampering:
    def tamper(case: Case, log: Opened) -> tuple[Named, ...]:
        row = log.row(case.stream("waiting"), 3)
        log.write(row, signed_again(row, case.seal_of(OFFICE), **members))
        return _name(row)

    return tamper


def _begin_after_something(case: Case, log: Opened) -> tuple[Named, ...]:
    row = log.rows()[0]
    log.write(row, signed_again(row, case.past.country().keyring.registrar, chain=b64url(b"1" * 32)))
    return _name(row)


def _delete_of_append(kind: str, *, closing_the_gap: bool) -> Tampering:
    """One event of the approval: of the entry, of the claim, or the lead itself."""

    def tamper(case: Case, log: Opened) -> tuple[Named, ...]:
        lead = _sold(case, log, 10)
        row = next(r for r in log.rows() if lead.place - 3 < r.place <= lead.place and r.type == kind)
        log.delete(row, closing_the_gap=closing_the_gap)
        shown = next(r for r in log.rows() if r.place >= row.place)
        return (*_name(row, shown, lead),)

    return tamper


def _swap_versions(case: Case, log: Opened) -> tuple[Named, ...]:
    one, other = _sold(case, log, 3), _sold(case, log, 4)
    log.swap_versions(one, other)
    return _name(one, other)


def _swap_places(case: Case, log: Opened) -> tuple[Named, ...]:
    one, other = _sold(case, log, 3), _sold(case, log, 4)
    log.swap_places(one, other)
    return _name(one, other)


def _swap_contents(case: Case, log: Opened) -> tuple[Named, ...]:
    one, other = _sold(case, log, 3), log.row(case.stream("waiting"), 2)
    log.swap_contents(one, other)
    return _name(one, other)


def _copy(case: Case, log: Opened) -> tuple[Named, ...]:
    row, into = _sold(case, log, 3), case.stream("waiting")
    copied = row._replace(stream=into, version=4)
    log.append(copied)
    return _name(copied)


def _rename(case: Case, log: Opened) -> tuple[Named, ...]:
    log.rename_stream(case.stream("waiting"), "00000000-0000-8000-8000-000000000000")
    return (("00000000-0000-8000-8000-000000000000", 1),)


def _insert_foreign(case: Case, log: Opened) -> tuple[Named, ...]:
    foreign = [Stored(*row) for row in case.past.country("TR").log.stream(case.stream("birth"))]
    log.append(*foreign)
    return _name(foreign[0])


def _retype(case: Case, log: Opened) -> tuple[Named, ...]:
    row = _sold(case, log, 6)
    log.rename(row, topic="case.CaseWithdrawn.v1")
    return _name(row)


def _high_s(case: Case, log: Opened) -> tuple[Named, ...]:
    row = _sold(case, log, 1)
    log.write(row, with_high_s(row))
    return _name(row)


def _stray_bits(case: Case, log: Opened) -> tuple[Named, ...]:
    row = _sold(case, log, 1)
    log.write(row, with_stray_bits(row))
    return _name(row)


def _back_date(case: Case, log: Opened) -> tuple[Named, ...]:
    row = log.row(case.stream("waiting"), 3)
    log.write(row, signed_again(row, case.past.retired[0], time="2026-03-04T10:00:00.000000Z"))
    return _name(row)


def _back_date_in_time(case: Case, log: Opened) -> tuple[Named, ...]:
    """Not even with a time that fits: what counts is the place in the log."""
    row = log.row(case.stream("waiting"), 3)
    log.write(row, signed_again(row, case.past.retired[0]))
    return _name(row)


def _other_seal(by: str, **members: object) -> Tampering:
    def tamper(case: Case, log: Opened) -> tuple[Named, ...]:
        row = log.row(case.stream("waiting"), 3)
        log.write(row, signed_again(row, case.seal_of(by), **members))
        return _name(row)

    return tamper


def _cut_by_one(case: Case, log: Opened) -> tuple[Named, ...]:
    row = _sold(case, log, 1)
    key = case.key_of(split_sealed(row.sealed)[0].key_id)
    log.write(row, sealed_again(row, key, but=0))
    return _name(row)


def _cut_short(case: Case, log: Opened) -> tuple[Named, ...]:
    row = _sold(case, log, 1)
    log.write(row, row.state[:-20])
    return _name(row)


def _cut_off(case: Case, log: Opened) -> tuple[Named, ...]:
    row = _sold(case, log, 1)
    log.write(row, row.jws.encode())
    return _name(row)


def _cut_a_box(case: Case, log: Opened) -> tuple[Named, ...]:
    row = _sold(case, log, 1)
    last = split_sealed(row.sealed)[-1]
    log.write(row, row.state[: -len(last.ciphertext) - 32])
    return _name(row)


def _blank(case: Case, log: Opened) -> tuple[Named, ...]:
    row = _sold(case, log, 1)
    log.write(row, blanked(row))
    return _name(row)


def _swap_sealed(case: Case, log: Opened) -> tuple[Named, ...]:
    """Between two events of one stream, under one key: what is sealed belongs to its event."""
    one, other = _sold(case, log, 7), _sold(case, log, 8)
    log.write(one, one.jws.encode() + other.sealed)
    log.write(other, other.jws.encode() + one.sealed)
    return _name(one, other)


def _swap_sealed_of_streams(case: Case, log: Opened) -> tuple[Named, ...]:
    one, other = _sold(case, log, 1), log.row(case.stream("waiting"), 1)
    log.write(one, one.jws.encode() + other.sealed)
    log.write(other, other.jws.encode() + one.sealed)
    return _name(one, other)


def _destroy_key(case: Case, log: Opened) -> tuple[Named, ...]:
    row = _sold(case, log, 1)
    key_id = split_sealed(row.sealed)[0].key_id
    with closing(sqlite3.connect(case.vault)) as vault:
        vault.execute("UPDATE data_keys SET wrapped = zeroblob(40) WHERE id = ?", (key_id,))
        vault.commit()
    return _name(row)


def _add_twice(case: Case, log: Opened) -> tuple[Named, ...]:
    """Where the table was built anew, without its rule that a version stands once."""
    row = _sold(case, log, 4)
    log.without_uniqueness()
    log.append(row)
    return _name(row)


def _forged_retirement(case: Case, log: Opened) -> tuple[Named, ...]:
    """The registrar itself states another root than that of the events before."""
    row = next(r for r in log.rows() if r.type == "keys.SealRetired.v1")
    registrar = case.past.country().keyring.registrar
    told = {**row.payload["data"], "root": b64url(bytes(32))}
    log.write(row, signed_again(row, registrar, data=told))
    return _name(row)


def _forget_recipient(case: Case, log: Opened) -> tuple[Named, ...]:
    """A stream that named Kyrgyzstan names it no more."""
    row = log.row(case.stream("waiting"), 2)  # nothing personal is in it
    last = log.rows()[-1]
    assert (last.stream, last.version) == (row.stream, 3)
    for version, to in ((4, ["KG", "KZ"]), (5, ["KZ"])):
        end = end_of(last)
        place = {
            "index": end.size,
            "chain": b64url(end.chain),
            "prev": b64url(sha256(last.jws.encode("ascii"))),
        }
        members = {**place, "seq": version, "to": to, "time": last.payload["time"]}
        again = signed_again(row, case.seal_of(OFFICE), without="effects", **members)
        last = Stored(end.size, row.stream, version, row.type, again)
        log.append(last)
    return _name(last)


def _add_member(case: Case, log: Opened) -> tuple[Named, ...]:
    row = log.row(case.stream("waiting"), 3)
    wider = {**row.payload["data"], "note": "in the clear"}
    log.write(row, signed_again(row, case.seal_of(OFFICE), data=wider))
    return _name(row)


def _earlier(case: Case, log: Opened) -> tuple[Named, ...]:
    row = log.row(case.stream("waiting"), 3)
    log.write(row, signed_again(row, case.seal_of(OFFICE), time="2026-03-04T10:00:00.000000Z"))
    return _name(row)


def _loose_time(case: Case, log: Opened) -> tuple[Named, ...]:
    row = log.row(case.stream("waiting"), 3)
    log.write(row, signed_again(row, case.seal_of(OFFICE), time="2027-06-01T09:00:00Z"))
    return _name(row)


def _other_prev(case: Case, log: Opened) -> tuple[Named, ...]:
    row = log.row(case.stream("waiting"), 2)
    log.write(row, signed_again(row, case.past.retired[0], prev=b64url(bytes(32))))
    return _name(row)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chosen=st.integers(0, 10_000), place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_every_bit_of_every_event_counts(case: Case, chosen: int, place: int, bit: int) -> None:
    """Whichever is turned, in the signed or the sealed part, that event is the first that is named.

    (Only what is sealed and erased may be anything: its key is gone, and with it what it held.)
    """
    log = copy_of(case.past.country().log.path, case.log.with_name("turned.sqlite"))
    with opened(log) as file:
        rows = file.rows()
        row = rows[chosen % len(rows)]
        place %= len(row.state)
        state = bytearray(row.state)
        state[place] ^= 1 << bit
        file.write(row, bytes(state))
    report = verify_logs([replace(case.source(), path=log)], processes=0)
    if place <= len(row.jws) or row.stream != case.stream("withdrawn"):
        assert (report.failures[0].stream, report.failures[0].version) == (row.stream, row.version)


def test_an_altered_erasure_is_named_and_not_the_event_whose_key_it_destroyed(case: Case) -> None:
    """Whichever key it names now, or whatever it is now: the event that it erased was as it should be."""
    log = copy_of(case.past.country().log.path, case.log.with_name("turned.sqlite"))
    with opened(log) as file:
        erasure = next(
            row for row in file.rows() if row.stream == case.stream("withdrawn") and "Erased" in row.type
        )
    first, end = len(erasure.jws.split(".")[0]) + 1, erasure.jws.rindex(".")
    for place in range(first, end, 40):
        with opened(log) as file:
            file.write(erasure, flipped(erasure.state, place))
        report = verify_logs([replace(case.source(), path=log)], processes=0)
        assert (report.failures[0].stream, report.failures[0].version) == (erasure.stream, erasure.version)


TAMPERINGS: dict[str, tuple[Tampering, set[str]]] = {
    "a byte of the header is flipped": (_flip("header", 1), {"form", "key"}),
    "a byte of the payload is flipped": (_flip("payload", 1), {"form", "envelope", "signature", "members"}),
    "a byte of the signature is flipped": (_flip("signature", 1), {"form", "signature"}),
    "a byte of the sealed part is flipped": (_flip("sealed part", 1), {"sealed", "disclosures"}),
    "a byte of a lead's payload is flipped": (
        _flip("payload", 10),
        {"form", "envelope", "signature", "members"},
    ),
    "an event is deleted": (_delete(closing_the_gap=False), {"position"}),
    "an event is deleted, and the gap closed": (_delete(closing_the_gap=True), {"index"}),
    "the newest of a stream is deleted, and the gap closed": (_delete_the_newest_of_a_stream, {"index"}),
    "two events of two streams change places": (_swap_places_of_streams, {"index"}),
    "an event is inserted": (_insert, {"index"}),
    "an event is inserted by who has a live key": (_insert_in_place, {"index"}),
    "all events are moved up": (_move_up(0), {"position"}),
    "the later events are moved up": (_move_up(30), {"position"}),
    "the newest of a stream is signed again": (_sign_the_newest_of_a_stream_again, {"chain"}),
    "an event was signed for another position": (_sign_the_last_again(index=44), {"index"}),
    "an event was signed after other events": (_sign_the_last_again(chain=b64url(bytes(32))), {"chain"}),
    "the first event was signed after others": (_begin_after_something, {"chain"}),
    "a chain is no hash": (_sign_the_last_again(chain="none"), {"chain"}),
    "an actor acts for somebody as nobody may": (
        _sign_the_last_again(actor={"id": "p1", "role": "buyer", "for": {"party": "p2", "as": "friend"}}),
        {"envelope"},
    ),
    "two events of a stream are swapped": (_swap_versions, {"row"}),
    "two events of a stream change places": (_swap_places, {"index"}),
    "the contents of two events are swapped": (_swap_contents, {"row"}),
    "an event is copied to another stream": (_copy, {"row"}),
    "a stream is renamed": (_rename, {"row"}),
    "a stream of another country is inserted": (_insert_foreign, {"log"}),
    "the type is changed": (_retype, {"row"}),
    "the signature is turned into its twin": (_high_s, {"signature"}),
    "the last letter of the signature is another": (_stray_bits, {"form"}),
    "the last event is signed again, back-dated, with a retired key": (_back_date, {"key"}),
    "the last event is signed again with a retired key": (_back_date_in_time, {"key"}),
    "another authority's seal signs": (_other_seal("kz-treasury"), {"key"}),
    "a seal signs what it may not": (_other_seal("kz-treasury", authority="kz-treasury"), {"key"}),
    "a restriction's authority signs a case": (_other_seal("kz-police", authority="kz-police"), {"key"}),
    "the entry's event of an approval is removed": (
        _delete_of_append("entry.EntryChanged.v1", closing_the_gap=False),
        {"position", "append"},
    ),
    "the claim's event of an approval is removed, and the gap closed": (
        _delete_of_append("claim.ClaimReleased.v1", closing_the_gap=True),
        {"index"},
    ),
    "the lead of an approval is removed": (
        _delete_of_append("case.CaseApproved.v1", closing_the_gap=False),
        {"position"},
    ),
    "the lead of an approval is removed, and the gap closed": (
        _delete_of_append("case.CaseApproved.v1", closing_the_gap=True),
        {"index"},
    ),
    "a sealed part is cut by one disclosure": (_cut_by_one, {"disclosures"}),
    "a sealed part is cut short": (_cut_short, {"sealed"}),
    "a sealed part is cut off": (_cut_off, {"sealed"}),
    "a sealed part is cut by a box": (_cut_a_box, {"sealed"}),
    "a sealed part is blanked": (_blank, {"disclosures"}),
    "the sealed parts of two events are swapped": (_swap_sealed, {"disclosures"}),
    "the sealed parts of two streams are swapped": (_swap_sealed_of_streams, {"sealed"}),
    "a key is deleted without an erasure": (_destroy_key, {"disclosures"}),
    "an event stands in the log twice": (_add_twice, {"file"}),
    "a retirement states another root": (_forged_retirement, {"keys"}),
    "a recipient is forgotten": (_forget_recipient, {"recipients"}),
    "a member is added in the clear": (_add_member, {"members"}),
    "an event is older than the one before it in the log": (_earlier, {"time"}),
    "a time has no six digits": (_loose_time, {"time"}),
    "an event follows another one": (_other_prev, {"link"}),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_whatever_is_done_to_the_file_is_found(case: Case, name: str) -> None:
    """The first failure names the log, the event that was tampered with, and a check that fits."""
    tamper, checks = TAMPERINGS[name]
    with opened(case.log) as log:
        named = tamper(case, log)
    report = case.verified()
    first = report.failures[0]
    assert not report.ok
    assert first.log == "KZ"
    assert (first.stream, first.version) in named, first
    assert first.check in checks, first
    assert first.detail


# --- in ranges, and side by side ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "an event is deleted",
        "the lead of an approval is removed, and the gap closed",
        "the newest of a stream is deleted, and the gap closed",
        "two events of two streams change places",
        "an event is inserted by who has a live key",
        "the later events are moved up",
        "the newest of a stream is signed again",
    ],
)
def test_what_is_wrong_is_wrong_in_any_range(case: Case, name: str) -> None:
    with opened(case.log) as log:
        TAMPERINGS[name][0](case, log)
    cut = verify_logs([case.source()], processes=0, in_ranges_of=3)
    assert cut.failures[0] == case.verified().failures[0]


def test_ranges_in_several_processes_hang_together(case: Case) -> None:
    """Where one ends and the next begins, what stands between them cannot be exchanged either."""
    with opened(case.log) as log:
        _sign_the_newest_of_a_stream_again(case, log)
    beside = verify_logs([case.source()], processes=2, in_ranges_of=1)
    assert beside.failures[0] == case.verified().failures[0]
    assert beside.failures[0].check == "chain"


def test_where_events_were_moved_it_is_said_once(case: Case) -> None:
    """Everything after a hole that was closed was signed for another position: that is one finding."""
    with opened(case.log) as log:
        _delete_the_newest_of_a_stream(case, log)
    found = [failure.check for failure in case.verified().failures]
    assert found.count("index") == 1
    assert "chain" not in found


def test_one_tampering_does_not_fill_the_report(case: Case) -> None:
    """All events of a large log under another name: the first hundred are listed, and it is said so."""
    with opened(case.log) as log:
        rows = log.rows()
        for again in (100, 200, 300):
            log.append(*(row._replace(version=row.version + again) for row in rows))
    report = case.verified()
    assert len(report.failures) <= 100
    assert any("not listed" in sentence for sentence in report.not_covered)


def test_what_an_index_hides_from_the_house_is_no_secret_to_a_verifier(case: Case) -> None:
    """One byte in the index of versions, no row touched: the house would not see the event any more."""
    with opened(case.log) as log:
        row = _sold(case, log, 2)
    with closing(sqlite3.connect(case.log)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    name, raw = row.stream.encode(), bytearray(case.log.read_bytes())
    # In the index the version and the position follow the stream's id, in a row the version and the type.
    places = [n for n in range(len(raw)) if raw.startswith(name + bytes([row.version]), n)]
    (place,) = [n for n in places if row.type.encode() not in raw[n : n + 80]]
    raw[place + len(name) - 1] = ord("g")
    case.log.write_bytes(raw)
    with closing(sqlite3.connect(case.log)) as connection:
        asked = "SELECT count(*) FROM stored_events WHERE originator_id = ? AND originator_version = 2"
        assert connection.execute(asked, (row.stream,)).fetchone() == (0,)
    report = case.verified()
    assert not report.ok
    assert report.failures[0].check == "file"
    assert "index" in report.failures[0].detail


@pytest.mark.parametrize("change", ["UPDATE stored_events SET state = 'text' WHERE log_index = 0"])
def test_a_log_whose_columns_hold_other_kinds_of_values_is_a_failure_and_no_accident(
    case: Case, change: str
) -> None:
    with closing(sqlite3.connect(case.log)) as connection:
        connection.execute("DROP TRIGGER events_are_never_changed")
        connection.execute(change)
        connection.commit()
    report = case.verified()
    assert not report.ok
    assert report.failures[0].index in {-1, 0}
