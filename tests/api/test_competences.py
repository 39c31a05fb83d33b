"""Who may do what for an authority, over HTTP: granted, changed, listed and ended by its personnel officer."""

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from domain.commands import SYSTEM, EndCompetence
from infra.desk import granting
from infra.desk.desk import new_cause
from infra.house import House
from infra.operations.follow import catch_up
from tests.town.caller import Caller, good, new_key, problem, until
from tests.town.people import Town, person

pytestmark = pytest.mark.countries("KZ", "TR")

OFFICE, CIVIL = "kz-vehicle-registration", "tr-civil-registry"
PERSONNEL = f"{OFFICE}-personnel-officer"
CITIZEN = "kz-citizen-3"
PATH = "/v1/competences"
LOGIN = {"issuer": "https://id.example", "subject": "somebody"}


def number_of(resident: str) -> dict[str, Any]:
    number: dict[str, Any] = person(resident)["personal_number"]
    return number


def grant(
    town: Town, who: str | dict[str, Any], role: str = "officer", by: str = PERSONNEL, **more: Any
) -> Any:
    """The answer to a grant; ``who`` is one of the development people, or as the body names somebody."""
    named = {"personal_number": number_of(who)} if isinstance(who, str) else who
    return town.as_(by).post(PATH, {"who": named, "role": role, **more}, key=more.pop("key", None))


def queue(town: Town, who: str | Caller) -> int:
    caller = town.as_(who) if isinstance(who, str) else who
    return caller.get("/v1/queue").status_code


def listed(town: Town, by: str = PERSONNEL) -> dict[str, dict[str, Any]]:
    return {item["competence"]: item for item in good(town.as_(by).get(PATH))["items"]}


def errors(answer: Any) -> list[tuple[str, str]]:
    assert problem(answer) == (422, "invalid_request")
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


# --- from the grant to the end ------------------------------------------------------------------------------


def test_somebody_is_appointed_works_and_is_dismissed(new_town: Town) -> None:
    """At once, each time; the events stand in the log of the country, signed by its competence register."""
    assert queue(new_town, CITIZEN) == 404
    answer = grant(new_town, CITIZEN, procedures=["car_sale"])
    assert answer.status_code == 201
    held = good(answer)
    path = answer.headers["Location"]
    assert path == f"{PATH}/{held['competence']}"
    assert (held["authority"], held["role"], held["procedures"]) == (OFFICE, "officer", ["car_sale"])
    assert (held["until"], held["is_person_known"], held["login"]) == (None, True, None)
    case = new_town.take_to("in_review", "KZ", "car_sale")
    good(new_town.judge(CITIZEN, case, "assignments"))
    assert new_town.read(case)["officer"] == held["office_id"]
    dismissed = new_town.as_(PERSONNEL).delete(path)
    assert (dismissed.status_code, dismissed.content) == (204, b"")
    assert queue(new_town, CITIZEN) == 404
    assert problem(new_town.as_(CITIZEN).get(f"/v1/cases/{case}")) == (404, "not_found")
    ended = good(new_town.as_(PERSONNEL).get(path))
    assert (ended["is_ended"], ended["until"]) == (True, new_town.now().date().isoformat())
    assert new_town.as_(PERSONNEL).delete(path).status_code == 204
    said = [e for e in new_town.feed("kz-auditor", "KZ") if e["type"].startswith("competence.")]
    assert [e["type"] for e in said][-2:] == [
        "competence.CompetenceGranted.v1",
        "competence.CompetenceEnded.v1",
    ]
    report = good(new_town.as_("kz-auditor").get("/v1/audit/verification"))
    assert report["ok"], report


def test_a_last_day_is_named_and_the_day_after_nothing_holds(new_town: Town) -> None:
    held = good(grant(new_town, CITIZEN))
    today = new_town.now().date().isoformat()
    before = new_town.house.countries["KZ"].accesses.head()[0]
    answer = new_town.as_(PERSONNEL).post(f"{PATH}/{held['competence']}/ends", {"last_day": today})
    assert new_town.house.countries["KZ"].accesses.head()[0] == before + 1
    assert (good(answer)["until"], good(answer)["is_ended"]) == (today, False)
    assert queue(new_town, CITIZEN) == 200
    new_town.travel(days=1)
    assert queue(new_town, CITIZEN) == 404
    assert held["competence"] not in listed(new_town)


def test_the_same_role_again_is_a_change_and_the_same_once_more_is_answered_again(town: Town) -> None:
    first = grant(town, "kz-citizen-4", procedures=["car_sale"])
    again = grant(town, "kz-citizen-4", procedures=["car_sale"])
    assert (again.status_code, good(again)) == (201, good(first))
    assert again.headers["ETag"] == first.headers["ETag"]
    changed = good(grant(town, "kz-citizen-4", until="2030-12-31"))
    assert (changed["competence"], changed["procedures"]) == (good(first)["competence"], [])
    assert changed["until"] == "2030-12-31"


def test_under_a_key_it_is_done_once(town: Town) -> None:
    key, body = new_key(), {"who": {"personal_number": number_of("kz-citizen-2")}, "role": "supervisor"}
    officer = town.as_(PERSONNEL)
    first, again = (officer.post(PATH, body, key=key) for _ in range(2))
    assert good(first) == good(again)
    assert problem(officer.post(PATH, {**body, "role": "officer"}, key=key)) == (
        422,
        "idempotency_key_reused",
    )


def test_who_is_named_by_login_signs_in_so_and_not_by_the_number(town: Town) -> None:
    """The number says which person it is."""
    login = {"issuer": town.house.provider.issuer, "subject": f"KZ-{number_of('kz-citizen-1')['number']}"}
    held = good(grant(town, {"login": login, "personal_number": number_of("kz-citizen-1")}))
    assert (held["login"], held["is_person_known"]) == (login, True)
    assert queue(town, town.whoever(person("kz-citizen-1"))) == 200
    assert queue(town, "kz-citizen-1") == 404
    assert good(grant(town, {"login": LOGIN}))["is_person_known"] is False


# --- who may, and what --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "by",
    [
        f"{OFFICE}-officer-1",
        f"{OFFICE}-supervisor",
        "kz-auditor",
        "kz-data-protection-officer",
        "kz-treasury",
        "kz-citizen-1",
    ],
)
def test_for_everybody_else_there_is_nothing_here(town: Town, by: str) -> None:
    (competence, *_) = listed(town)
    caller = town.as_(by)
    for answer in (
        caller.get(PATH),
        caller.get(f"{PATH}/{competence}"),
        caller.post(PATH, {"nonsense": True}),
        caller.post(f"{PATH}/{competence}/ends", {"last_day": "2030-01-01"}),
        caller.delete(f"{PATH}/{competence}"),
    ):
        assert problem(answer) == (404, "not_found")


def test_nobody_without_a_token_gets_that_far(town: Town) -> None:
    assert problem(town.anybody.get(PATH)) == (401, "no_token")


def test_another_authority_and_another_country_have_personnel_of_their_own(town: Town) -> None:
    theirs, ours = listed(town, f"{CIVIL}-personnel-officer"), listed(town)
    assert {c["authority"] for c in ours.values()} == {OFFICE}
    assert {c["authority"] for c in theirs.values()} == {CIVIL}
    (foreign, *_) = theirs
    assert problem(town.as_(PERSONNEL).delete(f"{PATH}/{foreign}")) == (404, "not_found")
    assert problem(town.as_(PERSONNEL).get(f"{PATH}/{foreign}")) == (404, "not_found")
    assert problem(grant(town, CITIZEN, authority=CIVIL)) == (403, "other_personnel")
    assert foreign in listed(town, f"{CIVIL}-personnel-officer")


@pytest.mark.parametrize(
    ("office", "role"),
    [("kz-court", "court"), ("kz-data-protection-office", "data_protection_officer")],
)
def test_the_office_whose_business_it_is_appoints_its_people(town: Town, office: str, role: str) -> None:
    answer = grant(town, CITIZEN, role, f"{office}-personnel-officer")
    assert (answer.status_code, answer.json()["authority"], answer.json()["role"]) == (201, office, role)


def test_nobody_appoints_or_dismisses_themselves(town: Town) -> None:
    for who in (PERSONNEL, {"login": {"issuer": town.house.provider.issuer, "subject": PERSONNEL}}):
        assert problem(grant(town, who, "supervisor")) == (403, "own_competence")
    mine = next(c for c in listed(town).values() if c["role"] == "personnel_officer")
    path = f"{PATH}/{mine['competence']}"
    assert problem(town.as_(PERSONNEL).delete(path)) == (403, "own_competence")
    ends = town.as_(PERSONNEL).post(f"{path}/ends", {"last_day": "2030-01-01"})
    assert problem(ends) == (403, "own_competence")


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"role": "king"}, ("/role", "role_not_known")),
        ({"role": "treasury"}, ("/role", "role_of_the_machine")),
        ({"role": "auditor"}, ("/role", "role_of_the_machine")),
        ({"role": "court"}, ("/role", "role_not_of_office")),
        ({"role": "appeal_officer"}, ("/role", "role_not_of_office")),
        ({"role": "data_protection_officer"}, ("/role", "role_not_of_office")),
        ({"procedures": ["car_sale", "alms"]}, ("/procedures/1", "procedure_not_known")),
        ({"since": "2020-01-01"}, ("/since", "day_past")),
        ({"until": "2020-01-01"}, ("/until", "ends_before_first_day")),
        ({"since": "2031-01-01", "until": "2030-01-01"}, ("/until", "ends_before_first_day")),
        ({"until": "2030-02-30"}, ("/until", "no_such_day")),
        ({"who": {}}, ("/who", "nobody_named")),
        ({"who": {"personal_number": {"country": "KZ", "number": "123"}}}, ("", "")),
        ({"who": {"login": {"issuer": "https://id.example"}}}, ("/who/login/subject", "missing")),
        ({"more": 1}, ("/more", "unknown_member")),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_changes_nothing(
    town: Town, wrong: dict[str, Any], place: tuple[str, str]
) -> None:
    before, size = listed(town), town.house.countries["KZ"].log.size()
    body = {"who": {"personal_number": number_of("kz-bailiffs-officer")}, "role": "officer", **wrong}
    (found,) = errors(town.as_(PERSONNEL).post(PATH, body))
    assert place in (found, ("", "")), found
    assert (listed(town), town.house.countries["KZ"].log.size()) == (before, size)


@pytest.mark.parametrize(
    ("last_day", "code"), [("2020-01-01", "day_past"), ("2999-12-31", "ends_sooner"), ("soon", "wrong_form")]
)
def test_an_end_takes_effect_today_at_the_earliest_and_never_makes_longer(
    town: Town, last_day: str, code: str
) -> None:
    held = good(grant(town, "kz-pledge-registry-officer", until="2031-12-31"))
    answer = town.as_(PERSONNEL).post(f"{PATH}/{held['competence']}/ends", {"last_day": last_day})
    assert errors(answer) == [("/last_day", code)]


def test_what_is_not_there_is_not_ended(town: Town) -> None:
    assert problem(town.as_(PERSONNEL).delete(f"{PATH}/nothing")) == (404, "not_found")


# --- reading ------------------------------------------------------------------------------------------------


def test_the_list_leads_on_page_by_page_and_each_reading_is_recorded(town: Town) -> None:
    for n in range(3):
        good(grant(town, {"login": {**LOGIN, "subject": f"reader-{n}"}}))
    accesses, seen, path = town.house.countries["KZ"].accesses, [], f"{PATH}?limit=2"
    before = accesses.head()[0]
    while path:
        answer = town.as_(PERSONNEL).send("GET", path)
        seen += [item["competence"] for item in good(answer)["items"]]
        path = answer.links.get("next", {}).get("url") or ""
    assert seen == sorted(listed(town))
    rows = accesses.since(before, 1000)
    assert {row.purpose for row in rows} == {"reading the record of competences"}
    assert {(row.role, row.basis) for row in rows} == {
        ("personnel_officer", "competence.read:personnel_officer in competences")
    }
    found = [town.house.competences.find(each) for each in seen]
    assert {each.appointee for each in found if each} <= {row.stream for row in rows}


def test_whoever_holds_something_sees_who_read_that(new_town: Town) -> None:
    good(grant(new_town, CITIZEN))
    listed(new_town)
    new_town.settle()
    (read,) = good(new_town.as_(CITIZEN).get("/v1/my/accesses", country="KZ"))["items"]
    assert (read["role"], read["authority"]) == ("personnel_officer", OFFICE)
    assert read["purpose"] == "reading the record of competences"


def test_nobody_is_told_a_personal_number(town: Town) -> None:
    number = number_of(CITIZEN)["number"]
    answer = grant(town, CITIZEN, "data_protection_officer")
    assert number not in answer.text
    assert number not in town.as_(PERSONNEL).get(PATH).text


def test_what_development_people_hold_can_be_ended_and_stays_so(new_town: Town) -> None:
    """They hold it from the law; a start does not bring it back, but for what the law names anew."""
    second = f"{OFFICE}-officer-2"
    mine = {c.office_id for c in new_town.house.actor(new_town.token(second)).competences}
    (held,) = [c for c in listed(new_town).values() if c["office_id"] in mine]
    assert new_town.as_(PERSONNEL).delete(f"{PATH}/{held['competence']}").status_code == 204
    assert queue(new_town, second) == 404
    again = House(new_town.settings)
    assert again.actor(new_town.token(second)).competences == ()
    again.close()


# --- when a process dies between the log and the record -----------------------------------------------------


def ask_and_die(town: Town, subject: str) -> None:
    """What is durable, and of which the record was told nothing."""
    desk = town.house.countries["KZ"].desk
    login: Any = {**LOGIN, "subject": subject}
    command = granting.grant(desk, SYSTEM, OFFICE, person=None, login=login, role="officer")
    assert not desk.ask(command).result().is_repeat


def holds(house: House, subject: str) -> bool:
    return bool(house.competences.of(LOGIN["issuer"], subject, house.clock()))


def test_whoever_follows_the_log_tells_the_record(new_town: Town) -> None:
    ask_and_die(new_town, "one")
    until(lambda: holds(new_town.house, "one"), "the follower")
    ask_and_die(new_town, "two")
    until(lambda: holds(new_town.house, "two"), "the follower, which is under way")


def test_an_end_that_the_record_did_not_hear_of_is_made_good(new_town: Town) -> None:
    ask_and_die(new_town, "one")
    until(lambda: holds(new_town.house, "one"), "the follower")
    (found,) = [c for c in new_town.house.competences.listed("KZ") if c.login == (LOGIN["issuer"], "one")]
    end = EndCompetence(
        by=SYSTEM, cause=new_cause(), country="KZ", appointee=found.appointee, competence=found.id
    )
    new_town.house.countries["KZ"].desk.ask(end).result()
    until(lambda: not holds(new_town.house, "one"), "the follower")


def test_a_record_that_cannot_be_written_for_a_while_is_told_afterwards(new_town: Town) -> None:
    """Also where nothing happens in the log any more."""
    path = new_town.settings.data / "competences.sqlite"
    with closing(sqlite3.connect(path)) as other:
        broken = "CREATE TRIGGER broken BEFORE INSERT ON held BEGIN SELECT RAISE(ABORT, 'broken'); END"
        other.execute(broken)
        ask_and_die(new_town, "one")
        new_town.settle()
        assert not holds(new_town.house, "one")
        refused = grant(new_town, {"login": LOGIN})
        assert problem(refused) == (503, "competence_not_yet_in_force")
        assert "nothing was changed" not in refused.text, "it is in the log"
        other.execute("DROP TRIGGER broken")
    until(lambda: holds(new_town.house, "one"), "the follower, which tries again")
    again = grant(new_town, {"login": LOGIN})
    assert again.headers["ETag"] == '"1"', "it was in the log already"
    assert holds(new_town.house, LOGIN["subject"])


def test_a_record_that_is_lost_is_made_anew_at_the_next_start(new_town: Town) -> None:
    """From the read models, which are made from the log; an end stays an end."""
    held = good(grant(new_town, CITIZEN))
    ended = good(grant(new_town, {"login": LOGIN}))
    new_town.as_(PERSONNEL).delete(f"{PATH}/{ended['competence']}")
    new_town.settle()
    before = {code: new_town.house.competences.listed(code) for code in new_town.house.countries}
    sizes = {code: country.log.size() for code, country in new_town.house.countries.items()}
    new_town.house.competences.close()
    (new_town.settings.data / "competences.sqlite").unlink()
    again = House(new_town.settings)
    try:
        assert {code: again.competences.listed(code) for code in again.countries} == before
        assert {code: country.log.size() for code, country in again.countries.items()} == sizes
        assert [c.office_id for c in again.actor(new_town.token(CITIZEN)).competences] == [held["office_id"]]
        assert again.competences.of(LOGIN["issuer"], LOGIN["subject"], again.clock()) == ()
    finally:
        again.close()


FORGED = (
    "INSERT INTO appointees SELECT 'forged', 'KZ', authority, 'office-of-nobody', NULL, 999 FROM appointees LIMIT 1",
    """INSERT INTO held SELECT 'forged', 'forged', role, procedures, since, NULL, NULL, 'https://id.example', 'forged'
        FROM held WHERE role = 'officer' LIMIT 1""",
    """INSERT INTO machines SELECT issuer, 'forged', authority, 'officer', country, office_id, since
        FROM machines LIMIT 1""",
)


def test_a_record_that_somebody_wrote_into_is_put_right_by_the_log_at_the_next_start(new_town: Town) -> None:
    """An officer whom nobody appointed, an end that is taken back, a version that no log will reach."""
    held = good(grant(new_town, {"login": LOGIN}))
    new_town.as_(PERSONNEL).delete(f"{PATH}/{held['competence']}")
    new_town.settle()
    before = {code: new_town.house.competences.listed(code) for code in new_town.house.countries}
    with closing(sqlite3.connect(new_town.settings.data / "competences.sqlite")) as other:
        for statement in FORGED:
            assert other.execute(statement).rowcount == 1
        other.execute("UPDATE held SET ended_at = NULL, until = NULL")
        other.execute("UPDATE appointees SET version = 999, authority = 'kz-police' WHERE country = 'KZ'")
        other.commit()
    again = House(new_town.settings)
    try:
        assert {code: again.competences.listed(code) for code in again.countries} == before
        for subject in ("forged", LOGIN["subject"]):
            assert again.competences.of(LOGIN["issuer"], subject, again.clock()) == ()
        assert again.competences.officer("KZ", "office-of-nobody", again.clock()) is None
    finally:
        again.close()


def test_what_is_written_into_the_read_models_makes_nobody_an_officer(new_town: Town) -> None:
    """They say whose competences changed; what somebody holds is read in the log."""
    country = new_town.house.countries["KZ"]
    new_town.settle()
    with closing(sqlite3.connect(country.read_models.path)) as other:
        (table,) = [
            name
            for (name,) in other.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
            if name.startswith("competences")
        ]
        said = "'forged', authority, 1000000, replace(state, appointee, 'forged')"
        other.execute(f"INSERT INTO {table} SELECT {said} FROM {table} LIMIT 1")  # noqa: S608 - a name of the schema
        other.commit()
    found, _ = country.appointees()
    assert "forged" not in {each.appointee for each in found}


def test_a_rebuild_of_the_read_models_says_the_same(new_town: Town) -> None:
    good(grant(new_town, CITIZEN))
    country = new_town.house.countries["KZ"]
    new_town.settle()
    before = country.appointees()
    country.follower.rebuild()
    assert country.appointees() == before
    catch_up(country, new_town.house.competences)
    assert [c.role for c in new_town.house.actor(new_town.token(CITIZEN)).competences] == ["officer"]
