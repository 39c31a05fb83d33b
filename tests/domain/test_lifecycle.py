"""The one lifecycle: what fits when is one table, and a command that does not fit names those that do."""

from collections.abc import Callable

import pytest

from domain.case import ENDED, FITS, Case, Stage, evolve
from domain.commands import CaseCommand, EndAppealTerm, LapseCase, RecordPayment, RecordRefund
from domain.decide import Beside, decide
from domain.refusals import Refusal, Unknown, WrongStage
from tests.domain import acts
from tests.domain.acts import (
    answer,
    approve,
    ask,
    assess,
    assign,
    decline,
    erase,
    file,
    give,
    propose,
    receive,
    refuse,
    revoke,
    withdraw,
)
from tests.domain.story import Act, Story, a_sale, given

STAGES: dict[Stage, tuple[Act, ...]] = {
    Stage.FILED: acts.FILED,
    Stage.IN_REVIEW: acts.PROPOSED,
    Stage.RETURNED: acts.RETURNED,
    Stage.APPROVED: acts.APPROVED,
    Stage.REFUSED: acts.REFUSED,
    Stage.WITHDRAWN: acts.WITHDRAWN,
    Stage.LAPSED: acts.UNPAID,
    Stage.COMPLETED: acts.COMPLETED,
}
FACTS = {RecordPayment, RecordRefund}  # money fits always
OF_THE_CLOCK = {LapseCase, EndAppealTerm}  # look whether it is time, and do nothing else
UNASKED = {"FileCase"}


def command_names() -> set[str]:
    return {kind.__name__ for kind in CaseCommand.__subclasses__()}


def test_the_table_knows_every_stage_and_names_commands_only() -> None:
    assert set(FITS) == set(Stage) == set(STAGES)
    named = {name for names in FITS.values() for name in names}
    exempt = UNASKED | {kind.__name__ for kind in FACTS | OF_THE_CLOCK}
    assert named | exempt == command_names()


def test_what_has_ended_can_only_be_forgotten() -> None:
    assert {stage for stage in Stage if FITS[stage] == ("EraseCase",)} == ENDED


@pytest.mark.parametrize("stage", Stage)
def test_each_stage_is_reached(stage: Stage) -> None:
    assert given(a_sale(), *STAGES[stage]).now.stage == stage


ASKED: dict[str, Callable[[], Act]] = {
    "AssignCase": lambda: assign(acts.SUPERVISOR, to=acts.office("officer", "officer-3")),
    "RequestInformation": lambda: ask("Something else?"),
    "ProvideInformation": lambda: answer(of="hash-of-nothing"),
    "ProposeApproval": lambda: propose(acts.OFFICER),
    "ApproveCase": lambda: approve(acts.office("officer", "officer-3")),
    "RefuseCase": lambda: refuse("restricted"),
    "GiveConsent": give,
    "DeclineConsent": decline,
    "RevokeConsent": revoke,
    "WithdrawCase": withdraw,
    "AssessFee": assess,
}


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("name", ASKED)
def test_a_command_that_does_not_fit_names_those_that_do(stage: Stage, name: str) -> None:
    story = given(a_sale(), *STAGES[stage])
    before = story.now
    story.when(ASKED[name]())
    if name in FITS[stage]:
        assert not isinstance(story.refusal, WrongStage)
    elif isinstance(story.refusal, WrongStage):
        assert (story.refusal.stage, story.refusal.fits) == (stage, FITS[stage])
        assert stage in story.refusal.detail
        assert all(fit in story.refusal.detail for fit in FITS[stage])
        assert story.now is before
    else:
        assert story.refusal is None, "nothing but the stage is in the way"
        story.then()  # it was so already


@pytest.mark.parametrize("act", [give(), withdraw(), assign(), erase(), receive(event="x", authority="x")])
def test_a_case_that_is_not_there_is_unknown(act: Act) -> None:
    story = given(a_sale(), *acts.FILED)
    command = act(story)
    assert isinstance(command, CaseCommand)
    with pytest.raises(Unknown):
        decide(command, None, Beside())


def test_a_command_that_nobody_decides_is_a_fault_and_no_refusal() -> None:
    story = given(a_sale(), *acts.FILED)
    unknown = CaseCommand(at=story.at, by=acts.OFFICER(story), cause="cmd:x", case=story.case_id)
    with pytest.raises(TypeError, match="CaseCommand"):
        decide(unknown, story.now, Beside())


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
    assert "Please" in story.refusal.detail
