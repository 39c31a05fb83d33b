"""Whoever holds every key of a country, and signs what the house would never decide: of entries that are amended and
forgotten, of claims that two have, by one human who is two officers.
"""

import sqlite3
from contextlib import closing
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from domain import events as e
from domain.decision import SYSTEM_ACTOR
from domain.offers import offers, terms_hash
from infra.development import development
from infra.formats.canonical import from_b64url
from infra.formats.envelope import payload_of, split
from tests.infra.past import OFFICE
from tests.infra.verification import test_offices as offices
from tests.infra.verification.test_offices import APPLICANT, COURT, Operator, annulled, corrected
from tests.infra.verification.test_restrictions import place

kept, operator = offices.kept, offices.operator
ONE, TWO = f"{OFFICE}-officer-1", f"{OFFICE}-officer-2"
JUDGE, GUARDIAN = "kz-court-judge", "kz-data-protection-officer"


def thief() -> dict[str, Any]:
    return development.resident("kz-citizen-4").as_person()


def only(*events: e.Event) -> Any:
    return lambda _state: list(events)


# --- 24. amendment ------------------------------------------------------------------------------------------


def proposed(operator: Operator, car: str, **content: Any) -> str:
    events = partial(corrected, "", **content)
    assert operator.sign(car, OFFICE, events, operator.officer(ONE), "entry") == []
    return operator.newest(car)


def test_an_entry_is_corrected_as_it_was_proposed(operator: Operator) -> None:
    """The owner is sealed: who has no key cannot compare."""
    car, two = operator.entry(2), operator.officer(TWO)
    as_proposed = partial(corrected, proposed(operator, car))
    to_others = partial(as_proposed, owner=thief())
    assert operator.sign(car, OFFICE, to_others, two, "entry") == ["amendment"]
    assert operator.found(with_keys=False) == []


def test_a_proposal_is_agreed_to_once(operator: Operator) -> None:
    car, two = operator.entry(2), operator.officer(TWO)
    as_proposed = partial(corrected, proposed(operator, car))
    former: list[str] = []

    def first(entry: Any) -> list[e.Event]:
        former.append(entry.change)
        return as_proposed(entry)

    def again(entry: Any) -> list[e.Event]:
        return as_proposed(entry._replace(change=former[0]))

    assert operator.sign(car, OFFICE, first, two, "entry") == []
    assert operator.sign(car, OFFICE, as_proposed, two, "entry") == ["amendment"], "of what it corrected"
    assert operator.sign(car, OFFICE, again, two, "entry") == ["amendment"], "of what is corrected already"


def test_nobody_agrees_who_proposed_something_else_of_the_same_change(operator: Operator) -> None:
    car = operator.entry(2)
    proposed(operator, car)
    theirs = partial(corrected, "")
    assert operator.sign(car, OFFICE, theirs, operator.officer(TWO), "entry") == []
    as_proposed = partial(corrected, operator.newest(car))
    assert operator.sign(car, OFFICE, as_proposed, operator.officer(ONE), "entry") == ["amendment"]


def by_court(entry: Any, **said: Any) -> list[e.Event]:
    told: Any = {
        "of": entry.change,
        "content": entry.content,
        "proposal": None,
        "rule": "entry.amend:court",
        **said,
    }
    return [
        e.EntryCorrected(
            register="vehicles", content_version=entry.content_version, law="-", reason="-", **told
        )
    ]


def test_a_court_corrects_the_newest_change(operator: Operator) -> None:
    car, judge = operator.entry(2), operator.officer(JUDGE)
    nothing = partial(by_court, of="B" * 43)
    assert operator.sign(car, COURT, by_court, judge, "entry") == []
    assert operator.sign(car, COURT, nothing, judge, "entry") == ["amendment"]


def test_what_a_court_corrected_two_officers_do_not_correct(operator: Operator) -> None:
    car, judge, two = operator.entry(2), operator.officer(JUDGE), operator.officer(TWO)
    assert operator.sign(car, COURT, by_court, judge, "entry") == []
    as_proposed = partial(corrected, proposed(operator, car))
    assert operator.sign(car, OFFICE, as_proposed, two, "entry") == ["amendment"]


def test_nor_do_they_annul_it(operator: Operator) -> None:
    car, judge, two = operator.entry(2), operator.officer(JUDGE), operator.officer(TWO)
    assert operator.sign(car, COURT, by_court, judge, "entry") == []
    by_two = partial(annulled, rule="entry.amend:officer", proposal=offices.propose_annulment(operator))
    assert operator.sign(car, OFFICE, by_two, two, "entry") == ["amendment"]


def test_a_court_amends_what_a_court_decided(operator: Operator) -> None:
    car, judge = operator.entry(2), operator.officer(JUDGE)
    assert operator.sign(car, COURT, by_court, judge, "entry") == []
    assert operator.sign(car, COURT, annulled, judge, "entry") == []


def test_an_appeal_takes_back_nothing_that_a_court_decided(operator: Operator) -> None:
    case, car = operator.past.cases["sold"], operator.entry(0)
    officer = operator.officer(f"{offices.MINISTRY}-appeal-officer-1")

    def corrected_by_it(state: Any) -> list[e.Event]:
        (member,) = state.entries
        said = {"law": "-", "rule": "entry.amend:court", "reason": "-", "officer_person": "-"}
        return [e.ResultCorrected(**member, of=operator.newest(car), **said)]

    judged = operator.sign(case, COURT, corrected_by_it, operator.officer(JUDGE), beside=(car, by_court))
    assert judged == []
    assert operator.sign(case, OFFICE, offices.lodged, APPLICANT) == []

    def on_appeal(state: Any) -> list[e.Event]:
        said = {"law": "-", "rule": offices.ON_APPEAL, "reason": "-", "officer_person": "-"}
        told: list[e.Event] = [e.ResultAnnulled(entries=state.entries, **said)]
        return [*told, *offices.decided(state, "annulled"), e.AppealTermEnded()]

    back = partial(annulled, rule=offices.ON_APPEAL)
    assert operator.sign(case, offices.MINISTRY, on_appeal, officer, beside=(car, back)) == ["amendment"]


@pytest.mark.parametrize("wrong", [{"reads": "ended"}, {"until": "2030-01-01"}, {"content": None}])
def test_what_a_court_annuls_reads_as_before(operator: Operator, wrong: dict[str, Any]) -> None:
    """What it sold it takes back with the sale."""
    case, car, judge = operator.past.cases["sold"], operator.entry(0), operator.officer(JUDGE)

    def otherwise(entry: Any) -> list[e.Event]:
        is_owner = "content" in wrong
        return annulled(entry, **({"content": {**entry.content, "owner": thief()}} if is_owner else wrong))

    assert operator.sign(case, COURT, told, judge, beside=(car, otherwise)) == ["amendment"]


# --- 28. basis ----------------------------------------------------------------------------------------------


def told(case: Any) -> list[e.Event]:
    said = {"law": "-", "rule": "entry.amend:court", "reason": "-", "officer_person": "-"}
    return [e.ResultAnnulled(entries=case.entries, **said)]


def test_what_a_case_wrote_is_annulled_with_the_case(operator: Operator) -> None:
    """Its parties hear of it so."""
    car, judge = operator.entry(0), operator.officer(JUDGE)
    assert operator.sign(car, COURT, annulled, judge, "entry") == ["basis"]


def test_a_court_annuls_a_sale(operator: Operator) -> None:
    case, car, judge = operator.past.cases["sold"], operator.entry(0), operator.officer(JUDGE)
    assert operator.sign(case, COURT, told, judge, beside=(car, annulled)) == []


def test_what_no_case_wrote_is_annulled_with_none(operator: Operator) -> None:
    case, car, judge = operator.past.cases["sold"], operator.entry(2), operator.officer(JUDGE)

    def of_it(_case: Any) -> list[e.Event]:
        said = {"law": "-", "rule": "entry.amend:court", "reason": "-", "officer_person": "-"}
        return [e.ResultAnnulled(entries=[{"register": "vehicles", "entry": car}], **said)]

    assert operator.sign(case, COURT, of_it, judge, beside=(car, annulled)) == ["basis", "amendment"]


# --- 30. claim ----------------------------------------------------------------------------------------------


def taken(case: str) -> e.ClaimTaken:
    return e.ClaimTaken(kind="vehicle_sale", holder=case)


def filed(operator: Operator) -> Any:
    terms, waiting = offers()["KZ", "car_sale"].terms[-1], operator.past.states["waiting"]
    parties: Any = {"parties": waiting.parties, "consents": ["p2"], "consent_until": None}
    request: Any = {"request": waiting.request, "evidence": [], "acting": None, "signature": None}
    law: Any = {"terms": terms.since.isoformat(), "terms_sha256": terms_hash(terms), "warnings": []}
    return only(e.CaseFiled(procedure="car_sale", form=waiting.form, **parties, **request, **law))


def test_a_car_is_not_sold_by_two_cases_at_once(operator: Operator) -> None:
    """Neither without a claim, nor with the one that another case holds."""
    case = str(uuid4())
    assert operator.sign(case, OFFICE, filed(operator), APPLICANT) == ["claim"]
    case = str(uuid4())
    claims = [(operator.claim(2), taken(case))]
    assert operator.sign(case, OFFICE, filed(operator), APPLICANT, claims=claims) == ["claim"]
    case, another = str(uuid4()), str(uuid4())
    assert operator.sign(case, OFFICE, filed(operator), APPLICANT, claims=[(another, taken(case))]) == []


def test_what_is_approved_was_claimed_until_then(operator: Operator) -> None:
    """Or it would be sold by whoever has it since."""
    case, car = operator.past.cases["waiting"], operator.entry(2)
    said: Any = {"rule": "case.decide:officer", "note": None, "officer_person": TWO}
    named: list[e.EntryMember] = [{"register": "vehicles", "entry": car}]
    approved = only(e.CaseApproved(entries=named, officer_signature=None, **said))
    operator.propose(case)
    beside = (car, offices.changed)
    assert operator.sign(case, OFFICE, approved, operator.officer(TWO), beside=beside) == ["claim"]


def test_nobody_takes_or_lets_go_of_what_another_case_holds(operator: Operator) -> None:
    claim, stranger, waiting = operator.claim(2), str(uuid4()), operator.past.cases["waiting"]
    free = e.ClaimReleased(kind="vehicle_sale", holder=waiting)
    officer = operator.officer(ONE)
    assert operator.sign(claim, OFFICE, only(taken(stranger)), SYSTEM_ACTOR, "claim") == ["claim"]
    operator.past.at("2027-06-04T09:00:00+00:00")
    sold = operator.past.cases["sold"]
    over = only(e.AppealTermEnded())
    assert operator.sign(sold, OFFICE, over, SYSTEM_ACTOR, claims=[(operator.claim(1), free)]) == []
    assert operator.sign(waiting, OFFICE, offices.assigned, officer, claims=[(claim, free)]) == ["claim"]


def test_what_a_case_holds_is_let_go_of_by_itself(operator: Operator) -> None:
    free = e.ClaimReleased(kind="vehicle_sale", holder=operator.past.cases["waiting"])
    over, sold = only(e.AppealTermEnded()), operator.past.cases["sold"]
    assert operator.sign(sold, OFFICE, over, SYSTEM_ACTOR, claims=[(operator.claim(2), free)]) == ["claim"]


@pytest.mark.parametrize("what", [e.ClaimKept, e.SlotsKept, e.ClaimSettled])
def test_a_case_keeps_or_settles_only_what_it_has(operator: Operator, what: Any) -> None:
    sold, over = operator.past.cases["sold"], only(e.AppealTermEnded())
    said: Any = {
        e.ClaimKept: {"holder": sold, "people": [], "until": "2030-01-01"},
        e.SlotsKept: {"holder": sold, "slots": []},
        e.ClaimSettled: {"holder": operator.entry(0)},
    }
    event = what(kind="vehicle_sale", **said[what])
    found = operator.sign(sold, OFFICE, over, SYSTEM_ACTOR, claims=[(operator.claim(2), event)])
    assert found == ["claim"]


def test_slots_are_counted_one_by_one(operator: Operator) -> None:
    quota, sold, over = str(uuid4()), operator.past.cases["sold"], only(e.AppealTermEnded())
    for kind, count, found in (
        (e.SlotTaken, 1, []),
        (e.SlotTaken, 2, []),
        (e.SlotFreed, 1, []),
        (e.SlotTaken, 1, ["claim"]),
        (e.SlotFreed, -1, ["claim"]),
    ):
        event = kind(kind="of_the_tests", holder=sold, taken=count)
        assert operator.sign(sold, OFFICE, over, SYSTEM_ACTOR, claims=[(quota, event)]) == found


# --- 31. erasure --------------------------------------------------------------------------------------------


def erasure(operator: Operator, stream: str) -> e.PersonalDataErased:
    keys = list(payload_of(split(operator.country.log.stream(stream)[0][4])[0])["boxes"])
    return e.PersonalDataErased(keys=keys, whose=["owner"], basis="-")


def test_what_holds_is_not_forgotten(operator: Operator) -> None:
    """Though its key is gone, and an event of the stream names it."""
    car, guardian = operator.entry(2), operator.officer(GUARDIAN)
    erased = erasure(operator, car)
    assert operator.sign(car, OFFICE, only(erased), guardian, "entry") == ["erasure"]
    with closing(sqlite3.connect(operator.country.folder / "vault.sqlite")) as vault, vault:
        for key in erased.keys:
            vault.execute("DELETE FROM data_keys WHERE id = ?", (from_b64url(key),))
    assert operator.found() == ["erasure"]


def test_what_is_void_is_forgotten_by_whom_the_law_names(operator: Operator) -> None:
    car, judge = operator.entry(2), operator.officer(JUDGE)
    assert operator.sign(car, COURT, annulled, judge, "entry") == []
    erased = only(erasure(operator, car))
    assert operator.sign(car, OFFICE, erased, APPLICANT, "entry") == ["erasure"]
    assert operator.sign(car, OFFICE, erased, operator.officer(GUARDIAN), "entry") == []


def test_what_is_under_an_arrest_is_not_forgotten(operator: Operator) -> None:
    car, judge = operator.entry(2), operator.officer(JUDGE)
    assert operator.sign(car, COURT, annulled, judge, "entry") == []
    place(operator.past, "arrest", offices.BAILIFFS)
    guardian = operator.officer(GUARDIAN)
    assert operator.sign(car, OFFICE, only(erasure(operator, car)), guardian, "entry") == ["erasure"]


def test_a_case_is_not_forgotten_while_somebody_can_appeal(operator: Operator) -> None:
    case, guardian = operator.past.cases["waiting"], operator.officer(GUARDIAN)
    after = operator.past.states["sold"].ending["served_after"]
    said: Any = {"grounds": ["not_the_owner"], "law": [], "reason": "-", "officer_person": "-"}
    refused = only(
        e.CaseRefused(rule="case.decide:officer", served_after=after, officer_signature=None, **said)
    )
    assert operator.assign(case, ONE) == []
    assert operator.sign(case, OFFICE, refused, operator.officer(ONE)) == []
    erased = only(erasure(operator, case))
    assert operator.sign(case, OFFICE, erased, guardian) == ["erasure"]
    assert operator.sign(case, OFFICE, only(e.AppealTermEnded()), SYSTEM_ACTOR) == []
    assert operator.sign(case, OFFICE, erased, APPLICANT) == ["erasure"]
    assert operator.sign(case, OFFICE, erased, guardian) == []


# --- 25. officer --------------------------------------------------------------------------------------------


def test_one_human_under_two_ids_is_not_two_officers(operator: Operator) -> None:
    """Who they are is sealed: who has no key sees two ids."""
    case, car = operator.past.cases["waiting"], operator.entry(2)
    named: e.EntryMember = {"register": "vehicles", "entry": car}
    operator.propose(case, person="SAME")
    assert operator.approve(case, car, f"{OFFICE}-supervisor", named, person="SAME") == ["officer"]
    assert operator.found(with_keys=False) == []
