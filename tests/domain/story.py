"""Given, when, then: what happened, what is asked, what follows; over decider and folds, with nothing signed.

Hashes, ids, keys and times are plain values. A story checks by itself what is true of every case: its state
is made of JSON values, review has a deadline, its warnings are among those that are said in words, and the authority
of an event may sign it, by its key and by the law.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final, TypeVar

from api.edge.sentences import english
from domain import events as e
from domain.about import about_of
from domain.appointee import Appointee
from domain.authorities import authorities
from domain.birth_notice import BirthNotice
from domain.case import Case, Stage
from domain.claim import FREE, Claim
from domain.commands import (
    Actor,
    AppointeeCommand,
    Command,
    DecidingAmendment,
    EntryCommand,
    MandateCommand,
    RecordBirthNotice,
)
from domain.countries import country_of, legal_day
from domain.decide import decide
from domain.decision import LEAD, Decision
from domain.decisions.situation import Situation
from domain.entry import Entry
from domain.families import FAMILIES
from domain.lifecycle import STEPS, fits
from domain.lookup_keys import Key, case_key
from domain.mandate import Mandate
from domain.needs import further, needed
from domain.obstacles import in_question, obstacles
from domain.offers import codes_of, offers
from domain.parentage import led_to
from domain.parties import keyed
from domain.procedure import Offer
from domain.refusals import Clash, Differs, Fault, Invalid, Refusal, WrongStage
from domain.register import Register
from domain.signers import signers_of_case, signers_of_entry
from domain.terms import Terms
from infra.formats import codec
from tests.examples import effects_of, example_entries, example_request

MONDAY: Final = datetime(2026, 11, 23, 9, tzinfo=UTC)  # an afternoon in Almaty
CASE: Final = "case-1"
ANEW: Final = (e.EntryChanged, e.EntryCorrected, e.EntryAnnulled, e.CorrectionProposed)

Act = Callable[["Story"], Command | None]  # what is asked; None: only time has passed
Who = Callable[["Story"], Actor]
Kind = TypeVar("Kind")


def said(refusal: Refusal) -> str:
    """What the person refused reads."""
    return english().say("refusal", refusal.name, refusal.values, refusal.procedures)


def said_of_place(refusal: Refusal, fault: Fault) -> str:
    """What they read of one place."""
    return english().say("place", fault.code, fault.values, refusal.procedures)


@dataclass(repr=False)
class Story:
    """One case, the entries and claims beside it, and the moment; acts are done to it one after the other."""

    offer: Offer
    request: dict[str, Any]
    at: datetime = MONDAY
    case_id: str = CASE
    log: list[e.Recorded] = field(default_factory=list)
    case: Case | None = None
    entries: dict[Key, Entry] = field(default_factory=dict)
    appointees: dict[str, Appointee] = field(default_factory=dict)  # by their stream
    claims: dict[Key, Claim] = field(default_factory=dict)
    mandates: dict[Key, Mandate] = field(default_factory=dict)
    notices: dict[Key, BirthNotice] = field(default_factory=dict)
    cases: dict[Key, Case] = field(default_factory=dict)
    keys: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)  # stream -> whose -> key ids
    heads: dict[str, int] = field(default_factory=dict)  # stream -> seq
    last: list[e.Recorded] = field(default_factory=list)
    refusal: Refusal | None = None

    def __repr__(self) -> str:
        return " ".join(f"{r.stream}:{r.type.split('.')[1]}" for r in self.log)

    @property
    def now(self) -> Case:
        """The case, which was filed."""
        assert self.case is not None
        return self.case

    @property
    def terms(self) -> Terms:
        """The law of the case; of the day where nothing is filed yet."""
        found = self.offer.since(self.case.terms) if self.case else self.offer.on(self._today)
        assert found is not None
        return found

    @property
    def _today(self) -> date:
        return legal_day(self.at, country_of(self.offer.country))

    @property
    def key(self) -> Key:
        """The key of the entry that the case is about; of the first of several."""
        return self.keys_of_entries[0]

    @property
    def keys_of_entries(self) -> list[Key]:
        """The keys of all entries that an approval writes."""
        return [effect.key for effect in effects_of(self.offer, self.request)]

    @property
    def entry(self) -> Entry:
        """The entry that the case is about, which is there."""
        return self.entries[self.key]

    @property
    def names(self) -> tuple[str, ...]:
        """What followed from the last act, other streams first, as it is appended."""
        return tuple(type(recorded.event).__name__ for recorded in self.last)

    def the(self, kind: type[Kind]) -> Kind:
        """The one event of this kind that followed from the last act."""
        (found,) = (r.event for r in self.last if isinstance(r.event, kind))
        return found

    def when(self, act: Act) -> "Story":
        """Ask; whether it is done or refused is for ``then`` to say."""
        self.last, self.refusal = [], None
        command = act(self)
        if command is None:
            return self
        try:
            decision = self._decided(command)
        except Refusal as refusal:
            self.refusal = refusal
            self._says_where_it_stands(command, refusal)
            return self
        self._is_the_offices_business(command, decision)
        self._record(decision, command.stream, command.family)
        return self

    def _says_where_it_stands(self, command: Command, refusal: Refusal) -> None:
        """Every conflict over what a case in some stage can be asked says where it is, and what fits for who asked."""
        is_conflict = isinstance(refusal, Clash | Differs | WrongStage)
        if is_conflict and self.case is not None and STEPS[type(command)].stages:
            assert refusal.stage == self.case.stage
            assert set(refusal.fits) <= set(fits(self.case, at=self.at))

    def then(self, *names: str) -> "Story":
        """These events followed, in this order; none: it was so already."""
        assert self.refusal is None, f"refused: {self.refusal!r}"
        assert self.names == names
        return self

    def then_refused(
        self, kind: type[Refusal], code: str | None = None, pointer: str | None = None
    ) -> "Story":
        """It was refused, in words for a person, and nothing followed."""
        assert type(self.refusal) is kind, self.refusal or self.names
        assert self.last == []
        assert said(self.refusal).endswith((".", "!"))
        if isinstance(self.refusal, Invalid):
            (fault, *_) = self.refusal.errors
            assert said_of_place(self.refusal, fault).endswith(".")
            assert code in (None, fault.code, self.refusal.name), fault
            assert pointer in (None, fault.pointer), fault
        else:
            assert code in (None, self.refusal.name), self.refusal.name
        return self

    def happened(self, *events: tuple[Key | str, e.Event]) -> None:
        """Something came about in another way than by what is asked of this case: a court, an older law."""
        self.last = []
        actor: e.ActorMember = {"id": "tamga", "role": "system"}
        decision = Decision(authority=self.terms.authority, actor=actor, events=list(events))  # type: ignore[arg-type]
        self._record(decision, self.case_id, "case", is_led=False)

    def _decided(self, command: Command) -> Decision:
        """As at the desk: what the command's row sees is loaded, and nothing else."""
        return decide(self.situation(command))

    def situation(self, command: Command) -> Situation:
        """What the decision on this command may look at."""
        state, keys = self._state(command), self.keys.get(command.stream, {})
        return Situation(command, self.at, state, keys=keys, id_of=human_of, **self.loaded(command))

    def loaded(self, command: Command) -> dict[str, Any]:
        """What a desk loads for it, beside the state."""
        there = {entry.entry: entry for entry in self.entries.values()}
        state = self._state(command)
        seen = needed(command, about_of(command, self.at, state), state)
        while more := further(command, state, self.beside(seen), human_of):
            seen = (*seen, *more)
        beside = self.beside(seen)
        led = {key: there[stream] for key, stream in led_to(beside).items()}
        return {"beside": {**beside, **led}, "ids": {key: stream_of(key) for key in seen}}

    def _state(self, command: Command) -> Any:
        if isinstance(command, EntryCommand | MandateCommand) and not _is_of_a_case(command):
            there = {entry.entry: entry for entry in self.entries.values()}
            given = {stream_of(key): mandate for key, mandate in self.mandates.items()}
            return {**there, **given}.get(command.stream)
        if isinstance(command, RecordBirthNotice):
            return self.notices.get(key_of_stream(command.stream))
        return self.appointees.get(command.stream) if isinstance(command, AppointeeCommand) else self.case

    def beside(self, keys: Iterable[Key]) -> dict[Key, Any]:
        """What stands under these keys."""
        there: dict[str, Mapping[Key, Any]] = {
            "claim": self.claims,
            "entry": self.entries,
            "mandate": self.mandates,
            "notice": self.notices,
            "case": self.cases,
        }
        return {key: there[key.family].get(self._derived(key), FAMILIES[key.family].empty) for key in keys}

    def _derived(self, key: Key) -> Key:
        """The key from which the stream was derived, where a key names the stream itself."""
        if key.stream is None or key.family == "case":
            return as_found(key)
        return next(k for k, entry in self.entries.items() if entry.entry == key.stream)

    def _record(self, decision: Decision, lead: str, family: str, *, is_led: bool = True) -> None:
        others = [(target, event) for target, event in decision.events if target != LEAD]
        leads = [event for target, event in decision.events if target == LEAD]
        effects = {}
        for target, event in others:
            recorded = self._recorded(
                event, stream_of(target), target.family, decision, None, lead if is_led else None
            )
            effects[recorded.hash] = [self.offer.country]
            self._evolve(recorded, self._derived(target))
        for n, event in enumerate(leads, start=1):
            closing = effects if effects and n == len(leads) else None
            self._evolve(self._recorded(event, lead, family, decision, closing))
        self._is_sound()

    def _recorded(  # noqa: PLR0917 - what an event says of itself
        self,
        event: e.Event,
        stream: str,
        family: str,
        decision: Decision,
        effects: dict[str, list[str]] | None,
        lead: str | None = None,
    ) -> e.Recorded:
        members = codec.encode(event, family, self.offer.country)
        assert may_sign(self.offer.country, decision.authority, members.type)
        seq = self.heads[stream] = self.heads.get(stream, 0) + 1
        held = self.keys.setdefault(stream, {})
        for _, _, whose in members.personal:
            if whose not in held or (isinstance(event, ANEW) and whose != "entry"):
                held[whose] = (*held.get(whose, ()), f"key-{stream}-{whose}-{seq}")
        if isinstance(event, e.PersonalDataErased):
            left = {w: tuple(key for key in keys if key not in event.keys) for w, keys in held.items()}
            self.keys[stream] = {w: keys for w, keys in left.items() if keys}
        recorded = e.Recorded(
            event=event,
            type=members.type,
            log="log.example",
            country=self.offer.country,
            stream=stream,
            seq=seq,
            index=len(self.log),
            time=text(self.at),
            hash=f"hash-{len(self.log)}",
            authority=decision.authority,
            actor=decision.actor,
            to=(self.offer.country,),
            effects=effects,
            owners={name: whose for name, _, whose in members.personal},
            keys={whose: held[whose][-1] for _, _, whose in members.personal},
            lead=lead,
        )
        self.log.append(recorded)
        self.last.append(recorded)
        return recorded

    def _evolve(self, recorded: e.Recorded, key: Key | None = None) -> None:
        evolve = FAMILIES[recorded.family].evolve
        if recorded.family == "claim":
            assert key is not None
            key = as_found(key)
            self.claims[key] = evolve(self.claims.get(key, FREE), recorded)
        elif recorded.family == "case":
            stood, before = self.case, self.case and json.dumps(self.case._asdict())
            self.case = self.cases[case_key(recorded.stream)] = evolve(stood, recorded)
            assert (stood and json.dumps(stood._asdict())) == before  # a fold changes nothing of what was
        elif recorded.family == "competence":
            self.appointees[recorded.stream] = evolve(self.appointees.get(recorded.stream), recorded)
        elif recorded.family == "mandate":
            key = key_of_stream(recorded.stream)
            self.mandates[key] = evolve(self.mandates.get(key), recorded)
        elif recorded.family == "notice":
            key = key_of_stream(recorded.stream)
            self.notices[key] = evolve(self.notices.get(key), recorded)
        else:
            key = key or next(k for k, entry in self.entries.items() if entry.entry == recorded.stream)
            self.entries[key] = evolve(self.entries.get(key), recorded)

    def _is_the_offices_business(self, command: Command, decision: Decision) -> None:
        """By the law, as whoever verifies a log looks at it: a key says no more than which types an office may sign."""
        for target, event in decision.events:
            family = command.family if target == LEAD else target.family
            name = codec.encode(event, family, self.offer.country).type
            if family == "case" and not isinstance(event, e.OpinionGiven):
                since = self.terms.since.isoformat()
                named = signers_of_case(self.offer.country, self.offer.procedure.name, since, name)
                assert decision.authority in named, name
            if family == "entry" and not isinstance(event, e.RestrictionLifted):
                register = self._state(command).register if target == LEAD else self._derived(target).parts[0]
                assert decision.authority in signers_of_entry(
                    self.offer.country, str(register), name, self._today
                ), name

    def _is_sound(self) -> None:
        states: list[Any] = [*self.entries.values(), *self.appointees.values()]
        states += [self.case] if self.case else []
        for state in states:
            assert json.loads(json.dumps(state._asdict())) == state._asdict()
        if self.case and self.case.stage == Stage.FILED:
            assert self.case.decision_due is None or self.case.stands_still_since is not None
            assert not (self.case.has_consents and self.case.is_paid)
        if self.case and self.case.stage in (Stage.IN_REVIEW, Stage.RETURNED):
            assert self.case.decision_due is not None
        if self.case:
            known = codes_of(self.offer, self.terms)["warning"]
            assert {warning.partition(":")[0] for warning in self.case.warnings} <= {*known}


def in_the_way(story: Story) -> list[str]:
    """What an officer is told to stand in the way of the case now."""
    return obstacles(story.now, story.at, story.beside(in_question(story.now, story.at)))


def given(story: Story, *acts: Act) -> Story:
    """What happened before; none of it may be refused."""
    for act in acts:
        story.when(act)
        assert story.refusal is None, f"the story cannot be told: {story.refusal!r}"
    return story


def a_sale(n: int = 0, *, at: datetime = MONDAY, **members: Any) -> Story:
    """A car of the seller stands in the register of Kazakhstan; nothing is filed yet."""
    return a_story("KZ", "car_sale", n, at=at, **members)


def a_birth(n: int = 0, *, at: datetime = MONDAY, **members: Any) -> Story:
    """A child was born in Türkiye three days ago, and has its father's surname; nothing is filed yet."""
    request = {**example_request(offers()["TR", "birth_certificate"], n, today=at.date()), **members}
    if "child" not in members:
        parent = request["father"] or request["mother"] or request["child"]
        members["child"] = {**request["child"], "surname": parent["surname"]}
    if request["father"] is None:
        members.setdefault("fatherhood", "none")
    return a_story("TR", "birth_certificate", n, at=at, **members)


def a_story(country: str, procedure: str, n: int = 0, *, at: datetime = MONDAY, **members: Any) -> Story:
    """An example request that can be filed, with these members instead of the example's."""
    offer = offers()[country, procedure]
    request = {**example_request(offer, n, today=at.date()), **members}
    story = Story(offer, as_filed(offer, request), at)
    return with_entries(story)


def with_entries(story: Story) -> Story:
    """What the request changes or ends is in its register."""
    for register, content in example_entries(story.offer, story.request):
        imported(story, content, register)
    return story


def imported(story: Story, content: Mapping[str, Any], register: Register | None = None) -> None:
    """An entry came into the register before the story begins."""
    register = register or story.offer.procedure.registers[0]
    key, version = register.key(content), register.content_version
    created = e.EntryCreated(register=register.name, content_version=version, title="import", content=content)
    settled = [(k, e.ClaimSettled(kind=k.kind, holder=stream_of(key))) for k in register.claims(content)]
    story.happened(*settled, (key, created))


def as_filed(offer: Offer, request: Mapping[str, Any]) -> dict[str, Any]:
    """The request with the keyed ids of its persons, as the edge adds them."""
    return keyed(offer.procedure, request, human_of)


def human_of(known: tuple[str | int, ...]) -> str:
    """The keyed id of a human or a company."""
    return "-".join(("human", *map(str, known)))


def _is_of_a_case(command: Command) -> bool:
    return isinstance(command, DecidingAmendment) and command.written_by is not None


def stream_of(key: Key) -> str:
    """The id of the stream of a claim or an entry."""
    return key.stream or "/".join((key.family, *as_found(key).parts))


def as_found(key: Key) -> Key:
    """The key with keyed ids in the place of humans: both lead to the same stream."""
    return Key(key.family, tuple(human_of(part) if isinstance(part, tuple) else part for part in key.parts))


def key_of_stream(stream: str) -> Key:
    """The key of the mandate or the birth notice in this stream."""
    family, *parts = stream.split("/")
    assert family in {"mandate", "notice"}
    return Key(family, tuple(parts))  # type: ignore[arg-type]  # it is one of them


def text(at: datetime) -> str:
    """A moment as events have it."""
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")


def may_sign(country: str, authority: str, name: str) -> bool:
    """Whether the authority's seal may sign events of this type."""
    patterns = authorities(country)[authority]
    return any(name == p or (p.endswith("*") and name.startswith(p[:-1])) for p in patterns)


# --- folding again ----------------------------------------------------------------------------------------


def folded(log: Iterable[e.Recorded], stream: str) -> Case | Entry | Appointee | None:
    """The state of a case, an entry or an appointee, from its events alone."""
    state: Any = None
    for recorded in log:
        if recorded.stream == stream:
            state = FAMILIES[recorded.family].evolve(state, recorded)
    return state  # type: ignore[no-any-return]


def forgotten(recorded: e.Recorded, gone: Iterable[str]) -> e.Recorded:
    """The event as it reads once these keys are destroyed."""
    family, lost = recorded.family, set(gone)
    members = codec.encode(recorded.event, family, recorded.country)
    left = {name: value for name, value, whose in members.personal if recorded.keys.get(whose) not in lost}
    event, owners = codec.decode(members.type, members.public, left, recorded.country)
    keys = {whose: key for whose, key in recorded.keys.items() if key not in lost}
    return recorded._replace(event=event, owners=owners, keys=keys)
