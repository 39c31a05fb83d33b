"""What the clock does by itself, once and in time, whatever is wrong with one case or one country."""

import logging
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from domain import commands as c
from domain import events as e
from domain.countries import country_of, legal_day, moment_named
from domain.decision import LEAD, SYSTEM_ACTOR, Decision
from infra.desk.desk import Append, new_cause
from infra.formats.envelope import payload_of, split
from infra.operations.rounds import PAGE
from infra.operations.ticking import HEAD_EVERY, Ticker, record_access_head
from tests.infra.one_country import OFFICE, OneCountry
from tests.infra.read_models.test_follower import poison

READING = {
    "at": "2026-11-23T09:00:00.000000Z",
    "stream": "case",
    "reader": "officer",
    "role": "officer",
    "authority": OFFICE,
    "purpose": "work on the case",
    "basis": "competence",
    "concerned": "",
}
PDF = b"%PDF-1.4\n%%EOF\n"


def ticker(country: OneCountry) -> Ticker:
    return Ticker(country.country, country.clock)


def ticked(country: OneCountry) -> int | None:
    country.follow()
    return ticker(country).tick()


def stage(country: OneCountry, n: int) -> str:
    country.follow()
    row = country.read_models.one("case_status", country.case(str(n)))
    assert row is not None
    return str(row["stage"])


def test_nothing_is_due_before_its_time(kazakhstan: OneCountry) -> None:
    kazakhstan.register(1)
    kazakhstan.file(1)
    assert ticked(kazakhstan) == 0
    kazakhstan.later(days=9)
    assert ticked(kazakhstan) == 0
    assert stage(kazakhstan, 1) == "filed"


def test_what_was_not_paid_or_agreed_to_in_time_lapses_once(kazakhstan: OneCountry) -> None:
    kazakhstan.register(1, 2)
    kazakhstan.file(1)
    kazakhstan.pay(kazakhstan.file(2))
    kazakhstan.later(days=30)
    assert ticked(kazakhstan) == 2
    assert (stage(kazakhstan, 1), stage(kazakhstan, 2)) == ("lapsed", "lapsed")
    lapses = [row for row in kazakhstan.log.since(0, 100) if row[3] == "case.CaseLapsed.v1"]
    said = {row[1]: payload_of(split(row[4])[0])["data"]["reason"] for row in lapses}
    assert said == {kazakhstan.case("1"): "unpaid", kazakhstan.case("2"): "no_consent"}
    assert ticked(kazakhstan) == 0


def test_a_question_that_nobody_answered_lapses(kazakhstan: OneCountry) -> None:
    kazakhstan.register(1)
    kazakhstan.do(c.RequestInformation, kazakhstan.in_review(1), f"{OFFICE}-officer-1", question="When?")
    kazakhstan.later(days=30)
    assert ticked(kazakhstan) == 1
    assert stage(kazakhstan, 1) == "lapsed"


def test_when_nobody_appealed_the_car_is_free_again(kazakhstan: OneCountry) -> None:
    """The claim is held until the appeal term has run out."""
    kazakhstan.register(1)
    kazakhstan.file(1)
    kazakhstan.later(days=30)
    ticked(kazakhstan)
    kazakhstan.later(days=120)
    assert ticked(kazakhstan) == 1
    assert kazakhstan.file(1, key="again").version == 2


def test_an_entry_ends_after_its_last_day_and_once(kazakhstan: OneCountry) -> None:
    """At midnight of its country: the last day is the law's own."""
    kazakhstan.register(1)
    entry, last_day = kazakhstan.entry(1), legal_day(kazakhstan.at, country_of("KZ")) + timedelta(days=3)

    def limited(append: Append) -> None:
        stream = append.load(entry, "entry")
        changed = e.EntryChanged(
            register="vehicles",
            content_version=stream.state.content_version,
            title="limited",
            content=stream.state.content,
            until=last_day.isoformat(),
        )
        decision = Decision(authority=OFFICE, actor=SYSTEM_ACTOR, events=[(LEAD, changed)])
        append.sign(decision, stream, {}, new_cause())

    kazakhstan.desk.have(limited).result()
    over = moment_named(last_day.isoformat(), country_of("KZ"))
    kazakhstan.at = over
    assert ticked(kazakhstan) == 0
    kazakhstan.at = over + timedelta(microseconds=1)
    assert ticked(kazakhstan) == 1
    assert ticked(kazakhstan) == 0
    row = kazakhstan.read_models.one("registers", entry)
    assert row is not None
    assert (row["state"].status, row["state"].title, row["ends"]) == ("ended", "expiry", None)


def test_one_tick_does_all_that_is_due_however_many(kazakhstan: OneCountry) -> None:
    """Page by page, without asking for one twice."""
    count = PAGE + 30
    kazakhstan.register(*range(count))
    filed = [kazakhstan.desk.ask(kazakhstan.filing(n)) for n in range(count)]
    assert all(future.result().version == 2 for future in filed)
    kazakhstan.later(days=30)
    assert ticked(kazakhstan) == count
    assert ticked(kazakhstan) == 0


def test_a_parked_case_is_left_alone_and_the_others_lapse(
    kazakhstan: OneCountry, caplog: pytest.LogCaptureFixture
) -> None:
    kazakhstan.register(1, 2)
    broken = kazakhstan.file(1)
    kazakhstan.file(2)
    kazakhstan.follow()
    kazakhstan.consent(broken)
    poison(kazakhstan, broken.stream, 3)
    kazakhstan.later(days=30)
    with caplog.at_level(logging.CRITICAL + 1):
        assert ticked(kazakhstan) == 1
    assert stage(kazakhstan, 2) == "lapsed"
    assert list(kazakhstan.read_models.parked()) == [broken.stream]


def test_a_case_that_the_desk_cannot_read_keeps_no_other_waiting(
    kazakhstan: OneCountry, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The read models saw it while it could be read."""
    kazakhstan.register(1, 2)
    broken = kazakhstan.file(1)
    kazakhstan.file(2)
    kazakhstan.follow()
    poison(kazakhstan, broken.stream, 2)
    shutil.copytree(kazakhstan.place, tmp_path / "again")
    again = OneCountry(tmp_path / "again", at=kazakhstan.at + timedelta(days=30))
    try:
        with caplog.at_level(logging.CRITICAL + 1):
            assert ticked(again) == 1
        assert stage(again, 2) == "lapsed"
    finally:
        again.close()


def test_one_countrys_trouble_is_not_anothers(
    kazakhstan: OneCountry, caplog: pytest.LogCaptureFixture
) -> None:
    kazakhstan.register(1)
    kazakhstan.file(1)
    kazakhstan.follow()
    kazakhstan.later(days=30)
    broken = replace(kazakhstan.country, code="AZ", read_models=None)  # type: ignore[arg-type]
    with caplog.at_level(logging.CRITICAL + 1):
        assert [Ticker(each, kazakhstan.clock).tick() for each in (broken, kazakhstan.country)] == [None, 1]


def test_the_head_of_the_readings_goes_into_the_log_when_it_has_grown(kazakhstan: OneCountry) -> None:
    assert record_access_head(kazakhstan.country) == 0
    kazakhstan.accesses.record(**READING).result()
    assert record_access_head(kazakhstan.country) == 1
    assert record_access_head(kazakhstan.country) == 0
    row = kazakhstan.log.newest(kazakhstan.country.ids.access())
    assert row is not None
    payload = payload_of(split(row[4])[0])
    count, head = kazakhstan.accesses.head()
    assert payload["data"] == {"count": count, "head": head}
    assert payload["authority"] == "kz-access-register"


def test_readings_come_into_the_log_every_hour(kazakhstan: OneCountry) -> None:
    clock = ticker(kazakhstan)
    kazakhstan.accesses.record(**READING).result()
    assert clock.tick() == 0
    kazakhstan.later(hours=1)
    assert clock.tick() == 1
    kazakhstan.accesses.record(**READING).result()
    kazakhstan.at += HEAD_EVERY - timedelta(seconds=1)
    assert clock.tick() == 0
    kazakhstan.later(seconds=1)
    assert clock.tick() == 1


def test_evidence_is_asked_for_on_the_log_and_kept_where_a_case_has_it(kazakhstan: OneCountry) -> None:
    """One piece came into a case, the other's answer was refused and nobody cleared it away."""
    kazakhstan.register(1)
    store = kazakhstan.evidence
    upload = store.upload(PDF, None, "me", kazakhstan.at)
    taken, left = (
        store.file(upload.id, "proof", upload.sha256, "me", "", case=kazakhstan.case("1")) for _ in range(2)
    )
    kazakhstan.answered(kazakhstan.in_review(1), (taken,))
    ticked(kazakhstan)
    assert store.read(left["id"], left["key"]) == PDF
    kazakhstan.later(days=1, minutes=1)
    ticked(kazakhstan)
    assert store.read(taken["id"], taken["key"]) == PDF
    assert store.read(left["id"], left["key"]) is None
    kept = {
        path.parent.name: path.name for path in (kazakhstan.folder / "evidence").rglob("*") if path.is_file()
    }
    assert list(kept) == ["kept"]


def test_uploads_are_looked_through_once_a_minute_and_when_the_clock_jumps(kazakhstan: OneCountry) -> None:
    clock = ticker(kazakhstan)
    clock.tick()
    kazakhstan.evidence.upload(PDF, None, "me", kazakhstan.at - timedelta(days=2))
    uploads = kazakhstan.folder / "evidence" / "uploads"
    kazakhstan.later(seconds=30)
    clock.tick()
    assert list(uploads.iterdir())
    kazakhstan.later(seconds=30)
    clock.tick()
    assert not list(uploads.iterdir())
