"""Amendments of what was written: by two officers for an error of their office, by the court, on appeal (rules.md 51).

Only the newest change of an entry is amended. A correction restates it and supersedes; an annulment takes it back: the
record reads as before. Both also before a registry has answered. A case hears of what becomes of its result.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from domain import events as e
from domain.authorisation import Rule
from domain.case import Case, Stage
from domain.commands import (
    AmendmentCommand,
    AnnulEntry,
    AnnulResult,
    CorrectEntry,
    DropProposal,
    ExpireEntry,
    ProposeAnnulment,
    ProposeCorrection,
)
from domain.decision import LEAD, Decision, Events, Target
from domain.decisions import quotas
from domain.decisions.situation import Situation, officer_of, person_of
from domain.entry import EXPIRY, Amendment, Entry, Proposal, Reading, Status, can_be_taken_back, reading_of
from domain.lifecycle import AMEND_ENTRY, fits
from domain.lookup_keys import Key
from domain.offers import amendments_of, keeper_of, restrictions_of
from domain.persons import whose
from domain.procedures import registers
from domain.refusals import (
    Clash,
    Erased,
    Fault,
    Invalid,
    NotAllowed,
    Refusal,
    Stale,
    Unknown,
    WrongStage,
    named,
)
from domain.register import Change, Create
from domain.roles import COURT, May
from domain.terms import Restriction


class Basis(NamedTuple):
    """Who amends, by which law, in whose name."""

    rule: Rule
    law: str
    authority: str

    @property
    def is_court(self) -> bool:
        """A court needs no second officer."""
        return self.rule.competence is not None and self.rule.competence.role == COURT


# --- proposals: the first pair of eyes ----------------------------------------------------------------------


def propose_correction(command: ProposeCorrection, situation: Situation) -> Decision:
    """An officer says how the newest change should have read."""
    entry, basis = situation.entry, _of_an_office(situation)
    if _is_proposed_by_me(entry, basis.rule, "correction", command.of, command.reason, command.content):
        return situation.so_already(basis.rule, authority=basis.authority)
    _must_be_newest(command, entry)
    _must_stand(entry)
    _must_be_its_own(basis, entry)
    _must_correct(command.content, entry, basis, situation)
    _must_be_known(basis)
    proposed = e.CorrectionProposed(
        register=entry.register,
        content_version=registers()[entry.register].content_version,
        of=command.of,
        rule=basis.rule.id,
        content=command.content,
        reason=command.reason,
        officer_person=person_of(basis.rule),
    )
    return situation.by(basis.rule, [(LEAD, proposed)], authority=basis.authority)


def propose_annulment(command: ProposeAnnulment, situation: Situation) -> Decision:
    """An officer says that the newest change should not have been."""
    entry, basis = situation.entry, _of_an_office(situation)
    if _is_proposed_by_me(entry, basis.rule, "annulment", command.of, command.reason, None):
        return situation.so_already(basis.rule, authority=basis.authority)
    _must_be_newest(command, entry)
    _must_stand(entry)
    _must_be_its_own(basis, entry)
    _must_be_free(basis, entry, situation)
    _read_before(entry)
    _must_be_known(basis)
    proposed = e.AnnulmentProposed(
        register=entry.register,
        of=command.of,
        rule=basis.rule.id,
        reason=command.reason,
        officer_person=person_of(basis.rule),
    )
    return situation.by(basis.rule, [(LEAD, proposed)], authority=basis.authority)


def drop_proposal(command: DropProposal, situation: Situation) -> Decision:
    """An officer says that what is proposed is not to be, whoever proposed it: also one who did."""
    entry, basis = situation.entry, _of_an_office(situation)
    if entry.dropped == [command.of, officer_of(basis.rule)]:
        return situation.so_already(basis.rule, authority=basis.authority)
    if command.expected != entry.version:
        raise Stale(entry.version)
    if entry.proposal is None or entry.proposal["event"] != command.of:
        raise Clash("amendment_not_proposed")
    dropped = e.ProposalDropped(
        register=entry.register,
        of=command.of,
        rule=basis.rule.id,
        reason=command.reason,
        officer_person=person_of(basis.rule),
    )
    return situation.by(basis.rule, [(LEAD, dropped)], authority=basis.authority)


# --- corrections ------------------------------------------------------------------------------------------


def correct(command: CorrectEntry, situation: Situation) -> Decision:
    """By a second officer what the first proposed, or by the court."""
    basis = _basis(situation)
    key, entry = situation.amended
    if _was_amended_so(command, entry, "correction", basis):
        return situation.so_already(basis.rule, authority=basis.authority)
    proposal = _must_be_amendable(command, entry, "correction", basis)
    content = proposal["content"] if proposal else command.content
    if content is None:
        raise Erased(command.entry) if proposal else Invalid(Fault("/content", "missing"))
    _must_correct(content, entry, basis, situation)
    corrected = e.EntryCorrected(
        register=entry.register,
        content_version=registers()[entry.register].content_version,
        of=entry.change,
        proposal=command.proposal,
        law=basis.law,
        rule=basis.rule.id,
        content=content,
        reason=_reason(command, proposal),
    )
    events: Events = [*_claims_follow(content, entry, situation), (key, corrected)]
    if isinstance(situation.state, Case):
        told = e.ResultCorrected(
            register=entry.register,
            entry=entry.entry,
            of=entry.change,
            law=basis.law,
            rule=basis.rule.id,
            reason=_reason(command, proposal),
            officer_person=person_of(basis.rule),
        )
        events.append((LEAD, told))
    return situation.by(basis.rule, events, authority=basis.authority)


def _must_correct(content: Mapping[str, Any], entry: Entry, basis: Basis, situation: Situation) -> None:
    """It says something else, of the same thing: by its key an entry is found for ever. To other people it goes only
    where nothing forbids that.
    """
    _must_stand(entry)
    if content == entry.content:
        raise Clash("nothing_to_correct")
    register = registers()[entry.register]
    if not register.is_of_same(entry.content, content):
        raise Invalid(Fault("/content", "key_not_corrected"))
    if impossible := register.cannot_be(content, situation.day):
        raise Invalid(*(fault._replace(pointer=f"/content{fault.pointer}") for fault in impossible))
    if whose(content) != whose(entry.content):
        _must_be_free(basis, entry, situation)


def _claims_follow(content: Mapping[str, Any], entry: Entry, situation: Situation) -> Events:
    """What the record must not share with another one is what it says now."""
    register = registers()[entry.register]
    before, now = register.claims_of(entry.content), register.claims_of(content)
    let_go = [key for key in before if key not in now and situation.claim(key).holder == entry.entry]
    taken = [key for key in now if situation.claim(key).holder != entry.entry]
    if any(situation.claim(key).holder is not None for key in taken):
        raise Clash("claim_taken")
    return [
        *((key, e.ClaimReleased(kind=key.kind, holder=entry.entry)) for key in let_go),
        *((key, e.ClaimSettled(kind=key.kind, holder=entry.entry)) for key in taken),
    ]


# --- annulments -------------------------------------------------------------------------------------------


def annul(command: AnnulEntry, situation: Situation) -> Decision:
    """By a second officer what the first proposed, or by the court: of a case all that it wrote."""
    basis = _basis(situation)
    key, entry = situation.amended
    if _was_amended_so(command, entry, "annulment", basis):
        return situation.so_already(basis.rule, authority=basis.authority)
    proposal = _must_be_amendable(command, entry, "annulment", basis)
    _must_not_be_appealed(situation)
    reason = _reason(command, proposal)
    if isinstance(situation.state, Case):
        events = annulled(situation, basis, reason, command.proposal)
    else:
        events = _taken_back(key, entry, situation, basis, reason, command.proposal)
    return situation.by(basis.rule, events, authority=basis.authority)


def annul_result(command: AnnulResult, situation: Situation) -> Decision:
    """By the court, of a case that it names: all that it wrote."""
    basis = _of_a_court(situation)
    mine = ("annulment", officer_of(basis.rule), command.reason)
    if any((each["what"], each["by"], each["reason"]) == mine for each in situation.case.amendments):
        return situation.so_already(basis.rule, authority=basis.authority)
    situation.must_fit()
    events = annulled(situation, basis, command.reason)
    return situation.by(basis.rule, events, authority=basis.authority)


def annulled(
    situation: Situation,
    basis: Basis,
    reason: str,
    proposal: str | None = None,
    *,
    is_on_appeal: bool = False,
) -> Events:
    """All that the case wrote is taken back; raises Clash where something was changed since, or cannot be read.

    On appeal the decision is, all the same: an entry of which that is so, or which reads as a court decided, stays as
    it is, and is not named.
    """
    case, events = situation.case, Events()
    written = situation.written
    if is_on_appeal:
        written = {key: entry for key, entry in written.items() if can_be_taken_back(entry, case.effects)}
    for key, entry in written.items():
        if entry.change not in case.effects:
            raise Clash("entry_changed_since")
        events += _taken_back(key, entry, situation, basis, reason, proposal)
    named = {entry.entry for entry in written.values()}
    told = e.ResultAnnulled(
        entries=[each for each in case.entries if each["entry"] in named],
        law=basis.law,
        rule=basis.rule.id,
        reason=reason,
        officer_person=person_of(basis.rule),
    )
    slots = [] if case.has_freed_slots else quotas.free(situation, situation.slots)
    return [*events, *slots, (LEAD, told)]


def _taken_back(  # noqa: PLR0913, PLR0917 - what an annulment says
    key: Target, entry: Entry, situation: Situation, basis: Basis, reason: str, proposal: str | None
) -> Events:
    """The newest change of the entry, and what it did to claims."""
    _must_be_its_own(basis, entry)
    _must_be_free(basis, entry, situation)
    was = _read_before(entry)
    taken_back = e.EntryAnnulled(
        register=entry.register,
        content_version=was["content_version"],
        title="annulment",
        of=entry.change,
        proposal=proposal,
        reads=was["status"],
        until=was["until"],
        law=basis.law,
        rule=basis.rule.id,
        content=was["content"],
        reason=reason,
    )
    return [*_claims_back(entry, situation, was["status"]), (key, taken_back)]


def _read_before(entry: Entry) -> Reading:
    """How it reads once it is taken back; raises Clash where nobody knows."""
    if entry.is_erased:
        raise Clash("entry_erased")
    if entry.before is not None:
        return entry.before
    if entry.depth > 0:
        raise Clash("former_reading_unknown")
    return {**reading_of(entry), "status": "annulled"}


def _claims_back(entry: Entry, situation: Situation, reads: e.Reads) -> Events:
    """What was the record's because of the change is free again, what the change freed is the record's, where nobody
    else has it by now.
    """
    settled, freed = _settled_and_freed(entry, situation)
    ours = [key for key in sorted(settled - freed, key=str) if situation.claim(key).holder == entry.entry]
    lost = (
        [key for key in sorted(freed, key=str) if situation.claim(key).holder is None]
        if reads == "active"
        else []
    )
    return [
        *((key, e.ClaimReleased(kind=key.kind, holder=entry.entry)) for key in ours),
        *((key, e.ClaimSettled(kind=key.kind, holder=entry.entry)) for key in lost),
    ]


def _settled_and_freed(entry: Entry, situation: Situation) -> tuple[set[Key], set[Key]]:
    """What belongs to the record, by its content and by what the case did; and what the case took from it."""
    settled = set(registers()[entry.register].claims_of(entry.content))
    if not isinstance(situation.state, Case):
        return settled, set()
    written = zip(situation.case.entries, situation.effects, strict=False)  # none where people are erased
    effect = next((effect for each, effect in written if each["entry"] == entry.entry), None)
    if isinstance(effect, Create | Change):
        settled.update(effect.settles)
    return settled, set(effect.frees) if effect else set()


# --- ends by themselves -----------------------------------------------------------------------------------


def expire(_command: ExpireEntry, situation: Situation) -> Decision:
    """The clock: the last day of the record is over; what only it could have is free for others."""
    rule, entry = situation.must_be_allowed(), situation.entry
    if entry.status != Status.ACTIVE or entry.until is None or situation.day.isoformat() <= entry.until:
        return situation.so_already(rule)
    ours = [
        key
        for key in registers()[entry.register].claims_of(entry.content)
        if situation.claim(key).holder == entry.entry
    ]
    released: Events = [(key, e.ClaimReleased(kind=key.kind, holder=entry.entry)) for key in ours]
    over = e.EntryEnded(register=entry.register, title=EXPIRY)
    return situation.by(rule, [*released, (LEAD, over)])


# --- who may, and when ------------------------------------------------------------------------------------


def _basis(situation: Situation) -> Basis:
    """The office that wrote the newest change, for its own error, the one that keeps the register today, or the court
    that the law names today; raises the refusal of the first, of a judge that of the court.
    """
    register, office = _register_and_office(situation)
    found = amendments_of(situation.country.code, register, situation.day)
    refusal = None
    for each in dict.fromkeys((office, keeper_of(situation.country.code, register, situation.day) or office)):
        try:
            rule = situation.must_be_allowed(each)
        except Refusal as refused:
            refusal = refusal or refused
            continue
        if found is None:
            raise Clash("no_amendments")
        return Basis(rule, found.source.law, each)
    try:
        if basis := _as_a_court(situation, register):
            return basis
    except NotAllowed as refused:
        refusal = refused if isinstance(refusal, Unknown) else refusal  # a judge, of no such office
    raise refusal or LookupError(office)


def _as_a_court(situation: Situation, register: str, may: May | None = None) -> Basis | None:
    """The court that the law names today, where the caller is of it and may; ``may`` as in ``must_be_allowed``.
    NotAllowed: a judge of it who is kept out.
    """
    found = amendments_of(situation.country.code, register, situation.day)
    if found is None or found.court is None:
        return None
    court = found.court
    try:
        return Basis(situation.must_be_allowed(court.authority, may), court.source.law, court.authority)
    except NotAllowed:
        raise
    except Refusal:
        return None


def _of_an_office(situation: Situation) -> Basis:
    """The same, of a proposal; a court, which may amend by itself, is told that it needs none."""
    try:
        return _basis(situation)
    except Refusal:
        is_court = None
        with suppress(NotAllowed):
            is_court = _as_a_court(situation, situation.entry.register, AMEND_ENTRY)
        if is_court:
            raise NotAllowed("court_needs_no_proposal") from None
        raise


def _of_a_court(situation: Situation) -> Basis:
    """The same, where a court alone may; others who work with the case hear what they may do instead."""
    try:
        return _basis(situation)
    except NotAllowed as refusal:
        if refusal.name != NotAllowed.code:
            raise
        raise NotAllowed("court_annuls") from None


def _register_and_office(situation: Situation) -> tuple[str, str]:
    if isinstance(situation.state, Entry):
        return situation.entry.register, situation.entry.authority
    case = situation.case
    asked = situation.command
    if isinstance(asked, AmendmentCommand):
        return asked.register, case.authority
    return situation.offer.procedure.registers[0].name, case.authority


def _must_not_be_appealed(situation: Situation) -> None:
    """While an appeal is open, who decides it says what becomes of what was written."""
    case = situation.state
    if isinstance(case, Case) and case.stage == Stage.APPEALED:
        raise WrongStage(case.stage, fits(case, at=situation.at))


def _must_stand(entry: Entry) -> None:
    """It says something still."""
    if entry.is_erased:
        raise Clash("entry_erased")
    if entry.status == Status.ANNULLED:
        raise Clash("entry_annulled")


def _must_be_newest(command: AmendmentCommand, entry: Entry) -> None:
    """It is bound to the version that the person saw, and to the newest change."""
    if command.expected != entry.version:
        raise Stale(entry.version)
    if command.of != entry.change:
        raise Clash("entry_changed_since")


def _must_be_amendable(
    command: CorrectEntry | AnnulEntry, entry: Entry, what: Amendment, basis: Basis
) -> Proposal | None:
    """The proposal that a second officer agrees to; None for a court, which needs none."""
    _must_stand(entry)
    if basis.is_court and command.proposal is None:
        _must_be_newest(command, entry)
        return None
    if basis.is_court or command.proposal is None:
        raise NotAllowed("amendment_is_proposed")
    if command.expected != entry.version:
        raise Stale(entry.version)
    _must_be_its_own(basis, entry)
    proposal = entry.proposal
    if proposal is None or (proposal["event"], proposal["what"]) != (command.proposal, what):
        raise Clash("amendment_not_proposed")
    _must_be_known(basis)
    if any(not person or {officer, person} & basis.rule.known for officer, person in proposal["proposers"]):
        raise NotAllowed("four_eyes")
    return proposal


def _must_be_known(basis: Basis) -> None:
    """Two persons amend: whom the record of competences does not name is neither."""
    if not person_of(basis.rule):
        raise NotAllowed("officer_without_person")


def _must_be_its_own(basis: Basis, entry: Entry) -> None:
    """An office amends for its own error; what a court decided is none, and only a court undoes it."""
    if entry.is_of_court and not basis.is_court:
        raise Clash("court_decided")


def _must_be_free(basis: Basis, entry: Entry, situation: Situation) -> None:
    """Nothing is taken back or goes to others under a restriction; a court that the law lets lift those of this kind is
    not stopped by them, any other one is.
    """
    lifts = (
        restrictions_of(entry.country, entry.register, situation.day)
        if entry.restrictions and basis.is_court
        else {}
    )
    kinds = {each["kind"] for each in entry.restrictions.values()}
    stopping = [kind for kind in sorted(kinds) if not _lifts(lifts.get(kind), basis.authority)]
    if stopping:
        raise Clash("entry_restricted", kinds=named("restriction", stopping))


def _lifts(restriction: Restriction | None, court: str) -> bool:
    return restriction is not None and restriction.court is not None and restriction.court.authority == court


def _is_proposed_by_me(  # noqa: PLR0913, PLR0917 - what a proposal says
    entry: Entry, rule: Rule, what: Amendment, of: str, reason: str, content: Mapping[str, Any] | None
) -> bool:
    known = entry.proposal
    if known is None or (known["what"], known["of"], known["reason"], known["content"]) != (
        what,
        of,
        reason,
        content,
    ):
        return False
    return known["proposers"][-1][0] == officer_of(rule)


def _was_amended_so(command: CorrectEntry | AnnulEntry, entry: Entry, what: Amendment, basis: Basis) -> bool:
    """The same was done before by the same officer or court, and nothing since."""
    done = entry.amended
    if done is None or (done["what"], done["by"]) != (what, officer_of(basis.rule)):
        return False
    is_same = done["proposal"] == command.proposal if command.proposal else done["of"] == command.of
    content = command.content if isinstance(command, CorrectEntry) else None
    return is_same and content in (None, entry.content) and command.reason in (None, done["reason"])


def _reason(command: CorrectEntry | AnnulEntry, proposal: Proposal | None) -> str:
    said = proposal["reason"] if proposal else command.reason
    if said is None:
        raise Erased(command.entry) if proposal else Invalid(Fault("/reason", "missing"))
    return said
