"""The one lifecycle as a table: which command fits when, who may, and what its decision has to see.

A command is its row here, its decision (``domain/decisions/``) and its line at the edge. From the rows follow
what is told to fit, what the desk loads, the table of authorisation, and which routes ask for ``If-Match``.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from domain import commands as c
from domain.about import (
    ALL_THAT_CHANGES,
    CLAIMS,
    CLAIMS_AND_CHECKED,
    RESULT,
    TO_FILE,
    Sees,
    former_claims,
)
from domain.case import BEFORE_DECISION, ENDED, Case, Stage
from domain.countries import country_of
from domain.days.deadlines import Deadline, is_past
from domain.events import Further
from domain.offers import offer
from domain.parties import FIRST_PARTY, Capacity
from domain.retention import case_waits_for, is_forgotten, is_kept
from domain.roles import APPLICANT, COURT, HOSPITAL, OFFICERS, PARTY, PERSONNEL, May
from domain.running import is_over, is_too_late_to_appeal, over
from domain.terms import Terms


@dataclass(frozen=True, slots=True)
class Step:
    """A row. ``stages`` and ``when``: where the command fits, as people are told; only cases have stages. What is asked
    of no stage, and money, is taken at any.

    ``to``: from which stage it may lead to which others, by what the case is then complete of (None: nothing yet);
    else it stays. What completes a case leads to RETURNED where a question is open. From a stage in which nobody is
    told of it, money that came or went brings the case back.

    A judgement is bound to the version that the person saw; a fact is not, and names what it answers.
    ``of_party``: of which of the parties that may, as the row's ``may`` has it; told to no other.
    ``kept_back``: what a mandate has to name for it; told to nobody whose mandate does not. ``from_parties``: only
    where whoever has the mandate is another party of the case, or acts for one without a mandate.
    ``is_late``: whether the time for it is over, for this party; then it is told to nobody, and its decision says so.
    ``is_early``: whether the time for it has not come; the same.
    ``sees``: the claims and entries that are loaded for the decision; looking at another one is a fault.
    ``sees_when``: of which cases; of others nothing is loaded. ``sees_written``: the entries that the case wrote, too.
    ``sees_claims``: what belongs to the entries that are seen, too.
    ``reaches_erased``: it is taken also when the personal data of the case is erased.
    """

    command: type[c.Command]
    may: May | None  # None: the decision says who
    stages: tuple[Stage, ...] = ()
    to: Mapping[Stage | None, tuple[Stage, ...]] = field(default_factory=dict)
    when: Callable[[Case], bool] | None = None
    of_party: Callable[[Case, str], bool] | None = None
    kept_back: Further | None = None
    from_parties: bool = False
    is_late: Callable[[Case, str, datetime], bool] | None = None
    is_early: Callable[[Case, datetime], bool] | None = None
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
ASSIGN: Final = May("case.assign", OFFICERS, bars_who_took_part=True)
DECIDE: Final = May("case.decide", OFFICERS, bars_who_took_part=True)
OPINE: Final = May("case.opine", OFFICERS, bars_who_took_part=True)  # of the office that is asked
# For a party who cannot sign in, in the place of the row's own.
COUNTER: Final = May("case.counter", OFFICERS)
INFORM: Final = May("case.inform", (APPLICANT,))
AMEND: Final = May("case.amend", (APPLICANT,))
EXTEND: Final = May("case.extend", OFFICERS, bars_who_took_part=True)
NOT_NEEDED: Final = May("case.not_needed", OFFICERS, bars_who_took_part=True)
SERVE: Final = May("case.serve", (PARTY,))
WAIVE: Final = May("case.waive", (APPLICANT,))
APPEAL: Final = May("case.appeal", (PARTY,))
DECIDE_APPEAL: Final = May("case.decide_appeal", ("appeal_officer",), bars_who_took_part=True)
WITHDRAW: Final = May("case.withdraw", (APPLICANT,))
RECEIPT: Final = May("feed.receipt", ("registry",), same_authority=False)
ERASE: Final = May("case.erase", ("data_protection_officer",), same_authority=False)
RESTRICT: Final = May("entry.restrict", ("restricting_officer",), minds_kin=True)
LIFT: Final = May("entry.lift", ("restricting_officer", COURT), minds_kin=True)
PROPOSE_AMENDMENT: Final = May("entry.propose", OFFICERS, minds_kin=True)  # a court needs no second one
AMEND_ENTRY: Final = May("entry.amend", (*OFFICERS, COURT), minds_kin=True)
ANNUL_RESULT: Final = May("case.annul", (COURT,), minds_kin=True)
ERASE_ENTRY: Final = May("entry.erase", ("data_protection_officer",), same_authority=False)
GRANT: Final = May("competence.grant", (PERSONNEL,))
NOTIFY: Final = May("notice.record", (HOSPITAL,))
DECLARE: Final = May(
    "case.file", (HOSPITAL,)
)  # what the parents declared to it; of people, the request says who may
CLOCK: Final = May("clock", ())  # nobody: a time runs out by itself, and nobody is told that this fits


# --- conditions ---------------------------------------------------------------------------------------------


def _lacks_consents(case: Case) -> bool:
    return not case.has_consents


def _may_be_declined(case: Case) -> bool:
    return bool(may_decline(case))


def _may_revoke(case: Case) -> bool:
    return bool(case.consents) and case.proposal is None  # until the proposal (rules.md 16)


def _has_to_consent(case: Case, party: str) -> bool:
    return party in case.consents_asked and party not in case.consents


def may_decline(case: Case) -> tuple[str, ...]:
    """The parties that may say no, each ending the case: who was asked, until the last one has consented; and until it
    is decided who may stop it unasked, as the mother whose child another one registers.
    """
    asked = case.consents_asked if case.stage == Stage.FILED else ()
    found = offer(case.country, case.procedure)
    stops = {each.role for each in found.procedure.parties if each.may_stop} if found else set()
    others = (p for p, role in case.parties.items() if role in stops and p in case.persons)
    first = case.persons.get(FIRST_PARTY)
    return tuple(dict.fromkeys((*asked, *(p for p in others if case.persons[p] != first))))


def _may_say_no(case: Case, party: str) -> bool:
    return party in may_decline(case)


def _consented(case: Case, party: str) -> bool:
    return party in case.consents


def _takes_money(case: Case) -> bool:
    return case.stage == Stage.FILED or case.open_fee is not None


def _fee_may_be_said(case: Case) -> bool:
    """It waits for its value, or for the money of what an officer said, who may have slipped."""
    fee = case.open_fee
    return fee is not None and (fee["provisional"] or fee["said_by_officer"])


def _waits_for_entries_or_lapsed(case: Case) -> bool:
    """What may be written, or go on where it lapsed, once the money is there."""
    return case.waits_for_entries or case.stage in (Stage.LAPSED, Stage.APPEALED)


def _may_be_extended(case: Case) -> bool:
    terms = _terms_of(case)
    is_lawful = terms is not None and terms.times.extend is not None
    return is_lawful and case.decide_until is not None and not case.is_prolonged


def _has_exemptions(case: Case) -> bool:
    terms = _terms_of(case)
    return terms is not None and bool(terms.exemptions)


def _is_unserved(case: Case) -> bool:
    return bool(case.unserved) and not case.is_annulled


def _is_not_served(case: Case, party: str) -> bool:
    return party in case.unserved


def _may_be_approved(case: Case) -> bool:
    """By one alone, or once it is proposed; that it takes another person, the decision asks (rules.md 20)."""
    terms = _terms_of(case)
    needs_a_proposal = terms is None or (terms.four_eyes.are_asked and not terms.four_eyes.when)
    return case.proposal is not None or not needs_a_proposal


def _may_be_appealed(case: Case) -> bool:
    return case.ending is not None and not case.is_appeal_term_over and not case.is_annulled


def _has_appealed(case: Case, party: str) -> bool:
    return any(appeal["party"] == party for appeal in case.open_appeals)


def _may_appeal(case: Case, party: str) -> bool:
    return not _has_appealed(case, party) and party in case.may_appeal and party not in case.are_heard


def _may_waive(case: Case) -> bool:
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
    return bool(case.unanswered_opinions)


def _awaits_receipts(case: Case) -> bool:
    """Of what it wrote, or of what was amended since: one for each change of an entry."""
    changed = (
        len(case.entries) - len(each["left"]) if each["entry"] is None else 1 for each in case.amendments
    )
    return len(case.receipts) < len(case.entries) + sum(changed)


def _has_result(case: Case) -> bool:
    return bool(case.entries) and not case.is_annulled


def _may_be_forgotten(case: Case) -> bool:
    """Something is left of its people, nothing is due back, and nobody can appeal, or what was completed may be out of
    reach without the clock.
    """
    if is_forgotten(case):
        return False
    waits_for = case_waits_for(case)
    return waits_for is None or (
        waits_for == "appeal" and case.stage == Stage.COMPLETED and not case.to_go_back
    )


# --- times that are over or have not come, whether the clock has or not ---------------------------------------


def _is_kept(case: Case, at: datetime) -> bool:
    """By the law, or for an appeal."""
    terms = _terms_of(case)
    return terms is None or is_kept(case, terms, at, country_of(case.country))


def _is_overdue(case: Case, _party: str, at: datetime) -> bool:
    return case.decision_due is not None and is_past(case.decision_due, at)


def _is_late_to_consent(case: Case, _party: str, at: datetime) -> bool:
    return _has_passed(case.consent_until, case, at)


def _is_late_to_answer(case: Case, _party: str, at: datetime) -> bool:
    return _has_passed(case.open_question and case.open_question["answer_until"], case, at)


def _has_run_out(case: Case, _party: str, at: datetime) -> bool:
    return _has_passed(over(case, at), case, at)


def _is_late_to_appeal(case: Case, party: str, at: datetime) -> bool:
    terms = _terms_of(case)
    return terms is None or is_too_late_to_appeal(
        case, party, terms.times.appeal, at, country_of(case.country)
    )


def _has_passed(until: Deadline | None, case: Case, at: datetime) -> bool:
    return until is not None and is_over(until, at, country_of(case.country))


# --- the table ----------------------------------------------------------------------------------------------

FILED, IN_REVIEW, RETURNED, APPROVED = Stage.FILED, Stage.IN_REVIEW, Stage.RETURNED, Stage.APPROVED
REFUSED, LAPSED, COMPLETED, APPEALED = Stage.REFUSED, Stage.LAPSED, Stage.COMPLETED, Stage.APPEALED
WITHDRAWN: Final = Stage.WITHDRAWN
_BACK: Final = (FILED, IN_REVIEW, RETURNED, APPROVED)  # as it is complete then, or where it had been approved

_OF_A_RESULT: Final[Any] = {
    "sees": RESULT,
    "sees_written": True,
    "sees_claims": True,
    "reaches_erased": True,
}
ROWS: Final = (
    Step(c.FileCase, None, sees=TO_FILE, to={None: (FILED, IN_REVIEW)}),
    Step(
        c.AmendRequest,
        AMEND,
        (FILED, RETURNED),
        is_late=_has_run_out,
        sees=(*TO_FILE, former_claims),
        # It answers what was asked, so what was returned never stays so.
        to={FILED: (IN_REVIEW,), RETURNED: (FILED, IN_REVIEW)},
    ),
    # parties: each may at the counter, too, by a signed paper, before an officer (COUNTER)
    Step(
        c.GiveConsent,
        CONSENT,
        (FILED,),
        when=_lacks_consents,
        of_party=_has_to_consent,
        is_late=_is_late_to_consent,
        to={FILED: (IN_REVIEW, RETURNED)},
    ),
    Step(
        c.DeclineConsent,
        CONSENT,
        BEFORE_DECISION,
        when=_may_be_declined,
        of_party=_may_say_no,
        sees=CLAIMS,
        to={FILED: (WITHDRAWN,), IN_REVIEW: (WITHDRAWN,), RETURNED: (WITHDRAWN,)},
    ),
    Step(
        c.RevokeConsent,
        CONSENT,
        BEFORE_DECISION,
        when=_may_revoke,
        of_party=_consented,
        kept_back="revoke_consents",
        is_late=_has_run_out,
        to={IN_REVIEW: (FILED,), RETURNED: (FILED,)},
    ),
    # money: that it came or went back is a fact, and is taken at any stage (rules.md 18), also when all is paid. It
    # brings back what lapsed unpaid, also when nobody can appeal any more, and what is appealed against as lapsed so:
    # all of it paid in time, what was claimed free or its own, and nobody erased.
    Step(
        c.RecordPayment,
        PAY,
        (FILED, APPROVED),
        when=_takes_money,
        sees=ALL_THAT_CHANGES,
        sees_when=_waits_for_entries_or_lapsed,
        reaches_erased=True,
        to={FILED: (IN_REVIEW, RETURNED), LAPSED: _BACK, APPEALED: _BACK},
    ),
    Step(
        c.AssessFee,
        ASSESS,
        (FILED, APPROVED),
        when=_fee_may_be_said,
        is_judgement=True,
        sees=ALL_THAT_CHANGES,
        sees_when=_waits_for_entries,
        to={FILED: (IN_REVIEW, RETURNED)},
    ),
    Step(
        c.RecordRefund, PAY, reaches_erased=True, to={IN_REVIEW: (FILED,), RETURNED: (FILED,)}
    ),  # it had gone before it counted again
    # review
    Step(c.AssignCase, ASSIGN, (IN_REVIEW,), is_judgement=True),
    Step(c.RequestInformation, DECIDE, (IN_REVIEW,), is_judgement=True, to={IN_REVIEW: (RETURNED,)}),
    Step(
        c.ProvideInformation,
        INFORM,
        (RETURNED, FILED),
        when=_waits_for_an_answer,
        is_late=_is_late_to_answer,
        to={RETURNED: (IN_REVIEW,)},
    ),
    Step(c.RequestOpinion, DECIDE, (IN_REVIEW,), when=_has_whom_to_ask, is_judgement=True),
    # What comes after the decision is a fact, too: whether anything follows, an officer sees.
    Step(
        c.GiveOpinion,
        OPINE,
        (*BEFORE_DECISION, APPROVED, REFUSED, LAPSED, COMPLETED, APPEALED),
        when=_waits_for_an_opinion,
    ),
    Step(
        c.ExtendDeadline, EXTEND, (IN_REVIEW,), when=_may_be_extended, is_late=_is_overdue, is_judgement=True
    ),
    Step(c.ProposeApproval, DECIDE, (IN_REVIEW,), is_judgement=True),
    Step(
        c.ApproveCase,
        DECIDE,
        (IN_REVIEW,),
        when=_may_be_approved,
        is_judgement=True,
        sees=ALL_THAT_CHANGES,
        to={IN_REVIEW: (APPROVED,)},
    ),
    Step(
        c.RefuseCase,
        DECIDE,
        (IN_REVIEW,),
        is_judgement=True,
        sees=CLAIMS_AND_CHECKED,
        to={IN_REVIEW: (REFUSED,)},
    ),
    Step(
        c.WriteEntries, DECIDE, (APPROVED,), when=_entries_are_held, is_judgement=True, sees=ALL_THAT_CHANGES
    ),
    # ends
    Step(
        c.WithdrawCase,
        WITHDRAW,
        BEFORE_DECISION,
        kept_back="withdraw",
        is_judgement=True,
        sees=CLAIMS,
        to=dict.fromkeys(BEFORE_DECISION, (WITHDRAWN,)),
    ),
    Step(
        c.DeclareNotNeeded,
        NOT_NEEDED,
        BEFORE_DECISION,
        when=_has_exemptions,
        is_judgement=True,
        sees=CLAIMS,
        to=dict.fromkeys(BEFORE_DECISION, (Stage.NOT_NEEDED,)),
    ),
    Step(
        c.LapseCase,
        CLOCK,
        (FILED, RETURNED, APPROVED),
        sees=CLAIMS,
        reaches_erased=True,
        to=dict.fromkeys((FILED, RETURNED, APPROVED), (LAPSED,)),
    ),
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
        c.LodgeAppeal,
        APPEAL,
        (REFUSED, LAPSED, COMPLETED, APPEALED),
        when=_may_be_appealed,
        of_party=_may_appeal,
        kept_back="appeal",
        from_parties=True,
        is_late=_is_late_to_appeal,
        to=dict.fromkeys((REFUSED, LAPSED, COMPLETED), (APPEALED,)),
    ),
    Step(
        c.TakeBackAppeal,
        APPEAL,
        (APPEALED,),
        of_party=_has_appealed,
        kept_back="appeal",
        from_parties=True,
        to={APPEALED: (REFUSED, LAPSED, COMPLETED)},  # with the last open appeal
    ),
    Step(
        c.DecideAppeal,
        DECIDE_APPEAL,
        (APPEALED,),
        is_judgement=True,
        sees=(*CLAIMS, *RESULT),
        sees_written=True,
        sees_claims=True,
        # All open appeals at once. Upheld it stays how it ended; annulled, what was completed stays so; set aside, what
        # was refused or lapsed is open again.
        to={APPEALED: (REFUSED, LAPSED, COMPLETED, *_BACK)},
    ),
    Step(c.WaiveClaim, WAIVE, (REFUSED, LAPSED), when=_may_waive, kept_back="withdraw", sees=CLAIMS),
    Step(c.EndAppealTerm, CLOCK, (REFUSED, LAPSED, COMPLETED), sees=CLAIMS, reaches_erased=True),
    # what the registries answer, and what becomes of the result
    Step(
        c.RecordReceipt,
        RECEIPT,
        (APPROVED, COMPLETED, APPEALED),
        when=_awaits_receipts,
        sees_written=True,
        reaches_erased=True,
        to={APPROVED: (COMPLETED,)},
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
        ANNUL_RESULT,  # all that the case wrote, by a court alone; offices propose it of the entry
        (APPROVED, COMPLETED),
        when=_has_result,
        is_judgement=True,
        to={APPROVED: (COMPLETED,)},
        **_OF_A_RESULT,
    ),
    Step(c.EraseCase, ERASE, ENDED, when=_may_be_forgotten, is_early=_is_kept, reaches_erased=True),
    Step(c.ForgetCase, CLOCK, ENDED, reaches_erased=True),
    # entries
    Step(c.PlaceRestriction, RESTRICT),
    Step(c.LiftRestriction, LIFT),
    Step(c.ProposeCorrection, PROPOSE_AMENDMENT, is_judgement=True),
    Step(c.ProposeAnnulment, PROPOSE_AMENDMENT, is_judgement=True),
    Step(c.DropProposal, PROPOSE_AMENDMENT, is_judgement=True),
    Step(c.CorrectEntry, AMEND_ENTRY, is_judgement=True, **_OF_A_RESULT),
    # Of the case that wrote it, and with it all that this case wrote, in one append; not while an appeal is open, whose
    # decision says what becomes of what was written.
    Step(c.AnnulEntry, AMEND_ENTRY, is_judgement=True, **_OF_A_RESULT, to={APPROVED: (COMPLETED,)}),
    Step(c.ExpireEntry, CLOCK, sees_claims=True),
    Step(c.EraseEntry, ERASE_ENTRY),
    Step(c.ForgetEntry, CLOCK),
    # who may act for an authority
    Step(c.GrantCompetence, GRANT),
    Step(c.EndCompetence, GRANT),
    # mandates: whose they are says who may
    Step(c.GiveMandate, None),
    Step(c.EndMandate, None, is_judgement=True),
    # what the office of the hospitals tells
    Step(c.RecordBirthNotice, NOTIFY),
)
STEPS: Final[Mapping[type[c.Command], Step]] = {row.command: row for row in ROWS}
_TOLD_AT: Final[Mapping[str, tuple[Step, ...]]] = {
    stage.value: tuple(row for row in ROWS if stage in row.stages and row.may is not CLOCK) for stage in Stage
}
# Of those, what a party may ask: every party, or (False) the applicant alone.
_FIRST: Final = frozenset({FIRST_PARTY})
_TOLD_TO_PARTIES: Final[Mapping[str, tuple[tuple[Step, bool], ...]]] = {
    stage: tuple(
        (row, PARTY in row.may.roles)
        for row in rows
        if row.may is not None and not {PARTY, APPLICANT}.isdisjoint(row.may.roles)
    )
    for stage, rows in _TOLD_AT.items()
}


def does_fit(command: type[c.Command], case: Case) -> bool:
    """Whether the command fits the case as it stands."""
    step = STEPS[command]
    return case.stage in step.stages and (step.when is None or step.when(case))


def does_fit_for(command: type[c.Command], case: Case, party: str, at: datetime | None = None) -> bool:
    """Whether this party may ask it of the case as it stands; ``at`` as in ``fits``."""
    step = STEPS[command]
    return does_fit(command, case) and _is_for(step, case, (party,), at)


def fits(
    case: Case,
    parties: Collection[str] = (),
    *,
    mine: Collection[Capacity] = (),
    at: datetime | None = None,
) -> tuple[str, ...]:
    """The commands that fit the case as it stands, by name; those of the clock are nobody's to ask.

    ``parties``: only what whoever acts for these may ask; ``mine``: as what they do, where that keeps something back.
    ``at``: the moment, at which times may be over that nobody has closed yet; None: none is.
    """
    if not parties:
        return tuple(
            row.command.__name__
            for row in _TOLD_AT[case.stage]
            if (row.when is None or row.when(case)) and _is_in_time(row, case, case.parties, at)
        )
    found: list[str] = []
    for row, is_of_all in _TOLD_TO_PARTIES[case.stage]:
        if row.when is None or row.when(case):
            reached = _reached(row, parties, mine) if row.kept_back and mine else parties
            if _is_for(row, case, reached if is_of_all else _FIRST.intersection(reached), at):
                found.append(row.command.__name__)
    return tuple(found)


def _reached(row: Step, parties: Collection[str], mine: Collection[Capacity]) -> Collection[str]:
    """For which of the parties this may be asked by who acts for them."""
    for each in mine:
        if each.further is not None:
            return {each.party for each in mine if not is_kept_back(row, each.party, each.further, mine)}
    return parties


def is_kept_back(
    row: Step, party: str | None, further: Collection[str] | None, mine: Collection[Capacity]
) -> bool:
    """Whether the mandate by which somebody acts for the party, which says so much, does not reach this; ``mine``: for
    whom else they may act, and as what.
    """
    if row.kept_back is None or further is None or row.kept_back in further:
        return False
    return not row.from_parties or any(each.party != party and each.further is None for each in mine)


def _is_for(row: Step, case: Case, parties: Collection[str], at: datetime | None) -> bool:
    if row.of_party is not None:
        parties = [party for party in parties if row.of_party(case, party)]
    return bool(parties) and _is_in_time(row, case, parties, at)


def _is_in_time(row: Step, case: Case, parties: Collection[str], at: datetime | None) -> bool:
    """For any of these."""
    if at is None:
        return True
    if row.is_early is not None and row.is_early(case, at):
        return False
    if row.is_late is None:
        return True
    return any(not row.is_late(case, party, at) for party in parties)
