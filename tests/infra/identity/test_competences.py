"""The record of competences: what it gives on a day, what it keeps, and that others see it at once."""

import sqlite3
import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from domain.commands import Competence
from infra.identity import competences
from infra.identity.competences import Appointed, Competences, Unavailable

ISSUER = "https://identity.example"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "competences.sqlite"


@pytest.fixture
def record(path: Path) -> Iterator[Competences]:
    opened = Competences(path)
    yield opened
    opened.close()


def officer(role: str = "officer", until: date | None = None, country: str = "KZ") -> Competence:
    return Competence(
        role=role,
        country=country,
        authority=f"{country.lower()}-example-office",
        office_id="",
        procedures=("car_sale",),
        since=date(2026, 1, 1),
        until=until,
        person="a keyed id",
    )


def test_who_was_never_appointed_may_do_nothing(record: Competences) -> None:
    assert record.of(ISSUER, "somebody", NOON) == ()


def test_what_was_granted_is_there_at_once_and_after_a_restart(record: Competences, path: Path) -> None:
    granted = record.grant(ISSUER, "somebody", officer())
    assert record.of(ISSUER, "somebody", NOON) == (granted,)
    record.close()
    again = Competences(path)
    assert again.of(ISSUER, "somebody", NOON) == (granted,)
    again.close()


def test_the_same_name_at_another_issuer_is_somebody_else(record: Competences) -> None:
    record.grant(ISSUER, "somebody", officer())
    assert record.of("https://other.example", "somebody", NOON) == ()


def test_a_competence_holds_from_its_first_day_to_its_last_both_included(record: Competences) -> None:
    """The days are those of Kazakhstan (UTC+5): its 31 December begins at 19:00 UTC on the 30th."""
    record.grant(ISSUER, "somebody", officer(until=date(2026, 12, 31)))
    held = {
        at: bool(record.of(ISSUER, "somebody", datetime.fromisoformat(at)))
        for at in ("2025-12-31T18:59Z", "2025-12-31T19:00Z", "2026-12-31T18:59Z", "2026-12-31T19:00Z")
    }
    assert list(held.values()) == [False, True, True, False]


def test_the_same_moment_is_another_day_in_another_country(record: Competences) -> None:
    """At 20:30 UTC on the eve it is the new year in Kazakhstan, and not yet in Türkiye (UTC+3)."""
    record.grant(ISSUER, "somebody", officer())
    record.grant(ISSUER, "somebody", officer(country="TR"))
    eve = datetime(2025, 12, 31, 20, 30, tzinfo=UTC)
    assert [c.country for c in record.of(ISSUER, "somebody", eve)] == ["KZ"]


def test_an_office_id_is_random_and_the_same_for_all_that_a_person_does_there(record: Competences) -> None:
    one = record.grant(ISSUER, "somebody", officer())
    two = record.grant(ISSUER, "somebody", officer("supervisor"))
    other = record.grant(ISSUER, "somebody else", officer())
    assert one.office_id == two.office_id != other.office_id
    assert uuid.UUID(one.office_id).version == 4


def test_the_same_grant_twice_is_one(record: Competences) -> None:
    assert record.grant(ISSUER, "somebody", officer()) == record.grant(ISSUER, "somebody", officer())
    assert len(record.of(ISSUER, "somebody", NOON)) == 1


def test_a_competence_ends_and_begins_again_with_the_same_office_id(record: Competences) -> None:
    before = record.grant(ISSUER, "somebody", officer())
    assert record.end(ISSUER, "somebody", before.authority, "officer", date(2026, 11, 22)) == 1
    assert record.of(ISSUER, "somebody", NOON) == ()
    record.grant(ISSUER, "somebody", replace(before, since=date(2026, 11, 23)))
    (again,) = record.of(ISSUER, "somebody", NOON)
    assert again.office_id == before.office_id
    assert len(record.of(ISSUER, "somebody", NOON - timedelta(days=1))) == 1, "what was, is still known"


def test_ending_never_makes_longer(record: Competences) -> None:
    granted = record.grant(ISSUER, "somebody", officer(until=date(2026, 6, 30)))
    assert record.end(ISSUER, "somebody", granted.authority, "officer", date(2026, 12, 31)) == 0
    assert record.of(ISSUER, "somebody", NOON) == ()


def test_an_officer_is_found_by_the_office_id_in_their_country_while_in_office(record: Competences) -> None:
    granted = record.grant(ISSUER, "somebody", officer(until=date(2026, 11, 23)))
    assert record.officer("KZ", granted.office_id, NOON) == granted
    assert record.officer("TR", granted.office_id, NOON) is None
    assert record.officer("KZ", granted.office_id, NOON + timedelta(days=1)) is None
    assert record.officer("KZ", str(uuid.uuid4()), NOON) is None


def test_a_case_is_not_given_to_somebody_who_only_restricts(record: Competences) -> None:
    granted = record.grant(ISSUER, "somebody", officer("restricting_officer"))
    assert record.officer("KZ", granted.office_id, NOON) is None


def test_a_country_that_is_no_member_has_no_offices(record: Competences) -> None:
    with pytest.raises(ValueError, match="no member country"):
        record.grant(ISSUER, "somebody", officer(country="XX"))


def test_a_running_house_sees_what_another_process_changes(record: Competences, path: Path) -> None:
    """Another connection is to SQLite what another process is."""
    assert record.of(ISSUER, "somebody", NOON) == ()
    other = Competences(path)
    granted = other.grant(ISSUER, "somebody", officer())
    assert record.of(ISSUER, "somebody", NOON) == (granted,)
    other.end(ISSUER, "somebody", granted.authority, "officer", date(2026, 11, 1))
    assert record.of(ISSUER, "somebody", NOON) == ()
    other.close()


def test_what_a_killed_process_wrote_without_saying_so_is_seen_all_the_same(
    record: Competences, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mark alone is believed for a second only: here for none."""
    record.grant(ISSUER, "somebody", officer())
    assert record.of(ISSUER, "somebody", NOON)
    with sqlite3.connect(path) as killed:
        killed.execute("DELETE FROM competences")
    killed.close()
    monkeypatch.setattr(competences, "_TRUSTED_S", 0)
    assert record.of(ISSUER, "somebody", NOON) == ()


def test_many_who_open_and_grant_at_once_all_get_the_same_office_id(path: Path) -> None:
    found: list[str] = []

    def grant() -> None:
        mine = Competences(path)
        found.append(mine.grant(ISSUER, "somebody", officer()).office_id)
        mine.close()

    threads = [threading.Thread(target=grant) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


# --- the development people --------------------------------------------------------------------------------

PEOPLE = [Appointed("one", officer()), Appointed("one", officer("supervisor")), Appointed("two", officer())]


def test_enrolling_again_changes_nothing_and_writes_nothing(record: Competences, path: Path) -> None:
    record.enrol_development(ISSUER, PEOPLE)
    before = record.of(ISSUER, "one", NOON)
    written = path.read_bytes()
    record.enrol_development(ISSUER, PEOPLE)
    assert record.of(ISSUER, "one", NOON) == before
    assert path.read_bytes() == written


def test_what_was_ended_stays_ended_when_the_house_starts_again(record: Competences) -> None:
    record.enrol_development(ISSUER, PEOPLE)
    record.end(ISSUER, "two", "kz-example-office", "officer", date(2026, 10, 31))
    record.enrol_development(ISSUER, PEOPLE)
    assert record.of(ISSUER, "two", NOON) == ()


def test_a_new_procedure_comes_to_the_officers_that_are_there(record: Competences) -> None:
    record.enrol_development(ISSUER, PEOPLE)
    (before,) = record.of(ISSUER, "two", NOON)
    more = replace(officer(), procedures=("car_sale", "nomad_visa"))
    record.enrol_development(ISSUER, [Appointed("two", more)])
    (after,) = record.of(ISSUER, "two", NOON)
    assert after == replace(before, procedures=("car_sale", "nomad_visa"))


def test_a_development_house_at_another_address_has_the_same_officers(record: Competences) -> None:
    """Their cases name them by office id; both addresses may answer at once."""
    record.enrol_development("http://127.0.0.1:8000/identity", PEOPLE)
    record.enrol_development("http://127.0.0.1:8001/identity", PEOPLE)
    here, there = (record.of(f"http://127.0.0.1:{port}/identity", "two", NOON) for port in (8000, 8001))
    assert here == there != ()


def test_a_real_issuer_never_inherits_the_office_of_a_development_person(record: Competences) -> None:
    record.enrol_development("http://127.0.0.1:8000/identity", PEOPLE)
    (developer,) = record.of("http://127.0.0.1:8000/identity", "two", NOON)
    assert record.grant(ISSUER, "two", officer()).office_id != developer.office_id


# --- when it breaks ---------------------------------------------------------------------------------------


def test_a_record_that_cannot_be_used_says_so(path: Path) -> None:
    path.write_bytes(b"not a database, " * 100)
    with pytest.raises(Unavailable):
        Competences(path)


def test_a_grant_that_fails_leaves_nothing_behind(record: Competences, path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(
            "CREATE TRIGGER broken BEFORE INSERT ON competences BEGIN SELECT RAISE(ABORT, 'broken'); END"
        )
    connection.close()
    with pytest.raises(Unavailable):
        record.grant(ISSUER, "somebody", officer())
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM offices").fetchone() == (0,)
    connection.close()


def test_what_all_processes_look_at_has_its_place_on_the_disk(record: Competences, path: Path) -> None:
    """A page of it that a full disk had no room for would end the process that looks, or writes."""
    assert record.of(ISSUER, "somebody", NOON) == ()
    assert path.with_suffix(".mark").stat().st_blocks > 0
