"""The history of a case as a story: each event in one to four sentences, by its codes and days; nothing personal.

What happened and who did it, in their role; for whom; what day follows from it, and whether that is settled law; where
the case is then. A new event needs its sentence ("event") among the messages, and nothing here.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any, Final

from api.edge.sentences import Language
from domain.awaited import member_of
from domain.case import Case
from domain.events import CaseLapsed, CaseWithdrawn, DeadlineRestated, Recorded, RefundDue
from domain.lifecycle import CLOCK, ROWS
from domain.refusals import Amount, Named, Value, named
from domain.roles import APPLICANT, PARTY

AFTER: Final = (
    "for",
    "law",
    "until",
    "presumed",
    "unconfirmed",
    "stage",
)  # sentences that follow that of the event
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
    }
)
# Which time of the terms gave the day of a member; of others nothing is said.
_TIMES: Final[Mapping[tuple[str, str], str]] = {
    ("CaseFiled", "consent_until"): "consent",
    ("ConsentRevoked", "consent_until"): "consent",
    ("DecisionTermStarted", "due"): "decide",
    ("InformationRequested", "answer_until"): "answer",
    ("InformationProvided", "decision_due"): "decide",
    ("OpinionGiven", "decision_due"): "decide",
    ("RequestAmended", "consent_until"): "consent",
    ("DeadlineExtended", "due"): "extend",
    ("CaseRefused", "served_after"): "served",
    ("CaseLapsed", "served_after"): "served",
    ("CaseCompleted", "served_after"): "served",
    ("DecisionServed", "appeal_until"): "appeal",
}
_OF_CODES: Final = (RefundDue, CaseWithdrawn, CaseLapsed)
_FEES: Final = {"filing": "pay", "entry": "pay_entry"}


def told(
    recorded: Recorded, before: Case | None, after: Case, doubtful: Collection[str], language: Language
) -> str:
    """What happened, in words. ``doubtful``: the members of the case's law that are not settled."""
    what, procedure = type(recorded.event).__name__, after.procedure
    values = _values(recorded, after)
    codes = [what, *_follows(recorded, before, after, values, doubtful)]
    return " ".join(language.say("event", code, values, (procedure,)) for code in codes)


def _follows(
    recorded: Recorded,
    before: Case | None,
    after: Case,
    values: Mapping[str, Value],
    doubtful: Collection[str],
) -> Iterator[str]:
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
        values["amount"] = Amount(amount, getattr(event, "currency", ""))
    if isinstance(reason := getattr(event, "reason", None), str) and _is_a_code(recorded):
        values["reason"] = Named("reason", reason)
    if grounds := getattr(event, "grounds", None):
        values["grounds"] = named("ground", grounds)
    if law := getattr(event, "law", None):
        values["law"] = tuple(dict.fromkeys(law)) if isinstance(law, list) else law
    if office := getattr(event, "authority", None):
        values["office"] = office
    if register := getattr(event, "register", None):
        values["register"] = Named("register", register)
    if isinstance(event, DeadlineRestated):
        values["time"] = Named("time", event.which)
    if deadline := _deadline_of(event):
        values["until"] = date.fromisoformat(deadline[1]["due"])
    return values


def _is_a_code(recorded: Recorded) -> bool:
    """Whether the event's reason is a code of the house, and not somebody's words."""
    return type(recorded.event) in _OF_CODES


def _role(role: str) -> Named:
    return Named("actor" if role in ACTORS and role not in (APPLICANT, PARTY) else "role", role)


def _deadline_of(event: Any) -> tuple[str, Mapping[str, Any]] | None:
    """The day that follows from it, and under which name it stands there."""
    for name in event.__dataclass_fields__:
        value = getattr(event, name)
        if isinstance(value, dict) and "due" in value and "until" in value:
            return name, value
    return None


def _time_of(recorded: Recorded) -> str | None:
    found, what = _deadline_of(recorded.event), type(recorded.event).__name__
    if what == "FeeAssessed":
        return _FEES[recorded.event.fee]  # type: ignore[union-attr]  # as its name says
    if isinstance(recorded.event, DeadlineRestated):
        return recorded.event.which
    return _TIMES.get((what, found[0])) if found else None
