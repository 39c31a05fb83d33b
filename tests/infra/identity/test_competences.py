"""The record of competences: what it gives on a day, that it follows the log, and that others see it at once."""

import sqlite3
import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from domain.commands import Competence
from infra.identity import competences
from infra.identity.competences import Appointed, Competences, Unavailable
from tests.infra.identity.appointees import PERSON, appointee, held

ISSUER = "https://identity.example"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LOGIN = {"issuer": ISSUER, "subject": "somebody"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "competences.sqlite"


@pytest.fixture
def record(path: Path) -> Iterator[Competences]:
    opened = Competences(path)
    yield opened
    opened.close()


def of_person(
    record: Competences, at: datetime = NOON, person: str = PERSON, subject: str = "x"
) -> tuple[Competence, ...]:
    """What a human may do, however they sign in."""
    return record.of(ISSUER, subject, at, {"TR": "another id", "KZ": person})


def test_who_was_never_appointed_may_do_nothing(record: Competences) -> None:
    assert of_person(record) == ()


def test_what_the_log_says_is_there_at_once_and_after_a_restart(record: Competences, path: Path) -> None:
    assert record.follow([appointee()]) == 1
    (found,) = of_person(record)
    assert (found.role, found.country, found.office_id) == ("officer", "KZ", "office-of-a-1")
    record.close()
    again = Competences(path)
    assert of_person(again) == (found,)
    again.close()


def test_who_is_named_by_number_signs_in_anywhere_and_who_is_named_by_login_only_there(
    record: Competences,
) -> None:
    """Also where their number is known: then it says who they are, and not how they come in."""
    by_login = appointee("a-2", held("c-2", login=LOGIN, role="supervisor"))
    record.follow([appointee(), by_login])
    assert [c.role for c in of_person(record)] == ["officer"]
    assert [c.role for c in of_person(record, subject="somebody")] == ["supervisor", "officer"]
    assert [c.role for c in record.of(ISSUER, "somebody", NOON)] == ["supervisor"]
    assert record.of("https://other.example", "somebody", NOON) == ()


def test_a_competence_holds_from_its_first_day_to_its_last_both_included(record: Competences) -> None:
    """The days are those of Kazakhstan (UTC+5): its 31 December begins at 19:00 UTC on the 30th."""
    record.follow([appointee(until="2026-12-31")])
    found = {
        at: bool(of_person(record, datetime.fromisoformat(at)))
        for at in ("2025-12-31T18:59Z", "2025-12-31T19:00Z", "2026-12-31T18:59Z", "2026-12-31T19:00Z")
    }
    assert list(found.values()) == [False, True, True, False]


def test_what_was_ended_at_once_holds_no_more_on_that_very_day(record: Competences) -> None:
    before, after = (
        held(until=None),
        held(until="2026-11-23", ended_at="2026-11-23T09:00:00.000000Z"),
    )
    record.follow([appointee("a-1", before)])
    assert of_person(record)
    record.follow([appointee("a-1", after, version=2)])
    assert of_person(record) == ()
    found = record.find("c-1")
    assert found is not None
    assert found.is_over(NOON)
    assert found.competence.until == date(2026, 11, 23), "what was, is still known"


def test_the_same_moment_is_another_day_in_another_country(record: Competences) -> None:
    """At 20:30 UTC on the eve it is the new year in Kazakhstan, and not yet in Türkiye (UTC+3)."""
    record.follow([appointee(), appointee("a-2", authority="tr-example-office")])
    eve = datetime(2025, 12, 31, 20, 30, tzinfo=UTC)
    assert [c.country for c in of_person(record, eve)] == ["KZ"]


def test_an_officer_is_found_by_the_office_id_in_their_country_while_in_office(record: Competences) -> None:
    record.follow([appointee(until="2026-11-23")])
    (granted,) = of_person(record)
    assert record.officer("KZ", granted.office_id, NOON) == granted
    assert record.officer("TR", granted.office_id, NOON) is None
    assert record.officer("KZ", granted.office_id, NOON + timedelta(days=1)) is None
    assert record.officer("KZ", str(uuid.uuid4()), NOON) is None


def test_who_is_officer_for_one_procedure_and_supervisor_for_another_is_one_officer_for_both(
    record: Competences,
) -> None:
    both = (held("c-1"), held("c-2", role="supervisor", procedures=["birth_certificate"]))
    record.follow([appointee("a-1", *both)])
    found = record.officer("KZ", "office-of-a-1", NOON)
    assert found is not None
    assert found.procedures == ("birth_certificate", "car_sale")
    record.follow([appointee("a-1", *both, held("c-3", since="2026-02-01", procedures=[]), version=2)])
    found = record.officer("KZ", "office-of-a-1", NOON)
    assert found is not None
    assert found.procedures == ()


def test_a_human_is_found_in_each_authority_that_appointed_them(record: Competences) -> None:
    record.follow([appointee(), appointee("a-2", authority="kz-other-office"), appointee("a-3", person=None)])


def test_a_case_is_not_given_to_somebody_who_only_restricts(record: Competences) -> None:
    record.follow([appointee(role="restricting_officer")])
    (granted,) = of_person(record)
    assert record.officer("KZ", granted.office_id, NOON) is None


def test_an_authority_sees_what_is_its_own(record: Competences) -> None:
    record.follow([appointee(), appointee("a-2", authority="kz-other-office"), appointee("a-3", version=2)])
    assert [found.id for found in record.listed("KZ", ["kz-example-office"])] == ["c-of-a-1", "c-of-a-3"]
    assert [found.id for found in record.listed("KZ")] == ["c-of-a-1", "c-of-a-2", "c-of-a-3"]
    assert record.listed("TR") == []


# --- following the log ------------------------------------------------------------------------------------


def test_what_is_said_once_more_or_is_older_changes_nothing_and_writes_nothing(
    record: Competences, path: Path
) -> None:
    newer = appointee("a-1", held(procedures=[]), version=3)
    record.follow([newer])
    written = path.read_bytes()
    assert record.follow([newer, appointee("a-1", held(), version=2)]) == 0
    assert path.read_bytes() == written
    assert [c.procedures for c in of_person(record)] == [()]


def test_of_many_who_follow_at_once_the_newest_wins(path: Path) -> None:
    """Each looks at the record before the others have written."""

    def follow(version: int) -> None:
        mine = Competences(path)
        mine.follow([appointee("a-1", held(procedures=[f"p-{version}"]), version=version)])
        mine.close()

    threads = [threading.Thread(target=follow, args=(version,)) for version in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    record = Competences(path)
    assert [c.procedures for c in of_person(record)] == [("p-8",)]
    record.close()


def test_an_appointee_whose_data_is_lost_holds_nothing(record: Competences) -> None:
    record.follow([appointee()])
    record.follow([appointee(person=None, version=2)])
    assert of_person(record) == ()
    assert record.find("c-of-a-1") is not None


def test_a_running_house_sees_what_another_process_changes(record: Competences, path: Path) -> None:
    """Another connection is to SQLite what another process is."""
    assert of_person(record) == ()
    other = Competences(path)
    other.follow([appointee()])
    assert of_person(record)
    other.follow([appointee(until="2026-11-01", version=2)])
    assert of_person(record) == ()
    other.close()


def test_what_a_killed_process_wrote_without_saying_so_is_seen_all_the_same(
    record: Competences, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mark alone is believed for a second only: here for none."""
    record.follow([appointee()])
    assert of_person(record)
    with sqlite3.connect(path) as killed:
        killed.execute("DELETE FROM held")
    killed.close()
    monkeypatch.setattr(competences, "_TRUSTED_S", 0)
    assert of_person(record) == ()


# --- the machines of a development house ------------------------------------------------------------------


def machine(role: str = "registry") -> Competence:
    return Competence(
        role=role,
        country="KZ",
        authority="kz-example-register",
        office_id="",
        procedures=(),
        since=date(2026, 1, 1),
        until=None,
    )


MACHINES = [Appointed("one", machine()), Appointed("one", machine("treasury")), Appointed("two", machine())]


def test_many_who_open_and_enrol_at_once_all_get_the_same_office_id(path: Path) -> None:
    found: list[str] = []

    def enrol() -> None:
        mine = Competences(path)
        mine.enrol_machines(ISSUER, MACHINES)
        found.extend(c.office_id for c in mine.of(ISSUER, "one", NOON))
        mine.close()

    threads = [threading.Thread(target=enrol) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 16
    assert len(set(found)) == 1
    assert uuid.UUID(found[0]).version == 4


def test_enrolling_again_changes_nothing_and_writes_nothing(record: Competences, path: Path) -> None:
    record.enrol_machines(ISSUER, MACHINES)
    before = record.of(ISSUER, "one", NOON)
    written = path.read_bytes()
    record.enrol_machines(ISSUER, MACHINES)
    assert record.of(ISSUER, "one", NOON) == before
    assert [c.role for c in before] == ["registry", "treasury"]
    assert path.read_bytes() == written


def test_a_development_house_at_another_address_has_the_same_machines(record: Competences) -> None:
    """Both addresses may answer at once."""
    record.enrol_machines("http://127.0.0.1:8000/identity", MACHINES)
    record.enrol_machines("http://127.0.0.1:8001/identity", MACHINES)
    here, there = (record.of(f"http://127.0.0.1:{port}/identity", "two", NOON) for port in (8000, 8001))
    assert here == there != ()
    assert record.listed("KZ") == [], "they are in no log"


# --- when it breaks ---------------------------------------------------------------------------------------


def test_a_record_that_cannot_be_used_says_so(path: Path) -> None:
    path.write_bytes(b"not a database, " * 100)
    with pytest.raises(Unavailable):
        Competences(path)


def test_what_cannot_be_written_leaves_nothing_behind(record: Competences, path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(
            "CREATE TRIGGER broken BEFORE INSERT ON held BEGIN SELECT RAISE(ABORT, 'broken'); END"
        )
    connection.close()
    with pytest.raises(Unavailable):
        record.follow([appointee()])
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM appointees").fetchone() == (0,)
    connection.close()


def test_what_all_processes_look_at_has_its_place_on_the_disk(record: Competences, path: Path) -> None:
    """A page of it that a full disk had no room for would end the process that looks, or writes."""
    assert of_person(record) == ()
    assert path.with_suffix(".mark").stat().st_blocks > 0
