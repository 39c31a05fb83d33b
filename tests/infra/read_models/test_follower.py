"""The read models follow their log, batch by batch, and can be thrown away and made again at any time."""

import json
import logging
import shutil
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from domain import commands as c
from domain import events as e
from domain.decision import LEAD, SYSTEM_ACTOR, Decision
from domain.refusals import Unready
from infra.desk.desk import Append, new_cause
from infra.formats.canonical import from_b64url
from infra.formats.envelope import boxes_of, payload_of, split
from infra.log.event_store import Row
from infra.read_models.follower import BATCH
from infra.read_models.store import Unavailable
from infra.stores import vault
from tests.infra.one_country import OFFICE, OneCountry, one_country

A_PDF = b"%PDF-1.4\n%%EOF\n"


@contextmanager
def behind_the_door(file: Path) -> Iterator[sqlite3.Connection]:
    """The file, opened by somebody with another tool."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        yield connection


def poison(country: OneCountry, stream: str, seq: int) -> None:
    """An event that nobody can read any more."""
    with behind_the_door(country.log.path) as door:
        door.execute("DROP TRIGGER IF EXISTS events_are_never_changed")
        door.execute(
            "UPDATE stored_events SET state = x'00' WHERE originator_id = ? AND originator_version = ?",
            (stream, seq),
        )


def soon(holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + 10
    while not holds():
        if time.monotonic() > until:
            return False
    return True


# --- following --------------------------------------------------------------------------------------------


def test_a_log_is_followed_in_batches_until_there_is_nothing_new(kazakhstan: OneCountry) -> None:
    kazakhstan.register(*range(BATCH + 20))
    assert kazakhstan.follower.step() == BATCH
    assert kazakhstan.read_models.position() == BATCH
    rest = kazakhstan.log.size() - BATCH
    assert kazakhstan.follower.step() == rest
    assert kazakhstan.follower.step() == 0
    assert kazakhstan.read_models.position() == kazakhstan.log.size()
    assert len(kazakhstan.read_models.rows("registers", limit=1000)) == BATCH + 20


def test_small_batches_and_large_ones_come_to_the_same_rows(kazakhstan: OneCountry) -> None:
    """Event by event while the cases live, and in one go afterwards."""
    kazakhstan.register(1, 2)
    seen = kazakhstan.file(1)
    kazakhstan.follow()
    seen = kazakhstan.consent(seen)
    kazakhstan.follow()
    kazakhstan.pay(seen)
    kazakhstan.withdrawn(2)
    kazakhstan.follow()
    live = kazakhstan.read_models.digests()
    kazakhstan.follower.rebuild()
    assert kazakhstan.read_models.digests() == live


def test_rows_and_position_are_written_together_or_not_at_all(kazakhstan: OneCountry) -> None:
    """One table cannot be written: the others have seen nothing either, and later everything."""
    kazakhstan.register(1)
    kazakhstan.follow()
    position = kazakhstan.read_models.position()
    kazakhstan.file(1)
    read_models = kazakhstan.folder / "read_models.sqlite"
    with behind_the_door(read_models) as door:
        door.execute("ALTER TABLE statistics RENAME TO elsewhere")
        with pytest.raises(Unavailable):
            kazakhstan.follower.step()
        assert kazakhstan.read_models.position() == position
        assert kazakhstan.read_models.one("case_status", kazakhstan.case("1")) is None
        assert kazakhstan.read_models.parked() == {}
        door.execute("ALTER TABLE elsewhere RENAME TO statistics")
    kazakhstan.follow()
    assert kazakhstan.read_models.one("case_status", kazakhstan.case("1")) is not None


def test_what_fails_is_not_taken_for_done(kazakhstan: OneCountry) -> None:
    """After a step that failed the next one begins where the last good one ended."""
    kazakhstan.register(1)
    with behind_the_door(kazakhstan.folder / "read_models.sqlite") as door:
        door.execute("ALTER TABLE registers RENAME TO elsewhere")
        for _ in range(2):
            with pytest.raises(Unavailable):
                kazakhstan.follower.step()
        door.execute("ALTER TABLE elsewhere RENAME TO registers")
    assert kazakhstan.follower.step() == kazakhstan.log.size()


def test_readings_are_counted_beside_the_events(kazakhstan: OneCountry) -> None:
    """They have a position of their own; a case's readings can be shown to its parties."""
    kazakhstan.follow()
    said = {"role": "officer", "authority": OFFICE, "purpose": "work on the case", "basis": "competence"}
    said["concerned"] = "somebody"
    for n in range(3):
        kazakhstan.accesses.record(at="2026-11-23T09:00:00Z", stream="case", reader=f"o{n}", **said).result()
    assert kazakhstan.follower.step() == 3
    assert [row["reader"] for row in kazakhstan.read_models.rows("accesses")] == ["o0", "o1", "o2"]
    assert kazakhstan.read_models.digests()["accesses"] == 3
    assert kazakhstan.follower.step() == 0


# --- poison -----------------------------------------------------------------------------------------------


@pytest.fixture
def poisoned(kazakhstan: OneCountry, caplog: pytest.LogCaptureFixture) -> Iterator[OneCountry]:
    """Two sales; the fee of the first cannot be read."""
    kazakhstan.register(1, 2)
    first, second = kazakhstan.file(1), kazakhstan.file(2)
    poison(kazakhstan, first.stream, 2)
    kazakhstan.consent(second)
    with caplog.at_level(logging.CRITICAL + 1):
        yield kazakhstan


def test_a_poisoned_stream_is_parked_and_shown_while_the_rest_goes_on(poisoned: OneCountry) -> None:
    poisoned.follow()
    case = poisoned.case("1")
    ((stream, (seq, index, why)),) = poisoned.read_models.parked().items()
    assert (stream, seq) == (case, 2)
    assert poisoned.log.at(index) == (index, case, 2, "case.FeeAssessed.v1", b"\0")
    assert why.endswith("in case.FeeAssessed.v1")
    other = poisoned.read_models.one("case_status", poisoned.case("2"))
    assert other is not None
    assert other["version"] == 3
    assert poisoned.read_models.position() == poisoned.log.size()


@pytest.mark.parametrize("fold", [OneCountry.follow, lambda country: country.follower.rebuild(processes=0)])
def test_a_stream_that_a_read_model_cannot_show_is_parked_and_the_rest_goes_on(
    kazakhstan: OneCountry, fold: Callable[[OneCountry], object], caplog: pytest.LogCaptureFixture
) -> None:
    """A refund of a payment that never came: it can be read and folded, and one read model stumbles over it."""
    kazakhstan.register(1, 2)
    first, second = kazakhstan.file(1), kazakhstan.file(2)

    def forged(append: Append) -> None:
        case = append.load(first.stream, "case")
        said = e.RefundPaid(
            payment=str(uuid.uuid4()),
            amount=999,
            currency="KZT",
            paid_at="2026-12-01T08:00:00Z",
            statement="-",
        )
        append.sign(
            Decision(authority=OFFICE, actor=SYSTEM_ACTOR, events=[(LEAD, said)]), case, {}, new_cause()
        )

    kazakhstan.desk.have(forged).result()
    kazakhstan.consent(second)
    with caplog.at_level(logging.CRITICAL + 1):
        fold(kazakhstan)
    assert set(kazakhstan.read_models.parked()) == {first.stream}
    assert kazakhstan.read_models.position() == kazakhstan.log.size()
    other = kazakhstan.read_models.one("case_status", second.stream)
    assert other is not None
    assert other["version"] == 3


@pytest.mark.parametrize(
    "altered",
    [
        "UPDATE stored_events SET state = 'a text'",
        "UPDATE stored_events SET state = 7",
        "UPDATE stored_events SET topic = x'00'",
        "UPDATE stored_events SET originator_id = x'00'",
    ],
)
@pytest.mark.parametrize("fold", [OneCountry.follow, lambda country: country.follower.rebuild()])
def test_whatever_somebody_wrote_into_a_row_other_streams_go_on(
    kazakhstan: OneCountry, altered: str, fold: Callable[[OneCountry], object]
) -> None:
    kazakhstan.register(1, 2)
    first, second = kazakhstan.file(1), kazakhstan.file(2)
    kazakhstan.follow()
    kazakhstan.consent(first)
    kazakhstan.consent(second)
    with behind_the_door(kazakhstan.log.path) as door:
        door.execute("DROP TRIGGER events_are_never_changed")
        door.execute(f"{altered} WHERE originator_id = ? AND originator_version = 3", (first.stream,))
    fold(kazakhstan)
    versions = [kazakhstan.read_models.one("case_status", case.stream)["version"] for case in (first, second)]  # type: ignore[index]  # both are there
    assert versions == [2, 3]
    assert len(kazakhstan.read_models.parked()) == 1


def test_an_altered_key_is_the_trouble_of_those_whom_it_seals(kazakhstan: OneCountry) -> None:
    kazakhstan.register(1, 2)
    kazakhstan.follow()
    first, second = kazakhstan.file(1), kazakhstan.file(2)
    key = kazakhstan.log.stream(first.stream)[0]
    with behind_the_door(kazakhstan.vault.key_store.path) as door:
        door.execute(
            "UPDATE data_keys SET wrapped = zeroblob(39) || x'01' WHERE id = ?", (boxes_of(key[4])[0].key_id,)
        )
    kazakhstan.follow()
    assert set(kazakhstan.read_models.parked()) == {first.stream}
    assert kazakhstan.read_models.one("case_status", second.stream) is not None


def test_later_events_of_a_parked_stream_wait(poisoned: OneCountry) -> None:
    poisoned.follow()
    before = poisoned.read_models.one("case_status", poisoned.case("1"))
    seen = poisoned.desk.ask(poisoned.filing(1), None).exception()
    assert seen is not None
    withdrawal = c.WithdrawCase(
        by=poisoned.actor("kz-citizen-1"),
        cause="cmd:x",
        case=poisoned.case("1"),
        expected=2,
    )
    poisoned.desk.ask(withdrawal).result()  # the desk still has the case in its memory
    poisoned.follow()
    assert poisoned.read_models.one("case_status", poisoned.case("1")) == before
    assert len(poisoned.read_models.parked()) == 1


@pytest.mark.parametrize("processes", [0, 2])
def test_a_rebuild_parks_the_same_streams_and_comes_to_the_same_rows(
    poisoned: OneCountry, processes: int
) -> None:
    poisoned.follow()
    live, parked = poisoned.read_models.digests(), poisoned.read_models.parked()
    poisoned.follower.rebuild(processes=processes)
    assert poisoned.read_models.digests() == live
    assert poisoned.read_models.parked() == parked


def test_what_a_process_of_a_rebuild_has_to_say_is_a_line_of_the_log(
    poisoned: OneCountry, capfd: pytest.CaptureFixture[str]
) -> None:
    """With the name of an error, and never its text: that may hold what somebody wrote."""
    poisoned.follower.rebuild(processes=2)
    (line,) = map(json.loads, capfd.readouterr().err.splitlines())
    assert (line["event"], line["stream"]) == ("stream_parked", poisoned.case("1"))


def test_a_stream_is_parked_no_longer_once_it_can_be_read(kazakhstan: OneCountry) -> None:
    """The code was mended, or the file brought back from a good copy: a rebuild reads it again."""
    kazakhstan.register(1)
    filed = kazakhstan.file(1)
    good = kazakhstan.log.stream(filed.stream)[1][4]
    poison(kazakhstan, filed.stream, 2)
    logging.disable(logging.CRITICAL)
    try:
        kazakhstan.follow()
    finally:
        logging.disable(logging.NOTSET)
    assert kazakhstan.read_models.parked()
    with behind_the_door(kazakhstan.log.path) as door:
        door.execute("UPDATE stored_events SET state = ? WHERE state = x'00'", (good,))
    kazakhstan.follower.rebuild()
    assert kazakhstan.read_models.parked() == {}
    row = kazakhstan.read_models.one("case_status", filed.stream)
    assert row is not None
    assert row["version"] == 2


def test_a_parked_case_is_erased_like_any_other(poisoned: OneCountry) -> None:
    """Whatever rows it had are gone."""
    poisoned.follow()
    case = poisoned.case("1")
    assert poisoned.read_models.one("case_status", case) is not None
    by = poisoned.actor("kz-citizen-1")
    poisoned.desk.ask(c.WithdrawCase(by=by, cause="cmd:x", case=case, expected=2)).result()
    poisoned.later(days=5000)
    officer = poisoned.actor("kz-data-protection-officer")
    poisoned.desk.ask(c.EraseCase(by=officer, cause="cmd:y", case=case, basis="Over.")).result()
    poisoned.follow()
    assert poisoned.read_models.one("case_status", case) is None
    assert poisoned.read_models.one("deadlines", case) is None
    assert poisoned.read_models.digests()["erasures"] == 1
    live = poisoned.read_models.digests()
    poisoned.follower.rebuild()
    assert poisoned.read_models.digests() == live


def test_whom_a_parked_entry_named_once_is_forgotten_with_it(
    kazakhstan: OneCountry, caplog: pytest.LogCaptureFixture
) -> None:
    """What was kept of an event that could be read falls with an erasure that comes after one that cannot."""
    kazakhstan.register(1)
    sold = kazakhstan.completed(1)
    kazakhstan.annul_entry(1)
    poison(kazakhstan, kazakhstan.entry(1), 4)
    with caplog.at_level(logging.CRITICAL + 1):
        kazakhstan.follow()
        assert set(kazakhstan.read_models.parked()) == {kazakhstan.entry(1)}
        assert len(kazakhstan.read_models.rows("entry_turns")) == 1
        kazakhstan.later(days=5000)
        kazakhstan.erase(sold)
        kazakhstan.erase_entry(1)
        kazakhstan.follow()
        assert kazakhstan.read_models.rows("entry_turns") == []
        live = kazakhstan.read_models.digests()
        kazakhstan.follower.rebuild()
    assert kazakhstan.read_models.digests() == live


def test_a_trouble_of_the_disk_or_the_key_store_parks_nothing(kazakhstan: OneCountry) -> None:
    """It is not the stream's; when it is over, the batch is folded."""
    kazakhstan.register(1)
    kazakhstan.vault.close()
    with pytest.raises(vault.Unavailable):
        kazakhstan.follower.step()
    assert kazakhstan.read_models.parked() == {}
    assert kazakhstan.read_models.position() == 0


# --- rebuilding -------------------------------------------------------------------------------------------


def test_while_a_rebuild_goes_on_the_live_rows_are_read_and_followed(kazakhstan: OneCountry) -> None:
    kazakhstan.register(1, 2)
    kazakhstan.file(1)
    kazakhstan.follow()
    looked: list[tuple[int, int]] = []

    def meanwhile(_done: int, _all: int) -> None:
        if not looked:
            kazakhstan.file(2)
            kazakhstan.follow()
        looked.append((kazakhstan.read_models.position(), len(kazakhstan.read_models.rows("case_status"))))

    kazakhstan.follower.rebuild(meanwhile)
    assert looked[0] == (kazakhstan.log.size(), 2)
    kazakhstan.follow()
    assert len(kazakhstan.read_models.rows("case_status")) == 2


def test_under_a_live_runner_and_filings_a_rebuild_switches_and_nothing_is_missing(
    kazakhstan: OneCountry,
) -> None:
    kazakhstan.register(*range(60))
    over = threading.Event()

    def follow() -> None:
        while not over.is_set() or kazakhstan.follower.step():
            kazakhstan.follower.step()

    def file() -> None:
        for n in range(60):
            kazakhstan.file(n)

    threads = [threading.Thread(target=follow), threading.Thread(target=file)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        kazakhstan.follower.rebuild()
    threads[1].join()
    over.set()
    threads[0].join()
    live = kazakhstan.read_models.digests()
    assert live["position"] == kazakhstan.log.size()
    assert len(kazakhstan.read_models.rows("case_status", limit=100)) == 60
    kazakhstan.follower.rebuild()
    assert kazakhstan.read_models.digests() == live


def test_of_two_rebuilds_at_once_the_second_says_that_one_is_under_way(kazakhstan: OneCountry) -> None:
    kazakhstan.register(1)
    refused: list[str] = []

    def another(_done: int, _all: int) -> None:
        try:
            kazakhstan.follower.rebuild()
        except Unready as error:
            refused.append(error.name)

    # The first tells of its progress while it still holds its turn.
    kazakhstan.follower.rebuild(another)
    assert set(refused) == {"rebuilt_elsewhere"}


def test_a_rebuild_that_was_killed_leaves_the_live_rows_and_the_next_begins_anew(
    kazakhstan: OneCountry,
) -> None:
    kazakhstan.register(1)
    kazakhstan.file(1)
    kazakhstan.follow()
    live = kazakhstan.read_models.digests()
    with kazakhstan.read_models.rebuilding(), kazakhstan.read_models.writing("__next") as transaction:
        transaction.move_to(5)
    assert kazakhstan.read_models.digests() == live
    kazakhstan.follower.rebuild()
    assert kazakhstan.read_models.digests() == live


def test_what_a_rebuild_left_behind_is_taken_away_by_whoever_follows(kazakhstan: OneCountry) -> None:
    kazakhstan.register(1)
    kazakhstan.file(1)
    kazakhstan.follow()

    def broken_off(_done: int, _all: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kazakhstan.follower.rebuild(broken_off)
    assert not kazakhstan.read_models.is_scrubbed()
    assert soon(lambda: kazakhstan.follower.step() == 0 and kazakhstan.read_models.is_scrubbed())


def test_the_progress_of_a_rebuild_reaches_the_whole(kazakhstan: OneCountry) -> None:
    kazakhstan.register(*range(30))
    told: list[tuple[int, int]] = []
    assert (
        kazakhstan.follower.rebuild(lambda done, total: told.append((done, total))) == kazakhstan.log.size()
    )
    assert told[-1] == (kazakhstan.log.size(),) * 2


@pytest.mark.parametrize("processes", [0, 3])
def test_what_an_event_changed_is_kept_however_many_events_are_folded_at_once(
    kazakhstan: OneCountry, processes: int
) -> None:
    """Whom an annulment took out of an entry: no later state says it, and no batch ends there by chance."""
    kazakhstan.register(1, 2)
    kazakhstan.completed(1)
    kazakhstan.completed(2)
    kazakhstan.follow()
    kazakhstan.annul_entry(1)
    kazakhstan.follow()
    kazakhstan.annul_entry(2)
    kazakhstan.follow()
    live = kazakhstan.read_models.digests()
    told = kazakhstan.read_models.rows("entry_turns")
    assert [each["person"] for each in told] == [kazakhstan.person("kz-citizen-2")] * 2
    kazakhstan.follower.rebuild(processes=processes)
    assert kazakhstan.read_models.digests() == live


# --- erasure ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("processes", [0, 3])
def test_after_the_erasure_of_a_case_and_of_its_entry_a_rebuild_equals_the_live_rows(
    kazakhstan: OneCountry, processes: int
) -> None:
    """Events whose keys are gone fold to the same rows as those that were folded before and erased."""
    kazakhstan.register(1, 2, 3)
    sold, other = kazakhstan.completed(1), kazakhstan.withdrawn(2)
    taken_back = kazakhstan.do(c.WithdrawCase, kazakhstan.answered(kazakhstan.in_review(3)), "kz-citizen-1")
    taken_back = kazakhstan.pay_back(taken_back)
    kazakhstan.annul_entry(1)
    kazakhstan.follow()
    (left_out,) = kazakhstan.read_models.rows("entry_turns")
    assert (left_out["what"], left_out["person"]) == (
        "entry_left_out_by_court",
        kazakhstan.person("kz-citizen-2"),
    )
    kazakhstan.later(days=5000)
    kazakhstan.erase(sold)
    kazakhstan.erase(other, "buyer")
    kazakhstan.erase(taken_back)
    kazakhstan.erase_entry(1)
    kazakhstan.follow()
    live = kazakhstan.read_models.digests()
    assert live["erasures"] == 4
    kazakhstan.follower.rebuild(processes=processes)
    assert kazakhstan.read_models.digests() == live
    row = kazakhstan.read_models.one("case_status", sold.stream)
    assert row is not None
    assert kazakhstan.read_models.rows("case_parties", {"case": sold.stream}) == []
    assert row["state"].request["seller"] is None
    assert kazakhstan.read_models.rows("entry_turns") == [], "who was taken out is forgotten with the entry"


def erased_but_killed(furnished: Path, place: Path) -> tuple[list[bytes], bytes]:
    """A house that was killed right after the erasure stood in the log: the keys are all there still."""
    folder = place / "kz"
    with one_country(furnished, place) as country:
        country.register(1)
        upload = country.evidence.upload(A_PDF, None, "owner", country.at)
        case = country.case("1")
        filed = country.evidence.file(upload.id, "proof", upload.sha256, "owner", "", case=case)
        seen = country.file(1)
        # Nothing asks for evidence in a Kazakh car sale; it is answered with some.
        seen = country.do(c.AssignCase, country.pay(country.consent(seen)), f"{OFFICE}-officer-1")
        seen = country.pay_back(country.do(c.WithdrawCase, country.answered(seen, (filed,)), "kz-citizen-1"))
        country.follow()
        country.vault.destroy(())  # everything is in the file, nothing in its write-ahead log
        shutil.copy(folder / "vault.sqlite", folder / "vault.before")
        country.later(days=5000)
        country.erase(seen)
        named: list[str] = payload_of(split(newest(country)[4])[0])["data"]["keys"]
    (folder / "vault.before").replace(folder / "vault.sqlite")
    return [from_b64url(key) for key in named], from_b64url(filed["key"])


def newest(country: OneCountry) -> Row:
    row = country.log.at(country.log.size() - 1)
    assert row is not None
    return row


def test_what_is_erased_is_scrubbed_also_while_filings_go_on(kazakhstan: OneCountry) -> None:
    kazakhstan.register(*range(1_000))
    case = kazakhstan.withdrawn(0)
    kazakhstan.follow()
    kazakhstan.later(days=5000)
    kazakhstan.erase(case)
    numbers = iter(range(1, 1_000))

    def step() -> bool:
        kazakhstan.file(next(numbers))
        assert kazakhstan.follower.step()
        return kazakhstan.read_models.is_scrubbed()

    assert soon(step)


def test_keys_that_survived_a_kill_are_destroyed_at_the_next_start(
    kazakhstan_keys: Path, tmp_path: Path
) -> None:
    """The log says that they are gone: so they are, with their evidence, before the position moves on."""
    keys, of_evidence = erased_but_killed(kazakhstan_keys, tmp_path)
    assert of_evidence in keys
    country = OneCountry(tmp_path)
    try:
        assert all(country.vault.get(key) is not None for key in keys)
        assert (tmp_path / "kz" / "evidence" / "new" / of_evidence.hex()).exists()
        country.follow()
        assert all(country.vault.get(key) is None for key in keys)
        assert not list((tmp_path / "kz" / "evidence" / "new").iterdir())
    finally:
        country.close()


def test_a_rebuild_carries_erasures_out_too(kazakhstan_keys: Path, tmp_path: Path) -> None:
    """A key store that came back from a backup loses again what it must not have."""
    keys, _ = erased_but_killed(kazakhstan_keys, tmp_path)
    country = OneCountry(tmp_path)
    try:
        country.follower.rebuild()
        assert all(country.vault.get(key) is None for key in keys)
    finally:
        country.close()


def test_while_a_key_cannot_be_destroyed_the_erasure_is_not_taken_for_done(
    kazakhstan_keys: Path, tmp_path: Path
) -> None:
    keys, _ = erased_but_killed(kazakhstan_keys, tmp_path)
    country = OneCountry(tmp_path)
    try:
        before = country.read_models.position()
        with behind_the_door(tmp_path / "kz" / "vault.sqlite") as door:
            door.execute("CREATE TRIGGER no BEFORE UPDATE ON data_keys BEGIN SELECT RAISE(ABORT, 'no'); END")
            with pytest.raises(vault.Unavailable):
                country.follower.step()
            assert country.read_models.position() == before
            door.execute("DROP TRIGGER no")
        country.follow()
        assert all(country.vault.get(key) is None for key in keys)
    finally:
        country.close()


def test_a_reader_that_holds_old_pages_delays_the_scrubbing_and_nothing_else(
    kazakhstan: OneCountry, caplog: pytest.LogCaptureFixture
) -> None:
    """It is tried again until the reader has gone; the read models go on meanwhile."""
    kazakhstan.register(1, 2)
    withdrawn = kazakhstan.withdrawn(1)
    kazakhstan.follow()
    with behind_the_door(kazakhstan.folder / "read_models.sqlite") as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM case_status").fetchone()
        kazakhstan.later(days=5000)
        kazakhstan.erase(withdrawn)
        kazakhstan.follow()
        assert soon(lambda: kazakhstan.follower.step() == 0 and "scrubbing_continues" in caplog.messages)
        assert not kazakhstan.read_models.is_scrubbed()
        kazakhstan.file(2)
        kazakhstan.follow()
        assert kazakhstan.read_models.position() == kazakhstan.log.size()
        reader.execute("ROLLBACK")
    assert soon(lambda: kazakhstan.follower.step() == 0 and kazakhstan.read_models.is_scrubbed())
