"""A case after each of its events; what a case is stands in case.py, its parts in case_parts.py."""

from collections.abc import Mapping
from typing import Any, Final, assert_never

from domain.case import Case, Stage, digest_of, judges_of
from domain.case_parts import (
    SAID,
    Amendment,
    Appeal,
    Decided,
    Ending,
    Fee,
    Former,
    Held,
    Objection,
    Opinion,
    Proposal,
    Question,
    Refund,
    RestatedDay,
    ServedTo,
    covers,
    has_all,
    left_of,
)
from domain.days.deadlines import Deadline
from domain.events import (
    ERASED,
    AppealDecided,
    AppealLodged,
    AppealTakenBack,
    AppealTermEnded,
    ApprovalProposed,
    CaseApproved,
    CaseAssigned,
    CaseCompleted,
    CaseEvent,
    CaseFiled,
    CaseLapsed,
    CaseNotNeeded,
    CaseRefused,
    CaseWithdrawn,
    ClaimWaived,
    ConsentDeclined,
    ConsentGiven,
    ConsentRevoked,
    DeadlineExtended,
    DeadlineRestated,
    DecisionServed,
    DecisionTermStarted,
    EntriesHeld,
    EntriesWritten,
    Event,
    FeeAssessed,
    FeePaid,
    InformationProvided,
    InformationRequested,
    LapseSetAside,
    ObjectionRecorded,
    OpinionGiven,
    OpinionRequested,
    PersonalDataErased,
    ReceiptRecorded,
    Recorded,
    RefundDue,
    RefundNotDue,
    RefundPaid,
    RequestAmended,
    ResultAnnulled,
    ResultCorrected,
)
from domain.fees import BY_OFFICER
from domain.parties import changed

_FIELDS: Final = {name: n for n, name in enumerate(Case._fields)}
# Of whatever there may be several. One for all cases: nothing is changed in place, and a list of its own for each
# would have the collector of garbage look at half as much again.
NONE_YET: Final[list[Any]] = []
NOTHING: Final[dict[str, Any]] = {}
_NEW: Final = Case(
    case="",
    country="",
    procedure="",
    form=0,
    terms="",
    authority="",
    filed_at="",
    stage=Stage.FILED.value,
    version=0,
    parties=NOTHING,
    request=NOTHING,
    owners=NOTHING,
    evidence=None,
    warnings=NONE_YET,
    request_hash="",
    consents_asked=NONE_YET,
    consent_until=None,
    consents=NOTHING,
    payments=NOTHING,
    refunds=NOTHING,
    counted=NOTHING,
    questions=NONE_YET,
    opinions=NONE_YET,
    effects=NONE_YET,
    entries=NONE_YET,
    receipts=NOTHING,
    objections=NONE_YET,
    restatements=NOTHING,
    amendments=NONE_YET,
    erased=NONE_YET,
    erasure_bases=NOTHING,
    acting=NOTHING,
    at_counter=NONE_YET,
    acted_for=NOTHING,
    former=NONE_YET,
    proposers=NONE_YET,
    decisions=NONE_YET,
    extensions=NONE_YET,
    restated=NONE_YET,
    served=NOTHING,
    appeals=NONE_YET,
    barred=NONE_YET,
    set_aside_by=NONE_YET,
    timeline=NONE_YET,
)


def evolve(case: Case | None, recorded: Recorded) -> Case:
    """The case after the event; never looks at a clock or at today's law."""
    event = recorded.event
    if case is None:
        if not isinstance(event, CaseFiled):
            raise TypeError(f"a case begins with CaseFiled, not with {recorded.type}")
        filed = _filed(event, recorded)
        return _with(filed, _acted(filed, event, recorded)) if "for" in recorded.actor else filed
    changes = _changes(case, event, recorded)  # type: ignore[arg-type]  # a case's stream holds case events
    step = _step(recorded)
    after = _with(case, {"version": recorded.seq, "timeline": [*case.timeline, step], **changes})
    if isinstance(event, FeeAssessed | FeePaid | RefundNotDue):
        step["left"] = _left_to_pay(after)
    elif isinstance(event, RefundPaid) and after.gone:
        step["left"] = after.gone
    return _with(after, _acted(after, event, recorded)) if "for" in recorded.actor else after


def _with(case: Case, changes: Mapping[str, Any]) -> Case:
    """The case with these fields: ``_replace`` takes more than twice as long, and every event comes here."""
    values = list(case)
    for name, value in changes.items():
        values[_FIELDS[name]] = value
    return Case._make(values)


# What gives a party or the authority a day, and under which name it stands there.
_DAYS: Final[Mapping[type[Event], str]] = {
    CaseFiled: "consent_until",
    FeeAssessed: "due",
    ConsentRevoked: "consent_until",
    InformationRequested: "answer_until",
    RequestAmended: "consent_until",
    DeadlineExtended: "due",
    DeadlineRestated: "due",
    DecisionServed: "appeal_until",
}


def _step(recorded: Recorded) -> dict[str, Any]:
    """One line of the timeline: what happened, when, in which role somebody did it, and for whom, as what; which party
    was served, which fee was assessed, and the day that followed from it then: the case itself may have another since.
    """
    event, actor = recorded.event, recorded.actor
    step = {"version": recorded.seq, "what": type(event).__name__, "at": recorded.time, "by": actor["role"]}
    if isinstance(event, DecisionServed):
        step["party"] = event.party
    elif isinstance(event, FeeAssessed):
        step["fee"] = event.fee
    if isinstance(event, AppealDecided):
        day = event.consent_until or event.answer_until
        return {**step, "until": day["due"]} if day else step
    if (name := _DAYS.get(type(event))) and (day := getattr(event, name)):
        step["until"] = day["due"]
    return {**step, "for": actor["for"]} if "for" in actor else step


def _filed(event: CaseFiled, recorded: Recorded) -> Case:
    return _with(
        _NEW,
        {
            "case": recorded.stream,
            "country": recorded.country,
            "procedure": event.procedure,
            "form": event.form,
            "terms": event.terms,
            "authority": recorded.authority,
            "filed_at": recorded.time,
            "version": recorded.seq,
            "parties": event.parties,
            "request": _kept_request(event.request),
            "owners": recorded.owners,
            "evidence": _kept(event.evidence),
            "warnings": event.warnings,
            "request_hash": recorded.hash,
            "consents_asked": event.consents,
            "consent_until": event.consent_until,
            "timeline": [_step(recorded)],
        },
    )


def _acted(case: Case, event: Event, recorded: Recorded) -> dict[str, Any]:
    """Who acted for a party, where the event tells it: what follows from an act in its append does not."""
    actor, said = recorded.actor, getattr(event, "acting", None)
    if said is None:
        return {}
    person = None if said is ERASED else said["person"]
    if actor["for"]["as"] != "counter":
        who, party = actor["id"], actor["for"]["party"]
        known = case.acted_for.get(who, [])
        acted = {} if party in known else {"acted_for": {**case.acted_for, who: [*known, party]}}
        return acted if who in case.parties else {"acting": {**case.acting, who: person}, **acted}
    paper = None if said is ERASED else said["paper"]
    officer = [actor["id"], person or None]
    signed = None if paper is None else {**paper, "party": actor["for"]["party"]}
    return {
        "at_counter": case.at_counter if officer in case.at_counter else [*case.at_counter, officer],
        "evidence": None if case.evidence is None or signed is None else [*case.evidence, signed],
    }


def _changes(case: Case, event: CaseEvent, recorded: Recorded) -> dict[str, Any]:  # noqa: C901, PLR0911, PLR0912, PLR0915 - one branch an event
    """The fields of the case that the event changes."""
    match event:
        case CaseFiled():
            raise TypeError("a case is filed once")
        case FeeAssessed(fee="entry"):
            return {"entry_fee": fee_of(event)}
        case FeeAssessed():
            changes = _completed(case, fee=fee_of(event))
            if changes.get("stage") == Stage.IN_REVIEW:
                # What follows in the append starts the clock again, or is an amendment, for which it stands on.
                changes["incomplete_since"] = case.incomplete_since
            return changes
        case ConsentGiven():
            return _completed(case, consents={**case.consents, event.party: event.of})
        case RequestAmended():
            return _amended(case, event, recorded)
        case ConsentRevoked():
            return {
                "stage": Stage.FILED.value,
                "consents": {party: of for party, of in case.consents.items() if party != event.party},
                "consent_until": event.consent_until,
                "incomplete_since": _incomplete_since(case, recorded),
            }
        case ConsentDeclined():  # the withdrawal follows in the same append
            return {"consents": {party: of for party, of in case.consents.items() if party != event.party}}
        case FeePaid():
            payments = {**case.payments, event.payment: [event.amount, event.currency, event.paid_at]}
            return _completed(case, payments=payments, paid=case.paid + event.amount)
        case RefundDue():
            return _due_back(case, event, recorded)
        case RefundNotDue():
            refund = case.refunds[event.payment]
            less: Refund = {**refund, "due": refund["due"] - event.amount}
            again = [*case.counted.get(event.payment, ()), [event.amount, recorded.time]]
            counted = {**case.counted, event.payment: again}
            return _completed(case, refunds={**case.refunds, event.payment: less}, counted=counted)
        case RefundPaid():
            return {"refunds": {**case.refunds, event.payment: _paid_back(case, event)}}
        case DecisionTermStarted():
            return {"decision_due": event.due, "incomplete_since": None}
        case CaseAssigned():
            return {"officer": event.officer}
        case InformationRequested():
            questions = [*case.questions, _question(event, recorded)]
            return {"stage": Stage.RETURNED.value, "questions": questions, "proposal": None}
        case InformationProvided():
            more = _kept(event.evidence)
            answer = {"answer": _kept(event.answer), "answered_at": recorded.time}
            return {
                "stage": Stage.IN_REVIEW.value if case.stage == Stage.RETURNED else case.stage,
                "questions": [*case.questions[:-1], {**case.questions[-1], **answer}],
                "evidence": None if more is None or case.evidence is None else [*case.evidence, *more],
                "decision_due": event.decision_due,
            }
        case DeadlineExtended():
            before = case.decision_due or event.due
            said = {"due": event.due, "before": before, "law": event.law, "reason": _kept(event.reason)}
            asked_by = recorded.actor["id"]
            more = [*case.extensions, {"at": recorded.time, "asked_by": asked_by, **said}]
            return {"decision_due": event.due, "extensions": more}
        case DeadlineRestated():
            return _restated(case, event)
        case OpinionRequested():
            return {"opinions": [*case.opinions, _opinion(event, recorded)], "proposal": None}
        case OpinionGiven():
            said = {
                "opinion": _kept(event.opinion),
                "given_at": recorded.time,
                "given_by": recorded.actor["id"],
            }
            opinions = [{**o, **said} if o["of"] == event.of else o for o in case.opinions]
            return {"opinions": opinions, "decision_due": event.decision_due}
        case ApprovalProposed():
            actor, person = recorded.actor, _kept(event.officer_person)
            note = _kept(event.note)
            proposal = Proposal(officer=actor["id"], role=actor["role"], person=person, note=note)
            return {"proposal": proposal, "proposers": [*case.proposers, proposal]}
        case CaseApproved():
            return {
                "stage": Stage.APPROVED.value,
                "entries": event.entries,
                "effects": sorted(recorded.effects or ()),
                "has_freed_slots": False,
                "decisions": _decided(
                    case, recorded, kind="approved", note=_kept(event.note), **_officer(event, recorded)
                ),
            }
        case EntriesWritten():
            effects = sorted(recorded.effects or ())
            return {
                "entries": event.entries,
                "effects": effects,
                "entries_held": None,
                "has_freed_slots": False,
            }
        case EntriesHeld():
            return {"entries_held": Held(code=event.code, at=recorded.time)}
        case CaseRefused():
            said = {"grounds": event.grounds, "law": event.law, "explanation": _kept(event.reason)}
            said["kept"] = case.kept
            return {
                "stage": Stage.REFUSED.value,
                "decisions": _decided(case, recorded, kind="refused", **_officer(event, recorded), **said),
                **_ended(recorded, event.served_after),
            }
        case CaseWithdrawn():
            actor = recorded.actor
            by = actor["for"]["party"] if "for" in actor else actor["id"]
            withdrawn = _decided(case, recorded, kind="withdrawn", reason=event.reason, by=by)
            return {"stage": Stage.WITHDRAWN.value, "decisions": withdrawn, "has_freed_slots": True}
        case CaseLapsed():
            return {
                "stage": Stage.LAPSED.value,
                "lapsed_from": case.stage,
                "decisions": _decided(case, recorded, kind="lapsed", reason=event.reason),
                **_ended(recorded, event.served_after),
            }
        case LapseSetAside():
            return _set_aside(case, has_freed_slots=False, appeals=_won(case, recorded))
        case CaseNotNeeded():
            said = {"law": [event.law], "exemption": event.exemption, "explanation": _kept(event.reason)}
            officer = _officer(event, recorded)
            return {
                "stage": Stage.NOT_NEEDED.value,
                "has_freed_slots": True,
                "decisions": _decided(case, recorded, kind="not_needed", **officer, **said),
            }
        case DecisionServed():
            served = ServedTo(at=recorded.time, how=event.how, appeal_until=event.appeal_until)
            return {"served": {**case.served, event.party: served}}
        case ClaimWaived():
            return {"has_waived": True, "has_freed_slots": True}
        case AppealLodged():
            more = _kept(event.evidence)
            return {
                "stage": Stage.APPEALED.value,
                "appeals": [*case.appeals, _appeal(event, recorded)],
                "evidence": None if more is None or case.evidence is None else [*case.evidence, *more],
            }
        case AppealTakenBack():
            appeals: list[Any] = [
                {**a, "taken_back_at": recorded.time} if a["of"] == event.of else a for a in case.appeals
            ]
            back = {"appeals": appeals}
            return back if _with(case, back).open_appeals else {**back, "stage": _ended_as(case)}
        case AppealDecided():
            return _appeal_decided(case, event, recorded)
        case AppealTermEnded():
            is_approved = case.decided is not None and case.decided["kind"] == "approved"
            freed = case.has_freed_slots or not is_approved
            return {"is_appeal_term_over": True, "has_freed_slots": freed, **_with_effects(case, recorded)}
        case ReceiptRecorded():
            return {"receipts": {**case.receipts, event.event: event.entry}}
        case ObjectionRecorded():
            return {"objections": [*case.objections, _objection(event, recorded)]}
        case CaseCompleted():
            return {"stage": Stage.COMPLETED.value, **_ended(recorded, event.served_after)}
        case ResultCorrected():
            return _amended_result(case, event, recorded, {event.entry})
        case ResultAnnulled():
            stage = Stage.COMPLETED.value if case.stage == Stage.APPROVED else case.stage
            written = {entry["entry"] for entry in event.entries}
            amended = _amended_result(case, event, recorded, written)
            return {**amended, "stage": stage, "has_freed_slots": True}
        case PersonalDataErased():
            return _erased(case, event)
        case _:
            assert_never(event)


def _completed(case: Case, **changes: Any) -> dict[str, Any]:
    """Completeness is derived: whatever event completes the case moves it into review (rules.md 14)."""
    consents, fee = changes.get("consents", case.consents), changes.get("fee", case.fee)
    refunds = changes.get("refunds", case.refunds)
    kept = changes.get("paid", case.paid) - sum(refund["due"] for refund in refunds.values())
    is_complete = has_all(case.consents_asked, consents) and covers(fee, kept)
    if case.stage == Stage.FILED and is_complete:
        changes["stage"] = (Stage.RETURNED if case.open_question else Stage.IN_REVIEW).value
        changes["incomplete_since"] = None
    return changes


def _incomplete_since(case: Case, recorded: Recorded) -> str | None:
    """The clock has stood still since then; None where it never began."""
    return case.stands_still_since or (recorded.time if case.decision_due else None)


def _former(case: Case, recorded: Recorded) -> Former:
    whose = {party: case.whose(party) for party in case.parties}
    said = {name: len(getattr(case, name) or ()) for name in SAID}
    return Former(until=recorded.seq, people=case.people, whose=whose, asked=case.consents_asked, said=said)


def _without(former: Former, whose: set[str]) -> Former:
    """As the events tell it once the keys of those who are named are gone."""
    nobody: list[str | None] = [None, None]
    people = former["people"].items()
    left = {party: nobody if former["whose"][party] in whose else found for party, found in people}
    return {**former, "people": left}


def _amended(case: Case, event: RequestAmended, recorded: Recorded) -> dict[str, Any]:
    """Nobody has agreed to the new request yet; what an officer asked is answered by it."""
    more, question = _kept(event.evidence), case.open_question
    request = _kept_request(event.request)
    changes: dict[str, Any] = {
        "stage": Stage.FILED.value,
        "parties": event.parties,
        "request": request,
        "owners": recorded.owners,
        "request_hash": recorded.hash,
        "restatements": {**case.restatements, event.of: digest_of(request)},
        "former": [*case.former, _former(case, recorded)],
        "consents_asked": event.consents,
        "consent_until": event.consent_until,
        "consents": {},
        "warnings": event.warnings,
        "evidence": None if more is None or case.evidence is None else [*case.evidence, *more],
        "incomplete_since": _incomplete_since(case, recorded),
        # All that it asks for now was taken, or was its own still.
        "has_freed_slots": False,
        "claims_lost_at": None,
    }
    if question is not None:
        changes["questions"] = [*case.questions[:-1], {**question, "answered_at": recorded.time}]
    return changes | _completed(_with(case, changes))


# --- pieces of the state ------------------------------------------------------------------------------------


def _left_to_pay(case: Case) -> int | None:
    """Of all fees; None while a value that one is counted by is not known."""
    if any(fee and fee["provisional"] for fee in (case.fee, case.entry_fee)):
        return None
    return max(case.asked - case.kept, 0)


def fee_of(event: FeeAssessed) -> Fee:
    """The fee as the event assessed it."""
    return {
        "amount": event.amount,
        "currency": event.currency,
        "formula": event.formula,
        "provisional": event.provisional,
        "said_by_officer": any(part["name"] == BY_OFFICER for part in event.parts),
        "due": event.due,
        "lapses": event.lapses,
    }


_NOTHING_DUE: Final[Refund] = {"due": 0, "since": None, "reason": None, "paid_back": 0, "paid": []}


def _due_back(case: Case, event: RefundDue, recorded: Recorded) -> dict[str, Any]:
    """What of a fee had gone before it counted again is missing: the case waits for it, as it did before."""
    changes: dict[str, Any] = {
        "refunds": {**case.refunds, event.payment: _more_due(case, event, recorded)},
    }
    is_complete = case.stage in (Stage.IN_REVIEW, Stage.RETURNED)
    if is_complete and not covers(case.fee, case.kept - event.amount):
        changes["stage"] = Stage.FILED.value
        changes["proposal"] = None
        changes["incomplete_since"] = _incomplete_since(case, recorded)
    return changes


def _more_due(case: Case, event: RefundDue, recorded: Recorded) -> Refund:
    before = case.refunds.get(event.payment, _NOTHING_DUE)
    since = before["since"] if left_of(before) > 0 else recorded.time
    return {**before, "due": before["due"] + event.amount, "since": since, "reason": event.reason}


def _paid_back(case: Case, event: RefundPaid) -> Refund:
    before = case.refunds.get(event.payment, _NOTHING_DUE)
    paid = [*before["paid"], [event.amount, event.currency, event.paid_at]]
    return {**before, "paid_back": before["paid_back"] + event.amount, "paid": paid}


def _question(event: InformationRequested, recorded: Recorded) -> Question:
    return {
        "of": recorded.hash,
        "at": recorded.time,
        "asked_by": recorded.actor["id"],
        "items": event.items,
        "answer_until": event.answer_until,
        "question": _kept(event.question),
        "answer": None,
        "answered_at": None,
    }


def _opinion(event: OpinionRequested, recorded: Recorded) -> Opinion:
    return {
        "of": recorded.hash,
        "at": recorded.time,
        "authority": event.authority,
        "investigation": event.investigation,
        "answer_until": event.answer_until,
        "inquiry": _kept(event.inquiry),
        "opinion": None,
        "given_at": None,
        "asked_by": recorded.actor["id"],
        "given_by": None,
    }


def _restated(case: Case, event: DeadlineRestated) -> dict[str, Any]:  # noqa: PLR0911 - one branch a time
    """The day that was moved stands where it stood."""
    due, of = event.due, event.of
    name = "fee" if event.which == "pay" else "entry_fee"
    fee = getattr(case, name) if event.which in ("pay", "pay_entry") else None
    is_told = fee is None or fee["due"] != due
    day = RestatedDay(which=event.which, party=event.party, due=due if is_told else None)
    changes: dict[str, Any] = {"restated": [*case.restated, day]}
    match event.which:
        case "pay" | "pay_entry":
            return {**changes, name: fee and {**fee, "due": due, "lapses": event.lapses}}
        case "consent":
            return {**changes, "consent_until": due}
        case "decide":
            return {**changes, "decision_due": due}
        case "answer":
            questions = [{**q, "answer_until": due} if q["of"] == of else q for q in case.questions]
            return {**changes, "questions": questions}
        case "opinion":
            opinions = [{**o, "answer_until": due} if o["of"] == of else o for o in case.opinions]
            return {**changes, "opinions": opinions}
        case "served":
            return {**changes, "ending": case.ending and {**case.ending, "served_after": due}}
        case "appeal":
            served = {
                p: {**s, "appeal_until": due} if p == event.party else s for p, s in case.served.items()
            }
            return {**changes, "served": served}
        case "appeal_decision":
            appeals = [{**a, "decide_until": due} if a["of"] == of else a for a in case.appeals]
            return {**changes, "appeals": appeals}
        case _:
            assert_never(event.which)


def _objection(event: ObjectionRecorded, recorded: Recorded) -> Objection:
    return {
        "register": event.register,
        "entry": event.entry,
        "event": event.event,
        "code": event.code,
        "at": recorded.time,
        "is_over": False,
    }


def _amended_result(
    case: Case, event: ResultCorrected | ResultAnnulled, recorded: Recorded, written: set[str]
) -> dict[str, Any]:
    """A registry may answer for the new event as for the old one; what it objected to is over."""
    is_annulled = isinstance(event, ResultAnnulled)
    amendment: Amendment = {
        "what": "annulment" if is_annulled else "correction",
        "entry": event.entry if isinstance(event, ResultCorrected) else None,
        "at": recorded.time,
        "by": recorded.actor["id"],
        "law": event.law,
        "reason": _kept(event.reason),
        "left": [each["entry"] for each in case.entries if is_annulled and each["entry"] not in written],
    }
    objections = [
        {**each, "is_over": each["is_over"] or each["entry"] in written} for each in case.objections
    ]
    return {
        "amendments": [*case.amendments, amendment],
        "objections": objections,
        **_with_effects(case, recorded),
    }


def _with_effects(case: Case, recorded: Recorded) -> dict[str, Any]:
    """What was appended with the event is of the case too: of an append its last event names it, and what is annulled
    on appeal is followed by the decision and the end of the time to appeal.
    """
    return {"effects": sorted({*case.effects, *recorded.effects})} if recorded.effects else {}


def _ended(recorded: Recorded, served_after: Deadline) -> dict[str, Any]:
    """What ended the case is to be served, and may be appealed against."""
    ending = Ending(of=recorded.hash, at=recorded.time, served_after=served_after)
    return {"ending": ending, "served": {}, "has_waived": False, "is_appeal_term_over": False}


def _set_aside(case: Case, **changes: Any) -> dict[str, Any]:
    """The newest decision counts no more: the case stands where it stood before, and is complete or not."""
    decisions = [
        {**one, "is_set_aside": one["is_set_aside"] or one is case.decided} for one in case.decisions
    ]
    found = {
        "stage": (Stage.APPROVED if case.was_approved else Stage.FILED).value,
        "decisions": decisions,
        "ending": None,
        "lapsed_from": None,
        "served": {},
        "has_waived": False,
        "is_appeal_term_over": False,
        **changes,
    }
    return found | _completed(_with(case, found))


def _ended_as(case: Case) -> str:
    """The stage of an appealed case before the appeal."""
    kinds = {"refused": Stage.REFUSED, "lapsed": Stage.LAPSED, "approved": Stage.COMPLETED}
    return kinds[case.decided["kind"] if case.decided else "refused"].value


def _appeal(event: AppealLodged, recorded: Recorded) -> Appeal:
    return {
        "of": recorded.hash,
        "at": recorded.time,
        "party": event.party,
        "authority": event.authority,
        "decide_until": event.decide_until,
        "reason": _kept(event.reason),
        "taken_back_at": None,
        "decided_at": None,
        "decided_by": None,
        "outcome": None,
        "explanation": None,
    }


def _won(case: Case, recorded: Recorded) -> list[Any]:
    """What was appealed against is set aside for another reason: nobody decides, and nothing is left to explain."""
    said = {"outcome": "set_aside", "decided_at": recorded.time}
    return [{**appeal, **said} if appeal in case.open_appeals else appeal for appeal in case.appeals]


def _appeal_decided(case: Case, event: AppealDecided, recorded: Recorded) -> dict[str, Any]:
    """All that are open end so; after a set-aside others decide, and the full time runs anew (rules.md 19)."""
    said = {
        "outcome": event.outcome,
        "decided_at": recorded.time,
        "decided_by": recorded.actor["id"],
        "explanation": _kept(event.reason),
    }
    open_now = case.open_appeals
    appeals = [{**appeal, **said} if appeal in open_now else appeal for appeal in case.appeals]
    if event.outcome != "set_aside":
        return {"appeals": appeals, "stage": _ended_as(case), **_with_effects(case, recorded)}
    question = case.questions[-1:]
    if question and question[0]["answered_at"] is None and event.answer_until:
        question = [{**question[0], "answer_until": event.answer_until}]
    return _set_aside(
        case,
        appeals=appeals,
        barred=[*case.barred, *(judge for judge in judges_of(case) if judge not in case.barred)],
        set_aside_by=[*case.set_aside_by, [recorded.actor["id"], _kept(event.officer_person) or None]],
        officer=None,
        proposal=None,
        decision_due=None,
        incomplete_since=None,
        consent_until=event.consent_until or case.consent_until,
        questions=[*case.questions[:-1], *question],
        has_freed_slots=not event.is_held,
        claims_lost_at=None if event.is_held else recorded.time,
    )


_NOBODY_SAID: Final = {**dict.fromkeys(Decided.__annotations__), "is_set_aside": False}


def _decided(case: Case, recorded: Recorded, **said: Any) -> list[Any]:
    return [*case.decisions, {**_NOBODY_SAID, "at": recorded.time, **said}]


def _officer(event: CaseApproved | CaseRefused | CaseNotNeeded, recorded: Recorded) -> dict[str, Any]:
    return {"officer": recorded.actor["id"], "person": _kept(event.officer_person)}


def _kept(value: Any) -> Any:
    return None if value is ERASED else value


def _kept_request(request: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: [_kept(each) for each in value] if isinstance(value, list) else _kept(value)
        for name, value in request.items()
    }


def _erased(case: Case, event: PersonalDataErased) -> dict[str, Any]:
    """What is about those who are named falls; what is about several people falls with the whole case."""
    whose = set(event.whose)
    changes: dict[str, Any] = {
        "request": changed(case.request, case.owners, lambda value, of: None if of in whose else value),
        "erased": sorted({*case.erased, *whose}),
        "erasure_bases": {**case.erasure_bases, **dict.fromkeys(event.whose, event.basis)},
        "restatements": {},
        "former": [_without(each, whose) for each in case.former],
    }
    if "case" in whose:
        changes |= {
            "acting": dict.fromkeys(case.acting),
            "at_counter": [[officer, None] for officer, _ in case.at_counter],
            "evidence": None,
            "questions": [{**q, "question": None, "answer": None} for q in case.questions],
            "opinions": [{**o, "inquiry": None, "opinion": None} for o in case.opinions],
            "proposal": case.proposal and {**case.proposal, "person": None, "note": None},
            "proposers": [{**p, "person": None, "note": None} for p in case.proposers],
            "decisions": [{**d, "person": None, "explanation": None, "note": None} for d in case.decisions],
            "extensions": [{**each, "reason": None} for each in case.extensions],
            "appeals": [{**a, "reason": None, "explanation": None} for a in case.appeals],
            "amendments": [{**each, "reason": None} for each in case.amendments],
            "barred": [[officer, None] for officer, _ in case.barred],
            "set_aside_by": [[officer, None] for officer, _ in case.set_aside_by],
        }
    return changes
