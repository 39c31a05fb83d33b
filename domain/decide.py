"""The decider: what a command leads to in its situation; or a Refusal.

Pure: the moment, the caller, ids and keys arrive as values; the law of a case is that of the day of its filing, of
all else that of the day.
Each decision is written in ``domain/decisions/``, in the order of a case's life.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from domain import commands as c
from domain.decision import Decision
from domain.decisions import (
    amending,
    amendments,
    appeals,
    approval,
    birth_notices,
    competences,
    consents,
    ends,
    erasure,
    filing,
    mandates,
    opinions,
    payments,
    registry,
    restating,
    restrictions,
    review,
    serving,
)
from domain.decisions.situation import Situation
from domain.refusals import Clash, Differs, Refusal

DECISIONS: Final[Mapping[type[c.Command], Callable[[Any, Situation], Decision]]] = {
    c.FileCase: filing.file,
    c.AmendRequest: amending.amend,
    c.GiveConsent: consents.give,
    c.DeclineConsent: consents.decline,
    c.RevokeConsent: consents.revoke,
    c.RecordPayment: payments.pay,
    c.AssessFee: payments.assess_fee,
    c.WriteEntries: payments.write_entries,
    c.RecordRefund: payments.pay_back,
    c.AssignCase: review.assign,
    c.RequestInformation: review.ask,
    c.ProvideInformation: review.answer,
    c.RequestOpinion: opinions.request,
    c.GiveOpinion: opinions.give,
    c.ExtendDeadline: review.extend,
    c.ProposeApproval: review.propose,
    c.ApproveCase: approval.approve,
    c.RefuseCase: review.refuse,
    c.WithdrawCase: ends.withdraw,
    c.LapseCase: ends.lapse,
    c.RestateDeadlines: restating.restate,
    c.DeclareNotNeeded: ends.declare_not_needed,
    c.ServeDecision: serving.serve,
    c.PresumeServed: serving.presume,
    c.LodgeAppeal: appeals.lodge,
    c.TakeBackAppeal: appeals.take_back,
    c.DecideAppeal: appeals.decide_appeal,
    c.WaiveClaim: ends.waive,
    c.EndAppealTerm: ends.end_appeal_term,
    c.RecordReceipt: registry.record_receipt,
    c.RecordObjection: registry.record_objection,
    c.AnnulResult: amendments.annul_result,
    c.EraseCase: erasure.erase_case,
    c.ForgetCase: erasure.forget_case,
    c.PlaceRestriction: restrictions.place,
    c.LiftRestriction: restrictions.lift,
    c.ProposeCorrection: amendments.propose_correction,
    c.ProposeAnnulment: amendments.propose_annulment,
    c.DropProposal: amendments.drop_proposal,
    c.CorrectEntry: amendments.correct,
    c.AnnulEntry: amendments.annul,
    c.ExpireEntry: amendments.expire,
    c.EraseEntry: erasure.erase_entry,
    c.ForgetEntry: erasure.forget_entry,
    c.GrantCompetence: competences.grant,
    c.EndCompetence: competences.end,
    c.GiveMandate: mandates.give,
    c.EndMandate: mandates.end,
    c.RecordBirthNotice: birth_notices.record,
}


def decide(situation: Situation) -> Decision:
    """What follows from the command; without events when the same was done before (rules.md 21).

    Raises the Refusal, in the words of the procedure that it is about. LookupError: the decision looks at what its
    row in ``domain/lifecycle.py`` does not see.
    """
    decision = DECISIONS.get(type(situation.command))
    if decision is None:
        raise TypeError(f"no decision is written for {type(situation.command).__name__}")
    try:
        return decision(situation.command, situation)
    except Refusal as refusal:
        refusal.about(*situation.procedures)
        if isinstance(refusal, Clash | Differs):
            situation.where(refusal)
        raise
