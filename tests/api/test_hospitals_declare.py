"""Where the law has it do so, a hospital files what the parents declared to it, and the mother agrees."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from domain import events as e
from domain.commands import RecordBirthNotice
from domain.decision import LEAD, Decision
from domain.decision import Events as Decided
from domain.lookup_keys import claim_key
from domain.offers import offers
from domain.procedures.birth_certificate import FOUNDLING, SINGLE_MOTHER, UNMARRIED
from infra.desk.desk import Append, new_cause
from infra.development import hospital
from infra.formats.envelope import payload_of as payload_in
from infra.formats.envelope import split
from infra.formats.signing import parse
from infra.verification import verify_folder
from tests.notified import (
    BIRTH,
    CLINIC,
    FIRST,
    HOSPITALS,
    MOTHER,
    STRANGER,
    declared,
    drawn,
    file,
    lacks_report,
    law_with,
    married,
    seen_by,
    send,
    signed,
    tell,
    told,
    warned,
)
from tests.town.caller import good, problem
from tests.town.fixtures import Furnished, inside
from tests.town.people import Town, person


@pytest.fixture(scope="module")
def declaring(furnished: Furnished, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A country in which the hospital files what the parents declared to it."""
    in_person = (FOUNDLING, UNMARRIED, SINGLE_MOTHER)
    with (
        law_with(declares=True, in_person=in_person),
        inside(furnished("TR"), tmp_path_factory.mktemp("declared")) as found,
    ):
        yield found


def test_a_hospital_files_by_itself_and_the_mother_agrees(declaring: Town) -> None:
    request = married(declaring)
    answer = send(declaring, signed(declaring, declared(request)))
    assert answer.status_code == 201
    case = answer.json()["case"]
    assert answer.headers["location"] == f"/v1/cases/{case}"
    shown = good(declaring.as_(MOTHER).get(f"/v1/cases/{case}"))
    assert (shown["stage"], shown["you_are"]) == ("filed", "mother")
    assert shown["request"]["relation"] == "medical_organisation"
    assert shown["consents"] == [{"party": "p2", "role": "mother", "answer": "open"}]
    assert shown["timeline"][0]["by"] == "hospital"
    said = {"answer": "give", "of": shown["request_hash"]}
    agreed = good(declaring.as_(MOTHER).post(f"/v1/cases/{case}/consents", said))
    assert agreed["stage"] == "in_review"
    declaring.settle()
    officer = seen_by(declaring, FIRST, case)
    assert warned(officer) == ["notified"]
    assert officer["request"]["applicant"]["number"] == CLINIC["number"]
    assert verify_folder(declaring.settings.data, with_keys=True, processes=0)["failures"] == []


def test_a_statement_that_filed_is_answered_again_with_its_case(declaring: Town) -> None:
    """Also where the house stopped between the notice and the case: then the second time files."""
    statement = signed(declaring, declared(married(declaring)))
    first = good(send(declaring, statement))
    assert good(send(declaring, statement)) == first
    assert first["case"] is not None


def test_what_was_recorded_when_the_house_stopped_is_filed_by_the_same_statement(declaring: Town) -> None:
    """The notice is there, and the case is not: as after a kill in between."""
    request = married(declaring)
    said = declared(request)
    statement = signed(declaring, said)
    notified = offers()[BIRTH].procedure.notified
    assert notified is not None
    key = notified.key(request)
    assert key is not None
    kept = {**payload_of(statement), "child": {"born_at": None, **said["child"]}}
    tr = declaring.house.countries["TR"]
    recorded = tr.desk.ask(
        RecordBirthNotice(
            by=declaring.house.actor(declaring.token(HOSPITALS)),
            cause="cmd:killed",
            country="TR",
            notice=tr.ids.stream(key),
            authority=HOSPITALS,
            said=kept,
            statement=statement,
        )
    ).result()
    found = good(send(declaring, statement))
    assert (found["notice"], found["version"]) == (recorded.stream, 1)
    assert found["case"] is not None


def payload_of(statement: str) -> dict[str, Any]:
    found = parse(statement).payload
    return {name: value for name, value in found.items() if name not in {"v", "log"}}


def test_a_mother_who_files_herself_is_shown_the_way_to_what_the_hospital_filed(declaring: Town) -> None:
    request = married(declaring)
    case = good(send(declaring, signed(declaring, declared(request))))["case"]
    answer = file(declaring, request)
    assert problem(answer) == (409, "claim_yours")
    assert answer.json()["case"] == case


def test_where_the_mother_filed_first_the_notice_counts_and_nothing_is_filed(declaring: Town) -> None:
    request = married(declaring)
    tell(declaring, request)
    case = good(file(declaring, request))["case"]
    declaring.travel(seconds=1)
    answer = send(declaring, signed(declaring, declared(request)))
    assert problem(answer) == (409, "claim_taken")
    declaring.settle()
    assert seen_by(declaring, FIRST, case)["notice"]["version"] == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"father": None, "fatherhood": "none"},
        {"fatherhood": "mothers_word"},
        {"fatherhood": "joint_application"},
    ],
    ids=["single mother", "by her word", "acknowledgement"],
)
def test_some_parents_go_to_the_registry_in_person(declaring: Town, changes: dict[str, Any]) -> None:
    request = married(declaring)
    answer = send(declaring, signed(declaring, declared(request, **changes)))
    assert problem(answer) == (409, "declared_in_person")
    assert lacks_report(file(declaring, request))  # nothing was recorded
    assert send(declaring, signed(declaring, told(request))).status_code == 201


def test_nobody_else_files_as_a_hospital_does(declaring: Town) -> None:
    """A company that says to be a medical organisation claims nothing of the mother's."""
    request = married(declaring)
    said = {**request, "applicant": {**CLINIC, "acts_by": None}, "relation": "medical_organisation"}
    assert file(declaring, said, STRANGER).status_code == 422


def test_a_hospital_puts_a_name_right_and_the_officer_sees_both(declaring: Town) -> None:
    """What was filed stays filed: the mother has it, and amends it, or the officer asks her."""
    request = married(declaring)
    first = signed(declaring, declared(request))
    case = good(send(declaring, first))["case"]
    declaring.travel(seconds=1)
    answer = send(declaring, signed(declaring, declared(request, given_names="Otherwise")))
    assert problem(answer) == (409, "claim_taken")
    again = good(send(declaring, first))
    assert (again["version"], again["case"]) == (2, case), "an older statement has its case still"
    declaring.settle()
    assert warned(seen_by(declaring, FIRST, case)) == ["notice_differs:names"]


def test_what_is_wrong_in_what_parents_declared_is_shown_where_the_hospital_said_it(declaring: Town) -> None:
    request = married(declaring)
    wrong = declared(
        request, given_names="A. B. C. D.", father={**request["father"], "born_on": "2999-01-01"}
    )
    answer = send(declaring, signed(declaring, wrong))
    assert answer.status_code == 422
    sent = {"declaration/given_names", "declaration/father/born_on"}
    shown = {each["pointer"].removeprefix("/statement/") for each in answer.json()["errors"]}
    assert shown
    assert shown <= sent


# --- what an auditor sees ---------------------------------------------------------------------------------


def test_a_log_in_which_a_hospital_files_what_it_did_not_tell_is_accused(declaring: Town) -> None:
    """Signed by the office that decides, on the machine, past what the house lets in."""
    request = married(declaring)
    filed = good(send(declaring, signed(declaring, declared(request))))
    case, mine = filed["case"], filed["notice"]
    other = good(send(declaring, signed(declaring, declared(married(declaring)))))["notice"]
    alone = tell(declaring, drawn(declaring))["notice"]
    declaring.settle()
    country = declaring.house.countries["TR"]
    (row, *_) = country.log.stream(case)
    payload = payload_in(split(row[4])[0])
    public = {name: said for name, said in payload["data"].items() if name in e.CaseFiled.__annotations__}
    content = country.desk.have(lambda append: append.load(case, "case")).result().state.request

    def forged(proof: str, **changes: Any) -> list[str]:
        new, free, size = str(uuid4()), str(uuid4()), country.log.size()
        acting: e.RepresentativeMember = {"person": "", "paper": None, "proof": proof}
        more: Any = {"request": {**content, **changes}, "acting": acting, "evidence": [], "signature": None}
        event = e.CaseFiled(**{**public, **more})
        taken = e.ClaimTaken(kind="birth", holder=new)

        def work(append: Append) -> None:
            claim = claim_key("of_the_tests", free)
            said: Decided = [(claim, taken), (LEAD, event)]
            actor: e.ActorMember = {"id": "p1", "role": "hospital"}
            decision = Decision(authority=payload["authority"], actor=actor, events=said)
            targets = {claim: append.load(free, "claim")}
            append.sign(decision, append.load(new, "case"), targets, new_cause())

        country.desk.have(work).result()
        declaring.settle()
        report = verify_folder(declaring.settings.data, with_keys=True, processes=0)
        return [each["check"] for each in report["failures"] if each["index"] >= size]

    assert forged(mine) == []
    for proof in (other, alone, str(uuid4())):
        assert forged(proof) == ["course"]
    for changes in (
        {"relation": "other"},
        {"fatherhood": "mothers_word"},
        {"mother": {**content["mother"], "personal_number": None, "born_on": "1970-01-01"}},
    ):
        assert forged(mine, **changes) == ["course"], changes


# --- by the law of Uzbekistan -------------------------------------------------------------------------------


def test_in_uzbekistan_the_hospital_files_and_a_single_mother_goes_herself(
    furnished: Furnished, tmp_path: Path
) -> None:
    with inside(furnished("UZ"), tmp_path) as town:
        drawn = town.request("UZ", "birth_certificate")
        mother = person("uz-citizen-1")
        child = {**drawn["child"], "born_on": (town.now() - timedelta(days=3)).date().isoformat()}
        child["place"] = {"country": "UZ", "city": "Toshkent", "facility": None, "setting": "hospital"}
        certificate = {
            "issuer": "Tugʻruqxona",
            "city": "Toshkent",
            "number": "7",
            "issued_on": child["born_on"],
        }
        request = {
            **drawn,
            "child": child,
            "mother": mother,
            "father": person("uz-citizen-2"),
            "medical_certificate": certificate,
        }
        clinic = {**CLINIC, "country": "UZ"}
        said = declared(request, hospital=clinic)
        alone = declared(request, hospital=clinic, fatherhood="mothers_word")

        def told_with(members: dict[str, Any]) -> httpx2.Response:
            statement = hospital.hospital(town.keyring("UZ"), "UZ", members, town.now())
            return town.as_("uz-hospitals").post("/v1/notices", {"statement": statement})

        assert problem(told_with(alone)) == (409, "declared_in_person")
        case = good(told_with(said))["case"]
        shown = good(town.as_("uz-citizen-1").get(f"/v1/cases/{case}"))
        assert (shown["you_are"], shown["stage"]) == ("mother", "filed")
        declined = {"answer": "decline", "of": shown["request_hash"]}
        assert (
            good(town.as_("uz-citizen-1").post(f"/v1/cases/{case}/consents", declined))["stage"]
            == "withdrawn"
        )
        assert verify_folder(town.settings.data, with_keys=True, processes=0)["failures"] == []
