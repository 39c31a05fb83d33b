"""Who acts in a story, and what they ask: short names for the commands, with what is usual left out."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from domain import events as e
from domain.authorities import roles_in
from domain.case import Case
from domain.commands import (
    SYSTEM,
    Actor,
    AmendRequest,
    AnnulEntry,
    AnnulResult,
    ApproveCase,
    AssessFee,
    AssignCase,
    CaseCommand,
    Command,
    Competence,
    CorrectEntry,
    DecideAppeal,
    DeclareNotNeeded,
    DeclineConsent,
    DropProposal,
    EndAppealTerm,
    EndCompetence,
    EndMandate,
    EraseCase,
    EraseEntry,
    ExpireEntry,
    ExtendDeadline,
    FileCase,
    ForgetCase,
    ForgetEntry,
    GiveConsent,
    GiveMandate,
    GiveOpinion,
    GrantCompetence,
    LapseCase,
    LiftRestriction,
    LodgeAppeal,
    PlaceRestriction,
    PresumeServed,
    ProposeAnnulment,
    ProposeApproval,
    ProposeCorrection,
    ProvideInformation,
    RecordBirthNotice,
    RecordObjection,
    RecordPayment,
    RecordReceipt,
    RecordRefund,
    RefuseCase,
    RequestInformation,
    RequestOpinion,
    RestateDeadlines,
    RevokeConsent,
    ServeDecision,
    Statement,
    TakeBackAppeal,
    WaiveClaim,
    WithdrawCase,
    WriteEntries,
)
from domain.entry import Entry
from domain.lookup_keys import mandate_key, notice_key
from domain.parties import is_keyed, parties_of
from domain.persons import key_of
from domain.roles import PERSONNEL as PERSONNEL_OFFICER
from tests.domain.story import Act, Story, Who, as_filed, human_of, stream_of, text
from tests.examples import person

OFFICE_SINCE: Final = date(2020, 1, 1)


# --- who asks ---------------------------------------------------------------------------------------------


def party(name: str) -> Who:
    """A party of the case, by "p1" or by role."""

    def found(story: Story) -> Actor:
        request = story.case.request if story.case else story.request
        parties = parties_of(story.offer.procedure, request)
        (found,) = (p for p, place in parties.items() if name in (p, place.whose))
        person = request[f"person_{found}"]
        return Actor(
            issuer="id.example", subject=person, client="portal", persons={story.offer.country: person}
        )

    return found


def applicant(story: Story) -> Actor:
    """Who files."""
    role = next(p.role for p in story.offer.procedure.parties if p.is_applicant)
    return party(role)(story)


def office(
    role: str, name: str = "", *, authority: str | None = None, person: str | None = "", **more: Any
) -> Who:
    """Somebody with a competence; ``person`` "" is a human of their own."""
    name = name or role

    def found(story: Story) -> Actor:
        country = story.offer.country
        who = f"human-{name}" if person == "" else person
        competence = Competence(
            **{
                "role": role,
                "country": country,
                "authority": authority or office_of(role, story),
                "office_id": name,
                "procedures": (),
                "since": OFFICE_SINCE,
                "until": None,
                "person": who,
                **more,
            }
        )
        persons = {country: who} if who else {}
        return Actor(
            issuer="id.example", subject=name, client="portal", persons=persons, competences=(competence,)
        )

    return found


def office_of(role: str, story: Story) -> str:
    """The office in which the law has people of this role: that of the case, where it has."""
    roles = roles_in(story.offer.country)
    own = story.terms.authority
    return own if role in roles.get(own, ()) else next(name for name in roles if role in roles[name])


OFFICER: Final = office("officer", "officer-1")
SECOND: Final = office("officer", "officer-2")
SUPERVISOR: Final = office("supervisor")
TREASURY: Final = office("treasury", person=None)
REGISTRY: Final = office("registry", person=None)
HOSPITALS: Final = office("hospital", person=None)
DATA_PROTECTION: Final = office("data_protection_officer")
PERSONNEL: Final = office(PERSONNEL_OFFICER)
JUDGE: Final = office("court", "judge", authority="kz-court")
AUDITOR: Final = office("auditor")


def stranger(_story: Story) -> Actor:
    """Somebody who has nothing to do with it."""
    return Actor(
        issuer="id.example", subject="s", client="portal", persons={"KZ": "human-s", "TR": "human-s"}
    )


def clock(_story: Story) -> Actor:
    """The house itself."""
    return SYSTEM


# --- what is asked ----------------------------------------------------------------------------------------


def later(**time: float) -> Act:
    """Time passes."""

    def act(story: Story) -> None:
        story.at += timedelta(**time)

    return act


def until(day: str) -> Act:
    """Time passes, until that morning (UTC)."""

    def act(story: Story) -> None:
        story.at = datetime.fromisoformat(f"{day}T09:00:00+00:00")

    return act


def after(deadline: Callable[[Case], Any]) -> Act:
    """Time passes, until a deadline of the case has just passed."""

    def act(story: Story) -> None:
        story.at = datetime.fromisoformat(deadline(story.now)["until"])

    return act


def file(by: Who = applicant, evidence: Iterable[e.Attachment] = (), **more: Any) -> Act:
    """The request of the story is filed."""
    return lambda s: FileCase(
        **{
            "by": by(s),
            "cause": "cmd:file",
            "case": s.case_id,
            "country": s.offer.country,
            "procedure": s.offer.procedure.name,
            "request": s.request,
            "evidence": tuple(evidence),
            **more,
        }
    )


def seen(command: Command, version: int) -> Command:
    """The same, judged on that version."""
    assert isinstance(command, CaseCommand)
    return replace(command, expected=version)


def asked_by(who: Who, act: Act) -> Act:
    """The same, asked by somebody else."""

    def act_of_another(story: Story) -> Command:
        command = act(story)
        assert command is not None
        return replace(command, by=who(story))

    return act_of_another


def _asked(kind: Any, by: Who, **members: Any) -> Act:
    """A command on the case; members that are functions are asked of the story."""

    def act(story: Story) -> Command:
        found = {n: v(story) if callable(v) else v for n, v in members.items()}
        expected = found.pop("seen", None) or story.now.version
        asked: Command = kind(
            by=by(story), cause="cmd:x", case=story.case_id, **{"expected": expected, **found}
        )
        return asked

    return act


def _hash(story: Story) -> str:
    return story.now.request_hash


def consent(who: str = "p2", of: str | None = None, **more: Any) -> Act:
    """A party agrees."""
    return _asked(GiveConsent, party(who), of=of or _hash, **more)


def decline(who: str = "p2") -> Act:
    """A party says no."""
    return _asked(DeclineConsent, party(who), of=_hash)


def revoke(who: str = "p2", of: str | None = None, **more: Any) -> Act:
    """A party takes its yes back."""
    return _asked(RevokeConsent, party(who), of=of or _hash, **more)


def pay(amount: int | None = None, payment: str = "payment-1", by: Who = TREASURY, **more: Any) -> Act:
    """Money comes; as much as is open, unless said otherwise."""
    return _asked(RecordPayment, by, statement=lambda s: statement(s, payment, amount, **more))


def pay_back(amount: int, payment: str = "payment-1", by: Who = TREASURY, **more: Any) -> Act:
    """Money goes back."""
    return _asked(RecordRefund, by, statement=lambda s: statement(s, payment, amount, **more))


def statement(story: Story, payment: str, amount: int | None, **more: Any) -> Statement:
    """What the treasury says."""
    now = story.now
    assert now.fee is not None
    fee = now.open_fee or now.fee
    open_amount = fee["amount"] - now.kept if fee is now.fee else fee["amount"] + now.fee["amount"] - now.kept
    found = {
        "payment": payment,
        "case": story.case_id,
        "amount": open_amount if amount is None else amount,
        "currency": fee["currency"],
        "paid_at": text(story.at),
        "jws": "signed.by.treasury",
    }
    return Statement(**{**found, **more})


def assess(by: Who = OFFICER, **more: Any) -> Act:
    """An officer has a provisional fee assessed anew."""
    return _asked(AssessFee, by, **more)


def assign(by: Who = OFFICER, to: Who | None = None, **more: Any) -> Act:
    """The case is given to somebody; to oneself, unless said otherwise."""
    return _asked(AssignCase, by, officer=lambda s: to(s).competences[0] if to else None, **more)


def amend(
    by: Who = applicant, of: str | None = None, evidence: Iterable[e.Attachment] = (), **members: Any
) -> Act:
    """The request is restated, with these members instead of what stood there."""

    def act(story: Story) -> Command:
        changed = as_filed(story.offer, {**_as_written(story), **members})
        return _asked(
            AmendRequest, by, of=lambda s: of or s.now.request_hash, request=changed, evidence=tuple(evidence)
        )(story)  # type: ignore[return-value]

    return act


def _as_written(story: Story) -> dict[str, Any]:
    """The request as people write it: without what the edge adds."""
    return {name: value for name, value in story.now.request.items() if not is_keyed(name)}


def ask(question: str = "When was the car sold?", by: Who = OFFICER, **more: Any) -> Act:
    """The officer asks."""
    return _asked(RequestInformation, by, question=question, **more)


def answer(words: str = "Yesterday.", by: Who = applicant, of: str | None = None, **more: Any) -> Act:
    """The applicant answers the newest question."""
    return _asked(ProvideInformation, by, of=lambda s: of or s.now.questions[-1]["of"], answer=words, **more)


def ask_for_opinion(
    authority: str = "kz-police", inquiry: str = "Is it wanted?", by: Who = OFFICER, **more: Any
) -> Act:
    """Another authority is asked."""
    return _asked(RequestOpinion, by, authority=authority, inquiry=inquiry, **more)


def give_opinion(
    words: str = "It is not.", by: Who | None = None, of: str | None = None, authority: str = "kz-police"
) -> Act:
    """The asked authority answers the newest question."""
    who = by or office("officer", f"{authority}-1", authority=authority)
    return _asked(GiveOpinion, who, of=lambda s: of or s.now.opinions[-1]["of"], opinion=words)


def extend(reason: str = "The file is at the archive.", by: Who = OFFICER, **more: Any) -> Act:
    """The time to decide is prolonged."""
    return _asked(ExtendDeadline, by, reason=reason, **more)


def propose(by: Who = OFFICER, **more: Any) -> Act:
    """The first pair of eyes."""
    return _asked(ProposeApproval, by, **more)


def approve(by: Who = SECOND, **more: Any) -> Act:
    """The deciding pair of eyes."""
    return _asked(ApproveCase, by, **more)


def write_entries(by: Who = OFFICER, **more: Any) -> Act:
    """What is approved and paid is written, where something stood in its way."""
    return _asked(WriteEntries, by, **more)


def refuse(
    *grounds: str, reason: str = "The tax of last year is open.", by: Who = OFFICER, **more: Any
) -> Act:
    """The authority says no."""
    return _asked(RefuseCase, by, grounds=grounds, reason=reason, **more)


def withdraw(by: Who = applicant, **more: Any) -> Act:
    """The request is taken back."""
    return _asked(WithdrawCase, by, **more)


def not_needed(exemption: str, by: Who = OFFICER, **more: Any) -> Act:
    """The law asks for none of this."""
    return _asked(DeclareNotNeeded, by, exemption=exemption, **more)


def serve(who: str = "p1", of: str | None = None, **more: Any) -> Act:
    """A party opens what ended the case."""
    return _asked(ServeDecision, party(who), of=lambda s: of or _ending(s), **more)


def presume(by: Who = clock) -> Act:
    """The clock looks whether the law takes it as read."""
    return _asked(PresumeServed, by)


def appeal(who: str = "p1", reason: str = "The tax is paid.", of: str | None = None, **more: Any) -> Act:
    """A party appeals."""
    return _asked(LodgeAppeal, party(who), of=lambda s: of or _ending(s), reason=reason, **more)


def take_back(who: str = "p1", of: str | None = None, **more: Any) -> Act:
    """A party takes the newest appeal back."""
    return _asked(TakeBackAppeal, party(who), of=lambda s: of or s.now.appeals[-1]["of"], **more)


def decide_appeal(
    outcome: str = "set_aside", reason: str = "It was paid.", by: Who | None = None, **more: Any
) -> Act:
    """The authority that the law names decides what is appealed."""

    def act(story: Story) -> Command | None:
        who = by or office("appeal_officer", authority=story.terms.appeals.authority)
        return _asked(DecideAppeal, who, outcome=outcome, reason=reason, **more)(story)

    return act


def waive(by: Who = applicant) -> Act:
    """What the ended case still holds is let go."""
    return _asked(WaiveClaim, by)


def _ending(story: Story) -> str:
    return story.now.ending["of"] if story.now.ending else "hash-of-nothing"


def lapse(by: Who = clock) -> Act:
    """The clock looks whether a time has run out."""
    return _asked(LapseCase, by)


def restate(by: Who = clock) -> Act:
    """The clock looks whether the calendar of today makes a day later."""
    return _asked(RestateDeadlines, by)


def end_appeal_term(by: Who = clock) -> Act:
    """The clock looks whether the appeal term has run out."""
    return _asked(EndAppealTerm, by)


def acknowledge(by: Who = REGISTRY, *, entry: Entry | None = None, **more: Any) -> Act:
    """The registry says that it applied the decision, on this entry or on the first that it wrote."""
    found = {
        "register": lambda s: (entry or s.entry).register,
        "authority": lambda s: s.terms.registry_of((entry or s.entry).register),
        "event": lambda s: (entry or s.entry).changes[-1],
        "jws": "signed.by.registry",
    }
    return _asked(RecordReceipt, by, **{**found, **more})


def object_to(
    by: Who = REGISTRY, *, code: str = "plate_unknown", entry: Entry | None = None, **more: Any
) -> Act:
    """The registry says that it cannot apply the decision, on this entry or on the first that it wrote."""
    found = {
        "register": lambda s: (entry or s.entry).register,
        "authority": lambda s: s.terms.registry_of((entry or s.entry).register),
        "event": lambda s: (entry or s.entry).changes[-1],
        "jws": "signed.by.registry",
    }
    return _asked(RecordObjection, by, **{**found, "code": code, **more})


def erase(*whose: str, by: Who = DATA_PROTECTION, basis: str = "the retention has ended") -> Act:
    """The data of these roles is to be destroyed; of everybody, where none is named."""
    return _asked(EraseCase, by, basis=basis, whose=whose)


def restrict(kind: str, by: Who | None = None, restriction: str = "restriction-1", **more: Any) -> Act:
    """An authority forbids to dispose of the entry; the one that the law names, unless said otherwise."""

    def act(story: Story) -> Command:
        named = next((r.authority for r in story.terms.restrictions if r.kind == kind), "nobody")
        who = by or office("restricting_officer", authority=named)
        return PlaceRestriction(restriction=restriction, kind=kind, **_of_entry(story, who), **more)

    return act


def lift(by: Who, restriction: str = "restriction-1") -> Act:
    """It is allowed again."""
    return lambda s: LiftRestriction(restriction=restriction, **_of_entry(s, by))


def _of_newest(story: Story, by: Who) -> dict[str, Any]:
    found = story.entry
    return {**_of_entry(story, by), "of": found.change, "expected": found.version}


def _other_colour(story: Story) -> dict[str, Any]:
    content = story.entry.content
    return {**content, "vehicle": {**(content["vehicle"] or {}), "colour": "green"}}


def propose_correction(by: Who = OFFICER, reason: str = "It is green.", **more: Any) -> Act:
    """An officer says that the car has another colour."""

    def act(story: Story) -> Command:
        said = {**_of_newest(story, by), "content": _other_colour(story), "reason": reason, **more}
        return ProposeCorrection(**said)

    return act


def propose_annulment(by: Who = OFFICER, reason: str = "Another car was meant.", **more: Any) -> Act:
    """An officer says that the newest change should not have been."""
    return lambda s: ProposeAnnulment(**{**_of_newest(s, by), "reason": reason, **more})


def drop_proposal(by: Who = SECOND, reason: str = "It is as it was.", **more: Any) -> Act:
    """An officer says no to what is proposed."""

    def act(story: Story) -> Command:
        proposal: Any = story.entry.proposal or {"event": "hash-of-nothing"}
        return DropProposal(**{**_of_newest(story, by), "of": proposal["event"], "reason": reason, **more})

    return act


def correct(by: Who = SECOND, **more: Any) -> Act:
    """A second officer agrees to what is proposed."""

    def act(story: Story) -> Command:
        proposal: Any = story.entry.proposal or {"event": "hash-of-nothing"}
        said = {"proposal": proposal["event"], **_written(story), **more}
        return CorrectEntry(**{**_of_newest(story, by), **said})

    return act


def correct_as_a_court(by: Who = JUDGE, reason: str | None = "Decided on 3 March.", **more: Any) -> Act:
    """The court says how it reads."""

    def act(story: Story) -> Command:
        content = more.pop("content", None) or _other_colour(story)
        said = {"content": content, "reason": reason, **_written(story), **more}
        return CorrectEntry(**{**_of_newest(story, by), **said})

    return act


def annul(by: Who = SECOND, **more: Any) -> Act:
    """A second officer agrees to what is proposed."""

    def act(story: Story) -> Command:
        proposal: Any = story.entry.proposal or {"event": "hash-of-nothing"}
        return AnnulEntry(
            **{**_of_newest(story, by), "proposal": proposal["event"], **_written(story), **more}
        )

    return act


def annul_as_a_court(by: Who = JUDGE, reason: str | None = "Decided on 3 March.", **more: Any) -> Act:
    """The court annuls the newest change."""
    return lambda s: AnnulEntry(**{**_of_newest(s, by), "reason": reason, **_written(s), **more})


def annul_result(by: Who = JUDGE, reason: str = "Decided on 3 March.", **more: Any) -> Act:
    """The court annuls what the case wrote."""
    return _asked(AnnulResult, by, reason=reason, **more)


def expire(by: Who = clock) -> Act:
    """The clock looks whether the last day of the entry is over."""
    return lambda s: ExpireEntry(**_of_entry(s, by))


def _written(story: Story) -> dict[str, Any]:
    return {"written_by": story.entry.written_by}


def changed_hands(story: Story) -> None:
    """A court gave the car to somebody else."""
    register = story.offer.procedure.registers[0]
    content = {**story.entry.content, "owner": person("KZ", 500)}
    changed = e.EntryChanged(
        register=register.name, content_version=register.content_version, title="court", content=content
    )
    story.happened((story.key, changed))


def ended(story: Story) -> None:
    """The entry is over, by whatever law."""
    register = story.offer.procedure.registers[0].name
    story.happened((story.key, e.EntryEnded(register=register, title="scrapped")))


def erase_entry(by: Who = DATA_PROTECTION, basis: str = "the retention has ended") -> Act:
    """The data of the entry is to be destroyed."""
    return lambda s: EraseEntry(basis=basis, **_of_entry(s, by))


def forget(by: Who = clock) -> Act:
    """The clock looks whether the law keeps the case no longer."""
    return _asked(ForgetCase, by)


def forget_entry(by: Who = clock) -> Act:
    """The same of the entry."""
    return lambda s: ForgetEntry(**_of_entry(s, by))


def grant(
    role: str = "officer", by: Who | None = None, *, person: str | None = "human-9", **more: Any
) -> Act:
    """Somebody is appointed, by the authority's personnel officer unless said otherwise."""

    def act(story: Story) -> Command:
        is_known = any(role in roles for roles in roles_in(story.offer.country).values())
        authority = more.get("authority", office_of(role, story) if is_known else story.terms.authority)
        found = {
            "authority": authority,
            "appointee": f"competence/{authority}/{person or more['login']['subject']}",
            "competence": "competence-1",
            "office_id": "office-9",
            "role": role,
            "person": person,
            **more,
        }
        return GrantCompetence(
            by=(by or office(PERSONNEL_OFFICER, authority=authority))(story),
            cause="cmd:x",
            country=story.offer.country,
            **found,
        )

    return act


def end(last_day: date | None = None, by: Who | None = None, competence: str = "competence-1") -> Act:
    """A competence is ended: at once, or with that day."""

    def act(story: Story) -> Command:
        held = (a for a in story.appointees.values() if a.find(competence))
        appointee = next((a.appointee for a in held), "competence/nobody")
        who = (by or PERSONNEL)(story)
        return EndCompetence(
            by=who,
            cause="cmd:x",
            country=story.offer.country,
            appointee=appointee,
            competence=competence,
            last_day=last_day,
        )

    return act


def _of_entry(story: Story, by: Who) -> dict[str, Any]:
    return {
        "by": by(story),
        "cause": "cmd:x",
        "country": story.offer.country,
        "register": story.offer.procedure.registers[0].name,
        "entry": stream_of(story.key),
    }


def bring(kind: str, n: int = 1) -> e.Attachment:
    """A piece of evidence."""
    return {
        "id": f"evidence-{n}",
        "kind": kind,
        "sha256": f"{n}".rjust(43, "A"),
        "media_type": "application/pdf",
        "size": 1000,
        "key": f"key-evidence-{n}",
    }


# --- how far a car sale has come --------------------------------------------------------------------------

FILED: Final = (file(),)
CONSENTED: Final = (*FILED, consent())
COMPLETE: Final = (*CONSENTED, pay())
IN_HAND: Final = (*COMPLETE, assign())
RETURNED: Final = (*IN_HAND, ask())
PROPOSED: Final = (*IN_HAND, propose())
APPROVED: Final = (*PROPOSED, approve())
COMPLETED: Final = (*APPROVED, acknowledge())
REFUSED: Final = (*IN_HAND, refuse("tax_unpaid"))
WITHDRAWN: Final = (*FILED, withdraw())
UNPAID: Final = (*CONSENTED, after(lambda c: c.fee["lapses"] if c.fee else None), lapse())  # lapsed
SERVED: Final = (*REFUSED, serve())
PRESUMED: Final = (after(lambda c: c.ending["served_after"] if c.ending else None), presume())
APPEALABLE: Final = (*PRESUMED, after(lambda c: c.appeal_until))  # so long; the clock has not looked yet
FINAL: Final = (*APPEALABLE, end_appeal_term())
APPEALED: Final = (*SERVED, appeal())


# --- mandates ---------------------------------------------------------------------------------------------

REPRESENTATIVE: Final = person("KZ", 950)


def as_human(known: dict[str, Any]) -> Who:
    """Somebody who signs in with the number of this person."""

    def found(story: Story) -> Actor:
        me = _human(known)
        return Actor(issuer="id.example", subject=me, client="portal", persons={story.offer.country: me})

    return found


def _human(known: dict[str, Any]) -> str:
    key = key_of(known)
    assert key is not None
    return human_of(key)


def give_mandate(
    to: dict[str, Any] = REPRESENTATIVE,
    *,
    by: Who | None = None,
    of: dict[str, Any] | None = None,
    **more: Any,
) -> Act:
    """The applicant (or another person or company) lets somebody act for them, for a year from today on."""

    def act(story: Story) -> Command:
        member = next(p.member for p in story.offer.procedure.parties if p.is_applicant)
        principal = of or story.request[member]
        key = mandate_key(_human(principal), _human(to))
        who = by or as_human(principal)
        return GiveMandate(
            by=who(story),
            cause="cmd:x",
            country=story.offer.country,
            mandate=stream_of(key),
            principal=principal,
            principal_person=_human(principal),
            representative=to,
            representative_person=_human(to),
            **{
                "procedures": (),
                "further": (),
                "since": None,
                "until": (story.at + timedelta(days=365)).date(),
                **more,
            },
        )

    return act


def end_mandate(by: Who | None = None, *, seen: int | None = None, **between: Any) -> Act:
    """Whoever gave the mandate takes it back, or somebody else ends it; as it stands, or as they saw it before."""

    def act(story: Story) -> Command:
        given = give_mandate(**between)(story)
        assert isinstance(given, GiveMandate)
        who = by(story) if by else given.by
        stands = story.mandates.get(mandate_key(given.principal_person, given.representative_person))
        expected = seen if seen is not None else stands.version if stands else 0
        return EndMandate(
            by=who, cause="cmd:x", country=given.country, mandate=given.mandate, expected=expected
        )

    return act


TOLD: Final[dict[str, Any]] = {
    "made_at": "2026-11-23T08:00:00.000000Z",
    "issuer": "City hospital",
    "city": "Almaty",
    "number": "17",
    "issued_on": "2026-11-20",
    "kind": "live",
    "order": 1,
    "child": {
        "sex": "female",
        "born_on": "2026-11-20",
        "born_at": None,
        "place": {"country": "KZ", "city": "Almaty", "facility": None, "setting": "hospital"},
    },
    "mother": None,
    "declaration": None,
}


def tell(said: dict[str, Any] | None = None, *, by: Who = HOSPITALS, key: Any = None) -> Act:
    """The office of the hospitals tells of a birth; ``key``: of the notice, where it is not that of ``TOLD``."""

    def act(story: Story) -> Command:
        cc = story.offer.country
        born = {**TOLD["child"], "place": {**TOLD["child"]["place"], "country": cc}}
        return RecordBirthNotice(
            by=by(story),
            cause="cmd:x",
            country=cc,
            notice=stream_of(key or notice_key(cc, "almaty", "city hospital", "17", "1")),
            authority=f"{cc.lower()}-hospitals",
            said=said or {**TOLD, "child": born},
            statement="signed",
        )

    return act
