"""What each read model shows of a story: a row is a pure function of what happened."""

from collections import Counter
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import Any, get_args

import pytest

from domain.access import Access
from domain.case import Case
from domain.case_parts import Objection
from domain.countries import countries
from domain.days.deadlines import Term
from domain.events import CaseEvent, DecisionServed, EntryEnded
from domain.facts import Facts
from domain.fees import Fee, FeePart
from domain.names import plainly
from domain.persons import key_of
from domain.procedures import registers as registers_of_the_law
from domain.terms import AfterRefusal
from infra.formats.ids import Ids
from projections import (
    Row,
    Tally,
    Turn,
    View,
    accesses,
    acts_for_others,
    add,
    amendment_proposals,
    birth_notices,
    case_entries,
    case_marks,
    case_parties,
    case_retention,
    case_status,
    competences,
    deadlines,
    entries_in_doubt,
    entry_keys,
    entry_notices,
    entry_people,
    entry_retention,
    entry_turns,
    mandate_people,
    mandates,
    notices,
    opinions,
    payments,
    refunds,
    registers,
    statistics,
    tallies,
    turns,
    views,
    work_queue,
)
from tests.domain.acts import (
    APPEALED,
    APPROVED,
    COMPLETE,
    COMPLETED,
    CONSENTED,
    FILED,
    FINAL,
    IN_HAND,
    OFFICER,
    PRESUMED,
    PROPOSED,
    REFUSED,
    RETURNED,
    SECOND,
    UNPAID,
    WITHDRAWN,
    acknowledge,
    after,
    amend,
    annul,
    annul_as_a_court,
    annul_result,
    answer,
    appeal,
    approve,
    ask,
    ask_for_opinion,
    assign,
    changed_hands,
    consent,
    correct,
    correct_as_a_court,
    decide_appeal,
    decline,
    end,
    end_mandate,
    erase,
    erase_entry,
    file,
    give_mandate,
    grant,
    lapse,
    later,
    lift,
    not_needed,
    office,
    pay,
    pay_back,
    propose,
    propose_annulment,
    propose_correction,
    refuse,
    restrict,
    serve,
    take_back,
    tell,
    until,
    withdraw,
)
from tests.domain.made_up import LAW, a_story_of, car, made_up
from tests.domain.story import (
    CASE,
    Act,
    Story,
    a_birth,
    a_sale,
    folded,
    forgotten,
    given,
    imported,
    stream_of,
    text,
)
from tests.domain.test_mandates import AS_MANDATE, by_mandate, of_the_buyer
from tests.domain.test_payments import FEE
from tests.examples import person

APPOINTEE = "competence/kz-vehicle-registration/human-9"
IDS = Ids(bytes(32))
THIRD = office("officer", "officer-3")
BAILIFF = office("restricting_officer", authority="kz-bailiffs")
WAYS = {
    "filed": FILED,
    "in_review": COMPLETE,
    "returned": RETURNED,
    "approved": APPROVED,
    "completed": COMPLETED,
    "refused": REFUSED,
    "withdrawn": WITHDRAWN,
    "lapsed": UNPAID,
}


def shown(view: View, *acts: Act) -> Row | None:
    """The row of a car sale, or of its car, after these acts."""
    return row(view, given(a_sale(), *acts))


def row(view: View, story: Story) -> Row | None:
    return next(iter(rows(view, story)), None)


def rows(view: View, story: Story) -> list[Row]:
    others = {
        "case": CASE,
        "competence": APPOINTEE,
        "mandate": next(map(stream_of, story.mandates), ""),
        "notice": next(map(stream_of, story.notices), ""),
    }
    state = folded(story.log, others.get(view.family) or stream_of(story.key))
    return view.shown(state, IDS)


def waiting(*acts: Act) -> dict[str, str]:
    """What the clock waits for, and until when."""
    found = shown(deadlines.PROJECTION, *acts) or {}
    beside = {"case", "calendar", "version"}
    return {name: at for name, at in found.items() if at and name not in beside}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("view", views(), ids=lambda view: view.name)
def test_a_row_has_every_column_and_no_other(view: View, way: tuple[Act, ...]) -> None:
    for found in rows(view, given(a_sale(), grant(), give_mandate(), tell(), *way)):
        assert list(found) == list(view.columns)


OPINED = (*IN_HAND, ask_for_opinion())
APPROVED_WITHOUT = (*OPINED, propose(), approve())
FURTHER = {
    "erased": (*COMPLETED, later(days=5000), erase()),
    "too much": (*FILED, pay(10**8)),
    "asked of another, withdrawn": (*OPINED, withdraw()),
    "asked of another, refused for good": (*OPINED, refuse("tax_unpaid"), *FINAL),
    "asked of another, annulled": (*APPROVED_WITHOUT, annul_result()),
}


@pytest.mark.parametrize("way", [*WAYS.values(), *FURTHER.values()], ids=[*WAYS, *FURTHER])
@pytest.mark.parametrize("view", [v for v in views() if v.looks_at], ids=lambda view: view.name)
def test_a_view_that_finds_nothing_changed_would_show_the_same(view: View, way: tuple[Act, ...]) -> None:
    """What it says that it looks at is all that its rows follow from."""
    log = [each for each in given(a_sale(), *way).log if each.stream == CASE]
    states = [folded(log[:n], CASE) for n in range(1, len(log) + 1)]
    for stood, state in pairwise(states):
        assert isinstance(stood, Case)
        assert isinstance(state, Case)
        kept = state._replace(**{name: getattr(stood, name) for name in view.looks_at})
        assert view.shown(kept, IDS) == view.shown(stood, IDS)


@pytest.mark.parametrize("way", [*WAYS.values(), *FURTHER.values()], ids=[*WAYS, *FURTHER])
@pytest.mark.parametrize("view", [v for v in views() if v.follows], ids=lambda view: view.name)
def test_a_view_that_follows_some_events_shows_the_same_after_all_others(
    view: View, way: tuple[Act, ...]
) -> None:
    log = [each for each in given(a_sale(), *way).log if each.stream == CASE]
    states = [folded(log[:n], CASE) for n in range(1, len(log) + 1)]
    as_before = [(stood, state) for stood, state in pairwise(states) if view.is_as_before(stood, state)]
    assert [view.shown(stood, IDS) for stood, _ in as_before] == [
        view.shown(state, IDS) for _, state in as_before
    ]


# --- case_status ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", WAYS)
def test_a_case_is_shown_with_its_stage_its_parties_and_its_state(stage: str) -> None:
    story = given(a_sale(), *WAYS[stage])
    found = row(case_status.PROJECTION, story)
    assert found is not None
    assert (found["case"], found["procedure"], found["stage"]) == (CASE, "car_sale", stage)
    assert found["authority"] == "kz-vehicle-registration"
    assert found["version"] == len([r for r in story.log if r.stream == CASE])
    assert found["state"] == story.case


# --- case_parties -----------------------------------------------------------------------------------------


def test_each_human_among_the_parties_finds_the_case() -> None:
    story = given(a_sale(), *FILED)
    found = [(each["party"], each["person"]) for each in rows(case_parties.PROJECTION, story)]
    assert sorted(found) == [("p1", story.request["person_p1"]), ("p2", story.request["person_p2"])]


# --- mandates ---------------------------------------------------------------------------------------------


def test_a_mandate_is_found_by_both_and_stands_there_also_when_it_is_over() -> None:
    story = given(a_sale(), give_mandate())
    (key,) = story.mandates
    for acts, ended in (((), None), ((end_mandate(),), text(story.at))):
        given(story, *acts)
        sides = {each["person"]: each["side"] for each in rows(mandate_people.PROJECTION, story)}
        assert sides == {key.parts[1]: "principal", key.parts[2]: "representative"}
        found = row(mandates.PROJECTION, story)
        assert found is not None
        assert found["state"].ended_at == ended


# --- work_queue -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", sorted({*WAYS} - {"in_review", "returned", "approved"}))
def test_what_no_officer_can_decide_does_not_wait(stage: str) -> None:
    assert shown(work_queue.PROJECTION, *WAYS[stage]) is None


def test_what_is_approved_waits_for_the_registry_after_all_that_an_officer_can_do() -> None:
    """From the approval on, without a day that anybody could be late with."""
    story = given(a_sale(), *APPROVED)
    found, last = row(work_queue.PROJECTION, story), shown(work_queue.PROJECTION, *PROPOSED)
    assert found is not None
    assert last is not None
    assert story.now.decided is not None
    assert (found["waits_for"], found["since"], found["due"]) == (["receipt"], story.now.decided["at"], None)
    assert found["place"] > last["place"]
    given(story, acknowledge())
    assert row(work_queue.PROJECTION, story) is None


def test_a_case_waits_for_any_officer_until_one_has_it() -> None:
    story = given(a_sale(), *COMPLETE)
    found = row(work_queue.PROJECTION, story)
    assert found is not None
    assert story.now.decision_due is not None
    assert (found["officer"], found["is_proposed"]) == (None, 0)
    assert found["due"] == story.now.decision_due["until"]
    story.when(assign())
    assert (row(work_queue.PROJECTION, story) or {})["officer"] == story.now.officer is not None


def test_the_second_officer_sees_that_it_is_proposed() -> None:
    assert (shown(work_queue.PROJECTION, *IN_HAND) or {})["is_proposed"] == 0
    assert (shown(work_queue.PROJECTION, *PROPOSED) or {})["is_proposed"] == 1


def test_a_case_with_a_question_waits_as_returned() -> None:
    assert (shown(work_queue.PROJECTION, *RETURNED) or {})["stage"] == "returned"


def test_while_the_clock_stands_still_no_day_is_shown_to_decide_by() -> None:
    """It will be another one; until then the case stands where the answer is due."""
    story = given(a_sale(), *RETURNED)
    found = row(work_queue.PROJECTION, story)
    assert found is not None
    assert story.now.open_question is not None
    assert (found["due"], found["waits_for"]) == (None, ["answer"])
    assert found["place"] == story.now.open_question["answer_until"]["until"]


def test_what_had_run_out_before_the_question_stays_overdue() -> None:
    story = given(a_sale(), *IN_HAND, after(lambda c: c.decision_due), ask())
    assert story.now.decision_due is not None
    assert (row(work_queue.PROJECTION, story) or {})["due"] == story.now.decision_due["until"]


@pytest.mark.parametrize(
    ("acts", "reasons"),
    [(COMPLETE, ["assignment"]), (IN_HAND, ["decision"]), (PROPOSED, ["approval"]), (RETURNED, ["answer"])],
)
def test_a_case_says_for_what_it_waits(acts: tuple[Act, ...], reasons: list[str]) -> None:
    found = rows(work_queue.PROJECTION, given(a_sale(), *acts))
    assert [each["reason"] for each in found] == reasons == found[0]["waits_for"]
    assert [each["is_foremost"] for each in found] == [1]


def test_a_case_that_waits_for_two_things_has_a_row_for_each() -> None:
    story = given(a_sale(), *APPROVED)
    (written,) = story.now.entries
    at = "2026-11-24T00:00:00.000000Z"
    objection = Objection(code="plate_unknown", at=at, event="e" * 43, is_over=False, **written)
    held = story.now._replace(
        objections=[objection], entries_held={"code": "entry_exists", "at": "2026-11-25"}
    )
    found = work_queue.PROJECTION.shown(held)
    assert [(each["reason"], each["is_foremost"]) for each in found] == [("objection", 1), ("entries", 0)]
    assert {tuple(each["waits_for"]) for each in found} == {("objection", "entries")}


# --- notices ----------------------------------------------------------------------------------------------


def told(*acts: Act) -> list[tuple[str, str]]:
    """(party, what) in the order in which they were told."""
    story = given(a_sale(), *acts)
    party = {person: party for party, person in story.now.persons.items()}
    return [(party[each["person"]], each["what"]) for each in rows(notices.PROJECTION, story)]


def test_each_party_is_told_what_is_theirs_and_both_how_it_ends() -> None:
    assert told(*FILED) == [("p2", "consent_asked"), ("p1", "fee_due")]
    assert told(*RETURNED)[2:] == [("p1", "question")]
    kept = ("p1", "fee_kept_refused_unconfirmed")
    assert told(*REFUSED)[2:] == [("p1", "refused"), ("p2", "refused"), kept]
    assert told(*COMPLETED)[2:] == [
        *(("p1", "approved"), ("p2", "approved")),
        *(("p1", "completed"), ("p2", "completed")),
    ]
    assert told(*UNPAID)[-1] == ("p2", "lapsed")


def test_what_an_office_amends_is_told_so_and_what_becomes_of_the_fee_to_who_paid_it() -> None:
    of_the_office = (*COMPLETED, propose_annulment(), annul())
    assert told(*of_the_office)[-3:] == [
        *(("p1", "annulled_by_office"), ("p2", "annulled_by_office")),
        ("p1", "fee_kept"),
    ]
    assert told(*COMPLETED, propose_correction(), correct())[-1] == ("p2", "corrected_by_office")
    of_the_court = [("p1", "annulled"), ("p2", "annulled"), ("p1", "fee_kept")]
    assert told(*COMPLETED, annul_as_a_court())[-3:] == of_the_court


def test_what_is_not_needed_against_what_the_request_says_is_told_so() -> None:
    for kind, code in (("still_born", "not_needed"), ("live", "not_needed_otherwise")):
        story = given(a_birth(kind=kind), file())
        given(story, not_needed("still_born", by=office("supervisor")))
        found = {each["what"] for each in rows(notices.PROJECTION, story)}
        assert {code} == found & {"not_needed", "not_needed_otherwise"}


def test_a_notice_names_the_day_by_which_something_is_to_be_done() -> None:
    story = given(a_sale(), *RETURNED)
    found = {each["what"]: each["until"] for each in rows(notices.PROJECTION, story)}
    assert story.now.open_question is not None
    assert found["question"] == story.now.open_question["answer_until"]["due"]
    assert story.now.consent_until is not None
    assert found["consent_asked"] == story.now.consent_until["due"]


def test_a_fee_is_asked_for_where_something_of_it_is_left_to_pay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Filed by the unit of the old year, paid by that of the new one: a payment that covers it asks for no more."""
    kz = countries()["KZ"]
    old = kz.units["MCI"][-1]
    new = replace(old, since=date(2027, 1, 1), until=None, amount_minor=4_400_00)
    monkeypatch.setitem(kz.units, "MCI", (*kz.units["MCI"], new))
    year_end = (until("2026-12-30"), file(), consent(), until("2027-01-05"))
    assert told(*year_end, pay(18_920_00))[1:] == [("p1", "fee_due")]
    assert told(*year_end, pay(18_597_00))[1:] == [("p1", "fee_due"), ("p1", "fee_due")]


def test_whom_a_request_names_is_told_of_it_where_nobody_asks_them_anything() -> None:
    """Once, and not who files themselves; the next to be named by an amendment."""
    mother, father = person("TR", 901, born_on="1990-01-01"), person("TR", 902, born_on="1990-01-01")
    told_by: dict[str, Any] = {"applicant": person("TR", 903, born_on="1990-01-01"), "relation": "relative"}
    because: dict[str, Any] = {"parents_cannot_because": "She is in hospital."}
    story = given(a_birth(**told_by, **because, mother=mother, father=None), file())
    roles = {story.now.persons[p]: role for p, role in story.now.parties.items() if p in story.now.persons}
    found = [(roles[each["person"]], each["what"]) for each in rows(notices.PROJECTION, story)]
    assert found == [("mother", "named")]
    by_the_mother = given(a_birth(relation="mother", applicant=mother, mother=mother, father=father), *FILED)
    named = {by_the_mother.now.persons[p] for p, r in by_the_mother.now.parties.items() if r == "father"}
    told_to = [(each["person"], each["what"]) for each in rows(notices.PROJECTION, by_the_mother)]
    assert told_to == [(each, "named") for each in named]


def test_who_is_named_by_an_amendment_is_told_then() -> None:
    mother, father = person("TR", 901, born_on="1990-01-01"), person("TR", 902, born_on="1990-01-01")
    born = a_birth(relation="mother", applicant=mother, mother=mother, father=None)
    story = given(born, *FILED, assign(), ask(), amend(father=father))
    roles = {story.now.persons[p]: role for p, role in story.now.parties.items() if p in story.now.persons}
    found = [(roles[each["person"]], each["what"]) for each in rows(notices.PROJECTION, story)]
    assert [each for each in found if each[1] == "named"] == [("father", "named")]


def test_money_that_counts_after_all_is_told_not_to_be_due_any_more() -> None:
    """In two parts, told after the lapse: the first was due back until the second came."""
    in_time: Any = {"paid_at": "2026-12-01T09:00:00Z"}
    found = told(*UNPAID, pay(1_000_00, **in_time), pay(17_597_00, "payment-2", **in_time))
    money = [each for each in found if each[1].startswith("refund")]
    assert money == [("p1", "refund_due"), ("p1", "refund_not_due")]


def test_nobody_is_asked_for_a_fee_of_which_nothing_is_left_as_what_was_due_back_counts_first() -> None:
    """Amended to cost less, and as much as before again, while the money that is due back has not gone."""
    asked = (later(hours=1), amend(new_plates=False), later(hours=1), amend(new_plates=True))
    found = [what for _, what in told(*FILED, later(hours=1), pay(), *asked)]
    assert (found.count("fee_due"), found.count("refund_due"), found.count("refund_not_due")) == (1, 1, 1)
    dearer = [what for _, what in told(*FILED, *asked)]
    assert dearer.count("fee_due") == 3, "where nothing was paid each fee is asked for"


def test_that_the_fee_had_gone_back_before_an_approval_is_told_to_who_owes_it() -> None:
    """And not that money is due back, which had gone by then."""
    refused = (*IN_HAND, refuse("restricted"), later(days=1), appeal(), later(days=1), decide_appeal())
    anew, early = (*refused, later(days=1), assign(SECOND), propose(SECOND)), "2026-11-24T09:00:00Z"
    approved = told(*anew, approve(THIRD), later(days=1), pay_back(FEE, paid_at=early))
    assert approved[-1] == ("p1", "fee_gone")
    assert [what for _, what in approved].count("refund_due") == 1, "of the refusal alone"
    in_review = told(*anew, later(days=1), pay_back(FEE, paid_at=early))
    assert in_review[-2:] == [("p1", "refund_paid"), ("p1", "fee_due")]
    of_another = told(*anew, approve(THIRD), later(days=1), pay_back(FEE))
    assert of_another[-1] == ("p1", "refund_paid"), "it went back by mistake, after it counted"


def test_who_is_refused_hears_that_the_fee_is_kept_and_whether_a_law_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert told(*REFUSED)[-1] == ("p1", "fee_kept_refused_unconfirmed")
    given_back = told(*IN_HAND, refuse("restricted"))
    assert given_back[-1] == ("p1", "refund_due")
    assert [what for _, what in given_back if what.startswith("fee_kept")] == []
    settled = AfterRefusal(gives_back=False, source=LAW)
    story = given(a_story_of(made_up(monkeypatch, after_refusal=settled)), *IN_HAND, refuse("tax_unpaid"))
    assert rows(notices.PROJECTION, story)[-1]["what"] == "fee_kept_refused"


def test_a_lapse_that_is_set_aside_is_told_with_what_the_case_waits_for() -> None:
    ways = {
        "appeal_lapse_waits_for_consent": (*FILED, pay(), after(lambda c: c.consent_until)),
        "appeal_lapse_waits_for_answer": (
            *RETURNED,
            after(lambda c: c.open_question and c.open_question["answer_until"]),
        ),
        "appeal_lapse_set_aside": UNPAID[:-1],
    }
    for code, way in ways.items():
        story = given(a_sale(), *way, lapse(), serve(), appeal(), decide_appeal())
        case = story.now
        found = [each for each in rows(notices.PROJECTION, story) if each["what"].startswith("appeal_lapse")]
        days = {"appeal_lapse_waits_for_consent": case.consent_until}
        if case.open_question:
            days["appeal_lapse_waits_for_answer"] = case.open_question["answer_until"]
        day = days.get(code)
        assert [(each["what"], each["until"]) for each in found] == [(code, day and day["due"])] * 2


def test_nobody_is_told_anything_of_what_is_erased() -> None:
    """A keyed id tells one human from another: it falls with the case."""
    assert told(*COMPLETED)
    assert told(*COMPLETED, later(days=5000), erase()) == []


def test_whoever_takes_part_when_a_thing_is_told_keeps_it_and_nobody_else_is_told() -> None:
    story = given(a_sale(), *FILED)
    first = story.now.persons["p2"]
    given(story, amend(buyer=person("KZ", 77)), withdraw())
    second = story.now.persons["p2"]
    found = [(each["person"], each["what"]) for each in rows(notices.PROJECTION, story)]
    assert [what for person_, what in found if person_ == first] == ["consent_asked", "left_out"]
    assert [what for person_, what in found if person_ == second] == ["consent_asked", "withdrawn"]


def test_a_buyer_who_was_replaced_is_forgotten_with_the_buyer() -> None:
    """They are sealed with one key: of whoever was asked first nothing is left, and the seller keeps what is theirs."""
    story = given(a_sale(), *FILED, amend(buyer=person("KZ", 77)), withdraw(), later(days=5000))
    given(story, erase("buyer"))
    found = rows(notices.PROJECTION, story)
    assert {each["person"] for each in found} == {story.now.persons["p1"]}


def test_a_notice_says_whether_it_is_told_to_the_party_or_to_who_acts_for_it() -> None:
    acts_by = {"as": "mandate", "person": person("KZ", 900)}
    story = given(a_sale(), *FILED)
    buyer = {**story.request["buyer"], "acts_by": acts_by}
    given(story, amend(buyer=buyer))
    representative = story.now.representatives["p2"]["person"]
    found = [each for each in rows(notices.PROJECTION, story) if each["person"] == representative]
    assert [(each["what"], each["is_party"]) for each in found] == [("consent_asked", 0)]
    assert all(each["is_party"] for each in rows(notices.PROJECTION, story) if each not in found)


def test_the_time_to_appeal_of_each_party_begins_for_it_alone() -> None:
    assert told(*REFUSED, serve())[-1] == ("p1", "may_appeal")
    assert told(*REFUSED, serve(), *PRESUMED)[-2:] == [("p1", "may_appeal"), ("p2", "may_appeal")]
    story = given(a_sale(), *REFUSED, serve(), *PRESUMED)
    days = [each["until"] for each in rows(notices.PROJECTION, story) if each["what"] == "may_appeal"]
    assert days == [story.now.served[party]["appeal_until"]["due"] for party in ("p1", "p2")]
    assert days[0] != days[1]


def test_nobody_hears_that_they_may_appeal_who_has_appealed() -> None:
    """Whether it is open or was decided; who took it back may, and so may everybody against what is decided anew."""

    def hear(*acts: Act) -> list[str]:
        return [who for who, what in told(*REFUSED, *acts) if what == "may_appeal"]

    assert hear(appeal(), *PRESUMED) == ["p2"]
    assert hear(appeal(), decide_appeal("upheld"), *PRESUMED) == ["p2"]
    assert hear(serve(), later(minutes=1), appeal(), *PRESUMED) == ["p1", "p2"], "what was told stays told"
    back = (later(minutes=1), take_back(), later(minutes=1))
    assert hear(appeal(), *back, *PRESUMED) == ["p1", "p2"]
    anew = (decide_appeal("set_aside"), assign(SECOND), refuse("tax_unpaid", by=SECOND))
    assert hear(appeal(), *anew, *PRESUMED) == ["p1", "p2"]


def test_one_human_is_told_nothing_of_an_appeal_as_another_party() -> None:
    refused = (file(), assign(), refuse("not_proven"))
    story = given(a_birth(applicant=a_birth().request["mother"]), *refused, appeal(party="p1"), *PRESUMED)
    found = [each["person"] for each in rows(notices.PROJECTION, story) if each["what"] == "may_appeal"]
    assert found == [story.now.persons["p3"]]


def test_who_asked_for_an_annulment_and_who_loses_by_it_hear_different_things() -> None:
    won = decide_appeal("annulled", "It was not the owner.")
    assert told(*COMPLETED, appeal(), won)[-4:] == [
        ("p2", "annulled_court"),
        ("p1", "fee_kept"),
        ("p1", "appeal_annulled"),
        ("p2", "appeal_annulled"),
    ]
    by_office, by_a_court = told(*COMPLETED, propose_annulment(), annul()), told(*COMPLETED, annul_result())
    assert by_office[-3:] == [("p1", "annulled_by_office"), ("p2", "annulled_by_office"), ("p1", "fee_kept")]
    assert by_a_court[-3:] == [("p1", "annulled"), ("p2", "annulled"), ("p1", "fee_kept")]
    left = told(*COMPLETED, appeal(), changed_hands, won)
    assert [who for who, what in left if what == "entry_left"] == ["p1", "p2"]


def test_one_human_who_is_several_parties_is_told_once_of_their_time_to_appeal() -> None:
    """Served by the law's fiction, or by opening it; by two acts they are told of each."""
    refused = (file(), assign(), refuse("not_proven"))
    for acts in ((serve(),), PRESUMED):
        story = given(a_birth(applicant=a_birth().request["mother"]), *refused, *acts)
        found = [each["person"] for each in rows(notices.PROJECTION, story) if each["what"] == "may_appeal"]
        assert found.count(story.now.persons["p1"]) == 1
        assert found.count(story.now.persons["p3"]) == (acts == PRESUMED)


# --- entry_notices ----------------------------------------------------------------------------------------


def of_entry(story: Story) -> list[str]:
    return [each["what"] for each in rows(entry_notices.PROJECTION, story)]


def test_an_entry_tells_whom_it_names_that_it_is_restricted_while_it_is() -> None:
    stories = accumulate((restrict("arrest", BAILIFF), lift(BAILIFF)), given, initial=a_sale())
    assert [of_entry(story) for story in stories] == [[], ["entry_restricted"], []]


def test_an_entry_that_is_over_by_itself_is_told_and_the_case_is_named_where_one_tells_it() -> None:
    story = given(a_sale(), restrict("arrest", BAILIFF))
    story.happened((story.key, EntryEnded(register="vehicles", title="expiry")))
    (over, _) = rows(entry_notices.PROJECTION, story)
    assert (over["what"], over["at"], over["case"]) == ("entry_ended", text(story.at), None)
    corrected = given(a_sale(), *COMPLETED, propose_correction(), correct())
    (told_too,) = rows(entry_notices.PROJECTION, corrected)
    assert (told_too["what"], told_too["case"]) == ("entry_corrected", CASE)


# --- acts_for_others --------------------------------------------------------------------------------------


def acts(story: Story) -> list[Row]:
    return turned(story, acts_for_others.PROJECTION, CASE)


def test_what_is_done_by_a_mandate_is_told_to_who_gave_it_and_says_who_did_it() -> None:
    story = given(a_sale(), give_mandate(), by_mandate(file(acting=AS_MANDATE)), consent())
    (filed,) = acts(story)
    assert list(filed) == list(acts_for_others.PROJECTION.columns)
    assert (filed["person"], filed["is_party"], filed["what"]) == (
        story.now.persons["p1"],
        1,
        "filed_for_you",
    )
    assert filed["by"] == story.now.acting["a1"] != filed["person"]
    assert filed["at"] == story.now.filed_at


def test_of_what_parties_do_by_themselves_and_of_what_only_follows_nothing_is_written() -> None:
    assert acts(given(a_sale(), *COMPLETED)) == acts(given(a_sale(), *WITHDRAWN)) == []
    story = given(a_sale(), file())
    given(story, of_the_buyer(story), by_mandate(decline()))
    assert [each["what"] for each in acts(story)] == ["declined_for_you"]


def test_every_act_of_a_party_is_told_where_another_one_does_it() -> None:
    """But that a decision was opened: who may appeal from then on is told."""
    told = {event for event in get_args(CaseEvent) if "acting" in event.__dataclass_fields__}
    assert told - {DecisionServed} == acts_for_others.PROJECTION.events


# --- entry_turns ------------------------------------------------------------------------------------------


def turned(story: Story, turn: Turn = entry_turns.PROJECTION, of: str | None = None) -> list[Row]:
    """What each event of the story changed, one after another; ``of``: in which stream, None: in the entry."""
    found, before = list[Row](), None
    stream = of or stream_of(story.key)
    for n, recorded in enumerate(story.log, start=1):
        if recorded.stream == stream:
            after_it = folded(story.log[:n], stream)
            if type(recorded.event) in turn.events:
                found += turn.rows(before, recorded, after_it, IDS)
            before = after_it
    return found


def test_an_entry_tells_whom_an_amendment_takes_out_of_it_and_what_ended_while_it_named_them() -> None:
    story = given(a_sale(), restrict("arrest", BAILIFF), lift(BAILIFF))
    (lifted,) = turned(story)
    assert list(lifted) == list(entry_turns.PROJECTION.columns)
    (owner,) = rows(entry_people.PROJECTION, story)
    assert (lifted["what"], lifted["person"], lifted["case"]) == (
        "entry_restriction_lifted",
        owner["person"],
        None,
    )
    content = {**story.entry.content, "owner": person("KZ", 77)}
    given(story, correct_as_a_court(content=content))
    (_, left_out) = turned(story)
    assert (left_out["what"], left_out["person"], left_out["at"]) == (
        "entry_left_out_by_court",
        owner["person"],
        text(story.at),
    )


def test_a_sale_turns_nothing_and_what_a_case_amends_names_the_case() -> None:
    story = given(a_sale(), *COMPLETED)
    assert turned(story) == []
    given(story, propose_correction(), correct())
    assert turned(story) == [], "nobody is taken out by another colour"
    given(story, annul_as_a_court())
    (left_out,) = turned(story)
    buyer = key_of(story.request["buyer"])
    assert buyer is not None
    assert (left_out["person"], left_out["case"]) == (IDS.human(buyer), CASE)


# --- entries_in_doubt -------------------------------------------------------------------------------------


def test_what_a_case_wrote_is_in_doubt_while_it_is_under_appeal() -> None:
    view, story = entries_in_doubt.PROJECTION, given(a_sale(), *COMPLETED, appeal())
    written = {"case": CASE, "entry": story.entry.entry, "since": story.now.wrote_at}
    assert row(view, story) == {**written, "is_left": 0}
    assert row(view, given(story, decide_appeal("upheld"))) is None
    assert row(view, given(a_sale(), *APPEALED)) is None, "a refusal wrote nothing"


def test_what_an_annulment_left_is_in_doubt_since_the_case_wrote_it() -> None:
    view, won = entries_in_doubt.PROJECTION, decide_appeal("annulled", "It was not the owner.")
    story = given(a_sale(), *COMPLETED, later(hours=1), appeal(), changed_hands, won)
    since = story.now.decisions[-1]["at"]
    assert since < text(story.at)
    assert row(view, story) == {"case": CASE, "entry": story.entry.entry, "is_left": 1, "since": since}
    assert row(view, given(a_sale(), *COMPLETED, appeal(), won)) is None, "it was taken back"


# --- amendment_proposals ----------------------------------------------------------------------------------


def test_a_proposal_waits_until_it_is_confirmed_or_the_entry_is_over_or_forgotten() -> None:
    story = given(a_sale(), *COMPLETED)
    assert row(amendment_proposals.PROJECTION, story) is None
    given(story, propose_correction())
    found = row(amendment_proposals.PROJECTION, story)
    assert found is not None
    assert (found["reason"], found["since"], found["case"]) == ("correction", text(story.at), CASE)
    assert story.entry.proposal is not None
    assert found["officer"] == story.entry.proposal["proposers"][-1][0]
    assert row(amendment_proposals.PROJECTION, given(story, correct())) is None
    over = given(a_sale(), *COMPLETED, propose_correction())
    over.happened((over.key, EntryEnded(register="vehicles", title="expiry")))
    assert row(amendment_proposals.PROJECTION, over) is None


def test_it_waits_at_the_office_that_wrote_how_the_entry_reads() -> None:
    entry = given(a_sale(), *COMPLETED, propose_correction()).entry
    shown_of = amendment_proposals.PROJECTION.shown
    assert shown_of(entry)[0]["authority"] == "kz-vehicle-registration"
    assert shown_of(entry._replace(authority="another-office"))[0]["authority"] == "another-office"
    assert shown_of(entry._replace(is_erased=True)) == []


# --- deadlines --------------------------------------------------------------------------------------------


def test_a_filed_sale_waits_for_the_fee_and_for_the_buyer_the_nearest_first() -> None:
    case = given(a_sale(), *FILED).now
    assert case.fee is not None
    assert case.fee["lapses"] is not None
    assert case.consent_until is not None
    fee, consent = case.fee["lapses"]["until"], case.consent_until["until"]
    assert waiting(*FILED) == {"next": min(fee, consent)}
    assert waiting(*CONSENTED) == {"next": fee}
    assert waiting(*FILED, pay()) == {"next": consent}


ENTRY_FEE = Fee(parts=(FeePart(name="issue", units=Fraction(5_000_00)),), source=LAW)


def approved_with_a_fee(patch: pytest.MonkeyPatch, *acts: Act) -> Story:
    """A fee is due before the entry."""
    law = made_up(patch, times={"pay_entry": Term(30, "calendar_days", LAW)}, entry_fee=ENTRY_FEE)
    return given(a_story_of(law), *PROPOSED, approve(), *acts)


def test_a_fee_before_the_entry_waits_until_it_is_paid(monkeypatch: pytest.MonkeyPatch) -> None:
    story = approved_with_a_fee(monkeypatch)
    due = story.now.entry_fee["lapses"] if story.now.entry_fee else None
    assert due is not None
    found = row(deadlines.PROJECTION, story)
    assert found is not None
    assert found["next"] == due["until"]
    assert row(work_queue.PROJECTION, story) is None
    assert row(deadlines.PROJECTION, given(story, pay(payment="payment-2"))) is None


def test_what_came_to_a_halt_waits_for_an_officer_with_its_flag(monkeypatch: pytest.MonkeyPatch) -> None:
    story = approved_with_a_fee(monkeypatch)
    imported(story, car(Facts(story.request, story.at.date())))
    found = row(work_queue.PROJECTION, given(story, pay(payment="payment-2")))
    assert found is not None
    assert (found["stage"], found["flags"], found["due"]) == ("approved", ["entry_exists"], None)
    assert (found["waits_for"], found["since"], found["place"]) == (
        ["entries"],
        text(story.at),
        text(story.at),
    )


def test_a_late_decision_is_nothing_that_the_clock_does() -> None:
    assert shown(deadlines.PROJECTION, *COMPLETE) is not None, "a decree may make its day later"
    assert waiting(*COMPLETE) == {}


def test_a_question_waits_for_its_answer() -> None:
    assert set(waiting(*RETURNED)) == {"next"}
    assert waiting(*RETURNED, answer()) == {}


def test_the_decision_stands_only_once_the_last_open_appeal_was_taken_back() -> None:
    """Also as it was told then, whatever came after."""
    story = given(a_sale(), *REFUSED, serve(), serve("p2"), appeal(), appeal("p2"))
    of = story.now.appeals[0]["of"]
    given(story, later(days=1), take_back(of=of), later(days=1), take_back("p2"), later(days=1), appeal("p2"))
    told = [each["what"] for each in rows(notices.PROJECTION, story) if "taken_back" in each["what"]]
    assert told == ["one_appeal_taken_back"] * 2 + ["appeal_taken_back"] * 2


def test_an_appeal_may_come_until_its_term_is_over() -> None:
    assert set(waiting(*REFUSED)) == {"next", "serve"}
    assert set(waiting(*REFUSED, *PRESUMED)) == {"next", "appeal"}
    assert set(waiting(*APPEALED)) == {"next", "serve"}, "the law takes it as read, whoever appealed"
    assert waiting(*REFUSED, *PRESUMED, appeal()) == {}
    assert shown(deadlines.PROJECTION, *REFUSED, *FINAL) is None


def test_what_was_withdrawn_waits_for_nothing() -> None:
    assert shown(deadlines.PROJECTION, *WITHDRAWN) is None


# --- registers --------------------------------------------------------------------------------------------


def test_an_entry_is_shown_with_its_register_and_its_state() -> None:
    story = given(a_sale(), *APPROVED)
    found = row(registers.PROJECTION, story)
    assert found is not None
    assert (found["entry"], found["register"]) == (stream_of(story.key), "vehicles")
    assert found["version"] == len([r for r in story.log if r.stream == found["entry"]])
    assert found["state"] == story.entry


def test_an_entry_that_an_approval_makes_is_shown_from_then_on() -> None:
    story = given(a_birth(), *FILED, assign())
    assert story.entries == {}
    story.when(approve(OFFICER))
    assert (row(registers.PROJECTION, story) or {})["register"] == story.offer.procedure.registers[0].name


def test_an_entry_is_restricted_as_long_as_any_restriction_lives() -> None:
    one, two = restrict("arrest", BAILIFF), restrict("arrest", BAILIFF, "restriction-2", reference="W13")
    acts = (one, two, lift(BAILIFF), lift(BAILIFF, "restriction-2"))
    stories = accumulate(acts, given, initial=a_sale())
    assert [(row(registers.PROJECTION, s) or {})["is_restricted"] for s in stories] == [0, 1, 1, 1, 0]


# --- competences ------------------------------------------------------------------------------------------


def test_an_appointee_is_shown_with_the_place_of_the_newest_event() -> None:
    """By which whoever keeps the record of competences finds what is new."""
    story = given(a_sale(), grant(), grant("supervisor", competence="competence-2"), *FILED, end())
    found = row(competences.PROJECTION, story)
    assert found is not None
    assert (found["appointee"], found["authority"]) == (APPOINTEE, "kz-vehicle-registration")
    assert found["position"] == len(story.log) - 1
    assert found["state"] == story.appointees[APPOINTEE]


# --- entry_people, entry_keys -----------------------------------------------------------------------------


def test_an_entry_is_found_by_whom_it_names_now_and_no_longer_by_whom_it_named() -> None:
    """By keyed ids; of an approved sale it is the buyer."""
    sold = given(a_sale(), *APPROVED)
    for story, owner in ((given(a_sale()), "seller"), (sold, "buyer")):
        number = story.request[owner]["personal_number"]
        (found,) = rows(entry_people.PROJECTION, story)
        assert found == {
            "entry": stream_of(story.key),
            "person": IDS.person(number["country"], number["number"]),
        }


def test_an_entry_is_found_by_each_of_its_keys_and_by_its_number() -> None:
    """As ids: neither the keys nor the number stand in the rows; however a number is typed, it is one."""
    story = given(a_birth(), *FILED, assign(), approve(OFFICER))
    entry = story.entry
    assert entry is not None
    numbered = entry._replace(number="TR-2026-000017")
    register = registers_of_the_law()[entry.register]
    kinds = [key.parts[1] for key in register.keys_of(numbered.content, numbered.number)]
    assert kinds == ["delivery", "certificate", "entry_number"]
    found = {each["key"] for each in entry_keys.PROJECTION.shown(numbered, IDS)}
    (asked,) = register.keys_searched("entry_number", ["tr 2026/000017"], [plainly])
    assert IDS.stream(asked) in found
    marks = {IDS.stream(mark) for mark in register.marks(numbered.content)}
    assert marks < found
    assert len(found) == len(kinds) + len(marks)


def test_what_is_erased_is_found_by_nothing() -> None:
    story = given(a_sale())
    entry = story.entry
    assert entry is not None
    erased = entry._replace(content=dict.fromkeys(entry.content), is_erased=True)
    for view in (entry_people.PROJECTION, entry_keys.PROJECTION):
        assert view.shown(entry, IDS)
        assert view.shown(erased, IDS) == []


# --- case_retention, entry_retention, case_entries ----------------------------------------------------------


@pytest.mark.parametrize(
    ("way", "waits_for"),
    [
        (WITHDRAWN, None),
        (REFUSED, "appeal"),
        ((*REFUSED, *FINAL), None),
        (APPEALED, "appeal"),
        ((*COMPLETED, *FINAL), None),
        ((*COMPLETE, withdraw()), "refund"),
    ],
)
def test_a_case_is_kept_from_its_decision_on(way: tuple[Act, ...], waits_for: str | None) -> None:
    story = given(a_sale(), *way)
    assert story.now.decided is not None
    assert row(case_retention.PROJECTION, story) == {
        "case": CASE,
        "procedure": "car_sale",
        "terms": story.now.terms,
        "since": story.now.decided["at"],
        "waits_for": waits_for,
    }


def test_a_case_that_goes_on_or_is_forgotten_is_not_kept() -> None:
    for way in (FILED, IN_HAND, APPROVED, (*WITHDRAWN, later(days=5000), erase())):
        assert shown(case_retention.PROJECTION, *way) is None


def test_an_entry_is_kept_from_its_end_on() -> None:
    story = given(a_sale(), restrict("arrest", BAILIFF))
    assert row(entry_retention.PROJECTION, story) is None
    story.happened((story.key, EntryEnded(register="vehicles", title="scrapped")))
    kept = {"entry": stream_of(story.key), "register": "vehicles", "since": text(story.at)}
    assert row(entry_retention.PROJECTION, story) == {**kept, "waits_for": "restriction"}
    given(story, lift(BAILIFF))
    assert row(entry_retention.PROJECTION, story) == {**kept, "waits_for": None}
    given(story, later(days=5000), erase_entry())
    assert row(entry_retention.PROJECTION, story) is None


def test_a_case_names_its_entries_until_its_people_are_forgotten() -> None:
    """Also what it only looks at; and where keys are gone, and the erasure is not reached yet."""
    story = given(a_sale(), *WITHDRAWN, later(days=5000))
    ids = {each["entry"] for each in rows(case_entries.PROJECTION, story)}
    assert ids == {IDS.stream(story.key)}
    begun = folded([forgotten(each, each.keys.values()) for each in story.log], CASE)
    assert case_entries.PROJECTION.shown(begun, IDS) == []
    assert rows(case_entries.PROJECTION, given(story, erase("seller"))) == []


# --- opinions ---------------------------------------------------------------------------------------------


def test_a_case_about_which_nobody_is_asked_waits_for_no_opinion() -> None:
    """Of those about which somebody is: tests/domain/test_opinions.py."""
    assert rows(opinions.PROJECTION, given(a_sale(), *IN_HAND)) == []


# --- statistics -------------------------------------------------------------------------------------------


def test_each_event_of_a_case_and_of_an_entry_counts_once_for_its_authority_and_month() -> None:
    story = given(a_sale(), *COMPLETED)
    counted = [r for r in story.log if not r.type.startswith("claim.")]
    sums: dict[str, Row] = {}
    for found in filter(None, map(statistics.PROJECTION.row, story.log)):
        if found["key"] in sums:
            add(statistics.PROJECTION, sums[found["key"]], found)
        else:
            sums[found["key"]] = found
    assert {(s["month"], s["authority"], s["type"]): s["count"] for s in sums.values()} == Counter(
        ("2026-11", r.authority, r.type) for r in counted
    )


def test_what_claims_a_key_counts_for_nobody() -> None:
    story = given(a_sale(), *FILED)
    claims = [r for r in story.log if r.type.startswith("claim.")]
    assert claims
    assert [statistics.PROJECTION.row(r) for r in claims] == [None] * len(claims)


# --- accesses ---------------------------------------------------------------------------------------------


def test_a_reading_is_shown_to_each_whom_it_concerned_in_the_order_of_its_number() -> None:
    """The number is text of one length, so that the tenth comes after the ninth."""
    said = {"stream": CASE, "reader": "o", "role": "officer", "authority": "a", "purpose": "p", "basis": "b"}
    at, concerned = "2026-11-23T09:00:00.000000Z", "one two"
    nine, ten = (
        accesses.PROJECTION.shown(Access(number=n, at=at, hash="h", concerned=concerned, **said))
        for n in (9, 10)
    )
    assert [row["concerned"] for row in nine] == ["one", "two"]
    assert all(said.items() <= row.items() for row in nine)
    assert nine[0]["number"] < ten[0]["number"]
    assert list(nine[0]) == list(accesses.PROJECTION.columns)


def test_a_reading_that_concerns_nobody_who_is_known_is_shown_to_nobody() -> None:
    said = {"stream": CASE, "reader": "o", "role": "officer", "authority": "a", "purpose": "p", "basis": "b"}
    assert accesses.PROJECTION.shown(Access(number=1, at="t", hash="h", concerned="", **said)) == []


def test_every_read_model_is_spoken_of_here() -> None:
    cases = (case_status, case_parties, work_queue, opinions, deadlines, notices, payments, refunds)
    of_acts = (acts_for_others, entries_in_doubt)
    kept = (case_retention, case_entries, case_marks, entry_retention)
    entries = (registers, entry_people, entry_keys, entry_notices, entry_turns, amendment_proposals)
    others = (competences, mandates, mandate_people, birth_notices)
    modules = (*cases, *of_acts, *kept, *entries, *others, statistics, accesses)
    every: tuple[View | Turn | Tally, ...] = (*views(), *turns(), *tallies())
    found = {each.name for each in every}
    assert found == {module.__name__.rpartition(".")[2] for module in modules}
