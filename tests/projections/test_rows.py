"""What each read model shows of a story: a row is a pure function of what happened."""

from collections import Counter
from fractions import Fraction
from itertools import accumulate, pairwise

import pytest

from domain.access import Access
from domain.case import Case, Objection
from domain.days.deadlines import Term
from domain.entry import Entry
from domain.facts import Facts
from domain.fees import Fee, FeePart
from projections import (
    Row,
    View,
    accesses,
    added,
    case_parties,
    case_status,
    deadlines,
    notices,
    opinions,
    refunds,
    registers,
    statistics,
    tallies,
    views,
    work_queue,
)
from tests.domain.acts import (
    APPROVED,
    COMPLETE,
    COMPLETED,
    CONSENTED,
    FILED,
    IN_HAND,
    OFFICER,
    PROPOSED,
    REFUSED,
    RETURNED,
    UNPAID,
    WITHDRAWN,
    after,
    answer,
    approve,
    ask,
    assign,
    end_appeal_term,
    erase,
    later,
    lift,
    office,
    pay,
    restrict,
)
from tests.domain.made_up import LAW, a_story_of, car, made_up
from tests.domain.story import CASE, Act, Story, a_birth, a_sale, folded, given, imported, stream_of, text

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
    return view.shown(folded(story.log, CASE if view.family == "case" else stream_of(story.key)))


def waiting(*acts: Act) -> dict[str, str]:
    """What the clock waits for, and until when."""
    found = shown(deadlines.PROJECTION, *acts) or {}
    return {name: at for name, at in found.items() if at and name not in {"case", "authority"}}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("view", views(), ids=lambda view: view.name)
def test_a_row_has_every_column_and_no_other(view: View, way: tuple[Act, ...]) -> None:
    for found in rows(view, given(a_sale(), *way)):
        assert list(found) == list(view.columns)


FURTHER = {"erased": (*COMPLETED, later(days=5000), erase()), "too much": (*FILED, pay(10**8))}


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
        assert view.shown(kept) == view.shown(stood)


# --- case_status ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", WAYS)
def test_a_case_is_shown_with_its_stage_its_parties_and_its_state(stage: str) -> None:
    story = given(a_sale(), *WAYS[stage])
    found = row(case_status.PROJECTION, story)
    assert found is not None
    assert (found["case"], found["procedure"], found["stage"]) == (CASE, "car_sale", stage)
    assert found["authority"] == "kz-vehicle-registration"
    assert found["version"] == len([r for r in story.log if r.stream == CASE])
    assert Case(**found["state"]) == story.case


# --- case_parties -----------------------------------------------------------------------------------------


def test_each_human_among_the_parties_finds_the_case() -> None:
    story = given(a_sale(), *FILED)
    found = [(each["party"], each["person"]) for each in rows(case_parties.PROJECTION, story)]
    assert sorted(found) == [("p1", story.request["person_p1"]), ("p2", story.request["person_p2"])]


# --- work_queue -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", sorted({*WAYS} - {"in_review", "returned"}))
def test_what_no_officer_can_decide_does_not_wait(stage: str) -> None:
    assert shown(work_queue.PROJECTION, *WAYS[stage]) is None


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
    objection = Objection(code="plate_unknown", at=at, event="e" * 43, **written)
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
    assert told(*REFUSED)[2:] == [("p1", "refused"), ("p2", "refused")]
    assert told(*COMPLETED)[2:] == [
        *(("p1", "approved"), ("p2", "approved")),
        *(("p1", "completed"), ("p2", "completed")),
    ]
    assert told(*UNPAID)[-1] == ("p2", "lapsed")


def test_a_notice_names_the_day_by_which_something_is_to_be_done() -> None:
    story = given(a_sale(), *RETURNED)
    found = {each["what"]: each["until"] for each in rows(notices.PROJECTION, story)}
    assert story.now.open_question is not None
    assert found["question"] == story.now.open_question["answer_until"]["due"]
    assert story.now.consent_until is not None
    assert found["consent_asked"] == story.now.consent_until["due"]


def test_nobody_is_told_anything_of_what_is_erased() -> None:
    """A keyed id tells one human from another: it falls with the case."""
    assert told(*COMPLETED)
    assert told(*COMPLETED, later(days=5000), erase()) == []


# --- deadlines --------------------------------------------------------------------------------------------


def test_a_filed_sale_waits_for_the_fee_and_for_the_buyer_the_nearest_first() -> None:
    found = waiting(*FILED)
    assert set(found) == {"next", "pay", "consent"}
    assert found["next"] == min(found["pay"], found["consent"])
    assert set(waiting(*CONSENTED)) == {"next", "pay"}
    assert set(waiting(*FILED, pay())) == {"next", "consent"}


ENTRY_FEE = Fee(parts=(FeePart(name="issue", units=Fraction(5_000_00)),), source=LAW)


def approved_with_a_fee(patch: pytest.MonkeyPatch, *acts: Act) -> Story:
    """A fee is due before the entry."""
    law = made_up(patch, times={"pay_entry": Term(30, "calendar_days", LAW)}, entry_fee=ENTRY_FEE)
    return given(a_story_of(law), *PROPOSED, approve(), *acts)


def test_a_fee_before_the_entry_waits_until_it_is_paid(monkeypatch: pytest.MonkeyPatch) -> None:
    story = approved_with_a_fee(monkeypatch)
    due = story.now.entry_fee["due"] if story.now.entry_fee else None
    assert due is not None
    found = row(deadlines.PROJECTION, story)
    assert found is not None
    assert (found["pay"], found["next"]) == (due["until"], due["until"])
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


def test_a_late_decision_is_shown_and_nothing_that_the_clock_does() -> None:
    assert set(waiting(*COMPLETE)) == {"decide"}


def test_a_question_waits_for_its_answer() -> None:
    assert set(waiting(*RETURNED)) == {"next", "answer"}
    assert set(waiting(*RETURNED, answer())) == {"decide"}


def test_an_appeal_may_come_until_its_term_is_over() -> None:
    assert set(waiting(*REFUSED)) == {"next", "appeal"}
    assert shown(deadlines.PROJECTION, *REFUSED, after(lambda c: c.appeal_until), end_appeal_term()) is None


def test_what_was_withdrawn_waits_for_nothing() -> None:
    assert shown(deadlines.PROJECTION, *WITHDRAWN) is None


# --- registers --------------------------------------------------------------------------------------------


def test_an_entry_is_shown_with_its_register_and_its_state() -> None:
    story = given(a_sale(), *APPROVED)
    found = row(registers.PROJECTION, story)
    assert found is not None
    assert (found["entry"], found["register"]) == (stream_of(story.key), "vehicles")
    assert found["version"] == len([r for r in story.log if r.stream == found["entry"]])
    assert Entry(**found["state"]) == story.entry


def test_an_entry_that_an_approval_makes_is_shown_from_then_on() -> None:
    story = given(a_birth(), *FILED, assign())
    assert story.entries == {}
    story.when(approve(OFFICER))
    assert (row(registers.PROJECTION, story) or {})["register"] == story.offer.procedure.registers[0].name


def test_an_entry_is_restricted_as_long_as_any_restriction_lives() -> None:
    one, two = restrict("arrest", BAILIFF), restrict("arrest", BAILIFF, restriction="restriction-2")
    acts = (one, two, lift(BAILIFF), lift(BAILIFF, "restriction-2"))
    stories = accumulate(acts, given, initial=a_sale())
    assert [(row(registers.PROJECTION, s) or {})["is_restricted"] for s in stories] == [0, 1, 1, 1, 0]


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
        sums[found["key"]] = (
            added(statistics.PROJECTION, sums[found["key"]], found) if found["key"] in sums else found
        )
    assert {(s["month"], s["authority"], s["type"]): s["count"] for s in sums.values()} == Counter(
        ("2026-11", r.authority, r.type) for r in counted
    )


def test_what_claims_a_key_counts_for_nobody() -> None:
    story = given(a_sale(), *FILED)
    claims = [r for r in story.log if r.type.startswith("claim.")]
    assert claims
    assert [statistics.PROJECTION.row(r) for r in claims] == [None] * len(claims)


# --- accesses ---------------------------------------------------------------------------------------------


def test_a_reading_is_shown_as_it_was_recorded_in_the_order_of_its_number() -> None:
    """The number is text of one length, so that the tenth comes after the ninth."""
    said = {"stream": CASE, "reader": "o", "role": "officer", "authority": "a", "purpose": "p", "basis": "b"}
    nine, ten = (
        accesses.PROJECTION.row(Access(number=n, at="2026-11-23T09:00:00.000000Z", hash="h", **said))
        for n in (9, 10)
    )
    assert nine is not None
    assert ten is not None
    assert said.items() <= nine.items()
    assert nine["number"] < ten["number"]
    assert list(nine) == list(accesses.PROJECTION.columns)


def test_every_read_model_is_spoken_of_here() -> None:
    modules = (
        *(case_status, case_parties, work_queue, opinions, deadlines, notices, refunds, registers),
        *(statistics, accesses),
    )
    found = {*(view.name for view in views()), *(tally.name for tally in tallies())}
    assert found == {module.__name__.rpartition(".")[2] for module in modules}
