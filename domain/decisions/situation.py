"""What every decision stands on: the command, the case, what lies beside it, the law that holds for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Literal

from domain import events as e
from domain.authorisation import Rule, Subject, allow
from domain.case import APPLICANT, FITS, Case, Stage
from domain.claim import Claim
from domain.commands import (
    SYSTEM,
    CaseCommand,
    EraseCase,
    RecordPayment,
    RecordReceipt,
    RecordRefund,
)
from domain.deadlines import Deadline, Term, compute
from domain.entry import Entry
from domain.facts import Choice, Facts, chosen
from domain.limits import facts_of
from domain.offers import country_of, legal_day, offer
from domain.procedure import Key, Offer
from domain.refusals import Erased, NotAllowed, Refusal, Stale, WrongStage

Target = Literal["case"] | Key
Events = list[tuple[Target, e.Event]]

SYSTEM_ACTOR: Final[e.ActorMember] = {"id": "tamga", "role": "system"}

HELD: Final = (
    "There is an open request about the same thing already. Please wait until it is decided, "
    "or ask the authority if you think that it should not be there."
)

# Facts from outside, which reach a case also when its personal data is erased.
_FACTS: Final = (RecordPayment, RecordRefund, RecordReceipt, EraseCase)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What a decision may look at beside its own stream: entries, claims, their ids, the keys that seal it.

    ``keys`` maps whose -> key id (base64url), for erasure.
    """

    entries: Mapping[Key, Entry | None] = field(default_factory=dict)
    claims: Mapping[Key, Claim] = field(default_factory=dict)
    ids: Mapping[Key, str] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What follows: events by target, whose seal signs them, and who acted. No events: it was so already."""

    authority: str
    actor: e.ActorMember
    events: Events


class Situation:
    """One command on one living case; the facts that its decision shares with others are found once."""

    __slots__ = ("at", "beside", "case", "command", "country", "offer", "terms")

    def __init__(self, command: CaseCommand, case: Case, beside: Beside) -> None:
        self.command = command
        self.at = command.at
        self.case = case
        self.beside = beside
        self.country = country_of(case.country)
        self.offer = offer_of(case)
        self.terms = self.offer.since(case.terms)  # rules.md 9: the law of the day of filing

    def allowed(self, action: str) -> Rule:
        """The rule that lets the caller do this; raises the refusal, or Erased."""
        found = allow(self.command.by, action, subject_of(self.case, self.at))
        if isinstance(found, Refusal):
            raise found
        if "case" in self.case.erased and not isinstance(self.command, _FACTS):
            raise Erased(self.case.case)
        return found

    def allowed_to_holder(self) -> Rule:
        """The rule that lets the officer decide who has the case."""
        rule = self.allowed("case.decide")
        if self.case.officer != officer_of(rule):
            self.fits()  # where nothing is decided now, having the case would not help
            what = "The case is not assigned to you. Please have it assigned first."
            raise NotAllowed(what, code="not_assigned_to_you")
        return rule

    def only_by_the_clock(self) -> None:
        """Nobody can have a time run out by saying so."""
        if self.command.by != SYSTEM:
            raise NotAllowed("Only the clock does this, when the time has come.")

    def has_seen(self) -> None:
        """A judgement is bound to the version that the person saw."""
        if self.command.expected != self.case.version:
            raise Stale(self.case.version)

    def fits(self) -> None:
        """The command fits the stage (``case.FITS``), or WrongStage names those that do."""
        if type(self.command).__name__ not in FITS[Stage(self.case.stage)]:
            raise WrongStage(self.case.stage, self.case.fits)

    def until(self, term: Term | Choice[Term] | None) -> Deadline:
        """The deadline of a term that runs from now, as the law gives it to this request.

        LookupError: the terms give no such time, which is a fault of the law's file.
        """
        if term is None:
            raise LookupError(f"{self.case.country} gives no such time for {self.case.procedure}")
        return compute(chosen(term, self.case.request), self.at, self.country)

    def facts(self, day: date | None = None) -> Facts:
        """What the terms look at: the request, and the day of the filing, or the one that counts instead."""
        filed_at = datetime.fromisoformat(self.case.filed_at)
        return facts_of(self.terms, self.case.request, filed_at, self.country, day)

    @property
    def asks_four_eyes(self) -> bool:
        """Whether two persons decide this case."""
        four_eyes = self.terms.four_eyes
        return four_eyes.are_asked if self.case.erased else four_eyes.apply_to(self.facts())

    def by(self, rule: Rule, events: Events) -> Decision:
        """These events, in the name of the one whom the rule let act."""
        return Decision(authority=self.case.authority, actor=_actor(rule, self.case), events=events)

    def so_already(self, rule: Rule) -> Decision:
        """The same was done before: nothing follows (rules.md 21)."""
        return self.by(rule, [])

    def by_the_clock(self, events: Events) -> Decision:
        """These events, in nobody's name."""
        return Decision(authority=self.case.authority, actor=SYSTEM_ACTOR, events=events)


def subject_of(case: Case, at: datetime) -> Subject:
    """What authorisation has to know of a case."""
    return Subject(
        country=case.country,
        day=legal_day(at, country_of(case.country)),
        procedure=case.procedure,
        authority=case.authority,
        applicant=APPLICANT,
        parties=case.persons,
    )


def offer_of(case: Case) -> Offer:
    """The country's law on the procedure; LookupError when it is gone: a fault of the deployment."""
    found = offer(case.country, case.procedure)
    if found is None:
        raise LookupError(f"the law of {case.country} on {case.procedure} is not here any more")
    return found


def officer_of(rule: Rule) -> str | None:
    """The officer's stable id within the authority; None for parties."""
    return rule.competence.office_id if rule.competence else None


def person_of(rule: Rule) -> str:
    """The keyed id of the human behind the office, "" where the record of competences does not name one."""
    return (rule.competence.person if rule.competence else None) or ""


def _actor(rule: Rule, case: Case) -> e.ActorMember:
    if rule.party is not None:
        role = "applicant" if rule.party == APPLICANT else case.parties[rule.party]
        return {"id": rule.party, "role": role}
    if rule.competence is None:
        return SYSTEM_ACTOR
    return {"id": rule.competence.office_id, "role": rule.competence.role}
