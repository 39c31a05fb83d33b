"""What every decision stands on: one command at its moment, what was loaded for it, the law that holds."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final, NoReturn

from domain import events as e
from domain.about import About, about_of, offer_of
from domain.appointee import Appointee
from domain.authorisation import Rule, Subject, or_raise, rule_or_refusal, subject_of
from domain.birth_notice import BirthNotice
from domain.case import Case, Stage
from domain.case_fold import evolve
from domain.checks import Check
from domain.claim import Claim
from domain.commands import (
    SYSTEM,
    AmendmentCommand,
    AmendRequest,
    AppointeeCommand,
    CaseCommand,
    Command,
    Competence,
    DecideAppeal,
    DecidingAmendment,
    EntryCommand,
    FileCase,
    MandateCommand,
    PartyCommand,
    RecordBirthNotice,
)
from domain.countries import country_of, legal_day
from domain.country import Country
from domain.days.deadlines import Deadline, Term, answered, compute
from domain.decision import LEAD, SYSTEM_ACTOR, Decision, Events, Target
from domain.entry import Entry, Status
from domain.facts import Choice, Facts, chosen
from domain.lifecycle import CLOCK, COUNTER, STEPS, Step, does_fit, fits, is_kept_back
from domain.lookup_keys import IdOf, Key, written_key
from domain.mandate import Mandate
from domain.needs import (
    beside,
    bound_to,
    claims_on,
    does_mind_people,
    held_by,
    humans_of,
    named_by,
    touched_by,
)
from domain.offers import offer, terms_of_register
from domain.once import once
from domain.parentage import Birth, births_in, led_to
from domain.parties import (
    FIRST_PARTY,
    SIGNED_PAPER,
    Capacity,
    InEntry,
    Participants,
    parties_named,
    persons_in,
)
from domain.procedure import Offer
from domain.procedures import procedures
from domain.refusals import (
    Clash,
    Erased,
    Fault,
    Invalid,
    Named,
    NotAllowed,
    NotOffered,
    Refusal,
    Stale,
    Unknown,
    WrongStage,
)
from domain.register import Effect
from domain.registers.companies import Heads, company_key, heads_on
from domain.representation import NOTHING, Asked, Shown, capacities_today, children_in, shown
from domain.roles import APPLICANT, May
from domain.running import decision_due
from domain.terms import Terms, slots

_NONE: Final[Mapping[Any, Any]] = MappingProxyType({})


class NotSeen(LookupError):
    """A decision looks at a claim or an entry that its row in ``domain/lifecycle.py`` does not see: a fault."""


def _no_id(_known: tuple[str | int, ...]) -> str:
    raise LookupError("nobody is recognised here: no way to derive a keyed id was given")


class Situation:
    """One command at the moment ``at`` (UTC), on the state of what it is asked of; None: that is not there.

    ``about`` is what ``about_of`` says of it, where that is known already; ``beside`` are the claims and
    entries that were loaded (``needs.needed``; None: no such entry), ``ids`` their streams, ``keys`` (whose ->
    key ids, base64url, the newest last) what seals the state, and sealed what stood there before. ``id_of`` gives
    the keyed id of whom ``persons.key_of`` recognises.
    """

    def __init__(  # noqa: PLR0913 - what a decision may look at
        self,
        command: Command,
        at: datetime,
        state: Case | Entry | Appointee | Mandate | BirthNotice | None,
        *,
        about: About | None = None,
        beside: Mapping[Key, Claim | Entry | Case | BirthNotice | None] = _NONE,
        ids: Mapping[Key, str] = _NONE,
        keys: Mapping[str, Sequence[str]] = _NONE,
        id_of: IdOf = _no_id,
    ) -> None:
        self.command = command
        self.at = at
        self.state = state
        self._about = about or about_of(command, at, state)
        self._deadlines: dict[tuple[Any, ...], Deadline] = {}
        self.ids = ids
        self.keys = keys
        self.id_of = id_of
        self._beside = beside

    # --- what it is about -----------------------------------------------------------------------------------

    @property
    def case(self) -> Case:
        """The case that the command is asked of; raises Unknown."""
        if not isinstance(self.state, Case):
            raise Unknown
        return self.state

    @property
    def entry(self) -> Entry:
        """The entry that the command is asked of, in the register that it names; raises Unknown."""
        asked, state = self.command, self.state
        if isinstance(asked, DecidingAmendment) and isinstance(state, Case):
            return self.amended[1]
        if not isinstance(state, Entry) or not isinstance(asked, EntryCommand):
            raise Unknown
        if state.register != asked.register:
            raise Unknown
        return state

    @property
    def amended(self) -> tuple[Target, Entry]:
        """The entry that an amendment is about, and where its events go; raises Unknown."""
        asked, state = self.command, self.state
        if not isinstance(asked, DecidingAmendment) or not isinstance(state, Case):
            return LEAD, self.entry
        for key, entry in self.written.items():
            if entry.entry == asked.entry and entry.register == asked.register:
                return key, entry
        raise Unknown

    @property
    def written(self) -> dict[Key, Entry]:
        """The entries that the case wrote, as they stand."""
        keys = (written_key(each["entry"]) for each in self.case.entries)
        return {key: entry for key in keys if (entry := self.entry_at(key)) is not None}

    @property
    def appointee(self) -> Appointee | None:
        """Whose competences it is about, or None: nothing was ever granted to them."""
        return self.state if isinstance(self.state, Appointee) else None

    @property
    def mandate(self) -> Mandate | None:
        """The mandate that the command is about; None: none was given between these two."""
        return self.state if isinstance(self.state, Mandate) else None

    @property
    def is_by_notice(self) -> bool:
        """Whether the office of the hospitals files what it is about, or did."""
        return self._about is not None and self._about.is_by_notice

    @once
    def notice(self) -> BirthNotice | None:
        """The notice that the command tells, or that the request names, as it stands; None: there is none, or the law
        has nobody tell.
        """
        if isinstance(self.command, RecordBirthNotice):
            return self.state if isinstance(self.state, BirthNotice) else None
        key = self._about.notice if self._about else None
        found: BirthNotice | None = self._seen(key) if key else None
        return found

    @once
    def country(self) -> Country:
        """Where it is asked."""
        if self._about is not None:
            return country_of(self._about.offer.country)
        asked = self.command
        if isinstance(asked, FileCase | AppointeeCommand | MandateCommand | RecordBirthNotice):
            return country_of(asked.country)
        return country_of(self._there.country)

    @once
    def day(self) -> date:
        """The legal day of the country."""
        return legal_day(self.at, self.country)

    @once
    def offer(self) -> Offer:
        """The country's law on the procedure; raises NotOffered for a filing."""
        if self._about is not None:
            return self._about.offer
        if not isinstance(self.command, FileCase):
            return offer_of(self.case)
        found = offer(self.command.country, self.command.procedure)
        if found is None:
            self._not_offered(self.command)
        return found

    @once
    def terms(self) -> Terms:
        """The law of the day of filing (rules.md 9); raises NotOffered for a filing."""
        if self._about is not None:
            return self._about.terms
        if not isinstance(self.command, FileCase):
            return self.offer.since(self.case.terms)
        found = self.offer.on(self.day)
        if found is None:
            self._not_offered(self.command)
        return found

    @property
    def procedures(self) -> tuple[str, ...]:
        """Those whose words are meant where something is refused: the case's, or all that write to the register."""
        asked = self.command
        if isinstance(asked, FileCase):
            return (asked.procedure,)
        if isinstance(asked, EntryCommand):
            found = (p for p in procedures().values() if any(r.name == asked.register for r in p.registers))
            return tuple(procedure.name for procedure in found)
        return (self.state.procedure,) if isinstance(self.state, Case) else ()

    @property
    def _there(self) -> Case | Entry:
        is_of_entry = isinstance(self.command, EntryCommand) and not isinstance(self.state, Case)
        return self.entry if is_of_entry else self.case

    def _not_offered(self, command: FileCase) -> NoReturn:
        raise NotOffered(country=Named("country", command.country))

    # --- what lies beside it --------------------------------------------------------------------------------

    @property
    def people(self) -> Participants:
        """Who takes part; raises Erased once they are."""
        if self._about is None:
            raise Erased(self.case.case)
        return self._about.people

    @once
    def claims(self) -> dict[Key, Claim]:
        """Each claim that the request makes, as it stands; none is known any more once people are erased."""
        return {key: self.claim(key) for key in self._about.claims} if self._about else {}

    @once
    def checks(self) -> tuple[tuple[Check, Mapping[str, Key]], ...]:
        """What is held against registers, with the entries that each looks at; as `claims`."""
        return self._about.checks if self._about else ()

    @property
    def slots(self) -> Mapping[Key, tuple[str, ...]]:
        """The quotas in which the request takes a slot: the claim's key -> its name and classes; as `claims`."""
        return slots(self.terms, self.facts()) if self._about and self.terms.quotas else {}

    @property
    def former(self) -> About:
        """What the case was about until now; of a command that restates the request alone."""
        if self._about is None or self._about.former is None:
            raise LookupError(f"{type(self.command).__name__} restates no request")
        return self._about.former

    @once
    def effects(self) -> tuple[Effect, ...]:
        """What an approval of today does, or the one that was given; nothing is known of it any more once people
        are erased.
        """
        return self._about.effects(self.decided_on) if self._about else ()

    @once
    def decided_on(self) -> date:
        """The legal day of the approval; today where none was given."""
        decided = self.state.decided if isinstance(self.state, Case) else None
        if decided is None or decided["kind"] != "approved":
            return self.day
        return legal_day(datetime.fromisoformat(decided["at"]), self.country)

    def claim(self, key: Key) -> Claim:
        """A claim as it stands."""
        found: Claim = self._seen(key)
        return found

    def entry_at(self, key: Key) -> Entry | None:
        """An entry as it stands, or None: there is none."""
        found: Entry | None = self._seen(key)
        return found

    def live_at(self, key: Key) -> Entry | None:
        """An entry that still holds, or None: there is none, or it has ended."""
        found: Entry | None = self._seen(key)
        return found if found and found.status == Status.ACTIVE else None

    def facts(self, day: date | None = None) -> Facts:
        """What the terms look at: the request, and the day of the filing, or the one that counts instead. Erased
        once people are.
        """
        if self._about is None:
            raise Erased(self.case.case)
        return self._about.facts(day)

    @once
    def found(self) -> Shown:
        """What registers and mandates say of whoever asks."""
        about = self._about
        keys = beside(self.command, about) if about else ()
        if about is None or not (any(map(self._says, keys)) or children_in(about.people)):
            return NOTHING
        country = about.offer.country
        me = self.command.by.persons.get(country)
        asked = Asked(country, about.people, self.day, me, about.offer.procedure.name)
        return self._shown(asked, keys)

    @once
    def people_of_entries(self) -> tuple[InEntry, Shown]:
        """Whom the entries that an office acts on name, by this command also before and after, and the open cases about
        them; and what registers and mandates say of them and whoever asks.
        """
        command, country = self.command, self.country.code
        if not does_mind_people(command):
            return InEntry({}, {}), NOTHING
        there = [self.entry] if isinstance(command, EntryCommand) else []
        written = self.written.values() if isinstance(self.state, Case) else ()
        touched = touched_by(command, self.state, (*there, *written))
        cases = held_by(map(self.claim, claims_on(self.state, touched)), self.state)
        if not touched and not cases:
            return InEntry({}, {}), NOTHING
        people = named_by(command, touched, map(self._seen, cases), self.id_of)
        asked = Asked(country, people, self.day, command.by.persons.get(country), None)
        return people, self._shown(asked, bound_to(command, country, people))

    def _shown(self, asked: Asked, keys: Collection[Key]) -> Shown:
        humans = humans_of(self.command, asked.country)
        return shown(asked, keys, self._seen, self.id_of, humans, births=self._births(keys))

    def _says(self, key: Key) -> bool:
        """Whether there is what would say who acts for whom: of most people there is nothing. A claim leads further."""
        return key.family == "claim" or self._seen(key) is not None

    def _births(self, keys: Collection[Key]) -> Mapping[str, Birth]:
        """The births to which these keys lead, by who was born."""
        led = led_to({key: self._seen(key) for key in keys if key.family == "claim"})
        return births_in({key: self._seen(key) for key in led}, self.id_of)

    def heads(self, number: str) -> Heads | None:
        """Who may act today for the company with this number; None: the register does not know it."""
        entry = self.entry_at(company_key(number))
        return heads_on(entry, self.day, self.id_of) if entry else None

    def _seen(self, key: Key) -> Any:
        if key not in self._beside:
            raise NotSeen(f"{type(self.command).__name__} does not see the {key.family} {key.kind}")
        return self._beside[key]

    # --- who may, and when ----------------------------------------------------------------------------------

    @property
    def _step(self) -> Step:
        return STEPS[type(self.command)]

    def must_be_allowed(self, authority: str | None = None, may: May | None = None) -> Rule:
        """The rule of the command's row that lets the caller do this; raises the refusal, or Erased.

        ``authority``: whose business it is, where that is not the one of the case or the entry. ``may``: of another
        row, by which the caller would do the same.
        """
        may, there = may or self._may, self._there
        if may is CLOCK:
            if self.command.by != SYSTEM:
                raise NotAllowed("only_the_clock")
            return Rule(CLOCK.action)
        if may is None:
            raise LookupError(f"the row of {type(self.command).__name__} does not say who may")
        found = or_raise(rule_or_refusal(self.command.by, may.action, self._subject(there, authority)))
        if found.is_kin and may.keeps_kin_apart and self._bars_kin:
            raise NotAllowed("kin_of_a_party")
        if isinstance(there, Case) and "case" in there.erased and not self._step.reaches_erased:
            raise Erased(there.case)
        return found

    @property
    def _may(self) -> May | None:
        command = self.command
        return COUNTER if isinstance(command, PartyCommand) and command.is_at_counter else self._step.may

    @property
    def _bars_kin(self) -> bool:
        """Whether the law of the case, or of the register, keeps kin out."""
        if isinstance(there := self._there, Case):
            return self.terms.bars_kin is not None
        return any(row.bars_kin for row in terms_of_register(there.country, there.register, self.day))

    def _subject(self, there: Case | Entry, authority: str | None) -> Subject:
        is_amended = isinstance(self.command, AmendmentCommand)
        if isinstance(there, Entry):
            people, found = self.people_of_entries
            return Subject(
                country=there.country,
                day=self.day,
                authority=authority or there.authority,
                parties=people.persons if is_amended else _NONE,
                found=found
                if is_amended
                else Shown(is_kin=found.is_kin),  # a restriction says who is kept out
            )
        subject = subject_of(there, self.at, self.found)
        if does_mind_people(self.command):
            people, found = self.people_of_entries
            subject = replace(
                subject,
                parties={**subject.parties, **people.persons},
                found=subject.found.beside(found),
            )
        if authority in (None, there.authority):
            return subject
        return replace(
            subject, authority=authority, further_offices=(*subject.further_offices, there.authority)
        )

    def must_have_the_case(self) -> Rule:
        """The rule that lets the officer decide who has the case."""
        rule = self.must_be_allowed()
        if self.case.officer != officer_of(rule):
            if not does_fit(type(self.command), self.case):
                self.must_fit()  # where nothing is decided now, having the case would not help
            raise NotAllowed("not_assigned_to_you")
        return rule

    def must_fit(self) -> None:
        """The command fits the case now: a judgement is bound to the version that the person saw, or Stale; any
        other command than those of the table is WrongStage, which names these.
        """
        seen = self.command.expected if isinstance(self.command, CaseCommand) else None
        if self._step.is_judgement and seen != self.case.version:
            raise Stale(self.case.version)
        if not does_fit(type(self.command), self.case):
            raise WrongStage(self.case.stage, self._fits)

    def where(self, refusal: Refusal) -> None:
        """Let the refusal say where the case stands, as WrongStage does; of what is asked of no stage, nothing."""
        if isinstance(self.state, Case) and self._step.stages:
            refusal.at(self.case.stage, self._fits)

    @property
    def _fits(self) -> tuple[str, ...]:
        """What fits the case now: what a party can do itself, and to an office all."""
        mine = self._capacities
        return fits(self.case, [each.party for each in mine], mine=mine, at=self.at)

    @property
    def _capacities(self) -> tuple[Capacity, ...]:
        """For which parties the caller may act, also by a register or a mandate; none where they are of an office."""
        case, me = self.case, self.command.by.persons.get(self.case.country)
        return capacities_today(me, case.persons, case.representatives, self.found, case.by_paper)

    def until(self, term: Term | Choice[Term] | None) -> Deadline:
        """The deadline of a term that runs from now, as the law gives it to this request.

        LookupError: the terms give no such time, which is a fault of the law's file.
        """
        if term is None:
            raise LookupError(f"{self.country.code} gives no such time for {self.offer.procedure.name}")
        asked = self.command
        request = asked.request if isinstance(asked, FileCase | AmendRequest) else self.case.request
        term = chosen(term, request)
        long = (term.count, term.unit, term.is_moved)
        if long not in self._deadlines:  # the time to pay is often that to consent
            self._deadlines[long] = compute(term, self.at, self.country)
        return self._deadlines[long]

    @once
    def decision_due(self) -> Deadline | None:
        """The time to decide by the calendar of today: a decree may have come while it stood still."""
        return decision_due(self.case, self.at, self.country)

    @property
    def asks_four_eyes(self) -> bool:
        """Whether two persons decide this case."""
        four_eyes = self.terms.four_eyes
        return four_eyes.are_asked if self.case.erased else four_eyes.apply_to(self.facts())

    # --- what follows ---------------------------------------------------------------------------------------

    def by(
        self, rule: Rule, events: Events, *, authority: str | None = None, to: tuple[str, ...] = ()
    ) -> Decision:
        """These events, in the name of the one whom the rule let act, told to further countries (``to``);
        whatever completes a case starts the authority's time (rules.md 14).
        """
        actor = self._actor(rule)
        if authority is None:
            authority = self._there.authority if self.state else self.terms.authority
        events = [*events, *self._term_started(actor, events)]
        return Decision(authority=authority, actor=actor, events=events, to=to)

    def so_already(self, rule: Rule, *, authority: str | None = None) -> Decision:
        """The same was done before: nothing follows (rules.md 21)."""
        return self.by(rule, [], authority=authority)

    def _term_started(self, actor: e.ActorMember, events: Events) -> Events:
        state: Any = self.state
        if not events or self.command.family != "case" or not self._may_complete(state):
            return []
        if any(isinstance(event, e.CaseFiled | e.RequestAmended) and event.consents for _, event in events):
            return []  # it waits for these
        for target, event in events:
            if target == LEAD:
                state = evolve(state, self._ahead(event, actor, state))
        is_under_review = state is not None and (
            state.stage == Stage.IN_REVIEW or (state.stage == Stage.RETURNED and state.decision_due is None)
        )
        if not is_under_review:
            return []
        return [(LEAD, e.DecisionTermStarted(due=self._due_anew()))]

    def _may_complete(self, state: Any) -> bool:
        if state is None or state.stage == Stage.FILED:
            return True
        # Restated, set aside, or paid in time after all: it may be complete at once.
        is_over = state.stage in (Stage.LAPSED, Stage.APPEALED)
        return isinstance(self.command, AmendRequest | DecideAppeal) or is_over

    def _due_anew(self) -> Deadline:
        """The time to decide: it begins, or runs on after it stood still (rules.md 6)."""
        state, term = self.state, self.terms.times.decide
        is_anew = isinstance(self.command, DecideAppeal)  # the full time, for others (rules.md 19)
        if not isinstance(state, Case) or state.decision_due is None or is_anew:
            return self.until(term)
        since = datetime.fromisoformat(state.stands_still_since or self.at.isoformat())
        due = self.decision_due or state.decision_due
        return answered(chosen(term, state.request), due, since, self.at, self.country)

    def _ahead(self, event: e.Event, actor: e.ActorMember, state: Case | None) -> e.Recorded:
        """The event as far as a fold looks at it, before it is signed."""
        return e.Recorded(
            event=event,
            type=type(event).__name__,
            log="",
            country=self.country.code,
            stream=self.command.stream,
            seq=state.version + 1 if state else 1,
            index=-1,
            time=self.at.isoformat(),
            hash="",
            authority="",
            actor=actor,
            to=(),
            effects=None,
            owners=_NONE,
            keys=_NONE,
        )

    def representative(self, rule: Rule) -> e.RepresentativeMember | None:
        """Who acts for a party, as the event of the act says it; None where the party acts. Raises Invalid; NotAllowed
        where their mandate keeps this back, and Clash where the company is struck off.
        """
        asked = self.command.acting if isinstance(self.command, PartyCommand) else None
        heads = self.found.heads.get(rule.party or "")
        if heads and heads.is_struck_off:
            raise Clash("company_struck_off")
        if is_kept_back(self._step, rule.party, rule.further, rule.capacities):
            raise NotAllowed("mandate_does_not_reach")
        paper = asked.paper if asked else None
        if rule.as_ == "counter" and paper is None:
            raise Invalid(Fault("/acting/on_paper", "paper_missing"))
        if rule.as_ != "counter" and paper is not None:
            raise Invalid(Fault("/acting/on_paper", "paper_not_asked"))
        if paper is not None and isinstance(self.state, Case) and self._was_signed(paper, rule.party):
            raise Invalid(Fault("/acting/on_paper", "paper_used"))
        acts = rule.as_ or rule.proof  # an office proves by its notice what it files
        return {"person": rule.person or "", "paper": paper, "proof": rule.proof} if acts else None

    def was_brought(self, evidence: Iterable[e.Attachment]) -> bool:
        """Whether the case has all of it: who sends the same again brings nothing new."""
        return self.case.has_evidence((piece["kind"], piece["sha256"]) for piece in evidence)

    def _was_signed(self, paper: e.Attachment, party: str | None) -> bool:
        """Whether the same paper stood for an act of this party before: each act is signed."""
        signed = (piece for piece in self.case.evidence or () if piece["kind"] == SIGNED_PAPER)
        return any((piece["party"], piece["sha256"]) == (party, paper["sha256"]) for piece in signed)

    def _actor(self, rule: Rule) -> e.ActorMember:
        if rule.party is None:
            office = rule.competence
            return {"id": office.office_id, "role": office.role} if office else SYSTEM_ACTOR
        role = APPLICANT if rule.party == FIRST_PARTY else self.case.parties[rule.party]
        if rule.as_ is None:
            return {"id": rule.party, "role": rule.competence.role if rule.competence else role}
        whom: e.ForMember = {"party": rule.party, "as": rule.as_}
        if rule.competence is not None:
            return {"id": rule.competence.office_id, "role": rule.competence.role, "for": whom}
        return {"id": self._id_of(rule.person), "role": role, "for": whom}

    def _id_of(self, human: str | None) -> str:
        """What a human is called who acts for another: by the party that they are themselves, or a1, a2 and so on."""
        if isinstance(self.state, Case):
            known: dict[str, str | None] = {**self.state.persons, **self.state.acting}
            new = f"a{len(self.state.acting) + 1}"
        else:
            request = self.command.request if isinstance(self.command, FileCase) else {}
            known, new = {**persons_in(request, parties_named(request))}, "a1"
        return next((name for name, person in known.items() if person == human), new)


def officer_of(rule: Rule) -> str | None:
    """The officer's stable id within the authority; None for parties."""
    return rule.competence.office_id if rule.competence else None


def must_be_a_person(officer: Competence | None, situation: Situation) -> None:
    """Where two persons decide, whom the record does not know as a person is neither of them: told at once, not when
    the case is in the hands of somebody whose proposal nobody could approve.
    """
    if situation.asks_four_eyes and officer is not None and not officer.person:
        raise NotAllowed("officer_without_person")


def person_of(rule: Rule) -> str:
    """The keyed id of the human behind the office: as they signed in, or as the record of competences names them; ""
    where neither does.
    """
    return (rule.person if rule.competence else None) or ""
