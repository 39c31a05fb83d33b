"""What waits for somebody of an office, and for what; nearest deadline first, nothing personal.

A row for each thing that a case waits for; each says all of it, and the foremost one stands for the case where
nobody asks for a kind.
"""

from collections.abc import Callable, Mapping
from typing import Final

from domain.awaited import review_of
from domain.case import ENDED, Case, Stage
from domain.case_parts import left_of
from domain.obstacles import of_the_filing
from projections import Row, View, amendment_proposals

Since = Callable[[Case], str | None]  # from which moment on; None: it does not
RECEIPT: Final = "receipt"  # what the registry has to do, not the office
_AFTER_ALL_DAYS: Final = "9"  # before a moment: it comes after each that has none


def _rows(case: Case) -> list[Row]:
    if _is_over_and_done(case):
        return []
    found = {code: at for code, since in REASONS.items() if (at := since(case)) is not None}
    if not found:
        return []
    due = _due(case)
    row = {
        "authority": case.open_appeals[0]["authority"] if case.open_appeals else case.authority,
        "procedure": case.procedure,
        "place": _place(case, due) or _since(found),
        "due": due,
        "stage": case.stage,
        "officer": case.officer,
        "is_proposed": int(case.proposal is not None),
        "warnings": of_the_filing(case.all_warnings),
        "flags": _flags(case),
        "waits_for": list(found),
        "stands_still_since": case.stands_still_since,
        "filed_at": case.filed_at,
        "version": case.version,
    }
    return [
        {"case": case.case, "reason": code, "is_foremost": int(n == 0), "since": at, **row}
        for n, (code, at) in enumerate(found.items())
    ]


def _is_over_and_done(case: Case) -> bool:
    """As most that have ended: nothing happened besides, so that nobody can be waited for."""
    besides = case.appeals or case.opinions or case.objections or case.amendments or case.refunds
    return case.stage in ENDED and not besides and not case.entries_held


def _due(case: Case) -> str | None:
    """The end of the time to decide, of an appeal that of the first. None while it stands still, as it will be another;
    what had run out before stays so (rules.md 6).
    """
    if case.open_appeals:
        ends = [appeal["decide_until"] for appeal in case.open_appeals]
        return min((end["until"] for end in ends if end), default=None)
    if case.stage not in (Stage.IN_REVIEW, Stage.RETURNED) or case.decision_due is None:
        return None
    until, since = case.decision_due["until"], case.stands_still_since
    return until if since is None or until <= since else None


def _place(case: Case, due: str | None) -> str | None:
    """By which moment it stands in the queue: the deadline, while that stands still the end of what it waits for."""
    if due is not None:
        return due
    asked = [case.open_question, *case.open_opinions]
    ends = [one["answer_until"] for one in asked if one]
    return min((end["until"] for end in ends if end), default=None)


def _since(found: Mapping[str, str]) -> str:
    """Without any day from the first of what is waited for on; what nobody of the office can do comes after all days,
    the oldest first.
    """
    theirs = [at for code, at in found.items() if code != RECEIPT]
    return min(theirs) if theirs else f"{_AFTER_ALL_DAYS}{found[RECEIPT]}"


# --- what is waited for -------------------------------------------------------------------------------------


def _assessment(case: Case) -> str | None:
    fee = case.open_fee
    if fee is None or not fee["provisional"]:
        return None
    return case.decided["at"] if case.waits_for_entries and case.decided else case.filed_at


def _review(what: str, since: Since) -> Since:
    return lambda case: since(case) if case.stage == Stage.IN_REVIEW and review_of(case) == what else None


def _supervisor(case: Case) -> str | None:
    """Only a supervisor may approve it, and where one person decides, has to have it."""
    if case.stage != Stage.IN_REVIEW:
        return None
    if review_of(case) == "supervisor":
        return _complete_since(case)
    return _proposed_since(case) if review_of(case) == "supervisor_approval" else None


def _answer(case: Case) -> str | None:
    return case.open_question["at"] if case.open_question else None


def _opinion(case: Case) -> str | None:
    return min((opinion["at"] for opinion in case.open_opinions), default=None)


def _late_opinion(case: Case) -> str | None:
    """It was decided without: whether the result has to be amended is for an officer to see."""
    return min((opinion["given_at"] or "" for opinion in case.late_opinions), default=None)


def _entries(case: Case) -> str | None:
    return case.entries_held["at"] if case.entries_held else None


def _receipt(case: Case) -> str | None:
    """From the first day on: no law says how long a registry may take, and somebody has to see that it never did."""
    if not case.unapplied:
        return None
    return _last(case, "EntriesWritten") or (case.decided["at"] if case.decided else None)


def _objection(case: Case) -> str | None:
    return min((objection["at"] for objection in case.open_objections), default=None)


def _complete_since(case: Case) -> str:
    return _last(case, "DecisionTermStarted") or case.filed_at


def _assigned_since(case: Case) -> str | None:
    return _last(case, "CaseAssigned")


def _proposed_since(case: Case) -> str | None:
    return _last(case, "ApprovalProposed")


def _last(case: Case, what: str) -> str | None:
    return next((step["at"] for step in reversed(case.timeline) if step["what"] == what), None)


def _appeal(case: Case) -> str | None:
    return min((appeal["at"] for appeal in case.open_appeals), default=None)


def _claims_lost(case: Case) -> str | None:
    """It was set aside when another had what it had claimed: as long as that is so, which no event of the case says, it
    cannot be approved.
    """
    return case.claims_lost_at if case.stage in (Stage.IN_REVIEW, Stage.RETURNED) else None


def _not_revived(case: Case) -> str | None:
    """All of it was paid in time, and the case could not go on (rules.md 36): somebody looks, until it went back."""
    paid = (refund for refund in case.refunds.values() if refund["reason"] == "in_time")
    return min((one["since"] for one in paid if one["since"] and left_of(one) > 0), default=None)


def _fee_gone(case: Case) -> str | None:
    """It was approved before it was told that the fee had gone back: an officer looks, until it is paid again."""
    return _last(case, "RefundPaid") if case.gone else None


# Reason -> since when; a further one is a line here, and a title among the messages ("waiting").
REASONS: Final[Mapping[str, Since]] = {
    "objection": _objection,
    "entries": _entries,
    "assessment": _assessment,
    "appeal": _appeal,
    "claims_lost": _claims_lost,
    "not_revived": _not_revived,
    "fee_gone": _fee_gone,
    "late_opinion": _late_opinion,
    "supervisor": _supervisor,
    "assignment": _review("assignment", _complete_since),
    "approval": _review("approval", _proposed_since),
    "decision": _review("decision", _assigned_since),
    "answer": _answer,
    "opinion": _opinion,
    RECEIPT: _receipt,
}
# Who has it does not decide it any more. No event of the case says so: whoever reads compares with the competences.
IN_HAND: Final = "decision"
REASSIGNMENT: Final = "reassignment"
WAITS_FOR: Final = (*REASONS, REASSIGNMENT, *amendment_proposals.REASONS)


def _flags(case: Case) -> list[str]:
    """Why what was approved came to a halt: the codes of ``EntriesHeld``, and of registries."""
    held = [case.entries_held["code"]] if case.entries_held else []
    return sorted({*held, *(objection["code"] for objection in case.open_objections)})


PROJECTION = View(
    name="work_queue",
    family="case",
    columns={
        "case": "text",
        "reason": "text",
        "is_foremost": "integer",
        "since": "text",
        "authority": "text",
        "procedure": "text",
        "place": "text",
        "due": "text",
        "stage": "text",
        "officer": "text",
        "is_proposed": "integer",
        "warnings": "json",
        "flags": "json",
        "waits_for": "json",
        "stands_still_since": "text",
        "filed_at": "text",
        "version": "integer",
    },
    rows=_rows,
    indexes=(
        ("authority", "is_foremost", "place", "case"),
        ("authority", "reason", "place", "case"),
        ("authority", "reason", "officer", "procedure"),
    ),
)
