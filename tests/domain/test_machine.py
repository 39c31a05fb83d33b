"""Any mix of people, times, amounts and repeats over three cases about one thing: what is true of every life of a case.

A command is accepted or refused with a Refusal; anything else is a fault. What is asked is mostly what the case is told
to fit, by whom it may be; else anything by anybody, on an older version, or once more. ``lives.py`` has who and how.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final, Literal, get_args, get_origin, get_type_hints

import pytest
from hypothesis import note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from domain import commands as c
from domain import events as e
from domain.case import ENDED, Case, Stage
from domain.case_parts import amount_of, left_of
from domain.claim import FREE, Claim
from domain.countries import country_of
from domain.days.deadlines import Deadline
from domain.families import FAMILIES
from domain.lifecycle import CLOCK, STEPS, does_fit, fits
from domain.lookup_keys import Key
from domain.obstacles import IN_DOUBT
from domain.parties import capacities
from domain.running import is_over, is_too_late_to_appeal, running, to_pay
from infra.formats import codec
from infra.verification import claims, course, courses, officers
from infra.verification.streams import Streams
from tests.domain import acts
from tests.domain.acts import asked_by
from tests.domain.decrees import decree
from tests.domain.lives import (
    FACTS,
    IN_THE_WAY,
    OTHERS,
    PEOPLE,
    PLACES,
    RARE,
    RIGHT,
    Offers,
    at_counter,
    begun,
    bound_to,
    by_party,
    consents_as_clerk,
    held_by,
    offered,
    right,
    slot_of,
    through_mandate,
    unvalued,
)
from tests.domain.story import Act, Story, as_found, folded, forgotten, given, in_the_way

LAWS: Final = ("a sale", "a sale", "a birth", "a permit", "a permit", "an export", "an export", "a founding")
# How far the first case has come when the life begins, with days between, and days off by a decree; of several ways
# to ask, the first, or the one that is named. What does not fit there is left out.
Before = type[c.Command] | tuple[type[c.Command], int] | Act | int | frozenset[int]
_CONSENTED: Final = (c.FileCase, *(c.GiveConsent,) * 5)
_IN_HAND: Final = (*_CONSENTED, c.RecordPayment, c.AssignCase)
_APPROVED: Final = (*_IN_HAND, c.ProposeApproval, c.ApproveCase)
_HELD: Final = (*_APPROVED, c.PlaceRestriction, c.RecordPayment)
BEGINNINGS: Final[dict[str, tuple[Before, ...]]] = {
    "nothing": (),
    "filed": (c.FileCase,),
    "of no value yet": (c.FileCase, unvalued),
    "valued": (c.FileCase, unvalued, c.AssessFee),
    "by a mandate": (c.FileCase, c.GiveMandate),
    "by a mandate no more": (c.FileCase, c.GiveMandate, c.EndMandate),
    "by a clerk": (c.FileCase, (c.GiveMandate, 1), consents_as_clerk),
    "consented": _CONSENTED,
    "lapsed": (*_CONSENTED, 40, c.LapseCase),
    "paid in time": (*_CONSENTED, 40, c.LapseCase, (c.RecordPayment, 1)),
    "paid in time in parts": (*_CONSENTED, 40, c.LapseCase, (c.RecordPayment, 5), (c.RecordPayment, 5)),
    "paid in time, under appeal": (*_CONSENTED, 40, c.LapseCase, c.LodgeAppeal, (c.RecordPayment, 1)),
    "in hand": _IN_HAND,
    "prolonged": (*_IN_HAND, c.ExtendDeadline),
    "returned": (*_IN_HAND, c.RequestInformation),
    "returned, and amended": (*_IN_HAND, c.RequestInformation, c.AmendRequest),
    "answered": (*_IN_HAND, c.RequestInformation, c.ProvideInformation),
    "never answered": (*_IN_HAND, c.RequestInformation, 80, c.LapseCase),
    "never answered, set aside, paid": (
        *(*_IN_HAND, c.RequestInformation, 20, c.LapseCase, c.LodgeAppeal),
        *(c.RecordRefund, c.DecideAppeal, c.RecordPayment),
    ),
    "paid in time, not agreed to": (c.FileCase, 40, c.LapseCase, (c.RecordPayment, 1)),
    "unpaid, set aside": (*_APPROVED, 40, c.LapseCase, c.LodgeAppeal, c.DecideAppeal),
    "inquired": (*_IN_HAND, c.RequestOpinion),
    "looked into": (*_IN_HAND, (c.RequestOpinion, 1)),
    "opined": (*_IN_HAND, c.RequestOpinion, c.GiveOpinion),
    "proposed": (*_IN_HAND, c.ProposeApproval),
    "refused": (*_IN_HAND, c.RefuseCase),
    "appealed": (*_IN_HAND, c.RefuseCase, c.LodgeAppeal),
    "set aside": (*_IN_HAND, c.RefuseCase, c.LodgeAppeal, c.DecideAppeal, c.AssignCase),
    "approved": _APPROVED,
    "approved, of no value yet": (*_APPROVED, unvalued),
    "approved, its last day a day off by now": (*_APPROVED, frozenset(range(28, 36))),
    "unpaid": (*_APPROVED, 40, c.LapseCase),
    "approved, paid in time after all": (*_APPROVED, 40, c.LapseCase, (c.RecordPayment, 1)),
    "held": _HELD,
    "held no more": (*_HELD, c.LiftRestriction, c.WriteEntries),
    "set aside, had gone back": (
        *(*_IN_HAND, c.RefuseCase, 1, c.LodgeAppeal, 1, c.DecideAppeal, 1, c.AssignCase),
        *(c.ProposeApproval, (c.RecordRefund, 1)),
    ),
    "answered too late, set aside, had gone back": (
        *(*_IN_HAND, c.RequestInformation, 20, c.LapseCase, 1, c.LodgeAppeal, 1, c.DecideAppeal, 1),
        (c.RecordRefund, 1),
    ),
    "completed": (*_APPROVED, c.RecordPayment, c.RecordReceipt),
    "corrected": (*_APPROVED, c.RecordPayment, c.ProposeCorrection, c.CorrectEntry),
    "proposed in error": (*_APPROVED, c.RecordPayment, c.ProposeCorrection, c.DropProposal),
    "annulled": (*_APPROVED, c.RecordPayment, c.AnnulResult),
    "completed, appealed": (*_APPROVED, c.RecordPayment, c.RecordReceipt, c.LodgeAppeal),
    "paid in time, forgotten": (
        *(*_CONSENTED, 40, c.LapseCase, 20, c.PresumeServed, 200, c.EndAppealTerm, 800, c.EraseCase),
        (c.RecordPayment, 1),
    ),
    "inquired, its last day a day off by now": (*_IN_HAND, c.RequestOpinion, frozenset(range(1, 36))),
    "annulled by its entry": (*_APPROVED, c.RecordPayment, (c.AnnulEntry, 1)),
    "of another party": (c.FileCase, (c.AmendRequest, 2)),
    "returned, and agreed to again": (*_IN_HAND, c.RequestInformation, c.RevokeConsent, c.GiveConsent),
    "nearly forgotten": (
        *(*_IN_HAND, c.RefuseCase, c.RecordRefund, 20, c.PresumeServed, 200, c.EndAppealTerm, 800),
    ),
    "forgotten": (*_IN_HAND, c.WithdrawCase, c.RecordRefund, 800, c.EraseCase),
    "the car forgotten": (c.FileCase, (c.AnnulEntry, 1), 5000, c.EraseEntry),
}
WHICH: Final = st.sampled_from((0, 0, 0, 1, 2))
ANY: Final = st.integers(0, 2**16)
OPEN: Final = (Stage.FILED, Stage.IN_REVIEW, Stage.RETURNED)
COMES_WHENEVER_IT_COMES: Final = {c.FileCase, c.RecordPayment, c.RecordRefund}

APPROVALS: Final = {c.ApproveCase, c.WriteEntries}

# What is refused when the same is asked once more, at once.
ONCE_ONLY: Final[dict[type[c.Command], set[str]]] = {
    c.FileCase: {"already_filed"},  # the edge knows the key of the filing, and answers as before
}


class Lives(RuleBasedStateMachine):
    """Three stories share the registers, the claims and the log."""

    offered: ClassVar[Offers] = {}
    met: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.stories: tuple[Story, ...] = ()
        self.came: dict[str, dict[str, int]] = {}  # case -> payment -> how much, as the treasury said
        self.went: dict[str, int] = {}
        self.slots: dict[str, Key | None] = {}  # of the quota, as long as the case tells it
        self.done: list[tuple[Story, c.Command]] = []
        self.papers = 0
        self.patch = pytest.MonkeyPatch()

    @initialize(law=st.sampled_from(LAWS), beginning=st.sampled_from(sorted(BEGINNINGS)))
    def begins(self, law: str, beginning: str) -> None:
        self.stories = begun(law, self.offered[law])
        self.came = {story.case_id: {} for story in self.stories}
        self.went = dict.fromkeys(self.came, 0)
        story = self.stories[0]
        for step in BEGINNINGS[beginning]:
            kind, nth = step if isinstance(step, tuple) else (step, 0)
            if isinstance(kind, int):
                self._pass(acts.later(days=kind))
            elif isinstance(kind, frozenset):
                self.a_decree_moves_days({*kind}, 0)
            elif not isinstance(kind, type):
                self._ask_if(story, kind)
            elif kind is c.FileCase:
                self._file(story)
            elif (does_fit(kind, story.now) or kind in FACTS) and (act := right(kind, story, nth)):
                self._ask(story, act, is_right=False)

    @rule(which=WHICH, nth=st.integers(0, 15), days=st.sampled_from((0, 0, 0, 1, 8, 30, 800)))
    def time_passes(self, which: int, nth: int, days: int) -> None:
        """Some days; or until a deadline of the case has just passed. Mostly the clock looks then, as it does."""
        story = self.stories[which]
        ends = sorted(day for day in _days(story.case) if day > story.at) if story.case else []
        if ends and not days:
            self._pass(lambda each: setattr(each, "at", ends[nth % len(ends)]))
        else:
            self._pass(acts.later(days=days, hours=1))
        if nth % 4:
            self.the_clock_looks()

    @rule(off=st.sets(st.integers(0, 40) | st.integers(55, 110), max_size=12), working=st.integers(0, 14))
    def a_decree_moves_days(self, off: set[int], working: int) -> None:
        """No day becomes earlier by it, and no case is anywhere else."""
        if not self.stories:
            return
        today, country = self.stories[0].at.date(), self.stories[0].offer.country
        days = [(today + timedelta(days=n)).isoformat() for n in (working, *(off - {working}))]
        decree(self.patch, *days[1:], code=country, working=days[:1])
        for story in self._there:
            before, stage = _ends(story.now), story.now.stage
            self._ask(story, acts.restate(), is_right=False)
            after = _ends(story.now)
            assert after.keys() == before.keys()
            assert all(after[time] >= before[time] for time in before)
            assert story.now.stage == stage

    def the_clock_looks(self) -> None:
        for story in self.stories:
            for act in (acts.lapse(), acts.presume(), acts.end_appeal_term()) if story.case else ():
                self._ask(story, act, is_right=False)

    @rule(which=WHICH, what=st.lists(ANY, min_size=2, max_size=6), way=st.integers(0, 7))
    def somebody_does_what_fits(self, which: int, what: list[int], way: int) -> None:
        for each in what:
            self._do(which, each, way + each)

    def _do(self, which: int, what: int, way: int) -> None:
        """Mostly what is told; facts now and then, and where nothing is told, of another case."""
        what, is_fact = divmod(what, 4)
        for story in (*self.stories[which:], *self.stories[:which]):
            if story.case is None:
                self._file(story)
                return
            told = {STEPS_BY_NAME[name] for name in fits(story.now, at=story.at)}
            kinds = [
                kind
                for kind in sorted(told - {c.EraseCase}, key=ROW.index)
                for _ in range(1 if kind in RARE else 3)
            ]
            if is_fact == 0 or kinds:
                kind = _nth(what, kinds if is_fact else FACTS)
                if act := right(kind, story, way):
                    self._ask(story, act, is_right=kind in told)
                return

    @rule(which=WHICH, what=ANY, way=st.integers(0, 7))
    def a_party_does_what_it_is_told(self, which: int, what: int, way: int) -> None:
        """Each of them, what fits for it alone."""
        story = self.stories[which]
        parties = [*story.now.persons] if story.case else []
        if not parties:
            return
        what, nth = divmod(what, len(parties))
        told = fits(story.now, [parties[nth]], at=story.at)
        if told:
            kind = STEPS_BY_NAME[told[what % len(told)]]
            if act := right(kind, story, way):
                self._ask(story, by_party(act, parties[nth]), is_right=True)
            why = story.refusal and story.refusal.name
            assert why not in {"appeal_open", "appeal_decided", "appeal_term_over"}, (kind.__name__, why)

    @rule(
        which=WHICH,
        what=ANY,
        way=st.integers(0, 7),
        who=st.sampled_from([*["as usual", "at the counter", "by mandate"] * 4, *PEOPLE]),
        seen=st.sampled_from((0, 0, 0, 1)),
    )
    def somebody_asks_anything(self, which: int, what: int, way: int, who: str, seen: int) -> None:
        story = self.stories[which]
        told = [STEPS_BY_NAME[name] for name in fits(story.case, at=story.at)] if story.case else []
        kinds = (*told * 3, *RIGHT)
        kind = kinds[what % len(kinds)]
        if story.case is None or kind is c.FileCase:
            self._file(story)
            return
        act = right(kind, story, way)
        if act is None:
            return
        self.papers += 1
        asked = {
            "as usual": act,
            "at the counter": at_counter(act, self.papers),
            "by mandate": through_mandate(act),
        }.get(who) or asked_by(PEOPLE[who], act)
        try:
            command = asked(story)
        except ValueError:  # there is no such party, or it is erased
            return
        if command is None:  # no party's business
            return
        if seen and isinstance(command, c.CaseCommand) and command.expected:
            command = replace(command, expected=command.expected - seen)
        self._ask(story, lambda _: command, is_right=False)

    @rule(nth=st.integers(0, 2**10))
    def somebody_asks_the_same_again(self, nth: int) -> None:
        if self.done:
            story, command = self.done[nth % len(self.done)]
            self._ask(story, lambda _: command, is_right=False)

    # --- asked, and looked at --------------------------------------------------------------------------------

    def _ask_if(self, story: Story, act: Act) -> None:
        """Where there is something to ask; else the act was one of time, or of the law."""
        command = act(story)
        if command is not None:
            self._ask(story, lambda _: command, is_right=False)

    def _file(self, story: Story) -> None:
        act = right(c.FileCase, story)
        assert act is not None
        self._ask(story, act, is_right=False)

    def _pass(self, act: Act) -> None:
        for story in self.stories:
            act(story)

    def _ask(self, story: Story, act: Act, *, is_right: bool) -> None:
        """It is done or refused; either way as the case was told."""
        before, command = story.case, act(story)
        assert command is not None
        bound = bound_to(story, story.mandates) if before else set()
        told = in_the_way(story) if before else []
        story.when(lambda _: command)
        kind, refusal = type(command), story.refusal
        if kind in APPROVALS:
            _was_in_the_way(story, told)
        if refusal is not None:
            assert not story.last
            assert not is_right or refusal.name in IN_THE_WAY.get(kind, ()), (kind.__name__, refusal.name)
            return
        if not story.last:
            return
        self.done.append((story, command))
        self.met[f"done {kind.__name__}"] += 1
        if isinstance(command, c.RecordPayment):
            self.came[story.case_id][command.statement.payment] = command.statement.amount
        if isinstance(command, c.RecordRefund):
            self.went[story.case_id] += command.statement.amount
        self._led_on(kind, before, story.case)
        for recorded in story.last:
            self.met[f"{recorded.type} by {kind.__name__}"] += 1
            assert kind in officers.COMES_BY.get(recorded.type, (kind,)), (recorded.type, kind.__name__)
        if before is not None and isinstance(command, c.CaseCommand):
            _was_told(command, before, story.at)
            _was_nobodys_own(command, before, bound, story)
            _nobody_lost_their_time(before, story)
        last = story.last
        story.when(lambda _: command)  # the same again
        again = story.refusal.name if story.refusal else story.names
        assert not again or again in ONCE_ONLY.get(kind, ()), (kind.__name__, again)
        story.last = last

    def _led_on(self, kind: type[c.Command], before: Case | None, after: Case | None) -> None:
        """To a stage that its row names."""
        if after is not None and (before is None or before.stage != after.stage):
            stood = before and Stage(before.stage)
            assert after.stage in STEPS[kind].to.get(stood, ()), (kind.__name__, stood, after.stage)
            self.met[f"{kind.__name__} leads to {after.stage}"] += 1

    # --- what is true of every life --------------------------------------------------------------------------

    @property
    def _there(self) -> Iterator[Story]:
        return (story for story in self.stories if story.case)

    @invariant()
    def one_claim_has_one_case_and_an_end_lets_go_of_it(self) -> None:
        for story in self._there:
            case, held = story.now, held_by(story)
            mine = set() if case.erased else set(map(as_found, story.offer.procedure.claims(case.request)))
            assert not held or held.keys() <= mine, "what is claimed no more is free"
            may_be_set_aside = case.stage in (*ENDED, Stage.APPEALED) and not case.is_appeal_term_over
            if case.stage in OPEN or case.waits_for_entries:
                assert held.keys() == mine or _was_set_aside_without(case)
                assert not any(claim.people for claim in held.values())
            elif case.stage in (Stage.REFUSED, Stage.LAPSED, Stage.APPEALED) and may_be_set_aside:
                assert all(claim.people for claim in held.values())  # kept, and said so
                assert not (held and case.has_waived)
            else:
                assert not held

    @invariant()
    def a_place_of_a_quota_is_had_by_whoever_may_still_need_it(self) -> None:
        for story in self._there:
            self.slots[story.case_id] = slot_of(story) or self.slots.get(story.case_id)
        having = Counter(self.slots[story.case_id] for story in self._there if _has_slot(story))
        for key, claim in self.stories[0].claims.items():
            if key.kind == "quota":
                assert claim.taken == having[key]
                assert claim.taken <= PLACES + 1  # one more, where a set-aside gave it back

    @invariant()
    def money_that_came_is_kept_or_goes_back(self) -> None:
        for story in self._there:
            case = story.now
            came = self.came[story.case_id]
            assert {payment: amount for payment, (amount, _, _) in case.payments.items()} == came
            due = {payment: refund["due"] for payment, refund in case.refunds.items()}
            back = {payment: refund["paid_back"] for payment, refund in case.refunds.items()}
            assert all(0 <= back[payment] <= due[payment] <= came[payment] for payment in due)
            assert sum(back.values()) == self.went[story.case_id]
            assert sum(came.values()) == case.paid == case.kept + sum(due.values())
            asked = case.open_fee
            time = to_pay(case)
            owed = [
                payment
                for payment, refund in case.refunds.items()
                if left_of(refund) > 0 and not (time and came_late(case, payment, time))
            ]
            assert not asked or asked["provisional"] or not owed, "nobody is asked for what they are owed"
            _is_as_the_stage_asks(case)

    @invariant()
    def whoever_decides_says_why_and_by_which_law(self) -> None:
        for story in self._there:
            case = story.now
            for one in case.decisions:
                said = {
                    "approved": (one["officer"],),
                    "refused": (one["officer"], one["grounds"], one["law"]),
                    "not_needed": (one["officer"], one["exemption"], one["law"]),
                    "withdrawn": (one["by"], one["reason"]),
                    "lapsed": (one["reason"],),
                }[one["kind"]]
                assert all(said), one
                assert one["kind"] != "refused" or one["explanation"] or "case" in case.erased
            assert (case.decided is not None) == (case.stage in (*ENDED, Stage.APPROVED, Stage.APPEALED))

    @invariant()
    def what_is_erased_stays_erased(self) -> None:
        for story in self._there:
            case = story.now
            if not case.erased:
                continue
            left = [n for n, whose in case.owners.items() if whose in case.erased and case.request.get(n)]
            assert not left
            assert case.stage in ENDED
            if "case" in case.erased:
                assert case.evidence is None
                assert not any(human for human in case.acting.values())
                assert not any(one["person"] or one["explanation"] for one in case.decisions)

    def teardown(self) -> None:
        for story in self._there:
            a_verifier_follows(story)
        self.patch.undo()
        if not self.stories:
            return
        a_verifier_follows_the_claims(self.stories[0])
        log = self.stories[0].log
        note(repr(self.stories[0]))
        self.met.update(_named(log))
        gone = [key for r in log if isinstance(r.event, e.PersonalDataErased) for key in r.event.keys]
        after = [forgotten(r, gone) for r in log] if gone else log
        for story in self._there:
            assert folded(log, story.case_id) == story.case
            assert folded(after, story.case_id) == story.case
            assert json.loads(json.dumps(story.now._asdict())) == story.now._asdict()
        first = self.stories[0]
        for states in (first.entries, first.mandates):
            for key, state in states.items():
                assert folded(log, "/".join((key.family, *key.parts))) == state
        for key, claim in first.claims.items():
            assert _claim(log, "/".join((key.family, *key.parts))) == claim


# --- looked at ------------------------------------------------------------------------------------------------


def _was_in_the_way(story: Story, told: list[str]) -> None:
    """What is told to stand in the way of an approval does, but for doubts; and nothing else of it was known."""
    why = story.refusal and story.refusal.name
    assert not (story.last and set(told) - {*IN_DOUBT}), told
    assert told or why not in {"claims_lost", "quota_full", "not_the_owner", "entry_restricted"}, why


def _was_told(command: c.CaseCommand, before: Case, at: datetime) -> None:
    """Whatever is done was told to fit, to whoever did it; judged on the version that stood."""
    kind = type(command)
    assert not STEPS[kind].is_judgement or command.expected == before.version
    if kind in COMES_WHENEVER_IT_COMES:
        return
    assert does_fit(kind, before), (kind.__name__, before.stage)
    assert STEPS[kind].may is None or STEPS[kind].may is CLOCK or kind.__name__ in fits(before, at=at), kind
    if isinstance(command, c.PartyCommand) and not command.is_at_counter:
        me = command.by.persons.get(before.country)
        mine = [each.party for each in capacities(me, before.persons, before.representatives)]
        assert kind.__name__ in fits(before, mine, at=at), (kind.__name__, mine)


def _nobody_lost_their_time(before: Case, story: Story) -> None:
    """To appeal, by what another party did: only an annulment leaves nothing more to appeal against."""
    case, appeal = story.now, story.terms.times.appeal
    if before.is_appeal_term_over or not case.is_appeal_term_over or case.is_annulled:
        return
    for party in set(case.parties) - case.are_heard:
        assert is_too_late_to_appeal(before, party, appeal, story.at, country_of(case.country)), party


def _was_nobodys_own(command: c.CaseCommand, before: Case, bound: set[str], story: Story) -> None:
    """Nobody judges who is a party, acts or acted for one, or judged before what was set aside, by any number."""
    may = STEPS[type(command)].may
    if may is None or not may.bars_who_took_part:
        return
    given = command.officer if isinstance(command, c.AssignCase) else None
    offices = [*command.by.competences, *([given] if given else [])]
    known = {*command.by.persons.values(), *(each.person for each in offices)} - {None}
    ids = {each.office_id for each in offices}
    assert bound.isdisjoint(known)
    kept_out = before.was_at_counter | before.judged_what_was_set_aside
    if not isinstance(command, c.DecideAppeal):  # who set one aside decides another appeal
        kept_out |= before.was_set_aside_by
    assert kept_out.isdisjoint(known | ids)
    if isinstance(command, c.ApproveCase) and story.terms.four_eyes.are_asked:
        assert before.have_proposed
        assert before.have_proposed.isdisjoint(known | ids)
    if isinstance(command, c.DecideAppeal):
        assert before.judges.isdisjoint(known | ids)


def _has_slot(story: Story) -> bool:
    """Those of who did not get what they asked for go over with what is claimed first."""
    case = story.now
    if case.stage in (Stage.WITHDRAWN, Stage.NOT_NEEDED):
        return False
    approved = case.decided is not None and case.decided["kind"] == "approved"
    if case.has_freed_slots or case.has_waived or case.is_appeal_term_over:
        return approved and not case.has_freed_slots
    if case.stage not in (Stage.REFUSED, Stage.LAPSED, Stage.APPEALED) or approved:
        return True
    return story.claims[as_found(story.offer.procedure.claims(case.request)[0])].holder == case.case


def came_late(case: Case, payment: str, due: Deadline) -> bool:
    return is_over(due, datetime.fromisoformat(case.payments[payment][2]), country_of(case.country))


def a_verifier_follows(story: Story) -> course.Course:
    """By the public members alone it comes to the same stage after each event, and finds nothing wrong (check 29)."""
    state: Any = None
    followed: course.Course | None = None
    for recorded in (each for each in story.log if each.stream == story.case_id):
        members = codec.encode(recorded.event, "case", recorded.country)
        said = {"data": members.public, "actor": recorded.actor, "time": recorded.time}
        payload = {"type": members.type, **said}
        state = FAMILIES["case"].evolve(state, recorded)
        if followed is None:
            followed = course.Course(recorded.country, payload, recorded.hash)
            assert not courses.wrong_filing(followed, payload)
        elif members.type in course.FOLDED:
            wrong = courses.wrong(followed, payload)
            assert not wrong or _is_made_up(recorded.event), (members.type, wrong)
            course.take(followed, payload, recorded.hash)
        assert followed.stage == state.stage, members.type
    assert followed is not None
    return followed


class AsSigned(Streams):
    """A log that nobody altered, without its bytes."""

    def __init__(self, log: list[e.Recorded]) -> None:
        self.log = log

    def before(self, stream: str, seq: int) -> list[Any]:
        return [
            (r.index, r.stream, r.seq, r.type, b"") for r in self.log if r.stream == stream and r.seq < seq
        ]

    def are_as_signed(self, _rows: object) -> bool:
        return True


def a_verifier_follows_the_claims(story: Story) -> None:
    """By the public members alone it finds nothing wrong with who has what (check 30)."""
    followed, closing = claims.Claims(AsSigned(story.log), is_part=False), dict[str, int]()
    leads = {}
    for recorded in reversed(story.log):
        if recorded.effects is not None:
            closing[recorded.stream] = recorded.seq
        if recorded.lead is not None:
            leads[recorded.hash] = {"stream": recorded.lead, "seq": closing[recorded.lead]}
    for recorded in story.log:
        if recorded.type not in claims.CLAIMED or (recorded.family == "claim" and recorded.lead is None):
            continue
        members = codec.encode(recorded.event, recorded.family, recorded.country)
        said = {"type": members.type, "data": members.public, "stream": recorded.stream, "seq": recorded.seq}
        lead = leads.get(recorded.hash)
        followed.check({**said, "lead": lead} if lead else said)


def _is_made_up(event: e.Event) -> bool:
    """By ``unvalued``: nobody decided it."""
    return isinstance(event, e.FeeAssessed) and event.provisional and not event.parts


def _was_set_aside_without(case: Case) -> bool:
    """Others had by then what it claims, and nobody has approved it since."""
    lost, decided = case.claims_lost_at, case.decided
    return lost is not None and (decided is None or decided["at"] < lost)


def _is_as_the_stage_asks(case: Case) -> None:
    """What is kept is the fees for what was done, and never more than what was asked."""
    fee, entry_fee = amount_of(case.fee), amount_of(case.entry_fee)
    is_certain = not any(each["provisional"] for each in (case.fee, case.entry_fee) if each)
    decided = case.decided
    match case.stage:
        case Stage.FILED:
            assert case.kept >= 0
            assert not is_certain or case.kept <= fee
        case Stage.IN_REVIEW | Stage.RETURNED:
            assert case.kept == fee
        case Stage.APPROVED if case.waits_for_entries:
            assert fee <= case.kept
            assert not is_certain or case.kept <= fee + entry_fee
        case Stage.APPROVED | Stage.COMPLETED:
            assert case.kept == fee + entry_fee - case.gone
        case Stage.WITHDRAWN | Stage.NOT_NEEDED:
            assert case.kept == 0
        case Stage.LAPSED:
            assert case.kept == (fee if case.lapsed_from == Stage.APPROVED else 0)
        case Stage.REFUSED:
            assert decided is not None
            grounds = decided["grounds"] or ()
            may_be_kept = {0 if "restricted" in grounds else fee}
            if "not_the_owner" in grounds:  # it goes back where that became so after the filing
                may_be_kept.add(0)
            assert case.kept in may_be_kept


def _ends(case: Case) -> dict[tuple[str, str | None, str | None], str]:
    """The end of each time that runs."""
    return {(time.which, time.party, time.of): (time.lapses or time.due)["until"] for time in running(case)}


def _days(case: Case) -> Iterator[datetime]:
    """The ends of whatever runs."""
    fees = [each[name] for each in (case.fee, case.entry_fee) if each for name in ("due", "lapses")]
    asked = [each["answer_until"] for each in (*case.questions, *case.opinions)]
    ending = [case.ending["served_after"]] if case.ending else []
    for found in (*fees, *asked, *ending, case.consent_until, case.decision_due, case.appeal_until):
        if found:
            yield datetime.fromisoformat(found["until"])


def _nth(n: int, of: Sequence[type[c.Command]]) -> type[c.Command]:
    return of[n % len(of)]


def _claim(log: list[e.Recorded], stream: str) -> Claim:
    claim = FREE
    for recorded in log:
        if recorded.stream == stream:
            claim = FAMILIES["claim"].evolve(claim, recorded)
    return claim


# --- what was met ---------------------------------------------------------------------------------------------


def _named(log: list[e.Recorded]) -> Iterator[str]:
    for recorded in log:
        kind = type(recorded.event)
        yield kind.__name__
        for name in _CODES[kind]:
            yield f"{kind.__name__} {name}={getattr(recorded.event, name)}"
        if "for" in recorded.actor:
            yield f"as {recorded.actor['for']['as']}"


_HAPPEN: Final[tuple[type, ...]] = tuple(
    kind for union in (e.CaseEvent, e.ClaimEvent, e.EntryEvent, e.MandateEvent) for kind in get_args(union)
)
_CODES: Final[dict[type, dict[str, tuple[str, ...]]]] = {
    kind: {name: get_args(hint) for name, hint in get_type_hints(kind).items() if get_origin(hint) is Literal}
    for kind in _HAPPEN
}
EVERY: Final = {
    *(kind.__name__ for kind in _HAPPEN),
    *(
        f"{kind.__name__} {name}={code}"
        for kind, codes in _CODES.items()
        for name, known in codes.items()
        for code in known
    ),
    *(f"done {kind.__name__}" for kind in RIGHT),
    *(
        f"{kind.__name__} leads to {stage.value}"
        for kind, row in STEPS.items()
        for led in row.to.values()
        for stage in led
    ),
    *(f"as {code}" for code in get_args(e.As)),
    *(
        f"{name} by {kind.__name__}"
        for name, kinds in officers.COMES_BY.items()
        for kind in kinds
        if kind not in OTHERS
    ),
}
NEVER: Final = {
    "done ForgetCase": "no retention of these laws is confirmed",
    "done ForgetEntry": "no retention of these laws is confirmed",
    "DeadlineRestated which=served": "what these laws take as read is read on a day off, too",
    "EntryAnnulled reads=ended": "nothing is registered anew by these laws after its end",
    "AssessFee leads to returned": "a year without its value, and a question that is open since before it",
    "as parent": "everybody is of age here; test_parents.py has the others",
    "as guardian": "none of these laws lets one act; it is done as a parent does",
}
# Not asked of ten thousand lives, as it takes many coincidences.
RARELY: Final = {
    "done ExpireEntry": "a permit has a last day, a year later, and few lives are as long",
    "AssessFee leads to in_review": "all is paid and agreed to in a year of no value yet, and an officer values it",
}
ROW: Final = list(STEPS)
STEPS_BY_NAME: Final = {kind.__name__: kind for kind in STEPS}


def lived(lives: int, steps: int, **more: Any) -> Counter[str]:
    """So many lives; how often each event was met."""
    met: Counter[str] = Counter()
    with offered() as found:
        kind = type("Lives", (Lives,), {"offered": found, "met": met})
        run_state_machine_as_test(
            kind, settings=settings(max_examples=lives, stateful_step_count=steps, deadline=None, **more)
        )
    return met


def test_each_row_of_the_lifecycle_is_asked() -> None:
    assert set(RIGHT) | OTHERS == set(STEPS)


def test_a_place_is_one_of_the_year_that_has_begun_where_it_is_asked_for() -> None:
    """A life that failed once: by UTC it was New Year's Eve still."""
    with offered() as found:
        lives = type("Lives", (Lives,), {"offered": found, "met": Counter()})()
        lives.begins(law="a permit", beginning="nothing")
        for story in lives.stories:
            story.at = datetime(2026, 12, 31, 19, tzinfo=UTC)
        given(lives.stories[0], acts.file())
        assert {key.parts[2] for key in lives.stories[0].claims if key.kind == "quota"} == {"2027"}
        lives.a_place_of_a_quota_is_had_by_whoever_may_still_need_it()


def test_whatever_people_do_in_whatever_order() -> None:
    lived(150, 10)


@pytest.mark.slow
def test_whatever_people_do_ten_thousand_times_and_all_that_can_happen_does() -> None:
    met = lived(10_000, 10)
    assert EVERY - met.keys() - RARELY.keys() == NEVER.keys()
