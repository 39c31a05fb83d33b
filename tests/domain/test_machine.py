"""Any mix of people, times, amounts and repeats over two cases about one car: what is true of every life of a case.

A command is accepted or refused with a Refusal; anything else is a fault.
"""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from domain import events as e
from domain.case import ENDED, Case, Stage
from domain.commands import CaseCommand
from domain.lifecycle import does_fit
from domain.refusals import Differs, WrongStage
from domain.running import running
from tests.domain import acts
from tests.domain.acts import amend, asked_by, office, party, pay, pay_back
from tests.domain.decrees import decree
from tests.domain.story import Act, Story, Who, a_sale, folded, forgotten, given
from tests.domain.test_lifecycle import EVERY, LOOK_FOR_THEMSELVES

PEOPLE: Final[dict[str, Who]] = {
    "the seller": party("p1"),
    "the buyer": party("p2"),
    "officer 1": acts.OFFICER,
    "officer 2": acts.SECOND,
    "officer 3": office("officer", "officer-3"),
    "the supervisor": acts.SUPERVISOR,
    "an officer who is the buyer": lambda s: office("officer", "o-9", person=s.request["person_p2"])(s),
    "the appeal officer": office("appeal_officer", authority="kz-interior-ministry"),
    "the treasury": acts.TREASURY,
    "the registry": acts.REGISTRY,
    "the clock": acts.clock,
    "a stranger": acts.stranger,
    "data protection": acts.DATA_PROTECTION,
}
ACTS: Final[dict[str, Act]] = {
    **{kind.__name__: act for kind, act in EVERY.items() if "Mandate" not in kind.__name__},
    **{f"pay {amount}": pay(amount, f"payment-{amount}") for amount in (1, 500, 3_000_000)},
    **{f"pay back {amount}": pay_back(amount, f"payment-{amount}") for amount in (1, 500, 3_000_000)},
    "pay what is open": pay(),
    "pay in time": pay(payment="in-time", paid_at="2026-11-24T09:00:00Z"),
    "answer": acts.answer(),
    "take back": acts.take_back(),
    "assign to oneself": acts.assign(),
    "uphold": acts.decide_appeal("upheld"),
    "amend back": amend(new_plates=True),
    "refuse for tax": acts.refuse("tax_unpaid"),
    "decide on an older version": acts.approve(seen=1),
}
BEGINNINGS: Final[dict[str, Sequence[Act]]] = {
    name: getattr(acts, name)
    for name in ("FILED", "COMPLETE", "IN_HAND", "RETURNED", "PROPOSED", "APPROVED", "COMPLETED")
} | {name: getattr(acts, name) for name in ("REFUSED", "UNPAID", "SERVED", "APPEALED", "WITHDRAWN")}

OPEN: Final = (Stage.FILED, Stage.IN_REVIEW, Stage.RETURNED)


class Lives(RuleBasedStateMachine):
    """Two stories share the registers, the claims and the log."""

    def __init__(self) -> None:
        super().__init__()
        first, other = a_sale(), a_sale()
        other.case_id = "case-2"
        other.request = {**first.request}
        for shared in ("log", "entries", "claims", "keys", "heads", "appointees", "mandates"):
            setattr(other, shared, getattr(first, shared))
        self.stories = (first, other)
        self.patch = pytest.MonkeyPatch()

    @initialize(beginning=st.sampled_from(sorted(BEGINNINGS)))
    def begins(self, beginning: str) -> None:
        given(self.stories[0], *BEGINNINGS[beginning])
        self.stories[1].at = self.stories[0].at

    @rule(hours=st.sampled_from((1, 30, 24 * 8, 24 * 20, 24 * 100, 24 * 5000)))
    def time_passes(self, hours: int) -> None:
        for story in self.stories:
            given(story, acts.later(hours=hours))

    @rule(
        which=st.sampled_from((0, 0, 1)),
        what=st.sampled_from(sorted(ACTS)),
        who=st.sampled_from(["as usual", "as usual", "as usual", *PEOPLE]),
    )
    def somebody_asks(self, which: int, what: str, who: str) -> None:
        story, act = self.stories[which], ACTS[what]
        if story.case is None:
            story.when(ACTS["FileCase"])
            return
        before = story.case
        asked = _asked(act, story, who)
        if asked is None:
            return
        command = asked(story)
        story.when(asked)
        if not isinstance(command, CaseCommand) or type(command) not in EVERY:
            return
        if does_fit(type(command), before):
            assert not isinstance(story.refusal, WrongStage), (what, before.stage)
        elif type(command) not in LOOK_FOR_THEMSELVES:
            assert story.refusal or not story.last, (what, before.stage)
        if story.refusal is None:
            story.when(lambda _: command)  # the same again
            assert not isinstance(story.refusal, Differs)

    @rule(off=st.sets(st.integers(0, 40), max_size=4), working=st.integers(0, 14))
    def a_decree_moves_days(self, off: set[int], working: int) -> None:
        """No day becomes earlier by it, and no case is anywhere else."""
        today = self.stories[0].at.date()
        days = [(today + timedelta(days=n)).isoformat() for n in (working, *(off - {working}))]
        decree(self.patch, *days[1:], working=days[:1])
        for story in self.stories:
            if story.case is None:
                continue
            before, stage = _ends(story.case), story.case.stage
            given(story, acts.restate())
            after = _ends(story.now)
            assert after.keys() == before.keys()
            assert all(after[time] >= before[time] for time in before)
            assert story.now.stage == stage
            given(story, acts.restate())
            assert story.last == []

    @invariant()
    def an_open_case_holds_what_it_claims_and_no_other_does(self) -> None:
        """Until it is written; but for a case that was set aside when another had the car already."""
        open_cases = [c for c in self._cases() if c.stage in OPEN and c.claims_lost_at is None]
        assert len(open_cases) <= 1
        for case in open_cases:
            assert [claim.holder for claim in self.stories[0].claims.values()] == [case.case]

    @invariant()
    def money_is_kept_due_or_paid_back(self) -> None:
        for case in self._cases():
            assert case.paid == sum(amount for amount, _, _ in case.payments.values())
            assert case.kept >= 0
            for payment, refund in case.refunds.items():
                assert 0 <= refund["due"] <= case.payments[payment][0]

    @invariant()
    def nobody_decides_for_themselves(self) -> None:
        for case in self._cases():
            judged = [d for d in case.decisions if d["officer"]]
            humans = {d["person"] for d in judged} - {None}
            assert humans.isdisjoint(case.persons.values())
            for one in judged:
                if one["kind"] == "approved" and one["person"]:
                    assert one["person"] not in {p["person"] for p in case.proposers}
                    assert one["officer"] not in {officer for officer, _ in case.barred}

    @invariant()
    def what_is_over_holds_nothing_and_says_why(self) -> None:
        for case in self._cases():
            held = [c for c in self.stories[0].claims.values() if c.holder == case.case]
            if case.stage in ENDED and case.is_appeal_term_over:
                assert not held
            if case.stage in ENDED:
                assert all(c.people for c in held)  # kept, and said so
                decided = case.decided
                assert decided is not None
                if decided["kind"] in ("refused", "not_needed"):
                    assert decided["law"]
                    assert decided["officer"]
            if case.stage == Stage.REFUSED and case.has_waived:
                assert not held

    def teardown(self) -> None:
        self.patch.undo()
        log = self.stories[0].log
        gone = [key for r in log if isinstance(r.event, e.PersonalDataErased) for key in r.event.keys]
        for case in self._cases():
            assert folded(log, case.case) == case
            assert folded([forgotten(r, gone) for r in log], case.case) == case
            assert json.loads(json.dumps(case._asdict())) == case._asdict()

    def _cases(self) -> list[Case]:
        return [story.case for story in self.stories if story.case]


def _ends(case: Case) -> dict[tuple[str, str | None, str | None], str]:
    """The end of each time that runs."""
    return {(time.which, time.party, time.of): (time.lapses or time.due)["until"] for time in running(case)}


def _asked(act: Act, story: Story, who: str) -> Act | None:
    """The act, where the case has what it names; None: there is no appeal, question or entry to speak of."""
    try:
        act(story)
        asked = act if who == "as usual" else asked_by(PEOPLE[who], act)
        asked(story)
    except (AssertionError, IndexError, KeyError, ValueError, StopIteration):
        return None
    return asked


def test_whatever_people_do_in_whatever_order() -> None:
    run_state_machine_as_test(
        Lives, settings=settings(max_examples=150, stateful_step_count=15, deadline=None)
    )


@pytest.mark.slow
def test_whatever_people_do_ten_thousand_times() -> None:
    run_state_machine_as_test(
        Lives, settings=settings(max_examples=10_000, stateful_step_count=12, deadline=None)
    )
