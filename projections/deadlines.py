"""What the clock has to do, and when: lapses, services that the law presumes, ends of appeal terms; and by which
calendar the times that run were computed.

Overdue decisions and opinions are only shown.
"""

from domain.case import Case, Stage
from domain.days.deadlines import Deadline
from domain.running import running
from projections import Row, View


def _row(case: Case) -> Row | None:
    pay = consent = answer = serve = appeal = decide = None
    if (fee := case.open_fee) and not fee["provisional"]:
        pay = _until(fee["lapses"])
    if case.stage == Stage.FILED and not case.has_consents:
        consent = _until(case.consent_until)
    if (question := case.open_question) is not None:
        answer = _until(question["answer_until"])
    if case.stage == Stage.IN_REVIEW and case.stands_still_since is None:
        decide = _until(case.decision_due)
    if case.ending is not None and not case.is_appeal_term_over:
        serve = _until(case.ending["served_after"]) if case.unserved else None
        appeal = _until(case.appeal_until) if case.stage != Stage.APPEALED else None
    acts = [moment for moment in (pay, consent, answer, serve, appeal) if moment]
    asked = [until["until"] for opinion in case.open_opinions if (until := opinion["answer_until"])]
    opinion = min(asked, default=None)
    calendars = sorted({time.due["calendar"] for time in running(case)})
    if not calendars and not acts and decide is None and opinion is None:
        return None
    return {
        "case": case.case,
        "authority": case.authority,
        "next": min(acts, default=None),
        "pay": pay,
        "consent": consent,
        "answer": answer,
        "serve": serve,
        "appeal": appeal,
        "decide": decide,
        "opinion": opinion,
        "calendar": "; ".join(calendars) or None,
        "version": case.version,
    }


def _until(deadline: Deadline | None) -> str | None:
    return deadline["until"] if deadline else None


PROJECTION = View(
    name="deadlines",
    family="case",
    columns={
        "case": "text",
        "authority": "text",
        "next": "text",
        "pay": "text",
        "consent": "text",
        "answer": "text",
        "serve": "text",
        "appeal": "text",
        "decide": "text",
        "opinion": "text",
        "calendar": "text",
        "version": "integer",
    },
    row=_row,
    indexes=(("next",),),
)
