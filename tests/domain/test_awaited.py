"""What is next: who must act, with what, and until when; at every stage somebody is named, or it is over."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from domain.awaited import OF_OFFICES, OF_PARTIES, Awaited, amount_until, awaited, is_unconfirmed, unconfirmed
from domain.case import ENDED, Case, Stage
from domain.country import Source
from domain.days.deadlines import Term
from domain.fees import Fee, FeePart
from domain.terms import AppealBody
from domain.visibility import shown
from tests.domain.acts import (
    APPEALED,
    APPROVED,
    COMPLETE,
    COMPLETED,
    CONSENTED,
    FILED,
    FINAL,
    IN_HAND,
    PROPOSED,
    REFUSED,
    RETURNED,
    UNPAID,
    WITHDRAWN,
    annul,
    annul_as_a_court,
    appeal,
    approve,
    correct,
    file,
    later,
    not_needed,
    office,
    pay,
    propose_annulment,
    propose_correction,
    serve,
    take_back,
    until,
)
from tests.domain.decrees import name_value
from tests.domain.made_up import LAW, a_story_of, made_up
from tests.domain.story import Act, a_birth, a_sale, given
from tests.domain.test_payments import FEE

WAYS: dict[str, tuple[tuple[Act, ...], list[tuple[str, str]]]] = {
    "filed": (FILED, [("p2", "consent"), ("p1", "fee")]),
    "consented": (CONSENTED, [("p1", "fee")]),
    "in_review": (COMPLETE, [("authority", "assignment")]),
    "in_hand": (IN_HAND, [("authority", "decision")]),
    "proposed": (PROPOSED, [("authority", "approval")]),
    "returned": (RETURNED, [("p1", "answer")]),
    "approved": (APPROVED, [("registry", "receipt")]),
    "completed": (COMPLETED, []),
    "refused": (REFUSED, [("p1", "opening"), ("p1", "appeal"), ("p2", "opening"), ("p2", "appeal")]),
    "lapsed": (UNPAID, [("p1", "opening"), ("p1", "appeal"), ("p2", "opening"), ("p2", "appeal")]),
    "appealed": (APPEALED, [("authority", "appeal_decision")]),
    "withdrawn": ((*COMPLETE, *WITHDRAWN[len(FILED) :]), [("treasury", "refund")]),
}


def found(*acts: Act) -> list[tuple[str, str]]:
    return [(each.who, each.what) for each in awaited(given(a_sale(), *acts).now)]


@pytest.mark.parametrize("way", WAYS)
def test_each_stage_says_who_must_act_and_what(way: str) -> None:
    acts, expected = WAYS[way]
    assert found(*acts) == expected


def test_what_is_not_over_waits_for_somebody() -> None:
    for acts, _ in WAYS.values():
        case = given(a_sale(), *acts).now
        assert awaited(case) or case.stage in ENDED


def test_every_code_is_of_a_party_or_of_an_office() -> None:
    for acts, _ in WAYS.values():
        for each in awaited(given(a_sale(), *acts).now):
            assert (each.what in OF_PARTIES) == each.who.startswith("p")
            assert each.what in {*OF_PARTIES, *OF_OFFICES}


def test_the_days_are_those_of_the_case() -> None:
    case = given(a_sale(), *FILED).now
    consent, fee = awaited(case)
    assert case.fee is not None
    assert (consent.until, fee.until) == (case.consent_until, case.fee["due"])
    assert (fee.amount, fee.currency) == (case.fee["amount"], "KZT")
    (left,) = awaited(given(a_sale(), *CONSENTED, pay(100)).now)
    assert left.amount == case.fee["amount"] - 100


def test_an_amount_that_holds_for_this_year_alone_is_told_with_its_last_day() -> None:
    """Filed on the 21st of December, to be paid by January; the unit value of 2027 is not known (rules.md 10)."""
    story = given(a_sale(at=datetime(2026, 12, 21, 9, tzinfo=UTC)), *CONSENTED)
    (fee,) = awaited(story.now, at=story.at)
    assert fee.until is not None
    assert (fee.until["due"], fee.what, fee.amount) == ("2027-01-06", "fee", FEE)
    assert fee.amount_until == amount_until(story.now) == date(2026, 12, 31)
    given(story, until("2027-01-04"))
    (fee,) = awaited(story.now, at=story.at)
    assert (fee.what, fee.amount, fee.amount_until) == ("fee_unknown", None, None)
    assert amount_until(story.now) == date(2026, 12, 31)


def test_when_the_law_names_the_new_value_the_amount_of_today_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    story = given(a_sale(at=datetime(2026, 12, 21, 9, tzinfo=UTC)), *CONSENTED, pay(100_00))
    name_value(monkeypatch, "MCI", 5_000_00, 2027)
    given(story, until("2027-01-04"))
    (fee,) = awaited(story.now, at=story.at)
    assert (fee.what, fee.amount, fee.amount_until) == ("fee", 21_500_00 - 100_00, None)


def test_an_amount_that_holds_to_the_last_day_to_pay_is_told_without_another() -> None:
    story = given(a_sale(), *CONSENTED)
    (fee,) = awaited(story.now, at=story.at)
    assert fee.amount_until is None


def test_while_the_clock_stands_still_no_day_to_decide_is_named() -> None:
    case = given(a_sale(), *IN_HAND).now
    (decision,) = awaited(case)
    assert decision.until == case.decision_due
    opinion = {"of": "o", "at": case.filed_at, "authority": "kz-police", "investigation": "inquiry"}
    asked = {**opinion, "answer_until": None, "inquiry": None, "opinion": None, "given_at": None}
    waiting = awaited(case._replace(opinions=[asked]))  # type: ignore[list-item]  # as a row has it
    assert [(each.what, each.until, each.office) for each in waiting] == [
        ("opinion", None, "kz-police"),
        ("decision", None, case.authority),
    ]


def test_when_the_appeal_term_is_over_nobody_is_waited_for() -> None:
    assert found(*REFUSED, *FINAL) == []


def test_a_birth_waits_for_an_officer_at_once() -> None:
    assert [each.what for each in awaited(given(a_birth(), *FILED).now)] == ["assignment"]


def test_a_fee_before_the_entry_is_the_applicants(monkeypatch: pytest.MonkeyPatch) -> None:
    fee = Fee(parts=(FeePart(name="issue", units=Fraction(5_000_00)),), source=LAW)
    law = made_up(monkeypatch, times={"pay_entry": Term(30, "calendar_days", LAW)}, entry_fee=fee)
    case = given(a_story_of(law), *PROPOSED, approve()).now
    (to_pay,) = awaited(case)
    assert (to_pay.who, to_pay.what, to_pay.amount) == ("p1", "entry_fee", 5_000_00)
    assert not is_unconfirmed(to_pay, unconfirmed(case))


def test_a_day_that_stands_on_no_settled_law_says_so_wherever_it_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Deadlines, what is next, the ground of a refusal; and nothing of it where the law is settled."""
    doubtful = shown(given(a_sale(), *REFUSED, serve()).now, "p1")
    assert not doubtful["appeal_until"]["unconfirmed"]
    assert doubtful["consent_until"]["unconfirmed"]
    assert doubtful["fee"]["due"]["unconfirmed"]
    assert doubtful["fee"]["unconfirmed"]
    assert doubtful["decision_due"]["unconfirmed"]
    assert doubtful["next"][0]["unconfirmed"]
    assert doubtful["decision"]["unconfirmed"] == ["tax_unpaid", "after_refusal"]
    times = {
        name: Term(10, "working_days", LAW)
        for name in ("pay", "consent", "answer", "decide", "served", "appeal")
    }
    settled = shown(given(a_story_of(made_up(monkeypatch, times=times)), *REFUSED, serve()).now, "p1")
    for name in ("appeal_until", "consent_until", "decision_due"):
        assert settled[name]["unconfirmed"] is False
    assert settled["fee"]["due"]["unconfirmed"] is False
    assert [each["unconfirmed"] for each in settled["next"]] == [
        each["what"] == "appeal" for each in settled["next"]
    ]
    appeals = AppealBody("kz-interior-ministry", LAW, Term(20, "working_days", LAW))
    law = made_up(monkeypatch, times=times, appeals=appeals)
    assert not any(
        each["unconfirmed"] for each in shown(given(a_story_of(law), *REFUSED, serve()).now, "p1")["next"]
    )


def test_a_ground_that_is_not_settled_law_is_named_with_the_decision(monkeypatch: pytest.MonkeyPatch) -> None:
    grounds = tuple(
        type(ground)(ground.code, Source("To be confirmed", confirmed=False))
        for ground in a_sale().terms.grounds
    )
    case = given(a_story_of(made_up(monkeypatch, grounds=grounds)), *REFUSED).now
    assert shown(case, None)["decision"]["unconfirmed"] == ["tax_unpaid", "after_refusal"]


def test_others_are_named_by_their_role_and_whoever_asks_as_you() -> None:
    case = given(a_sale(), *FILED).now
    asked = {party: [each["who"] for each in shown(case, party)["next"]] for party in ("p1", "p2", None)}
    assert asked == {"p1": ["buyer", "you"], "p2": ["you", "seller"], None: ["buyer", "seller"]}


def test_an_awaited_thing_of_an_unknown_stage_is_nothing() -> None:
    case: Case = given(a_sale(), *COMPLETED).now
    assert case.stage == Stage.COMPLETED
    assert awaited(case) == list[Awaited]()


def test_against_what_an_office_amended_its_people_have_the_court_alone_and_after_a_court_nothing() -> None:
    story = given(a_sale(), *COMPLETED, propose_correction(), correct())
    found = [(each.who, each.what, each.office) for each in awaited(story.now)]
    assert found == [("p1", "court_alone", "kz-court"), ("p2", "court_alone", "kz-court")]
    given(story, annul_as_a_court())
    assert awaited(story.now) == []


def test_of_what_is_annulled_the_case_says_that_no_settled_law_keeps_the_fee() -> None:
    story = given(a_sale(), *COMPLETED, propose_correction(), correct(), propose_annulment(), annul())
    found = shown(story.now, "p1")["amendments"]
    assert [each["unconfirmed"] for each in found] == [[], ["after_annulment"]]


def test_two_open_appeals_wait_for_one_decision_by_the_first_day_of_theirs() -> None:
    story = given(a_sale(), *REFUSED, appeal("p1"), later(days=3), appeal("p2", "I bought it."))
    first, second = story.now.open_appeals
    waits = [each for each in awaited(story.now) if each.what == "appeal_decision"]
    assert [each.until for each in waits] == [first["decide_until"]]
    given(story, take_back("p1", of=first["of"]))
    assert [each.until for each in awaited(story.now)] == [second["decide_until"]]
    assert first["decide_until"] != second["decide_until"]


def test_who_is_told_that_nothing_is_needed_is_told_that_they_may_file_again() -> None:
    story = given(a_birth(), file(), not_needed("still_born", by=office("supervisor")))
    assert [(each.who, each.what) for each in awaited(story.now)] == [("p1", "filing")]
