"""The one lifecycle: what fits when is one table, and a command that does not fit names those that do.

A decision looks at nothing that its row does not see: what was forgotten there is a fault, never free.
"""

from collections.abc import Callable
from typing import Any, Final

import pytest

from domain import commands as c
from domain.about import about_of
from domain.case import ENDED, Case, Stage
from domain.case_fold import evolve
from domain.decide import DECISIONS, decide
from domain.decisions.situation import NotSeen, Situation
from domain.lifecycle import CLOCK, CONSENT, ROWS, STEPS, Step, does_fit, fits
from domain.needs import does_mind_people, needed
from domain.parties import capacities
from domain.refusals import Clash, Erased, Named, NotAllowed, Refusal, Stale, Unknown, WrongStage, named
from tests.domain import acts
from tests.domain.acts import (
    acknowledge,
    after,
    amend,
    answer,
    appeal,
    approve,
    ask,
    ask_for_opinion,
    assess,
    assign,
    consent,
    decide_appeal,
    decline,
    end_appeal_term,
    end_mandate,
    erase,
    erase_entry,
    extend,
    file,
    forget,
    forget_entry,
    give_mandate,
    give_opinion,
    lapse,
    lift,
    not_needed,
    object_to,
    pay,
    pay_back,
    presume,
    propose,
    refuse,
    restate,
    restrict,
    revoke,
    serve,
    take_back,
    waive,
    withdraw,
    write_entries,
)
from tests.domain.story import Act, Story, a_birth, a_sale, given, said

STAGES: dict[Stage, tuple[Act, ...]] = {
    Stage.FILED: acts.FILED,
    Stage.IN_REVIEW: acts.PROPOSED,
    Stage.RETURNED: acts.RETURNED,
    Stage.APPROVED: acts.APPROVED,
    Stage.REFUSED: acts.REFUSED,
    Stage.WITHDRAWN: acts.WITHDRAWN,
    Stage.LAPSED: acts.UNPAID,
    Stage.COMPLETED: acts.COMPLETED,
    Stage.APPEALED: acts.APPEALED,
}
OTHER: Final = acts.office("officer", "officer-3")
POLICE: Final = acts.office("restricting_officer", authority="kz-police")


def at(stage: Stage) -> Story:
    """A case that stands there; only where the law has an exemption is something not needed."""
    if stage == Stage.NOT_NEEDED:
        return given(a_birth(still_born=True), file(), not_needed("still_born"))
    return given(a_sale(), *STAGES[stage])


EVERY: Final[dict[type[c.Command], Act]] = {
    c.FileCase: file(),
    c.AmendRequest: amend(new_plates=False),
    c.GiveConsent: consent(),
    c.DeclineConsent: decline(),
    c.RevokeConsent: revoke(),
    c.RecordPayment: pay(payment="payment-9"),
    c.AssessFee: assess(),
    c.RecordRefund: pay_back(1),
    c.AssignCase: assign(acts.SUPERVISOR, to=OTHER),
    c.RequestInformation: ask("Something else?"),
    c.ProvideInformation: answer(of="hash-of-nothing"),
    c.RequestOpinion: ask_for_opinion(),
    c.GiveOpinion: give_opinion(of="hash-of-nothing", by=acts.OFFICER),
    c.ExtendDeadline: extend(),
    c.ProposeApproval: propose(acts.OFFICER),
    c.ApproveCase: approve(OTHER),
    c.RefuseCase: refuse("not_the_owner"),
    c.WriteEntries: write_entries(),
    c.WithdrawCase: withdraw(),
    c.LapseCase: lapse(),
    c.RestateDeadlines: restate(),
    c.DeclareNotNeeded: not_needed("still_born"),
    c.ServeDecision: serve(),
    c.PresumeServed: presume(),
    c.LodgeAppeal: appeal(party="p1"),
    c.TakeBackAppeal: take_back(of="hash-of-nothing"),
    c.DecideAppeal: decide_appeal(),
    c.WaiveClaim: waive(),
    c.EndAppealTerm: end_appeal_term(),
    c.RecordReceipt: acknowledge(),
    c.RecordObjection: object_to(),
    c.EraseCase: erase(),
    c.ForgetCase: forget(),
    c.PlaceRestriction: restrict("arrest"),
    c.LiftRestriction: lift(POLICE),
    c.AnnulResult: acts.annul_result(),
    c.ProposeCorrection: acts.propose_correction(),
    c.ProposeAnnulment: acts.propose_annulment(),
    c.DropProposal: acts.drop_proposal(),
    c.CorrectEntry: acts.correct_as_a_court(),
    c.AnnulEntry: acts.annul_as_a_court(),
    c.ExpireEntry: acts.expire(),
    c.EraseEntry: erase_entry(),
    c.ForgetEntry: forget_entry(),
    c.GrantCompetence: acts.grant(),
    c.EndCompetence: acts.end(),
    c.GiveMandate: give_mandate(),
    c.EndMandate: end_mandate(),
    c.RecordBirthNotice: acts.tell(),
}
OF_CASES: Final = [row for row in ROWS if issubclass(row.command, c.CaseCommand)]
# Judged by what stands in the way first; money, receipts and the clock look for themselves whether it is time.
LOOK_FOR_THEMSELVES: Final = {
    *(c.FileCase, c.RecordPayment, c.RecordRefund, c.RecordReceipt, c.RecordObjection, c.EraseCase),
    *(row.command for row in ROWS if row.may is CLOCK),
}


def name_of(row: Step | type) -> str:
    return (row.command if isinstance(row, Step) else row).__name__


def asked(kind: type[c.Command], story: Story) -> c.Command:
    command = EVERY[kind](story)
    assert isinstance(command, kind)
    return command


def all_commands() -> set[type]:
    abstract = {
        c.Command,
        c.CaseCommand,
        c.PartyCommand,
        c.EntryCommand,
        c.AmendmentCommand,
        c.DecidingAmendment,
        c.AppointeeCommand,
        c.MandateCommand,
    }
    found = {kind for kind in vars(c).values() if isinstance(kind, type) and issubclass(kind, c.Command)}
    return found - abstract


def test_every_command_has_one_row_and_one_decision() -> None:
    assert len(ROWS) == len(STEPS)
    assert set(STEPS) == set(DECISIONS) == set(EVERY) == all_commands()


def test_what_has_ended_is_served_appealed_against_and_forgotten_and_nothing_else() -> None:
    assert {*STAGES, Stage.NOT_NEEDED} == set(Stage)
    of_an_end = {"ServeDecision", "LodgeAppeal", "WaiveClaim", "EraseCase", "AnnulResult"}
    for stage in Stage:
        told = {*fits(at(stage).now)}
        assert (told <= of_an_end) == (stage in ENDED), stage
    for stage in (Stage.WITHDRAWN, Stage.NOT_NEEDED):
        assert fits(at(stage).now) == ("EraseCase",)


def test_nobody_is_told_to_do_what_the_clock_does() -> None:
    told = {name for stage in Stage for name in fits(at(stage).now)}
    assert told.isdisjoint(row.command.__name__ for row in ROWS if row.may is CLOCK)


def test_what_is_told_is_what_can_be_done() -> None:
    """Consents are told only where somebody is asked for one, an assessment only of a fee that is not certain."""
    assert fits(given(a_sale(), *acts.FILED).now) == (
        "AmendRequest",
        "GiveConsent",
        "DeclineConsent",
        "RecordPayment",
        "WithdrawCase",
    )
    assert "GiveConsent" not in fits(given(a_sale(), *acts.CONSENTED).now)
    assert "RevokeConsent" in fits(given(a_sale(), *acts.CONSENTED).now)
    birth = fits(given(a_birth(), file()).now)
    assert not {"GiveConsent", "DeclineConsent", "RevokeConsent", "AssessFee"} & set(birth)


def test_a_party_is_told_only_what_it_can_do() -> None:
    """The table is the one source: by the roles of a row, and by whether that party is asked or agreed."""
    filed, agreed = given(a_sale(), *acts.FILED).now, given(a_sale(), *acts.COMPLETE).now
    returned = given(a_sale(), *acts.RETURNED).now
    consents = {"GiveConsent", "DeclineConsent", "RevokeConsent"}
    assert consents.isdisjoint(fits(filed, ["p1"]))
    assert consents.intersection(fits(filed, ["p2"])) == {"GiveConsent", "DeclineConsent"}
    assert consents.intersection(fits(agreed, ["p2"])) == {"RevokeConsent"}
    for case in (filed, agreed, returned):
        assert "WithdrawCase" in fits(case, ["p1"])
        assert "WithdrawCase" not in fits(case, ["p2"])
        assert {"RecordPayment", "AssignCase", "ApproveCase"}.isdisjoint(fits(case, ["p1", "p2"]))
    assert {"ProvideInformation", "RevokeConsent"} <= set(fits(returned, ["p1", "p2"]))


def test_an_approval_is_told_once_it_is_proposed_where_two_decide() -> None:
    story = given(a_sale(), *acts.IN_HAND)
    assert "ApproveCase" not in fits(story.now)
    story.when(approve(OTHER)).then_refused(Clash, "not_proposed")
    story.when(acts.asked_by(OTHER, approve(OTHER, seen=1))).then_refused(Stale)
    assert "ApproveCase" in fits(given(story, propose()).now)
    assert "ApproveCase" in fits(given(a_birth(), file(), assign()).now)  # one decides


def test_an_erasure_is_told_when_the_law_lets_one_forget() -> None:
    """Not with the last receipt: the time to appeal, the retention and what is due back come first."""
    story = given(a_sale(), *acts.COMPLETED)
    assert "EraseCase" not in fits(story.now, at=story.at)
    given(story, acts.later(days=400))
    assert "EraseCase" in fits(story.now, at=story.at)
    story.when(erase()).then("PersonalDataErased")
    refused = given(a_sale(), *acts.REFUSED, acts.later(days=5000))
    assert "EraseCase" not in fits(refused.now, at=refused.at)
    refused.when(erase()).then_refused(Clash, "appeal_term_open")
    owed = given(a_sale(), *acts.COMPLETE, withdraw(), acts.later(days=5000))
    assert fits(owed.now, at=owed.at) == ()
    owed.when(erase()).then_refused(Clash, "refund_open")


def test_an_appeal_is_told_to_be_taken_back_by_who_lodged_it_alone() -> None:
    case = given(a_sale(), *acts.APPEALED).now
    assert "TakeBackAppeal" in fits(case, ["p1"])
    assert "TakeBackAppeal" not in fits(case, ["p2"])


def test_who_did_not_appeal_is_taken_to_have_read_it_while_another_one_does() -> None:
    """The time runs for each party by itself; so the clock looks at an appealed case, too."""
    story = given(a_sale(), *acts.APPEALED)
    assert does_fit(c.PresumeServed, story.now)
    given(story, after(lambda case: case.ending["served_after"] if case.ending else None))
    story.when(presume()).then("DecisionServed")
    assert story.now.served["p2"]["how"] == "presumed"


@pytest.mark.parametrize("stage", Stage)
def test_each_stage_is_reached(stage: Stage) -> None:
    assert at(stage).now.stage == stage


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("row", [r for r in OF_CASES if r.command not in LOOK_FOR_THEMSELVES], ids=name_of)
def test_a_command_that_does_not_fit_names_those_that_do(stage: Stage, row: Step) -> None:
    story = at(stage)
    before = story.now
    command = EVERY[row.command](story)
    assert command is not None
    me = command.by.persons.get(before.country)
    mine = capacities(me, before.persons, before.representatives)
    told = fits(before, [each.party for each in mine], at=story.at)
    story.when(lambda _story: command)
    if does_fit(row.command, before):
        assert not isinstance(story.refusal, WrongStage)
    elif isinstance(story.refusal, WrongStage):
        assert (story.refusal.stage, story.refusal.fits) == (stage, told)
        assert story.refusal.values == {"stage": Named("stage", stage), "fits": named("command", told)}
        assert story.now is before
    elif story.refusal is not None:
        if stage == Stage.NOT_NEEDED and row.may is CONSENT:
            story.then_refused(NotAllowed, "consent_not_asked")
        elif row.command in {c.DecideAppeal, c.AnnulResult}:
            story.then_refused(Unknown)  # who decides appeals, and a court, know nothing of other cases
        else:
            story.then_refused(Clash)  # what stands in the way is said: a proposal, no such appeal
    else:
        story.then()  # it was so already


JUDGED: Final[dict[type[c.Command], tuple[Act, ...]]] = {
    c.AssignCase: acts.COMPLETE,
    c.RequestInformation: acts.IN_HAND,
    c.ProposeApproval: acts.IN_HAND,
    c.ApproveCase: acts.PROPOSED,
    c.RefuseCase: acts.IN_HAND,
    c.WithdrawCase: acts.FILED,
    c.ExtendDeadline: acts.IN_HAND,
    c.DecideAppeal: acts.APPEALED,
    c.AnnulResult: acts.APPROVED,
}


@pytest.mark.parametrize("kind", JUDGED, ids=name_of)
def test_a_judgement_is_bound_to_the_version_that_was_seen(kind: type[c.Command]) -> None:
    """The rows say so; test_payments.py, test_entry_fee.py and test_opinions.py have it of what waits for a law,
    test_amendments.py of entries.
    """
    of_other_laws = {c.AssessFee, c.WriteEntries, c.RequestOpinion, c.DeclareNotNeeded}
    assert {*JUDGED, *of_other_laws} == {row.command for row in OF_CASES if row.is_judgement}
    story = given(a_sale(), *JUDGED[kind])
    command = asked(kind, story)
    older = acts.seen(command, story.now.version - 1)
    story.when(lambda _: older).then_refused(Stale)
    assert not isinstance(story.when(lambda _: command).refusal, Stale)


# --- what a decision sees -----------------------------------------------------------------------------------

LOOKING: Final[dict[type[c.Command], tuple[Act, ...]]] = {
    c.FileCase: (),
    c.DeclineConsent: acts.FILED,
    c.ApproveCase: acts.PROPOSED,
    c.WithdrawCase: acts.FILED,
    c.AmendRequest: acts.FILED,
    c.RefuseCase: acts.IN_HAND,
    c.LapseCase: (*acts.CONSENTED, after(lambda case: case.fee["lapses"] if case.fee else None)),
    c.DecideAppeal: acts.APPEALED,
    c.WaiveClaim: acts.REFUSED,
    c.EndAppealTerm: (*acts.REFUSED, *acts.APPEALABLE),
    c.RecordReceipt: acts.APPROVED,
    c.RecordObjection: acts.APPROVED,
    c.AnnulResult: acts.APPROVED,
}

OF_THE_ENTRY_FEE: Final = {c.RecordPayment, c.AssessFee, c.WriteEntries}
OF_EXEMPTIONS: Final = {c.DeclareNotNeeded}


@pytest.mark.parametrize("kind", LOOKING, ids=name_of)
def test_what_a_row_forgets_is_a_fault_and_is_never_read_as_free(kind: type[c.Command]) -> None:
    """A car whose claim was not loaded would stay claimed for ever, without any error.

    What a fee before the entry looks at is in test_entry_fee.py, an amendment of an entry in test_amendments.py.
    """
    looking = {row.command for row in OF_CASES if row.sees or row.sees_written}
    assert {*LOOKING, *OF_THE_ENTRY_FEE, *OF_EXEMPTIONS} == looking
    story = given(a_sale(), *LOOKING[kind])
    must_see(story, asked(kind, story))


def must_see(story: Story, command: c.Command) -> None:
    """Whatever of it is not loaded is a fault."""
    whole = story.situation(command)
    assert decide(whole).events
    seen = needed(whole.command, about_of(whole.command, whole.at, whole.state), whole.state)
    for forgotten in {key.family for key in seen}:
        beside = story.beside(key for key in seen if key.family != forgotten)
        part = Situation(whole.command, whole.at, whole.state, beside=beside, ids=whole.ids, keys=whole.keys)
        with pytest.raises(NotSeen, match=type(command).__name__):
            decide(part)


@pytest.mark.parametrize("row", OF_CASES, ids=name_of)
def test_nothing_is_loaded_but_what_the_row_sees(row: Step) -> None:
    """Whoever writes a decision that frees claims, and forgets its row, hears of it at the first try."""
    story = given(a_sale(), *acts.APPROVED)
    situation = story.situation(asked(row.command, story))
    about = about_of(situation.command, situation.at, situation.state)
    seen = needed(situation.command, about, situation.state)
    families = {key.family for key in seen if key.kind != "birth"}  # that of a human is none of the request's
    if does_mind_people(situation.command):
        families.add("claim")  # by which the open case about the same thing is found
    looks: dict[str, Callable[[], list[Any]]] = {
        "claim": lambda: list(situation.claims.values()),
        "entry": lambda: [situation.entry_at(effect.key) for effect in situation.effects],
    }
    if row.sees_written:
        looks["entry"] = lambda: list(situation.written.values())
    for family, look in looks.items():
        if family in families:
            assert all(look())
        else:
            with pytest.raises(NotSeen, match=row.command.__name__):
                look()


@pytest.mark.parametrize("row", OF_CASES, ids=name_of)
def test_facts_reach_a_case_whose_people_are_erased(row: Step) -> None:
    """What is asked by people who may hears that it is erased; money and the registry are still heard."""
    story = given(a_sale(), *acts.COMPLETED, acts.until("2040-01-01"), erase())
    assert "case" in story.now.erased
    story.when(EVERY[row.command])
    assert not row.reaches_erased or not isinstance(story.refusal, Erased)
    if row.may and row.may.roles[:1] == ("officer",) and not row.reaches_erased:
        assert isinstance(story.refusal, Erased)


@pytest.mark.parametrize(
    "act", [consent(), withdraw(), assign(), erase(), acknowledge(event="x", authority="x"), lapse()]
)
def test_a_case_that_is_not_there_is_unknown(act: Act) -> None:
    story = given(a_sale(), *acts.FILED)
    command = act(story)
    assert command is not None
    with pytest.raises(Unknown):
        decide(Situation(command, story.at, None))


def test_a_command_that_nobody_decides_is_a_fault_and_no_refusal() -> None:
    story = given(a_sale(), *acts.FILED)
    unknown = c.CaseCommand(by=acts.OFFICER(story), cause="cmd:x", case=story.case_id)
    with pytest.raises(TypeError, match="CaseCommand"):
        decide(Situation(unknown, story.at, story.now))


def test_a_case_begins_with_its_filing_and_is_filed_once() -> None:
    story = given(a_sale(), *acts.FILED)
    filed, assessed = (r for r in story.log if r.type.startswith("case."))
    with pytest.raises(TypeError):
        evolve(None, assessed)
    with pytest.raises(TypeError):
        evolve(story.now, filed)


def test_the_timeline_tells_what_happened_and_in_which_role() -> None:
    story = given(a_sale(), *acts.COMPLETED)
    told = [(step["what"], step["by"]) for step in story.now.timeline]
    assert told == [
        ("CaseFiled", "applicant"),
        ("FeeAssessed", "applicant"),
        ("ConsentGiven", "buyer"),
        ("FeePaid", "treasury"),
        ("DecisionTermStarted", "treasury"),
        ("CaseAssigned", "officer"),
        ("ApprovalProposed", "officer"),
        ("CaseApproved", "officer"),
        ("ReceiptRecorded", "registry"),
        ("CaseCompleted", "registry"),
    ]
    assert [step["version"] for step in story.now.timeline] == list(range(1, 11))


def test_a_state_is_never_changed_in_place() -> None:
    """The desk keeps states, and hands them to others."""
    story, states = a_sale(), list[tuple[Case, str]]()
    for act in acts.COMPLETED:
        given(story, act)
        states.append((story.now, repr(story.now)))
    assert [repr(state) for state, _ in states] == [text for _, text in states]


def test_a_refusal_says_what_to_do() -> None:
    story: Story = given(a_sale()).when(file(by=acts.stranger))
    assert isinstance(story.refusal, Refusal)
    assert "Please" in said(story.refusal)
