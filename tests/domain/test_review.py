"""Review: who has the case, what is asked while the clock stands, and two persons who look."""

from dataclasses import replace
from datetime import date

import pytest

from domain import events as e
from domain.awaited import review_of
from domain.commands import Actor
from domain.days.deadlines import Term
from domain.refusals import Clash, Differs, NotAllowed, Stale, Unknown
from domain.terms import FilingLimit
from tests.domain.acts import (
    COMPLETE,
    FILED,
    IN_HAND,
    OFFICER,
    PROPOSED,
    RETURNED,
    SECOND,
    SUPERVISOR,
    acknowledge,
    answer,
    appeal,
    applicant,
    approve,
    ask,
    asked_by,
    assign,
    bring,
    decide_appeal,
    later,
    office,
    party,
    propose,
    refuse,
    serve,
    stranger,
    until,
    withdraw,
)
from tests.domain.made_up import LAW, a_story_of, made_up, senior_where_late
from tests.domain.story import Act, Story, Who, a_birth, a_sale, given
from tests.examples import person

ROBOT = office("officer", "robot", person=None)

# --- assignment -------------------------------------------------------------------------------------------


def test_an_officer_takes_a_case_and_the_rule_is_recorded() -> None:
    story = given(a_sale(), *COMPLETE).when(assign()).then("CaseAssigned")
    assert story.now.officer == "officer-1"
    assert story.last[0].actor == {"id": "officer-1", "role": "officer"}
    assert story.last[0].event.rule == "case.assign:officer"  # type: ignore[union-attr]


def test_a_supervisor_gives_a_case_to_an_officer() -> None:
    assert given(a_sale(), *COMPLETE, assign(SUPERVISOR, to=OFFICER)).now.officer == "officer-1"


def test_an_officer_gives_no_case_to_another() -> None:
    given(a_sale(), *COMPLETE).when(assign(OFFICER, to=SECOND)).then_refused(NotAllowed, "supervisor_assigns")


def test_a_case_that_is_assigned_already_stays_so_whatever_was_seen() -> None:
    given(a_sale(), *IN_HAND).when(assign(seen=1)).then()


@pytest.mark.parametrize(
    "to",
    [
        office("officer", "elsewhere", authority="kz-police"),
        office("officer", "other", procedures=("work_permit",)),
        office("officer", "retired", until=date(2026, 11, 22)),
        office("officer", "future", since=date(2026, 11, 24)),
        office("officer", "abroad", country="KG"),
        office("restricting_officer", "clerk"),
    ],
)
def test_a_case_goes_only_to_who_is_competent_on_the_day(to: Who) -> None:
    story = given(a_sale(), *COMPLETE).when(assign(SUPERVISOR, to=to))
    story.then_refused(NotAllowed, "officer_without_competence")


def test_a_case_never_goes_to_a_party() -> None:
    """The same human in two roles is one human (rules.md 20)."""
    story = given(a_sale(), *COMPLETE)
    buyer = office("officer", "buyer-by-day", person=story.request["person_p2"])
    story.when(assign(SUPERVISOR, to=buyer)).then_refused(NotAllowed, "officer_is_party")
    story.when(assign(buyer)).then_refused(NotAllowed, "party_to_this_case")


def test_an_officer_who_is_a_party_is_known_by_the_record_of_competences_too() -> None:
    """Also where the token names nobody."""
    story = given(a_sale(), *COMPLETE)
    buyer = office("officer", "buyer-by-day", person=story.request["person_p2"])(story)
    nameless = type(buyer)(issuer="id", subject="x", client="c", competences=buyer.competences)
    story.when(asked_by(lambda _: nameless, assign())).then_refused(NotAllowed, "party_to_this_case")


@pytest.mark.parametrize(("who", "refusal"), [(applicant, NotAllowed), (stranger, Unknown)])
def test_nobody_else_assigns(who: Who, refusal: type[NotAllowed | Unknown]) -> None:
    given(a_sale(), *COMPLETE).when(assign(who)).then_refused(refusal)


# --- who decides ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", [ask(by=SECOND), propose(SECOND), refuse("tax_unpaid", by=SECOND)])
def test_only_who_has_the_case_asks_proposes_and_refuses(act: Act) -> None:
    given(a_sale(), *IN_HAND).when(act).then_refused(NotAllowed, "not_assigned_to_you")


@pytest.mark.parametrize(
    "act",
    [
        ask(seen=1),
        refuse("tax_unpaid", seen=1),
        approve(seen=1),
        assign(SECOND, seen=1),
        withdraw(seen=1),
    ],
)
def test_a_judgement_is_bound_to_the_version_that_was_seen(act: Act) -> None:
    story = given(a_sale(), *PROPOSED).when(act).then_refused(Stale, "stale_version")
    assert isinstance(story.refusal, Stale)
    assert story.refusal.version == story.now.version


@pytest.mark.parametrize(
    ("before", "act"),
    [
        ((*COMPLETE, assign()), assign(seen=1)),
        ((*IN_HAND, ask()), ask(seen=1)),
        (PROPOSED, propose(seen=1)),
        ((*PROPOSED, approve()), approve(seen=1)),
        ((*PROPOSED, approve(), acknowledge()), approve(seen=1)),
        ((*IN_HAND, refuse("tax_unpaid")), refuse("tax_unpaid", seen=1)),
    ],
)
def test_the_same_act_whose_answer_was_lost_is_answered_again(before: tuple[Act, ...], act: Act) -> None:
    """Whatever its If-Match says now (rules.md 21)."""
    given(a_sale(), *before).when(act).then()


# --- questions --------------------------------------------------------------------------------------------


def test_a_question_returns_the_case_and_gives_a_time_to_answer() -> None:
    story = given(a_sale(), *IN_HAND).when(ask("Whose is the trailer?", items=("trailer",)))
    story.then("InformationRequested")
    assert story.now.stage == "returned"
    assert story.now.open_question is not None
    assert story.now.open_question["items"] == ["trailer"]
    assert story.now.open_question["answer_until"]["due"] == "2026-12-07"


def test_the_clock_stands_from_the_question_to_the_answer() -> None:
    """Three working days from Monday end on Thursday; asked on Tuesday, answered on Friday: four more."""
    asked = (until("2026-11-24"), ask(), until("2026-11-27"))
    story = given(a_sale(), *IN_HAND)
    assert story.now.decision_due is not None
    assert story.now.decision_due["due"] == "2026-11-26"
    given(story, *asked).when(answer()).then("InformationProvided")
    assert story.now.decision_due["due"] == "2026-12-02"
    assert len(story.now.decision_due["stops"]) == 1
    assert (story.now.stage, story.now.open_question) == ("in_review", None)
    assert story.now.questions[0]["answer"] == "Yesterday."


def test_an_answer_may_bring_evidence() -> None:
    story = given(a_sale(), *RETURNED, answer(evidence=(bring("contract"),)))
    assert [a["kind"] for a in story.now.evidence or ()] == ["contract"]


def test_the_same_answer_twice_is_ignored_and_another_refused() -> None:
    story = given(a_sale(), *RETURNED, answer("Yes."), later(days=1))
    story.when(answer("Yes.")).then()
    story.when(answer("No.")).then_refused(Differs, "answer_differs")


def test_an_answer_names_its_question() -> None:
    story = given(a_sale(), *RETURNED).when(answer(of="hash-of-another"))
    story.then_refused(Clash, "answers_old_question")


def test_only_the_applicant_answers() -> None:
    given(a_sale(), *RETURNED).when(answer(by=party("p2"))).then_refused(NotAllowed)
    given(a_sale(), *RETURNED).when(answer(by=OFFICER)).then_refused(NotAllowed)


def test_the_same_question_can_be_asked_again_by_who_read_the_answer() -> None:
    """Also where the case has changed since: then it is a question that was never asked, and nobody hears that it was
    (rules.md 21).
    """
    story = given(a_sale(), *RETURNED, answer("Hm."))
    read = story.now.version
    given(story, assign(SUPERVISOR, to=SECOND), assign(SUPERVISOR, to=OFFICER))
    story.when(ask(seen=read)).then_refused(Stale)
    story.when(ask()).then("InformationRequested")


def test_nobody_hears_that_they_asked_what_a_colleague_asked() -> None:
    """Who has the case since a set-aside never asked what stands there."""
    story = given(a_sale(), *RETURNED, answer(), refuse("tax_unpaid"), serve(), appeal(), decide_appeal())
    given(story, assign(SUPERVISOR, to=SECOND)).when(ask(by=SECOND, seen=1)).then_refused(Stale)
    story.when(ask(by=SECOND)).then("InformationRequested")


# --- four eyes --------------------------------------------------------------------------------------------


def test_a_second_person_approves_what_a_first_one_proposed() -> None:
    given(a_sale(), *PROPOSED).when(approve(SECOND)).then("EntryChanged", "ClaimReleased", "CaseApproved")


def test_nothing_is_approved_that_nobody_proposed() -> None:
    given(a_sale(), *IN_HAND).when(approve(SECOND)).then_refused(Clash, "not_proposed")


def test_nobody_approves_their_own_proposal() -> None:
    given(a_sale(), *PROPOSED).when(approve(OFFICER)).then_refused(NotAllowed, "four_eyes")


def test_two_offices_of_one_human_are_one_pair_of_eyes() -> None:
    same_human = office("supervisor", "officer-1-as-supervisor", person="human-officer-1")
    given(a_sale(), *PROPOSED).when(approve(same_human)).then_refused(NotAllowed, "four_eyes")


@pytest.mark.parametrize("act", [assign(ROBOT), assign(SUPERVISOR, to=ROBOT)])
def test_a_case_for_four_eyes_never_goes_to_who_is_not_known_to_be_a_person(act: Act) -> None:
    """Told at once: nobody could approve what they propose."""
    given(a_sale(), *COMPLETE).when(act).then_refused(NotAllowed, "officer_without_person")


def test_who_is_not_known_to_be_a_person_is_neither_pair_of_eyes() -> None:
    """Also where the record names no person any more, after the case was given to them."""
    given(a_sale(), *PROPOSED).when(approve(ROBOT)).then_refused(NotAllowed, "officer_without_person")
    unnamed = office("officer", "officer-1", person=None)
    given(a_sale(), *IN_HAND).when(propose(unnamed)).then_refused(NotAllowed, "officer_without_person")


def test_who_decides_alone_need_not_be_known_as_a_person() -> None:
    given(a_birth(), *FILED).when(assign(ROBOT)).then("CaseAssigned")


def test_whoever_has_ever_proposed_is_not_the_second_pair_of_eyes_of_another() -> None:
    """The first officer's own proposal is the first one: two said yes, and nobody looked at what another did."""
    taken_over = (*PROPOSED, assign(SUPERVISOR, to=SECOND), propose(SECOND))
    story = given(a_sale(), *taken_over)
    story.when(approve(OFFICER)).then_refused(NotAllowed, "proposed_before")
    story.when(approve(SUPERVISOR)).then("EntryChanged", "ClaimReleased", "CaseApproved")


def test_a_proposal_that_a_question_made_void_is_one_all_the_same() -> None:
    story = given(a_sale(), *PROPOSED, ask(), answer(), assign(SUPERVISOR, to=SECOND), propose(SECOND))
    story.when(approve(OFFICER)).then_refused(NotAllowed, "proposed_before")
    as_another = office("supervisor", "officer-1-as-supervisor", person="human-officer-1")
    story.when(approve(as_another)).then_refused(NotAllowed, "proposed_before")


def test_who_proposed_twice_is_told_that_it_is_their_own() -> None:
    story = given(a_sale(), *PROPOSED, ask(), answer(), propose())
    story.when(approve(OFFICER)).then_refused(NotAllowed, "four_eyes")


# --- a senior officer -------------------------------------------------------------------------------------

LONG_AGO = FilingLimit(
    code="long_ago",
    from_member=("seller", "born_on"),
    term=Term(30, "calendar_days", LAW),
    effect="officer",
    source=LAW,
)


def a_late_birth(patch: pytest.MonkeyPatch) -> Story:
    """Told by a relative after more than thirty days, where the law wants a senior officer then."""
    senior_where_late(patch)
    story = a_birth(relation="relative", mother=person("TR", 1, born_on="1990-01-01"), father=None)
    story.request["child"] = {**story.request["child"], "born_on": "2026-10-01"}
    return story


def test_what_came_late_is_approved_by_a_supervisor_where_one_decides(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    story = given(a_late_birth(monkeypatch), *FILED, assign(OFFICER))
    story.when(approve(OFFICER)).then_refused(NotAllowed, "supervisor_decides")
    given(story, assign(SUPERVISOR)).when(approve(SUPERVISOR))
    story.then("EntryCreated", "ClaimSettled", "ClaimSettled", "CaseApproved")


def test_what_came_in_time_needs_nobody_senior() -> None:
    given(a_birth(), *FILED, assign(OFFICER)).when(approve(OFFICER))


def test_what_came_late_has_a_supervisor_among_the_two_who_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    offer = made_up(monkeypatch, filing_limits=(LONG_AGO,))
    by_officers = given(a_story_of(offer), *PROPOSED)
    by_officers.when(approve(SECOND)).then_refused(NotAllowed, "supervisor_decides")
    by_officers.when(approve(SUPERVISOR)).then("EntryCreated", "ClaimSettled", "CaseApproved")
    by_a_supervisor = given(a_story_of(offer), *COMPLETE, assign(SUPERVISOR), propose(SUPERVISOR))
    by_a_supervisor.when(approve(SECOND)).then("EntryCreated", "ClaimSettled", "CaseApproved")


def test_a_case_that_came_late_waits_for_a_supervisor_as_the_law_lets_them_decide(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where one decides, that one has the case, whoever proposed; where two decide, one of the two."""
    alone = given(a_late_birth(monkeypatch), *FILED)
    waited = [review_of(given(alone, *more).now) for more in ((), (assign(OFFICER),), (propose(OFFICER),))]
    assert waited == ["supervisor"] * 3
    offer = made_up(monkeypatch, filing_limits=(LONG_AGO,))
    by_an_officer = given(a_story_of(offer), *COMPLETE)
    waited = [
        review_of(given(by_an_officer, *more).now) for more in ((), (assign(OFFICER),), (propose(OFFICER),))
    ]
    assert waited == ["assignment", "decision", "supervisor_approval"]
    by_a_supervisor = given(a_story_of(offer), *COMPLETE, assign(SUPERVISOR), propose(SUPERVISOR))
    assert review_of(by_a_supervisor.now) == "approval"


def test_where_one_decides_nobody_has_to_approve_what_was_proposed() -> None:
    story = given(a_birth(), *FILED, assign(OFFICER), propose(OFFICER))
    assert review_of(story.now) == "decision"
    story.when(approve(SECOND)).then_refused(NotAllowed, "not_assigned_to_you")
    given(story).when(approve(OFFICER))


def test_who_is_officer_and_supervisor_decides_as_supervisor(monkeypatch: pytest.MonkeyPatch) -> None:
    def both(story: Story) -> Actor:
        held = (*OFFICER(story).competences, *office("supervisor", "officer-1")(story).competences)
        return replace(OFFICER(story), competences=held)

    story = given(a_late_birth(monkeypatch), *FILED, assign(both)).when(approve(both))
    story.then("EntryCreated", "ClaimSettled", "ClaimSettled", "CaseApproved")
    assert story.the(e.CaseApproved).rule == "case.decide:supervisor"


def test_a_proposal_of_who_had_the_case_before_is_one_pair_of_eyes() -> None:
    story = given(a_sale(), *PROPOSED, assign(SECOND))
    story.when(approve(SECOND)).then("EntryChanged", "ClaimReleased", "CaseApproved")


def test_a_question_voids_the_proposal() -> None:
    story = given(a_sale(), *PROPOSED, ask(), answer())
    story.when(approve(SECOND)).then_refused(Clash, "not_proposed")


def test_where_two_pairs_of_eyes_are_not_asked_who_has_the_case_decides_alone() -> None:
    story = given(a_birth(), *FILED, assign(OFFICER))
    story.when(approve(SECOND)).then_refused(NotAllowed, "not_assigned_to_you")
    story.when(approve(OFFICER)).then("EntryCreated", "ClaimSettled", "ClaimSettled", "CaseApproved")
