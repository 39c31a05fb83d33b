"""Deciding, and nothing else: each command of the lifecycle on a situation that it fits, nothing loaded or signed."""

import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from domain import commands as c
from domain.decide import decide
from domain.decision import Decision
from domain.decisions.situation import Situation
from tests.bench import stock
from tests.bench.rows import ROUNDS, Result
from tests.domain import acts
from tests.domain.lives import Offers, begun, offered, right, unvalued
from tests.domain.story import Act, Story, human_of

TIMES: Final = 100  # that each command is decided a round
_CONSENTED: Final = (c.FileCase, c.GiveConsent)
_COMPLETE: Final = (*_CONSENTED, c.RecordPayment)
_IN_HAND: Final = (*_COMPLETE, c.AssignCase)
_REFUSED: Final = (*_IN_HAND, c.RefuseCase)
_APPROVED: Final = (*_IN_HAND, c.ProposeApproval, c.ApproveCase)
Before = tuple[type[c.Command] | Act, ...]
# The law, and what happened before the command.
SITUATIONS: Final[dict[type[c.Command], tuple[str, Before]]] = {
    c.FileCase: ("a sale", ()),
    c.AmendRequest: ("a sale", (c.FileCase,)),
    c.GiveConsent: ("a sale", (c.FileCase,)),
    c.DeclineConsent: ("a sale", (c.FileCase,)),
    c.RevokeConsent: ("a sale", _CONSENTED),
    c.RecordPayment: ("a sale", _CONSENTED),
    c.AssessFee: ("a sale", (c.FileCase, unvalued)),
    c.RecordRefund: ("a sale", (*_COMPLETE, c.WithdrawCase)),
    c.AssignCase: ("a sale", _COMPLETE),
    c.RequestInformation: ("a sale", _IN_HAND),
    c.ProvideInformation: ("a sale", (*_IN_HAND, c.RequestInformation)),
    c.RequestOpinion: ("a sale", _IN_HAND),
    c.GiveOpinion: ("a sale", (*_IN_HAND, c.RequestOpinion)),
    c.ExtendDeadline: ("a sale", _IN_HAND),
    c.ProposeApproval: ("a sale", _IN_HAND),
    c.ApproveCase: ("a sale", (*_IN_HAND, c.ProposeApproval)),
    c.RefuseCase: ("a sale", _IN_HAND),
    c.WriteEntries: ("an export", (*_APPROVED, c.PlaceRestriction, c.RecordPayment, c.LiftRestriction)),
    c.WithdrawCase: ("a sale", _IN_HAND),
    c.LapseCase: ("a sale", (*_CONSENTED, acts.later(days=40))),
    c.DeclareNotNeeded: ("a birth", (c.FileCase,)),
    c.ServeDecision: ("a sale", _REFUSED),
    c.PresumeServed: ("a sale", (*_REFUSED, acts.later(days=20))),
    c.LodgeAppeal: ("a sale", _REFUSED),
    c.TakeBackAppeal: ("a sale", (*_REFUSED, c.LodgeAppeal)),
    c.DecideAppeal: ("a sale", (*_REFUSED, c.LodgeAppeal)),
    c.WaiveClaim: ("a sale", _REFUSED),
    c.EndAppealTerm: ("a sale", (*_REFUSED, acts.later(days=20), c.PresumeServed, acts.later(days=200))),
    c.RecordReceipt: ("a sale", _APPROVED),
    c.RecordObjection: ("a sale", _APPROVED),
    c.EraseCase: ("a sale", (c.FileCase, c.WithdrawCase, acts.later(days=800))),
    c.PlaceRestriction: ("a sale", (c.FileCase,)),
    c.LiftRestriction: ("a sale", (c.FileCase, c.PlaceRestriction)),
    c.AnnulResult: ("a sale", _APPROVED),
    c.ProposeCorrection: ("a sale", _APPROVED),
    c.CorrectEntry: ("a sale", (*_APPROVED, c.ProposeCorrection)),
    c.ProposeAnnulment: ("a sale", _APPROVED),
    c.AnnulEntry: ("a sale", (*_APPROVED, c.ProposeAnnulment)),
    c.DropProposal: ("a sale", (*_APPROVED, c.ProposeAnnulment)),
    c.EraseEntry: ("a sale", (c.FileCase, acts.annul_as_a_court(), acts.later(days=5000))),
    c.GrantCompetence: ("a sale", (c.FileCase,)),
    c.EndCompetence: ("a sale", (c.FileCase, c.GrantCompetence)),
    c.GiveMandate: ("a sale", (c.FileCase,)),
    c.EndMandate: ("a sale", (c.FileCase, c.GiveMandate)),
    c.RecordBirthNotice: ("a birth", ()),
}
# What the clock does where a decree came, a retention is confirmed, or an entry has a last day: no law here has that.
OF_OTHER_LAWS: Final = {c.RestateDeadlines, c.ForgetCase, c.ForgetEntry, c.ExpireEntry}
OF_OFFICES: Final[dict[type[c.Command], Act]] = {
    c.GrantCompetence: acts.grant(),
    c.EndCompetence: acts.end(),
    c.RecordBirthNotice: acts.tell(),
}


def deciding() -> Iterator[Result]:
    """The median of all commands, each decided anew from what a desk has loaded; beside one event of the library's
    own aggregate, in turns.
    """
    ours: dict[str, list[float]] = {}
    theirs: list[float] = []
    with offered() as offers:
        asked = {kind.__name__: situated(kind, offers) for kind in SITUATIONS}
        for _ in range(ROUNDS):
            for name, decision in asked.items():
                ours.setdefault(name, []).append(_each_us(decision))
            theirs.append(_each_us(_triggering()))
    of_each = {name: statistics.median(found) for name, found in ours.items()}
    median, plain = statistics.median(of_each.values()), statistics.median(theirs)
    slowest = sorted(of_each, key=lambda name: -of_each[name])[:3]
    detail = "the slowest: " + ", ".join(f"{name} {of_each[name]:,.0f} us" for name in slowest)
    yield Result("deciding, the median of all commands", median, "us", 100, is_at_least=False, detail=detail)
    what = "deciding, the median of all commands / one event of the stock library's aggregate"
    against = f"{median:,.0f} us against {plain:,.0f} us"
    yield Result(what, median / plain, "of the time", None, is_at_least=False, detail=against)


def situated(kind: type[c.Command], offers: Offers) -> Callable[[], Decision]:
    """The command on a situation that it fits: deciding it, as often as it is called, from the same values."""
    law, before = SITUATIONS[kind]
    story = begun(law, offers[law])[0]
    for step in before:
        act = _act(step, story) if isinstance(step, type) else step
        story.when(act)
        assert story.refusal is None, (kind, step, story.refusal)
    command = _act(kind, story)(story)
    assert command is not None
    whole, loaded = story.situation(command), story.loaded(command)

    def decided() -> Decision:
        return decide(Situation(command, story.at, whole.state, keys=whole.keys, id_of=human_of, **loaded))

    return decided


def _act(kind: type[c.Command], story: Story) -> Act:
    act = OF_OFFICES.get(kind) or right(kind, story)
    assert act is not None, kind
    return act


def _triggering() -> Callable[[], None]:
    return partial(stock.Case("KZ", "car_sale", {}).assess_fee, stock.FEE, "KZT")


def _each_us(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    for _ in range(TIMES):
        work()
    return (time.perf_counter() - began) / TIMES * 1e6
