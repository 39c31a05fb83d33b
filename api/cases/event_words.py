"""The history of a case as a story: each event in one to four sentences, by its codes and days; nothing personal.

What happened and who did it, in their role; for whom; what day follows from it, and whether that is settled law; where
the case is then. A new event needs its sentence ("event") among the messages, and a line in ``_TIMES`` where it gives a
day.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any, Final

from api.edge.sentences import PLACEHOLDER, Language, english
from domain.awaited import member_of
from domain.case import Case
from domain.case_parts import left_of
from domain.events import (
    AppealDecided,
    AppealTermEnded,
    CaseLapsed,
    CaseWithdrawn,
    DeadlineRestated,
    FeeAssessed,
    ObjectionRecorded,
    PersonalDataErased,
    Recorded,
    RefundDue,
    ResultAnnulled,
)
from domain.lifecycle import CLOCK, ROWS
from domain.refusals import Amount, Named, Value, named
from domain.roles import APPLICANT, PARTY
from domain.running import stood_still

AFTER: Final = (
    "objection",
    "for",
    "law",
    "until",
    "presumed",
    "unconfirmed",
    "stage",
)  # sentences that follow that of the event
# What is told in one of several ways, by how it ended or by what it follows.
INSTEAD: Final[Mapping[str, tuple[str, ...]]] = {
    "AppealDecided": ("AppealDecided_upheld", "AppealDecided_set_aside", "AppealDecided_annulled"),
    "AppealTermEnded": ("AppealTermEnded", "AppealTermEnded_final", "AppealTermEnded_decided"),
    "DeadlineRestated": ("DeadlineRestated", "DeadlineRestated_stood_still"),
    "FeeAssessed": ("FeeAssessed", "FeeAssessed_provisional"),
    "ResultAnnulled": ("ResultAnnulled", "ResultAnnulled_left"),
}
ACTORS: Final = tuple(
    dict.fromkeys(
        (
            *(role for row in ROWS if row.may is not None and row.may is not CLOCK for role in row.may.roles),
            "system",
        )
    )
)
# What may stand in braces, by the kind of sentence: of each event what it has.
VALUES: Final = frozenset(
    {
        "time",
        "who",
        "whom",
        "capacity",
        "law",
        "until",
        "stage",
        "amount",
        "reason",
        "grounds",
        "office",
        "register",
        "objection",
        "whose",
    }
)
# Which time of the terms gave the day of a member; of others nothing is said.
_TIMES: Final[Mapping[tuple[str, str], str]] = {
    ("CaseFiled", "consent_until"): "consent",
    ("ConsentRevoked", "consent_until"): "consent",
    ("DecisionTermStarted", "due"): "decide",
    ("InformationRequested", "answer_until"): "answer",
    ("InformationProvided", "decision_due"): "decide",
    ("OpinionRequested", "answer_until"): "opinion",
    ("OpinionGiven", "decision_due"): "decide",
    ("RequestAmended", "consent_until"): "consent",
    ("DeadlineExtended", "due"): "extend",
    ("CaseRefused", "served_after"): "served",
    ("CaseLapsed", "served_after"): "served",
    ("CaseCompleted", "served_after"): "served",
    ("DecisionServed", "appeal_until"): "appeal",
    ("AppealLodged", "decide_until"): "appeal_decision",
    ("AppealDecided", "consent_until"): "consent",
    ("AppealDecided", "answer_until"): "answer",
}
_OF_CODES: Final = (RefundDue, CaseWithdrawn, CaseLapsed)
_FEES: Final = {"filing": "pay", "entry": "pay_entry"}


def told(  # noqa: PLR0913 - the event, where it stands, and for whom
    recorded: Recorded,
    before: Case | None,
    after: Case,
    doubtful: Collection[str],
    language: Language,
    *,
    is_passing: bool = False,
) -> str:
    """What happened, in words. ``doubtful``: the members of the case's law that are not settled; ``is_passing``: the
    same append leads the case on to another stage.
    """
    what, procedure = _told_as(recorded, after), after.procedure
    values = _values(recorded, after)
    follows = _follows(recorded, before, after, values, doubtful)
    codes = [what, *(code for code in follows if code != "stage" or not is_passing)]
    return " ".join(_sentence(code, values, procedure, language) for code in codes)


def _sentence(code: str, values: Mapping[str, Value], procedure: str, language: Language) -> str:
    """Why a registry objects is a code of its own: where it is one that we have a sentence for, that is said."""
    reason = values.get("objection") if code == "objection" else None
    known = isinstance(reason, str) and english().written("warning", reason, (procedure,))
    if known and not PLACEHOLDER.search(known):
        return language.say("warning", str(reason), procedures=(procedure,))
    return language.say("event", code, values, (procedure,))


def _told_as(recorded: Recorded, case: Case) -> str:
    """The code of its sentence: the name of the event, or one that is said instead of it."""
    event, what = recorded.event, type(recorded.event).__name__
    if isinstance(event, AppealDecided):
        return f"{what}_{event.outcome}"
    if isinstance(event, FeeAssessed) and event.provisional:
        return f"{what}_provisional"
    if isinstance(event, DeadlineRestated) and stood_still(event.due, recorded.time):
        return f"{what}_stood_still"
    if isinstance(event, ResultAnnulled) and len(event.entries) < len(case.entries):
        return f"{what}_left"
    if isinstance(event, AppealTermEnded):
        return _term_ended_as(recorded, case)
    return what


def _term_ended_as(recorded: Recorded, case: Case) -> str:
    what = AppealTermEnded.__name__
    if any(appeal["decided_at"] == recorded.time for appeal in case.appeals):
        return f"{what}_decided"
    return f"{what}_final" if case.decided and case.decided["kind"] == "approved" else what


def _follows(
    recorded: Recorded,
    before: Case | None,
    after: Case,
    values: Mapping[str, Value],
    doubtful: Collection[str],
) -> Iterator[str]:
    if "objection" in values:
        yield "objection"
    if "whom" in values:
        yield "for"
    if values.get("law"):
        yield "law"
    if "until" in values:
        found = _deadline_of(recorded.event)
        # By the day of the law's fiction nobody has to do anything.
        yield "presumed" if found and found[0] == "served_after" else "until"
        if (time := _time_of(recorded)) and member_of(time) in doubtful:
            yield "unconfirmed"
    if before is None or before.stage != after.stage:
        yield "stage"


def _values(recorded: Recorded, case: Case) -> dict[str, Value]:
    event, actor = recorded.event, recorded.actor
    values: dict[str, Value] = {"who": _role(actor["role"]), "stage": Named("stage", case.stage)}
    if "for" in actor:
        party = actor["for"]["party"]
        values |= {
            "whom": Named("role", case.parties[party]),
            "capacity": Named("capacity", actor["for"]["as"]),
        }
    if isinstance(amount := getattr(event, "amount", None), int):
        values["amount"] = Amount(_due_of(event, amount, case), getattr(event, "currency", ""))
    if isinstance(reason := getattr(event, "reason", None), str) and _is_a_code(recorded):
        values["reason"] = Named("reason", _why(event, reason, case))
    if grounds := getattr(event, "grounds", None):
        values["grounds"] = named("ground", grounds)
    if law := getattr(event, "law", None):
        values["law"] = tuple(dict.fromkeys(law)) if isinstance(law, list) else law
    if office := getattr(event, "authority", None):
        values["office"] = Named("office", office)
    if register := getattr(event, "register", None):
        values["register"] = Named("register", register)
    values |= _of_one_kind(event, case)
    if deadline := _deadline_of(event):
        values["until"] = date.fromisoformat(deadline[1]["due"])
    return values


def _of_one_kind(event: Any, case: Case) -> dict[str, Value]:
    """What one kind of event alone has."""
    match event:
        case DeadlineRestated(which=which):
            return {"time": Named("time", which)}
        case ObjectionRecorded(code=code):
            return {"objection": code}
        case PersonalDataErased():
            return {"whose": _whose(event, case)}
    return {}


def _why(event: Any, reason: str, case: Case) -> str:
    """What goes back as a party declined does not go back as the request was taken back."""
    ended_by = case.decided["reason"] if case.decided else None
    is_declined = isinstance(event, RefundDue) and (reason, ended_by) == ("withdrawn", "consent_declined")
    return "consent_declined" if is_declined else reason


def _due_of(event: Any, amount: int, case: Case) -> int:
    """Of money that is due back: what went back before by mistake is not due again."""
    if not isinstance(event, RefundDue):
        return amount
    refund = case.refunds[event.payment]
    return max(min(amount, left_of(refund)), 0)


def _whose(event: PersonalDataErased, case: Case) -> tuple[Named, ...]:
    """Whose data fell: parties by their roles, each once; and what is about all of them."""
    roles = {case.whose(party): role for party, role in case.parties.items()}
    found = (
        Named("word", "the_case") if whose == "case" else Named("role", roles.get(whose, whose))
        for whose in event.whose
    )
    return tuple(dict.fromkeys(found))


def _is_a_code(recorded: Recorded) -> bool:
    """Whether the event's reason is a code of the house, and not somebody's words."""
    return type(recorded.event) in _OF_CODES


def _role(role: str) -> Named:
    return Named("actor" if role in ACTORS and role not in (APPLICANT, PARTY) else "role", role)


def _deadline_of(event: Any) -> tuple[str, Mapping[str, Any]] | None:
    """The day that follows from it, and under which name it stands there; of a fee that is provisional none does."""
    if isinstance(event, FeeAssessed) and event.provisional:
        return None
    for name in event.__dataclass_fields__:
        value = getattr(event, name)
        if isinstance(value, dict) and "due" in value and "until" in value:
            return name, value
    return None


def _time_of(recorded: Recorded) -> str | None:
    event = recorded.event
    if isinstance(event, FeeAssessed):
        return _FEES[event.fee]
    if isinstance(event, DeadlineRestated):
        return event.which
    found = _deadline_of(event)
    return _TIMES.get((type(event).__name__, found[0])) if found else None
