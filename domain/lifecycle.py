"""The one lifecycle as a table: which command fits when, who may, and what its decision has to see.

A command is its row here, its decision (``domain/decisions/``) and its line at the edge. From the rows follow
what is told to fit, what the desk loads, the table of authorisation, and which routes ask for ``If-Match``.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from domain import commands as c
from domain.case import ENDED, Case, Stage
from domain.claim import Claim
from domain.countries import country_of, legal_day
from domain.entry import Entry
from domain.facts import Facts, Request
from domain.limits import facts_of
from domain.mandate import Mandate
from domain.offers import offer
from domain.once import once
from domain.parentage import birth_of
from domain.parties import FIRST_PARTY, parties_named, persons_in, representatives_in
from domain.persons import is_company, people_in
from domain.procedure import (
    Effect,
    End,
    Key,
    Numbering,
    Offer,
    Terms,
    checked,
    number_series,
    slots,
    written_key,
)
from domain.procedures import registers
from domain.registers.companies import company_key
from domain.representation import children_in, companies_in, mandates_of, people_of
from domain.roles import APPLICANT, COURT, OFFICERS, PARTY, PERSONNEL, May


class About:
    """What is filed, or was: the law of that day, and the request.

    What the law makes of it is asked several times on the way to a decision, and worked out once for each day.
    """

    def __init__(  # noqa: PLR0913 - what a request stands on
        self,
        offer: Offer,
        terms: Terms,
        request: Request,
        filed_at: datetime,
        at: datetime,
        *,
        former: "About | None" = None,
    ) -> None:
        """``at``: the moment of the decision; ``former``: what it was about, where the request is restated."""
        self.offer = offer
        self.terms = terms
        self.request = request
        self.former = former
        self.filed_at = filed_at
        self.at = at
        self._filed_on = legal_day(filed_at, country_of(offer.country))
        self.beside: tuple[c.Command, tuple[Key, ...]] | None = None  # see ``beside``
        self._facts: dict[date, Facts] = {}
        self._effects: dict[date, tuple[Effect, ...]] = {}

    def is_as_of(self, at: datetime) -> bool:
        """Whether what is filed would be the same at that later moment: on the same legal day, where the law counts
        no time to file in minutes.
        """
        in_minutes = any(limit.term and limit.term.unit == "minutes" for limit in self.terms.filing_limits)
        return not in_minutes and legal_day(at, country_of(self.offer.country)) == self._filed_on

    def facts(self, day: date | None = None) -> Facts:
        """What the terms look at: the request, and the day of the filing, or the one that counts instead."""
        day = day or self._filed_on
        if day not in self._facts:
            country = country_of(self.offer.country)
            self._facts[day] = facts_of(self.terms, self.request, self.filed_at, country, day)
        return self._facts[day]

    @once
    def claims(self) -> tuple[Key, ...]:
        """What the request claims."""
        return self.offer.procedure.claims(self.request)

    def effects(self, day: date | None = None) -> tuple[Effect, ...]:
        """What an approval does, seen on the day of the filing or on another one."""
        day = day or self._filed_on
        if day not in self._effects:
            self._effects[day] = self.offer.procedure.effects(self.facts(day))
        return self._effects[day]


Sees = Callable[[About], tuple[Key, ...]]


@dataclass(frozen=True, slots=True)
class Step:
    """A row. ``stages`` and ``when``: where the command fits, as people are told; only cases have stages. What is asked
    of no stage, and money, is taken at any.

    ``to``: the other stages in which the case may be after it, by what it is then complete of; none: it stays.

    A judgement is bound to the version that the person saw; a fact is not, and names what it answers.
    ``of_party``: of which of the parties that may, as the row's ``may`` has it; told to no other.
    ``sees``: the claims and entries that are loaded for the decision; looking at another one is a fault.
    ``sees_when``: of which cases; of others nothing is loaded. ``sees_written``: the entries that the case wrote, too.
    ``sees_claims``: what belongs to the entries that are seen, too.
    ``reaches_erased``: it is taken also when the personal data of the case is erased.
    """

    command: type[c.Command]
    may: May | None  # None: the decision says who
    stages: tuple[Stage, ...] = ()
    to: tuple[Stage, ...] = ()
    when: Callable[[Case], bool] = lambda _case: True
    of_party: Callable[[Case, str], bool] = lambda _case, _party: True
    is_judgement: bool = False
    sees: tuple[Sees, ...] = ()
    sees_when: Callable[[Case], bool] = lambda _case: True
    sees_written: bool = False
    sees_claims: bool = False
    reaches_erased: bool = False


# --- who may ------------------------------------------------------------------------------------------------

CONSENT: Final = May("case.consent", (PARTY,))
PAY: Final = May("case.pay", ("treasury",), same_authority=False)
ASSESS: Final = May("case.assess", OFFICERS)
ASSIGN: Final = May("case.assign", OFFICERS, judges=True)
DECIDE: Final = May("case.decide", OFFICERS, judges=True)
OPINE: Final = May("case.opine", OFFICERS, judges=True)  # of the office that is asked
# For a party who cannot sign in, in the place of the row's own.
COUNTER: Final = May("case.counter", OFFICERS)
INFORM: Final = May("case.inform", (APPLICANT,))
AMEND: Final = May("case.amend", (APPLICANT,))
EXTEND: Final = May("case.extend", OFFICERS, judges=True)
NOT_NEEDED: Final = May("case.not_needed", OFFICERS, judges=True)
SERVE: Final = May("case.serve", (PARTY,))
WAIVE: Final = May("case.waive", (APPLICANT,))
APPEAL: Final = May("case.appeal", (PARTY,))
DECIDE_APPEAL: Final = May("case.decide_appeal", ("appeal_officer",), judges=True)
WITHDRAW: Final = May("case.withdraw", (APPLICANT,))
RECEIPT: Final = May("feed.receipt", ("registry",), same_authority=False)
ERASE: Final = May("case.erase", ("data_protection_officer",), same_authority=False)
RESTRICT: Final = May("entry.restrict", ("restricting_officer",))
LIFT: Final = May("entry.lift", ("restricting_officer", COURT))
AMEND_ENTRY: Final = May("entry.amend", (*OFFICERS, COURT))
ERASE_ENTRY: Final = May("entry.erase", ("data_protection_officer",), same_authority=False)
GRANT: Final = May("competence.grant", (PERSONNEL,))
CLOCK: Final = May("clock", ())  # nobody: a time runs out by itself, and nobody is told that this fits


# --- what is seen, and conditions ---------------------------------------------------------------------------


def _claims(about: About) -> tuple[Key, ...]:
    return about.claims


def _slots(about: About) -> tuple[Key, ...]:
    return tuple(slots(about.terms, about.facts())) if about.terms.quotas else ()


def _former_claims(about: About) -> tuple[Key, ...]:
    return (*_claims(about.former), *_slots(about.former)) if about.former else ()


def _entries(about: About) -> tuple[Key, ...]:
    return tuple(effect.key for effect in about.effects())


def _of_entries(about: About) -> tuple[Key, ...]:
    return tuple(key for effect in about.effects() for key in (effect.key, *effect.settles, *effect.frees))


def _settled(about: About) -> tuple[Key, ...]:
    return tuple(key for effect in about.effects() for key in (*effect.settles, *effect.frees))


def _checked(about: About) -> tuple[Key, ...]:
    return checked(about.offer.procedure, about.terms, about.request)


def _series(about: About) -> tuple[Key, ...]:
    """Where the house counts its numbers: by the day on which it gives them, which no request tells."""
    numbers = about.terms.numbers
    if not any(isinstance(numbering, Numbering) for numbering in numbers.values()):
        return ()
    day = legal_day(about.at, country_of(about.offer.country))
    return tuple(
        number_series(numbering, effect.register.name, day)
        for effect in about.effects()
        if not isinstance(effect, End)
        and isinstance(numbering := numbers.get(effect.register.name), Numbering)
    )


CLAIMS: Final = (_claims, _slots)
ENTRIES_AND_CLAIMS: Final = (_claims, _slots, _entries, _checked)
RESULT: Final = (_settled, _slots)
ALL_THAT_CHANGES: Final = (_claims, _slots, _of_entries, _checked, _series)


def _lacks_consents(case: Case) -> bool:
    return not case.has_consents


def _asks_consents(case: Case) -> bool:
    return bool(case.consents_asked)


def _has_a_consent(case: Case) -> bool:
    return bool(case.consents) and case.proposal is None  # until the proposal (rules.md 16)


def _has_to_consent(case: Case, party: str) -> bool:
    return party in case.consents_asked and party not in case.consents


def _is_asked(case: Case, party: str) -> bool:
    return party in case.consents_asked


def _consented(case: Case, party: str) -> bool:
    return party in case.consents


def _waits_for_money(case: Case) -> bool:
    return case.stage == Stage.FILED or case.open_fee is not None


def _fee_is_provisional(case: Case) -> bool:
    return case.open_fee is not None and case.open_fee["provisional"]


def _waits_for_money_or_lapsed(case: Case) -> bool:
    """What may be written, or go on where it lapsed, once the money is there."""
    return case.waits_for_entries or case.stage == Stage.LAPSED


def _runs(case: Case) -> bool:
    return case.decision_due is not None and case.stands_still_since is None and not case.extensions


def _has_exemptions(case: Case) -> bool:
    terms = _terms_of(case)
    return terms is not None and bool(terms.exemptions)


def _is_unserved(case: Case) -> bool:
    if case.ending is None or case.is_annulled:
        return False
    return any(party not in case.served for party in case.parties)


def _is_not_served(case: Case, party: str) -> bool:
    return party not in case.served


def _may_be_appealed(case: Case) -> bool:
    return case.ending is not None and not case.is_appeal_term_over and not case.is_annulled


def _has_appealed(case: Case, party: str) -> bool:
    return any(appeal["party"] == party for appeal in case.open_appeals)


def _holds_something(case: Case) -> bool:
    return not case.has_waived and not case.is_appeal_term_over


def _waits_for_entries(case: Case) -> bool:
    return case.waits_for_entries


def _entries_are_held(case: Case) -> bool:
    return case.waits_for_entries and case.open_fee is None


def _has_whom_to_ask(case: Case) -> bool:
    terms = _terms_of(case)
    return terms is not None and bool(terms.opinions)


def _terms_of(case: Case) -> Terms | None:
    found = offer(case.country, case.procedure)
    rows = found.terms if found else ()
    return next((row for row in rows if row.since.isoformat() == case.terms), None)


def _waits_for_an_answer(case: Case) -> bool:
    return case.open_question is not None


def _waits_for_an_opinion(case: Case) -> bool:
    return bool(case.open_opinions)


def _awaits_receipts(case: Case) -> bool:
    """Of what it wrote, or of what was amended since."""
    if case.stage == Stage.APPROVED:
        return bool(case.entries)
    return bool(case.amendments)


def _has_result(case: Case) -> bool:
    return bool(case.entries) and not case.is_annulled


# --- the table ----------------------------------------------------------------------------------------------

FILED, IN_REVIEW, RETURNED, APPROVED = Stage.FILED, Stage.IN_REVIEW, Stage.RETURNED, Stage.APPROVED
REFUSED, LAPSED, COMPLETED, APPEALED = Stage.REFUSED, Stage.LAPSED, Stage.COMPLETED, Stage.APPEALED
BEFORE_DECISION: Final = (FILED, IN_REVIEW, RETURNED)

_OF_A_RESULT: Final[Any] = {
    "sees": RESULT,
    "sees_written": True,
    "sees_claims": True,
    "reaches_erased": True,
}
ROWS: Final = (
    Step(c.FileCase, None, sees=ENTRIES_AND_CLAIMS, to=(FILED, IN_REVIEW)),
    Step(
        c.AmendRequest,
        AMEND,
        (FILED, RETURNED),
        sees=(*ENTRIES_AND_CLAIMS, _former_claims),
        to=(FILED, IN_REVIEW),
    ),
    # parties
    Step(
        c.GiveConsent,
        CONSENT,
        (FILED,),
        when=_lacks_consents,
        of_party=_has_to_consent,
        to=(IN_REVIEW, RETURNED),
    ),
    Step(
        c.DeclineConsent,
        CONSENT,
        (FILED,),
        when=_asks_consents,
        of_party=_is_asked,
        sees=CLAIMS,
        to=(Stage.WITHDRAWN,),
    ),
    Step(c.RevokeConsent, CONSENT, BEFORE_DECISION, when=_has_a_consent, of_party=_consented, to=(FILED,)),
    # money: that it came or went back is a fact, and is taken at any stage (rules.md 18)
    Step(
        c.RecordPayment,
        PAY,
        (FILED, APPROVED),
        when=_waits_for_money,
        sees=ALL_THAT_CHANGES,
        sees_when=_waits_for_money_or_lapsed,
        reaches_erased=True,
        to=(IN_REVIEW, RETURNED, FILED, APPROVED),
    ),
    Step(
        c.AssessFee,
        ASSESS,
        (FILED, APPROVED),
        when=_fee_is_provisional,
        is_judgement=True,
        sees=ALL_THAT_CHANGES,
        sees_when=_waits_for_entries,
        to=(IN_REVIEW, RETURNED),
    ),
    Step(c.RecordRefund, PAY, reaches_erased=True),
    # review
    Step(c.AssignCase, ASSIGN, (IN_REVIEW,), is_judgement=True),
    Step(c.RequestInformation, DECIDE, (IN_REVIEW,), is_judgement=True, to=(RETURNED,)),
    Step(c.ProvideInformation, INFORM, (RETURNED, FILED), when=_waits_for_an_answer, to=(IN_REVIEW,)),
    Step(c.RequestOpinion, DECIDE, (IN_REVIEW,), when=_has_whom_to_ask, is_judgement=True),
    Step(c.GiveOpinion, OPINE, (IN_REVIEW, RETURNED, FILED), when=_waits_for_an_opinion),
    Step(c.ExtendDeadline, EXTEND, (IN_REVIEW,), when=_runs, is_judgement=True),
    Step(c.ProposeApproval, DECIDE, (IN_REVIEW,), is_judgement=True),
    Step(c.ApproveCase, DECIDE, (IN_REVIEW,), is_judgement=True, sees=ALL_THAT_CHANGES, to=(APPROVED,)),
    Step(c.RefuseCase, DECIDE, (IN_REVIEW,), is_judgement=True, sees=CLAIMS, to=(REFUSED,)),
    Step(
        c.WriteEntries, DECIDE, (APPROVED,), when=_entries_are_held, is_judgement=True, sees=ALL_THAT_CHANGES
    ),
    # ends
    Step(c.WithdrawCase, WITHDRAW, BEFORE_DECISION, is_judgement=True, sees=CLAIMS, to=(Stage.WITHDRAWN,)),
    Step(
        c.DeclareNotNeeded,
        NOT_NEEDED,
        BEFORE_DECISION,
        when=_has_exemptions,
        is_judgement=True,
        sees=CLAIMS,
        to=(Stage.NOT_NEEDED,),
    ),
    Step(c.LapseCase, CLOCK, (FILED, RETURNED, APPROVED), sees=CLAIMS, reaches_erased=True, to=(LAPSED,)),
    Step(
        c.RestateDeadlines,
        CLOCK,
        (FILED, IN_REVIEW, RETURNED, APPROVED, REFUSED, LAPSED, COMPLETED, APPEALED),
        reaches_erased=True,
    ),
    # appeals: from the day on which a party has what ended the case
    Step(
        c.ServeDecision,
        SERVE,
        (REFUSED, LAPSED, COMPLETED, APPEALED),
        when=_is_unserved,
        of_party=_is_not_served,
    ),
    Step(c.PresumeServed, CLOCK, (REFUSED, LAPSED, COMPLETED, APPEALED), reaches_erased=True),
    Step(
        c.LodgeAppeal, APPEAL, (REFUSED, LAPSED, COMPLETED, APPEALED), when=_may_be_appealed, to=(APPEALED,)
    ),
    Step(c.TakeBackAppeal, APPEAL, (APPEALED,), of_party=_has_appealed, to=(REFUSED, LAPSED, COMPLETED)),
    Step(
        c.DecideAppeal,
        DECIDE_APPEAL,
        (APPEALED,),
        is_judgement=True,
        sees=(*CLAIMS, *RESULT),
        sees_written=True,
        sees_claims=True,
        to=(REFUSED, LAPSED, COMPLETED, FILED, IN_REVIEW, RETURNED, APPROVED),
    ),
    Step(c.WaiveClaim, WAIVE, (REFUSED, LAPSED), when=_holds_something, sees=CLAIMS),
    Step(c.EndAppealTerm, CLOCK, (REFUSED, LAPSED, COMPLETED), sees=CLAIMS, reaches_erased=True),
    # what the registries answer, and what becomes of the result
    Step(
        c.RecordReceipt,
        RECEIPT,
        (APPROVED, COMPLETED, APPEALED),
        when=_awaits_receipts,
        sees_written=True,
        reaches_erased=True,
        to=(COMPLETED,),
    ),
    Step(
        c.RecordObjection,
        RECEIPT,
        (APPROVED, COMPLETED, APPEALED),
        when=_awaits_receipts,
        sees_written=True,
        reaches_erased=True,
    ),
    Step(
        c.AnnulResult,
        AMEND_ENTRY,
        (APPROVED, COMPLETED),
        when=_has_result,
        is_judgement=True,
        sees=RESULT,
        sees_written=True,
        sees_claims=True,
        reaches_erased=True,
        to=(COMPLETED,),
    ),
    Step(c.EraseCase, ERASE, ENDED, reaches_erased=True),
    Step(c.ForgetCase, CLOCK, ENDED, reaches_erased=True),
    # entries
    Step(c.PlaceRestriction, RESTRICT),
    Step(c.LiftRestriction, LIFT),
    Step(c.ProposeCorrection, AMEND_ENTRY, is_judgement=True),
    Step(c.ProposeAnnulment, AMEND_ENTRY, is_judgement=True),
    Step(c.CorrectEntry, AMEND_ENTRY, is_judgement=True, **_OF_A_RESULT),
    Step(c.AnnulEntry, AMEND_ENTRY, is_judgement=True, **_OF_A_RESULT, to=(COMPLETED,)),
    Step(c.ExpireEntry, CLOCK, sees_claims=True),
    Step(c.EraseEntry, ERASE_ENTRY),
    Step(c.ForgetEntry, CLOCK),
    # who may act for an authority
    Step(c.GrantCompetence, GRANT),
    Step(c.EndCompetence, GRANT),
    # mandates: whose they are says who may
    Step(c.GiveMandate, None),
    Step(c.EndMandate, None),
)
STEPS: Final[Mapping[type[c.Command], Step]] = {row.command: row for row in ROWS}
_TOLD_AT: Final[Mapping[str, tuple[Step, ...]]] = {
    stage.value: tuple(row for row in ROWS if stage in row.stages and row.may is not CLOCK) for stage in Stage
}


def does_fit(command: type[c.Command], case: Case) -> bool:
    """Whether the command fits the case as it stands."""
    step = STEPS[command]
    return case.stage in step.stages and step.when(case)


def fits(case: Case, parties: Collection[str] = ()) -> tuple[str, ...]:
    """The commands that fit the case as it stands, by name; those of the clock are nobody's to ask.

    ``parties``: only what whoever acts for these may ask.
    """
    rows = (row for row in _TOLD_AT[case.stage] if row.when(case))
    return tuple(row.command.__name__ for row in rows if not parties or _is_for(row, case, parties))


def _is_for(row: Step, case: Case, parties: Collection[str]) -> bool:
    roles = row.may.roles if row.may else ()
    may = parties if PARTY in roles else [p for p in parties if p == FIRST_PARTY and APPLICANT in roles]
    return any(row.of_party(case, party) for party in may)


def needed(command: c.Command, about: About | None, state: Any) -> tuple[Key, ...]:
    """What the decision on this command has to see, given what it is about and the state of what it is asked of: each
    claim and entry, and what says who acts for whom, once.
    """
    step = STEPS[type(command)]
    if isinstance(command, c.MandateCommand):
        return _company_of(command, state)
    if about is None:
        return _seen(step, about, state)
    return tuple(dict.fromkeys((*_seen(step, about, state), *beside(command, about))))


def _seen(step: Step, about: About | None, state: Any) -> tuple[Key, ...]:
    """What the row names."""
    is_looked_at = step.sees and about and (not isinstance(state, Case) or step.sees_when(state))
    keys = (key for see in step.sees for key in see(about)) if about and is_looked_at else ()
    is_written = step.sees_written and isinstance(state, Case)
    written = (written_key(each["entry"]) for each in state.entries) if is_written else ()
    return (*keys, *written)


def further(command: c.Command, state: Any, seen: Iterable[Any]) -> tuple[Key, ...]:
    """What the decision has to see beside that, which only the entries tell: the claims that belong to them, as they
    read (``seen``, and the state itself) and as they are to read; of an amendment also the companies that they name,
    whose heads are kept out. Of a filing the quotas whose slots go with a claim that may be taken over.
    """
    if isinstance(command, c.FileCase | c.AmendRequest):
        return tuple(key for each in seen if isinstance(each, Claim) for key in each.slots)
    is_amended = isinstance(command, c.AmendmentCommand)
    if not STEPS[type(command)].sees_claims and not is_amended:
        return ()
    entries = [each for each in (state, *seen) if isinstance(each, Entry)]
    found = [(entry.register, entry.content) for entry in entries]
    if isinstance(command, c.AmendmentCommand):
        said = command.content if isinstance(command, c.CorrectEntry | c.ProposeCorrection) else None
        proposed = (each.proposal["content"] for each in entries if each.proposal)
        found += [(command.register, content) for content in (said, *proposed) if content]
    claims = (key for register, content in found for key in registers()[register].claims_of(content))
    former = [entry.before["content"] for entry in entries if entry.before]
    companies = (
        company_key(named["number"])
        for content in (*(content for _, content in found), *former)
        for named in people_in(content)
        if is_amended and is_company(named)
    )
    return tuple(dict.fromkeys((*claims, *companies)))


def beside(command: c.Command, about: About) -> tuple[Key, ...]:
    """What ``_beside`` says, worked out once: it is loaded by, and looked at again by the decision."""
    if about.beside is None or about.beside[0] is not command:
        about.beside = command, _beside(command, about)
    return about.beside[1]


def _beside(command: c.Command, about: About) -> tuple[Key, ...]:
    """The entries, the mandates and what leads to births, which say for whom the caller acts and whether an officer is
    bound to a party, or kin of one.

    Of whoever acts as the party that they are, or as whom the request names, and says nothing else, only what may say
    otherwise: companies, and children for whom the request names a parent.
    """
    step = STEPS[type(command)]
    is_judged = step.is_judgement or (step.may is not None and step.may.judges)
    if not is_judged and not isinstance(command, c.PartyCommand):
        return ()
    country, procedure, request = about.offer.country, about.offer.procedure, about.request
    companies = tuple(key for _, key in companies_in(country, procedure, request))
    if (
        isinstance(command, c.PartyCommand)
        and command.acting is None
        and _is_named(command, country, request)
    ):
        children = children_in(request)
        people = people_of(procedure, request) if children else {}
        return (*companies, *(birth_of(people[party]) for party in children if party in people))
    mandates = mandates_of(procedure, request, humans_of(command, country))
    judges = humans_of(command, country) if is_judged else ()
    births = [birth_of(person) for person in (*people_of(procedure, request).values(), *judges)]
    return (*companies, *(key for _, _, key in mandates), *births)


def _is_named(command: c.PartyCommand, country: str, request: Request) -> bool:
    """Whether the request names the caller as a party, or as who acts for one."""
    me, parties = command.by.persons.get(country), parties_named(request)
    if me is None:
        return False
    named = (one["person"] for one in representatives_in(request, parties).values())
    return me in persons_in(request, parties).values() or me in named


def humans_of(command: c.Command, country: str) -> tuple[str, ...]:
    """All keyed ids of who asks, as a person and as an officer, and of the officer to whom a case is given."""
    given = command.officer if isinstance(command, c.AssignCase) else None
    offices = (
        office.person for office in (*command.by.competences, given) if office and office.country == country
    )
    return tuple(dict.fromkeys(human for human in (command.by.persons.get(country), *offices) if human))


def _company_of(command: c.MandateCommand, mandate: Mandate | None) -> tuple[Key, ...]:
    """The company in whose name a mandate is given or ended."""
    principal = command.principal if isinstance(command, c.GiveMandate) else mandate and mandate.principal
    return (company_key(principal["number"]),) if is_company(principal) else ()


def about_of(command: c.Command, at: datetime, state: Any) -> About | None:
    """What is filed at that moment, or was; None where nothing can be found by it: not offered, not there, erased."""
    if isinstance(command, c.FileCase):
        found = offer(command.country, command.procedure)
        terms = found.on(legal_day(at, country_of(found.country))) if found else None
        return About(found, terms, command.request, at, at) if found and terms else None
    about = about_of_case(state, at) if isinstance(state, Case) else None
    if about is None or not isinstance(command, c.AmendRequest):
        return about
    return About(about.offer, about.terms, command.request, about.filed_at, at, former=about)


def about_of_case(case: Case, at: datetime) -> About | None:
    """What was filed, seen at that moment; None where people are erased."""
    if case.erased:
        return None
    found = offer_of(case)
    filed_at = datetime.fromisoformat(case.filed_at)
    return About(found, found.since(case.terms), case.request, filed_at, at)


def entries_named(case: Case, at: datetime) -> tuple[Key, ...]:
    """The entries that the case writes or looks at, by their keys; none where it is erased."""
    about = about_of_case(case, at)
    return (*_entries(about), *_checked(about)) if about else ()


def offer_of(case: Case) -> Offer:
    """The country's law on the procedure; LookupError when it is gone: a fault of the deployment."""
    found = offer(case.country, case.procedure)
    if found is None:
        raise LookupError(f"the law of {case.country} on {case.procedure} is not here any more")
    return found
