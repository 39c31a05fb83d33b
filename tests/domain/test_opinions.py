"""Opinions: another authority is asked and answers; for an investigation of the law the time to decide stands still."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain import events as e
from domain.authorisation import Rule, rule_or_refusal, subject_of
from domain.countries import country_of
from domain.days.deadlines import Term, pause
from domain.decision import LEAD
from domain.facts import Is
from domain.lifecycle import fits
from domain.refusals import Clash, Differs, Invalid, NotAllowed, Refusal, Stale, Unknown, WrongStage
from domain.terms import Consultation, FourEyes, Investigation
from domain.visibility import shown, watched
from infra.formats.ids import Ids
from projections import deadlines, opinions, work_queue
from tests.domain.acts import (
    COMPLETE,
    IN_HAND,
    OFFICER,
    PROPOSED,
    SECOND,
    SUPERVISOR,
    after,
    annul_result,
    answer,
    appeal,
    applicant,
    approve,
    ask,
    ask_for_opinion,
    assign,
    decide_appeal,
    end_appeal_term,
    file,
    give_opinion,
    later,
    office,
    pay,
    pay_back,
    propose,
    refuse,
    serve,
    stranger,
    withdraw,
)
from tests.domain.made_up import LAW, a_story_of, made_up
from tests.domain.story import Act, Story, Who, a_birth, folded, given, text
from tests.domain.test_payments import FEE

MakeUp = Callable[..., Story]
POLICE: Final = Consultation("kz-police", LAW, Term(5, "working_days", LAW))
BAILIFFS: Final = Consultation("kz-bailiffs", LAW)
BACKGROUND: Final = Investigation("background", LAW)
investigate: Final = ask_for_opinion(investigation="background")


@pytest.fixture
def make_up(monkeypatch: pytest.MonkeyPatch) -> MakeUp:
    """A sale is decided in three working days; the police and the bailiffs may be asked."""

    def story(**law: Any) -> Story:
        asked = {"opinions": (POLICE, BAILIFFS), "investigations": (BACKGROUND,), **law}
        return a_story_of(made_up(monkeypatch, **asked))

    return story


def due(story: Story) -> str:
    assert story.now.decision_due is not None
    return story.now.decision_due["due"]


def stopped(story: Story) -> str | None:
    return story.now.stands_still_since


# --- asked, answered ----------------------------------------------------------------------------------------


def test_the_officer_asks_whom_the_terms_name_and_has_an_answer(make_up: MakeUp) -> None:
    story = given(make_up(), *IN_HAND).when(ask_for_opinion()).then("OpinionRequested")
    requested = story.the(e.OpinionRequested)
    assert (requested.authority, requested.inquiry) == ("kz-police", "Is it wanted?")
    assert requested.investigation is None
    assert requested.answer_until is not None
    assert requested.answer_until["due"] == "2026-11-30"
    assert (story.now.stage, "GiveOpinion" in fits(story.now)) == ("in_review", True)
    story.when(give_opinion()).then("OpinionGiven")
    assert story.last[0].authority == "kz-police"
    assert [o["opinion"] for o in story.now.opinions] == ["It is not."]
    assert "GiveOpinion" not in fits(story.now)
    assert folded(story.log, story.case_id) == story.now


def test_who_is_not_named_is_not_asked(make_up: MakeUp) -> None:
    story = given(make_up(), *IN_HAND)
    story.when(ask_for_opinion("kz-pledge-registry")).then_refused(Invalid, "unknown_authority", "/authority")
    story.when(ask_for_opinion("kz-bailiffs")).then("OpinionRequested")
    assert story.the(e.OpinionRequested).answer_until is None


def test_nobody_is_asked_where_the_terms_name_nobody(make_up: MakeUp) -> None:
    story = given(make_up(opinions=(), investigations=()), *IN_HAND)
    assert "RequestOpinion" not in fits(story.now)
    story.when(ask_for_opinion()).then_refused(WrongStage)


def test_nobody_is_asked_twice_at_once(make_up: MakeUp) -> None:
    story = given(make_up(), *IN_HAND, ask_for_opinion())
    story.when(ask_for_opinion()).then()
    given(story, assign(SUPERVISOR, to=SECOND))
    story.when(ask_for_opinion(by=SECOND, seen=1)).then_refused(Stale)
    story.when(ask_for_opinion(by=SECOND)).then_refused(Clash, "asked_already")
    given(story, assign(SUPERVISOR, to=OFFICER))
    story.when(ask_for_opinion(inquiry="Is it stolen?")).then_refused(Clash, "asked_already")
    given(story, give_opinion()).when(ask_for_opinion(inquiry="Is it stolen?")).then("OpinionRequested")


def test_asking_is_a_judgement_of_the_officer_who_has_the_case(make_up: MakeUp) -> None:
    story = given(make_up(), *IN_HAND)
    other = office("officer", "officer-9")
    story.when(ask_for_opinion(by=other)).then_refused(NotAllowed, "not_assigned_to_you")
    story.when(ask_for_opinion(by=applicant)).then_refused(NotAllowed)
    story.when(ask_for_opinion(seen=1)).then_refused(Stale)
    given(make_up(), *COMPLETE).when(ask_for_opinion()).then_refused(NotAllowed)


def waiting(story: Story) -> list[str]:
    return [row["reason"] for row in work_queue.PROJECTION.shown(story.now)]


def asked_of(story: Story) -> list[str]:
    return [row["authority"] for row in opinions.PROJECTION.shown(story.now, Ids(bytes(32)))]


def test_whoever_proposes_and_approves_is_told_that_an_opinion_is_open(make_up: MakeUp) -> None:
    story = given(make_up(), *IN_HAND, ask_for_opinion(), propose())
    assert "opinion_open" in shown(story.now, None)["warnings"]
    given(story, give_opinion())
    assert "opinion_open" not in shown(story.now, None)["warnings"]


def test_an_opinion_that_comes_after_the_decision_is_kept_and_an_officer_sees_it(make_up: MakeUp) -> None:
    story = given(make_up(), *IN_HAND, ask_for_opinion(), propose(), approve(), later(days=1))
    assert "opinion_open" not in shown(story.now, None)["warnings"], "nothing is decided any more"
    assert asked_of(story) == ["kz-police"]
    story.when(give_opinion("It is stolen!")).then("OpinionGiven")
    assert [o["opinion"] for o in story.now.opinions] == ["It is stolen!"]
    assert (story.now.stage, asked_of(story), waiting(story)) == ("approved", [], ["late_opinion", "receipt"])
    given(story, later(hours=1), annul_result())
    assert waiting(story) == [], "what it was about counts no more"


def test_a_late_opinion_on_a_refusal_is_heard_until_nobody_can_appeal(make_up: MakeUp) -> None:
    asked = (*IN_HAND, ask_for_opinion(), refuse("tax_unpaid"), later(hours=1))
    story = given(make_up(), *asked, give_opinion())
    assert waiting(story) == ["late_opinion"]
    served = (serve(), serve("p2"), later(days=100), end_appeal_term())
    given(story, *served)
    assert waiting(story) == []
    given(make_up(), *asked, *served).when(give_opinion()).then_refused(WrongStage)


def in_both(one: Who, other: Who) -> Who:
    """One human who works in two offices."""
    return lambda story: replace(one(story), competences=(*one(story).competences, *other(story).competences))


POLICEMAN = office("officer", "kz-police-1", authority="kz-police")


def test_nobody_gives_an_opinion_on_what_they_asked_themselves(make_up: MakeUp) -> None:
    """One human in two offices is one human (rules.md 20), also once somebody else has the case."""
    story = given(make_up(), *IN_HAND, ask_for_opinion())
    story.when(give_opinion(by=in_both(POLICEMAN, OFFICER))).then_refused(NotAllowed, "own_question")
    given(story, assign(SUPERVISOR, to=SECOND))
    story.when(give_opinion(by=in_both(POLICEMAN, OFFICER))).then_refused(NotAllowed, "own_question")
    story.when(give_opinion(by=in_both(POLICEMAN, SECOND))).then_refused(NotAllowed, "own_question")
    story.when(give_opinion(by=in_both(POLICEMAN, office("officer", "officer-3")))).then("OpinionGiven")


@pytest.mark.parametrize("act", [assign, propose, approve, refuse])
def test_whoever_gave_an_opinion_decides_nothing_in_the_case(
    make_up: MakeUp, act: Callable[..., Act]
) -> None:
    third = in_both(office("officer", "officer-3"), POLICEMAN)
    story = given(make_up(), *IN_HAND, ask_for_opinion(), give_opinion(), propose())
    story.when(act(by=third)).then_refused(NotAllowed, "gave_opinion")
    given(story, refuse("tax_unpaid"), appeal())
    body = office("appeal_officer", authority=story.terms.appeals.authority)
    story.when(decide_appeal(by=in_both(body, POLICEMAN))).then_refused(NotAllowed, "gave_opinion")


def test_whoever_gave_an_opinion_is_not_given_the_case(make_up: MakeUp) -> None:
    third = in_both(office("officer", "kz-police-1"), POLICEMAN)
    story = given(make_up(), *IN_HAND, ask_for_opinion(), give_opinion())
    story.when(assign(SUPERVISOR, to=third)).then_refused(NotAllowed, "gave_opinion")


def test_what_was_proposed_before_is_void(make_up: MakeUp) -> None:
    story = given(make_up(), *PROPOSED, ask_for_opinion())
    assert story.now.proposal is None
    story.when(approve()).then_refused(Clash, "not_proposed")


def test_only_the_asked_authority_answers(make_up: MakeUp) -> None:
    story = given(make_up(), *IN_HAND, ask_for_opinion())
    story.when(give_opinion(by=OFFICER)).then_refused(NotAllowed)
    story.when(give_opinion(by=applicant)).then_refused(NotAllowed)
    story.when(give_opinion(authority="kz-bailiffs")).then_refused(Unknown)
    story.when(give_opinion(by=stranger)).then_refused(Unknown)
    story.when(give_opinion(of="hash-of-nothing", by=OFFICER)).then_refused(Clash, "nothing_asked")


def test_the_same_answer_again_is_ignored_and_another_one_refused(make_up: MakeUp) -> None:
    story = given(make_up(), *IN_HAND, ask_for_opinion(), give_opinion())
    story.when(give_opinion()).then()
    story.when(give_opinion("It is, after all.")).then_refused(Differs, "opinion_differs")


# --- the clock ----------------------------------------------------------------------------------------------


def test_an_opinion_alone_stops_nothing(make_up: MakeUp) -> None:
    story = given(make_up(), *IN_HAND, ask_for_opinion(), later(days=1), give_opinion())
    assert due(story) == "2026-11-26"
    assert stopped(story) is None


def test_an_investigation_stops_the_clock_until_it_is_answered(make_up: MakeUp) -> None:
    """Complete on Monday, asked on Tuesday, answered a week later: three days are left."""
    story = given(make_up(), *IN_HAND, later(days=1), investigate)
    assert stopped(story) == text(story.at)
    assert due(story) == "2026-11-26"
    given(story, later(days=7), give_opinion())
    assert due(story) == "2026-12-04"
    assert stopped(story) is None
    assert story.now.decision_due is not None
    assert len(story.now.decision_due["stops"]) == 1


def test_only_an_investigation_that_the_law_has_in_this_case_stops_it(make_up: MakeUp) -> None:
    abroad = Investigation("abroad", LAW, (Is("new_plates", (False,)),))
    story = given(make_up(investigations=(BACKGROUND, abroad)), *IN_HAND)
    for unknown in ("abroad", "weather"):
        story.when(ask_for_opinion(investigation=unknown))
        story.then_refused(Invalid, "unknown_investigation", "/investigation")


def test_nothing_is_decided_while_the_clock_stands_still(make_up: MakeUp) -> None:
    """Who stops the law's time cannot use it."""
    story = given(make_up(), *IN_HAND, investigate)
    for decided in (propose(), refuse("tax_unpaid")):
        story.when(decided).then_refused(Clash, "opinion_open")
    given(story, give_opinion(), propose(), approve())
    assert story.now.stage == "approved"


def test_nothing_is_approved_either_where_one_person_decides(make_up: MakeUp) -> None:
    alone = FourEyes(are_asked=False, source=LAW)
    story = given(make_up(four_eyes=alone), *IN_HAND, investigate)
    story.when(approve(OFFICER)).then_refused(Clash, "opinion_open")


def test_an_opinion_that_stops_nothing_holds_nothing_up(make_up: MakeUp) -> None:
    given(make_up(), *IN_HAND, ask_for_opinion()).when(propose()).then("ApprovalProposed")


def test_where_its_time_has_run_out_the_officer_decides_without_it(make_up: MakeUp) -> None:
    story = given(make_up(), *IN_HAND, investigate, after(lambda case: case.opinions[0]["answer_until"]))
    story.when(refuse("tax_unpaid")).then("ClaimKept", "CaseRefused")
    endless = given(
        make_up(), *IN_HAND, ask_for_opinion("kz-bailiffs", investigation="background"), later(days=400)
    )
    endless.when(refuse("tax_unpaid")).then("ClaimKept", "CaseRefused")


def test_who_is_asked_may_read_as_long_as_they_may_answer(make_up: MakeUp) -> None:
    """A case that was taken back, or is closed, without the answer is not theirs any more."""
    decided = (refuse("tax_unpaid"), serve(), serve("p2"))
    for acts, offices in (
        ((withdraw(),), ()),
        (decided, ("kz-bailiffs",)),
        ((*decided, later(days=100), end_appeal_term()), ()),
    ):
        story = given(make_up(), *IN_HAND, ask_for_opinion("kz-bailiffs"))
        assert [opinion["authority"] for opinion in story.now.open_opinions] == ["kz-bailiffs"]
        story = given(story, *acts)
        assert story.now.open_opinions == []
        assert subject_of(story.now, story.at).further_offices == offices


def test_a_question_and_an_investigation_that_overlap_count_once(make_up: MakeUp) -> None:
    """From Tuesday to the Sunday after next nothing counts, whoever was asked when, and answered first."""
    first = (later(days=1), investigate, later(days=1), ask())
    for both in (
        (later(days=5), give_opinion(), later(days=6), answer()),
        (later(days=5), answer(), later(days=6), give_opinion()),
    ):
        story = given(make_up(), *IN_HAND, *first, *both)
        assert (text(story.at)[:10], due(story)) == ("2026-12-06", "2026-12-09")
        assert stopped(story) is None


def test_two_investigations_at_once_count_once(make_up: MakeUp) -> None:
    story = given(
        make_up(),
        *IN_HAND,
        later(days=1),
        investigate,
        later(days=1),
        ask_for_opinion("kz-bailiffs", investigation="background"),
        later(days=1),
    )
    police, bailiffs = (opinion["of"] for opinion in story.now.opinions)
    given(story, give_opinion(of=police))
    assert stopped(story) == text(story.at)
    given(story, later(days=5), give_opinion(of=bailiffs, authority="kz-bailiffs"))
    alone = given(make_up(), *IN_HAND, later(days=1), investigate, later(days=7), give_opinion())
    assert due(story) == due(alone)


STEPS: Final = ("police", "bailiffs", "citizen")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@for_all(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 72)), max_size=12))
def test_for_any_overlap_the_deadline_is_that_of_the_whole_stop(
    make_up: MakeUp, steps: list[tuple[str, int]]
) -> None:
    """The union of all that stood still, each day of it once; and no step ever shortens the deadline."""
    story = given(make_up(), *IN_HAND)
    assert story.now.decision_due is not None
    first = story.now.decision_due
    stops: list[list[datetime]] = []
    open_now: set[str] = set()
    before = first["until"]
    for who, hours in steps:
        question = story.now.open_question
        ends = datetime.fromisoformat(question["answer_until"]["until"]) if question else None
        if ends is not None and story.at + timedelta(hours=hours) >= ends:
            continue  # so late nobody is answered
        given(story, later(hours=hours))
        if who not in open_now and story.now.stage == "returned" and who != "citizen":
            continue  # nobody is asked for an opinion while the citizen is
        is_begun = bool(open_now)
        step(story, who, is_open=who in open_now)
        open_now ^= {who}
        if not is_begun:
            stops.append([story.at])
        elif not open_now:
            stops[-1].append(story.at)
        assert story.now.decision_due["until"] >= before
        before = story.now.decision_due["until"]
    for who in sorted(open_now):
        step(story, who, is_open=True)
    expected = first
    for stop in stops:
        expected = pause(expected, stop[0], [*stop, story.at][1], country_of("KZ"))
    assert story.now.decision_due["due"] == expected["due"]
    assert stopped(story) is None


def step(story: Story, who: str, *, is_open: bool) -> None:
    """Somebody is asked, or answers."""
    if who == "citizen":
        given(story, answer(f"At {story.at}.") if is_open else ask(f"And at {story.at}?"))
        return
    authority = f"kz-{who}"
    if is_open:
        (of,) = (o["of"] for o in story.now.open_opinions if o["authority"] == authority)
        given(story, give_opinion(of=of, authority=authority))
    else:
        given(story, ask_for_opinion(authority, f"At {story.at}?", investigation="background"))


# --- who sees it --------------------------------------------------------------------------------------------


def test_the_asked_office_reads_the_case_while_it_is_asked(make_up: MakeUp) -> None:
    story = given(make_up(), *IN_HAND)
    police = office("officer", "kz-police-1", authority="kz-police")(story)

    def may(action: str) -> Rule | Refusal:
        return rule_or_refusal(police, action, subject_of(story.now, story.at))

    assert isinstance(may("case.read"), Unknown)
    given(story, ask_for_opinion())
    for reading in ("case.read", "case.history", "evidence.read"):
        assert isinstance(may(reading), Rule)
    for act in ("case.decide", "case.assign"):
        assert isinstance(may(act), NotAllowed)
    given(story, give_opinion())
    assert isinstance(may("case.read"), Unknown)


def test_a_party_sees_that_it_waits_and_until_when_not_the_words(make_up: MakeUp) -> None:
    story = given(make_up(), *IN_HAND, investigate, give_opinion(), ask_for_opinion(inquiry="And now?"))
    for seen in (shown(story.now, "p1"), shown(story.now, "p2"), watched(story.now)):
        given_one, open_one = seen["opinions"]
        assert (given_one["opinion"], given_one["given_at"]) == (None, text(story.at))
        assert (open_one["authority"], open_one["inquiry"]) == ("kz-police", None)
        assert open_one["answer_until"]["due"] == "2026-11-30"
    officers = shown(story.now, None)["opinions"]
    assert [(o["inquiry"], o["opinion"]) for o in officers] == [
        ("Is it wanted?", "It is not."),
        ("And now?", None),
    ]


def test_the_read_models_say_who_waits_for_whom(make_up: MakeUp) -> None:
    story = given(make_up(), *IN_HAND, investigate)
    (asked,) = opinions.PROJECTION.shown(story.now, Ids(bytes(32)))
    requested = story.now.opinions[0]
    assert requested["answer_until"] is not None
    until = requested["answer_until"]["until"]
    assert (asked["authority"], asked["of"], asked["due"]) == ("kz-police", requested["of"], until)
    waits = deadlines.PROJECTION.row(story.now)
    assert waits is not None, "a decree may make its day later"
    assert waits["next"] is None, "the clock does nothing about it"
    queued = next(iter(work_queue.PROJECTION.shown(story.now)), None)
    assert queued is not None
    assert queued["stands_still_since"] == text(story.at)
    given(story, give_opinion())
    assert opinions.PROJECTION.shown(story.now, Ids(bytes(32))) == []


def test_the_words_fall_with_the_case(make_up: MakeUp) -> None:
    story = given(make_up(), *IN_HAND, ask_for_opinion(), give_opinion())
    story.happened((LEAD, e.PersonalDataErased(keys=[], whose=["case"], basis="the end")))
    assert [(o["inquiry"], o["opinion"]) for o in story.now.opinions] == [(None, None)]
    assert [o["authority"] for o in story.now.opinions] == ["kz-police"]


# --- before the time to decide runs ---------------------------------------------------------------------------


def test_what_was_asked_before_a_set_aside_is_answered_though_the_money_is_not_there_again(
    make_up: MakeUp,
) -> None:
    """The refusal gave the fee back, so the case waits for it anew; the authority that was asked waits for nothing."""
    refused = (*IN_HAND, ask_for_opinion(), refuse("restricted"), pay_back(FEE))
    story = given(make_up(), *refused, appeal(), decide_appeal())
    assert (story.now.stage, story.now.decision_due) == ("filed", None)
    assert "GiveOpinion" in fits(story.now)
    story.when(give_opinion()).then("OpinionGiven")
    assert story.the(e.OpinionGiven).decision_due is None
    given(story, pay(payment="payment-2"))
    assert story.now.decision_due is not None


def test_a_birth_told_by_mouth_in_tuerkiye_is_entered_only_after_the_inquiry() -> None:
    """Law 5490, article 15: the health directorate looks into each such statement."""
    by_mouth = a_birth(medical_certificate=None, oral_statement=True)
    story = given(by_mouth, file(), assign())
    story.when(approve(by=OFFICER)).then_refused(Clash, "investigation_missing")
    asked = ask_for_opinion("tr-health-directorate", investigation="oral_statement")
    given(story, asked, give_opinion(authority="tr-health-directorate")).when(approve(by=OFFICER))
    assert story.now.stage == "approved"
