"""Verification of a log: the untouched one holds, and whatever is done to the file is found and named."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.desk.batch import end_of
from infra.formats.boxes import DataKey, split_sealed
from infra.formats.canonical import b64url, sha256
from infra.formats.signing import Seal
from infra.formats.tree import leaf, root
from infra.verification import CannotVerify, KeyStore, Report, Source, verify_folder, verify_logs
from tests.infra.past import OFFICE, Past, past
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


@dataclass
class Case:
    """A copy of Kazakhstan's log and key store, to be tampered with, and what a test has to know of them."""

    past: Past
    log: Path
    vault: Path

    def stream(self, name: str) -> str:
        return self.past.cases[name]

    def source(self, *, with_keys: bool = True) -> Source:
        ring = self.past.country().keyring
        keys = KeyStore(self.vault, ring.kek) if with_keys else None
        return Source(log="KZ", path=self.log, root_certificate=ring.root, key_store=keys)

    def verified(self, *, with_keys: bool = True) -> Report:
        return verify_logs([self.source(with_keys=with_keys)], processes=0)

    def key_of(self, key_id: bytes) -> DataKey:
        secret = self.past.country().vault.get(key_id)
        assert secret is not None
        return DataKey(key_id, secret)

    def seal_of(self, authority: str) -> Seal:
        seal = self.past.country().keyring.newest(authority)
        assert seal is not None
        return seal


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    with past(tmp_path_factory.mktemp("past")) as it:
        yield it


@pytest.fixture
def case(made: Past, tmp_path: Path) -> Case:
    folder = made.country().folder
    log = copy_of(folder / "log.sqlite", tmp_path / "log.sqlite")
    return Case(made, log, copy_of(folder / "vault.sqlite", tmp_path / "vault.sqlite"))


# --- the untouched log ------------------------------------------------------------------------------------


def test_what_nobody_touched_verifies(case: Case) -> None:
    """Every signature, every link and every disclosure; erased ones are counted, and no failure."""
    report = case.verified()
    with opened(case.log) as log:
        rows = log.rows()
    found = report.logs["KZ"]
    assert report.failures == []
    assert report.ok
    assert found["events"] == found["signatures"] == found["size"] == len(rows)
    assert found["streams"] == len({row.stream for row in rows})
    assert found["links"] == len(rows) - found["streams"]
    digests = sum(len(row.payload["data"].get("_sd", ())) for row in rows)
    assert found["erased"] > 0
    assert found["disclosures"] + found["erased"] == digests


def test_the_root_is_that_of_the_tree_over_all_events(case: Case) -> None:
    with opened(case.log) as log:
        leaves = [leaf(sha256(row.jws.encode())) for row in log.rows()]
    assert case.verified().logs["KZ"]["root"] == b64url(root(leaves))


def test_no_secret_is_needed(case: Case) -> None:
    """With the file and the root certificate alone, all but what is sealed is verified, and the report says so."""
    report = case.verified(with_keys=False)
    assert report.ok
    assert report.logs["KZ"]["disclosures"] == 0
    assert any("sealed" in sentence for sentence in report.not_covered)
    assert not any("sealed" in sentence for sentence in case.verified().not_covered)


def test_several_logs_are_verified_together_in_processes(case: Case) -> None:
    """The report has every log, the progress counts all events."""
    steps: list[tuple[int, int]] = []
    turkiye = case.past.country("TR")
    other = Source(log="TR", path=turkiye.folder / "log.sqlite", root_certificate=turkiye.keyring.root)
    report = verify_logs([case.source(), other], processes=2, progress=lambda *step: steps.append(step))
    assert report.ok
    assert report.logs.keys() == {"KZ", "TR"}
    assert steps[-1] == (sum(log["events"] for log in report.logs.values()),) * 2


def test_a_log_without_its_root_certificate_is_nobodys(case: Case) -> None:
    """Whoever gives another country's root certificate learns that nothing in the log is authorised."""
    other = case.past.country("TR").keyring.root
    report = verify_logs([Source(log="KZ", path=case.log, root_certificate=other)], processes=0)
    assert (report.failures[0].index, report.failures[0].check) == (0, "key")
    assert len(report.failures) <= 100


def test_a_key_store_that_is_not_there_is_no_empty_one(case: Case) -> None:
    case.vault.unlink()
    with pytest.raises(CannotVerify):
        case.verified()


def test_what_is_no_log_is_said_to_be_none(case: Case) -> None:
    case.log.write_bytes(b"this is no database, but it is long enough to be taken for one" * 20)
    report = case.verified()
    assert [failure.check for failure in report.failures] == ["file"]


# --- in ranges, and side by side ---------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 3, 7, 40])
def test_however_a_log_is_cut_into_ranges_it_is_the_same(case: Case, size: int) -> None:
    """Ranges end between appends only; links, times and the tree go on from one to the next."""
    cut = verify_logs([case.source()], processes=0, in_ranges_of=size)
    assert cut.as_json() == case.verified().as_json()


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


# --- of a part of the log ----------------------------------------------------------------------------------


def _part(case: Case, *kept: Callable[[Stored], bool]) -> Report:
    with opened(case.log) as log:
        log.keep(*(row for row in log.rows() if any(keeps(row) for keeps in kept)))
    root = case.source().root_certificate
    return verify_logs([Source(log="KZ", path=case.log, root_certificate=root, recipient="KG")], processes=0)


def test_a_recipient_verifies_the_part_that_it_has(case: Case) -> None:
    """Signatures, streams, indexes and keys; not the chain, the tree, and the root that a retirement states: that is
    said.
    """
    report = _part(case, lambda row: row.type.startswith("keys."))
    assert report.failures == []
    assert report.logs["KZ"]["events"] == 11
    assert report.logs["KZ"]["root"] is None
    assert any("retirement at index" in sentence for sentence in report.not_covered)
    assert any("the chain" in sentence for sentence in report.not_covered)


def test_of_a_part_it_still_shows_that_an_event_stands_elsewhere(case: Case) -> None:
    with opened(case.log) as log:
        row = log.row(case.stream("waiting"), 3)
        log.rename(row, log_index=row.place + 7)
    report = _part(case, lambda row: row.type.startswith("keys."), lambda it: it.stream == row.stream)
    assert [(f.stream, f.version, f.check) for f in report.failures] == [(row.stream, 3, "index")]


def test_of_a_part_it_still_shows_that_a_stream_is_not_whole(case: Case) -> None:
    missing = case.stream("waiting"), 2
    report = _part(
        case,
        lambda row: row.type.startswith("keys."),
        lambda row: row.stream == missing[0] and row.version != missing[1],
    )
    assert (report.failures[0].stream, report.failures[0].version) == missing


# --- a folder, and a feed ----------------------------------------------------------------------------------


def test_a_data_folder_is_verified_as_a_whole(case: Case) -> None:
    """Every country's log, with the certificates beside them, which is said; or with those from outside."""
    place = case.past.house.settings.data
    report = verify_folder(place, with_keys=True)
    assert report["ok"]
    assert report["logs"].keys() == case.past.house.countries.keys()
    assert any("root certificates" in sentence for sentence in report["not_covered"])
    outside = case.log.parent / "roots"
    outside.mkdir()
    for code, country in case.past.house.countries.items():
        pem = (country.keyring.folder / "root.pem").read_bytes()
        (outside / f"{code.lower()}.pem").write_bytes(pem)
    report = verify_folder(place, roots=outside)
    assert report["ok"]
    assert not any("root certificates" in sentence for sentence in report["not_covered"])
    (outside / "kz.pem").unlink()
    with pytest.raises(CannotVerify):
        verify_folder(place, roots=outside)


def test_an_operator_who_made_everything_anew_is_seen_with_the_root_from_outside(case: Case) -> None:
    """Every signature of the forged log holds, and none leads to the certificate that we know."""
    turkiye = case.past.country("TR")
    forged = Source(log="KZ", path=turkiye.log.path, root_certificate=case.source().root_certificate)
    report = verify_logs([forged], processes=0)
    assert (report.failures[0].index, report.failures[0].check) == (0, "key")


def test_a_folder_without_logs_is_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(CannotVerify):
        verify_folder(tmp_path)


def test_a_log_beside_which_there_is_no_key_store_is_verified_without(case: Case) -> None:
    """Unless the key store was asked for."""
    place = case.log.parent / "data" / "kz"
    (place / "keys").mkdir(parents=True)
    copy_of(case.log, place / "log.sqlite")
    root = (case.past.country().keyring.folder / "root.pem").read_bytes()
    (place / "keys" / "root.pem").write_bytes(root)
    report = verify_folder(place.parent, with_keys=None)
    assert report["ok"]
    assert report["logs"]["KZ"]["disclosures"] == 0
    with pytest.raises(CannotVerify):
        verify_folder(place.parent, with_keys=True)


def test_a_key_store_under_another_key_opens_nothing(case: Case) -> None:
    source = case.source()
    other = replace(source, key_store=KeyStore(case.vault, bytes(32)))
    report = verify_logs([other], processes=0)
    assert [failure.check for failure in report.failures] == ["disclosures"]


def test_a_garbled_page_of_the_file_is_found(case: Case) -> None:
    """Whatever SQLite makes of it, no exception ends the verification."""
    raw = bytearray(case.log.read_bytes())
    middle = len(raw) // 2 // 4096 * 4096
    raw[middle : middle + 4096] = b"\xff" * 4096
    case.log.write_bytes(raw)
    assert not case.verified().ok


# --- what is done to the file -----------------------------------------------------------------------------

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
    stream, kind = "00000000-0000-8000-8000-000000000000", "claim.ClaimTaken.v1"
    said = {
        "stream": stream,
        "seq": 1,
        "prev": None,
        "type": kind,
        "data": {"kind": "birth", "holder": stream},
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
    "an event was signed for another position": (_sign_the_last_again(index=43), {"index"}),
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
