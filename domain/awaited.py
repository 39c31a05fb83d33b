"""What is next in a case: who must act, with what, and until when; pure, in codes. The edge says it in words.

A further thing to wait for is a function here, in ``_WAYS``, and its sentences ("awaited") among the messages.
"""

from collections.abc import Callable, Collection, Iterator
from datetime import date, datetime
from functools import lru_cache
from typing import Final, NamedTuple

from domain.about import asks_four_eyes, offer_of
from domain.case import BEFORE_DECISION, Case, Stage
from domain.case_parts import Fee, left_of
from domain.countries import country_of, legal_day
from domain.days.deadlines import Deadline
from domain.facts import Facts
from domain.fees import Fee as LawOfFee
from domain.fees import assess, holds_until
from domain.limits import SENIOR
from domain.parties import FIRST_PARTY
from domain.roles import OFFICERS, SUPERVISOR
from domain.running import is_too_late_to_appeal
from domain.terms import Terms

AUTHORITY: Final = "authority"
TREASURY: Final = "treasury"
REGISTRY: Final = "registry"
OFFICES: Final = (AUTHORITY, TREASURY, REGISTRY)
YOU: Final = "you"

# What somebody of an office has to do, and what a party has; said to the party itself in other words ("consent_you").
OF_OFFICES: Final = (
    "assessment",
    "assignment",
    "reassignment",
    "decision",
    "approval",
    "supervisor",
    "supervisor_approval",
    "opinion",
    "entries",
    "objection",
    "receipt",
    "refund",
    "appeal_decision",
)
OF_PARTIES: Final = (
    "consent",
    "fee",
    "fee_unknown",
    "entry_fee",
    "entry_fee_unknown",
    "answer",
    "opening",
    "appeal",
    "court",
    "court_alone",
    "court_annulled",
    "court_left",
    "filing",
)


class Awaited(NamedTuple):
    """One thing that is waited for. ``who``: a party ("p2"), or a kind of office; ``office`` names the office.

    ``time``: the member of the terms' times that gave the deadline, None where it is another's. ``amount_until``: the
    last day on which the amount surely holds, where that is before the last day to pay it. ``fee_until``: the same of
    the whole fee as it was assessed, whatever the last day to pay is.
    """

    who: str
    what: str
    until: Deadline | None = None
    time: str | None = None
    office: str | None = None
    amount: int | None = None
    currency: str | None = None
    amount_until: date | None = None
    fee_until: date | None = None


class Became(NamedTuple):
    """What became of what the case wrote since it was decided over last, by the entries.

    ``has_court_decided``: over all of it. ``taken_out``: the parties whom an office took out of an entry since, as its
    own error, and whom it does not name again; ``named``: those whom all of it names.
    """

    has_court_decided: bool = False
    taken_out: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()


AS_DECIDED: Final = Became()
_OF_COURTS: Final = ("court", "court_alone", "court_annulled", "court_left")


def awaited(case: Case, *, at: datetime | None = None) -> list[Awaited]:
    """All that the case waits for, as ``_WAYS`` has it; but for what it is too late for ``at`` that moment."""
    found: list[Awaited] = []
    for way in _AT[case.stage]:
        found += way(case)
    if at is None or not found:
        return found
    return [
        each if each.amount_until is None else _as_of(each, case, at)
        for each in found
        if each.what != "appeal" or not _is_too_late(each, case, at)
    ]


def amount_until(case: Case) -> date | None:
    """The last day on which the amount of the open fee surely holds, where its law counts by the day of payment; after
    it another value counts, or one that the law does not name yet (rules.md 10). None: it holds.
    """
    fee = case.open_fee
    return _sure_until(case, fee) if fee else None


def _sure_until(case: Case, fee: Fee) -> date | None:
    """The same of the fee that is open."""
    found = _law_of_payment(case, fee)
    if found is None:
        return None
    assessed = next(step["at"] for step in reversed(case.timeline) if step["what"] == "FeeAssessed")
    country = country_of(case.country)
    day = legal_day(datetime.fromisoformat(assessed), country)
    return holds_until(found, Facts(case.request, day), country)


def _law_of_payment(case: Case, fee: Fee) -> LawOfFee | None:
    """The law of the open fee, where its amount may be another on another day."""
    if fee["provisional"] or case.erased:
        return None
    terms = offer_of(case).since(case.terms)
    law = terms.entry_fee if case.waits_for_entries else terms.fee
    return law if law and law.unit_day == "payment" else None


def _as_of(found: Awaited, case: Case, at: datetime) -> Awaited:
    """What is to be paid today: after the amount's last day by today's value, or so much as nobody knows yet."""
    last, country = found.amount_until, country_of(case.country)
    if last is None or (today := legal_day(at, country)) <= last:
        return found
    fee = case.open_fee
    law = _law_of_payment(case, fee) if fee else None
    if fee is None or law is None:
        return found
    facts = Facts(case.request, today)
    now = assess(law, facts, country)
    if now["provisional"]:
        return found._replace(what=f"{found.what}_unknown", amount=None, currency=None, amount_until=None)
    until = _before(holds_until(law, facts, country), found.until)
    more = now["amount"] - fee["amount"]
    return found._replace(amount=max((found.amount or 0) + more, 0), amount_until=until)


def _before(day: date | None, due: Deadline | None) -> date | None:
    return day if day and due and day.isoformat() < due["due"] else None


def _is_too_late(found: Awaited, case: Case, at: datetime) -> bool:
    """A time to appeal is over by itself; nobody waits for whom it is over."""
    appeal = offer_of(case).since(case.terms).times.appeal
    return is_too_late_to_appeal(case, found.who, appeal, at, country_of(case.country))


def unconfirmed(case: Case) -> frozenset[str]:
    """The members of the case's law that are not settled (``Terms.unconfirmed``)."""
    return unconfirmed_of(offer_of(case).since(case.terms))


@lru_cache(maxsize=512)  # of the rows of law
def unconfirmed_of(terms: Terms) -> frozenset[str]:
    """The members of the row that are not settled law, found once."""
    return frozenset(terms.unconfirmed)


def is_unconfirmed(found: Awaited, doubtful: Collection[str]) -> bool:
    """Whether its day stands on law that is not settled; of an appeal also, who decides it."""
    if found.what == "appeal" and "appeals" in doubtful:
        return True
    return found.until is not None and member_of(found.time or found.what) in doubtful


def member_of(time: str) -> str:
    """The member of the terms that gives this time."""
    return {"opinion": "opinions", "appeal_decision": "appeals"}.get(time, f"times.{time}")


# --- one after the other ------------------------------------------------------------------------------------


def _consents(case: Case) -> Iterator[Awaited]:
    for party in case.consents_asked:
        if party not in case.consents:
            yield Awaited(party, "consent", case.consent_until, "consent")


def _fee(case: Case) -> Iterator[Awaited]:
    fee = case.open_fee
    if fee is None:
        if case.fee and (gone := case.gone):
            yield Awaited(FIRST_PARTY, "fee", amount=gone, currency=case.fee["currency"])
        return
    if fee["provisional"]:
        yield Awaited(AUTHORITY, "assessment", office=case.authority)
    elif case.stage == Stage.FILED:
        yield _to_pay("fee", fee, fee["amount"] - case.kept, case)
    else:
        kept = case.kept - (case.fee["amount"] if case.fee else 0)
        yield _to_pay("entry_fee", fee, fee["amount"] - kept, case)


def _to_pay(what: str, fee: Fee, left: int, case: Case) -> Awaited:
    time = "pay" if what == "fee" else "pay_entry"
    sure = _sure_until(case, fee)
    until = _before(sure, fee["due"])
    return Awaited(
        FIRST_PARTY, what, fee["due"], time, None, left, fee["currency"], amount_until=until, fee_until=sure
    )


def _opinions(case: Case) -> Iterator[Awaited]:
    for opinion in case.open_opinions:
        yield Awaited(AUTHORITY, "opinion", opinion["answer_until"], office=opinion["authority"])


def _review(case: Case) -> Iterator[Awaited]:
    yield Awaited(AUTHORITY, review_of(case), case.decide_until, "decide", case.authority)


def review_of(case: Case) -> str:
    """What of an officer a case in review waits for. Where one person decides, a proposal is nobody's first pair of
    eyes; and where the law wants a senior one, that one has to have the case, or is one of two.
    """
    is_senior, proposal = SENIOR in case.warnings, case.proposal
    are_two = asks_four_eyes(case) if is_senior or proposal else False
    if is_senior and not are_two:
        return "supervisor"
    if case.officer is None:
        return "assignment"
    if proposal is None or not are_two:
        return "decision"
    return "supervisor_approval" if is_senior and proposal["role"] != SUPERVISOR else "approval"


def _answer(case: Case) -> Iterator[Awaited]:
    if question := case.open_question:
        yield Awaited(FIRST_PARTY, "answer", question["answer_until"], "answer")


def _registers(case: Case) -> Iterator[Awaited]:
    if case.waits_for_entries and case.open_fee is None:
        yield Awaited(AUTHORITY, "entries", office=case.authority)
    if case.open_objections:
        yield Awaited(AUTHORITY, "objection", office=case.authority)
    terms = offer_of(case).since(case.terms) if case.entries else None
    for entry in case.unapplied:
        if terms is not None:
            yield Awaited(REGISTRY, "receipt", office=terms.registry_of(entry["register"]))


def _appeal(case: Case) -> Iterator[Awaited]:
    """Against a yes nobody is expected to appeal."""
    if case.ending is None or case.is_appeal_term_over:
        return
    office = offer_of(case).since(case.terms).appeals.authority
    for party in _each_known_once(case):
        served = case.served.get(party)
        if party in case.are_heard:
            continue
        if served is None:
            yield Awaited(party, "opening", case.ending["served_after"], "served")
        yield appeal_of(case, party, office)


def appeal_of(case: Case, party: str, office: str) -> Awaited:
    """To whom this party may appeal, and until when; of who is not served no day is known."""
    served = case.served.get(party)
    return Awaited(party, "appeal", served["appeal_until"] if served else None, "appeal", office)


def _each_known_once(case: Case) -> Iterator[str]:
    """Of those who may appeal each human once, and nobody who is not known: a child, a father whom nobody names."""
    people, met = case.people, set[str]()
    for party in case.may_appeal:
        human, representative = people[party]
        if human in met or not (human or representative or party in (FIRST_PARTY, *case.consents_asked)):
            continue
        met |= {human} if human else set()
        yield party


def _court(case: Case) -> Iterator[Awaited]:
    """Who lost their appeal, or what was annulled on one, has the court that the law names, for as long as other laws
    say; so has everybody where something else was registered since, or an office amended for its own error, which no
    office decides an appeal against.
    """
    if not (case.appeals or case.amendments):
        return
    amendments = offer_of(case).since(case.terms).amendments
    if amendments is None or amendments.court is None:
        return
    for party, what in _may_turn_to_the_court(case):
        yield Awaited(party, what, office=amendments.court.authority)


def as_it_became(waits: list[Awaited], case: Case, became: Became) -> list[Awaited]:
    """Who may turn to the court as the entries are by now: nobody once it has decided; and where an office amended
    what a won appeal had given back, who lost by that, and not who has the thing again.
    """
    if became.has_court_decided:
        return [each for each in waits if each.what not in _OF_COURTS]
    lost, amendments = became.taken_out, offer_of(case).since(case.terms).amendments
    if not lost or amendments is None or amendments.court is None or _is_by_an_office(case):
        return waits
    over = lost | became.named
    left = [each for each in waits if each.what != "court_annulled" or each.who not in over]
    court = amendments.court.authority
    return [*left, *(Awaited(party, "court_alone", office=court) for party in sorted(lost))]


def court_counts_since(case: Case) -> dict[str, str]:
    """Of each entry over which a party may turn to the court, since when what a court says of it is its decision."""
    entries, amended = [each["entry"] for each in case.entries], case.amendments
    if _is_by_an_office(case):
        newest = amended[-1]
        return dict.fromkeys([newest["entry"]] if newest["entry"] else entries, newest["at"])
    if case.is_annulled:
        at = next(each["at"] for each in reversed(amended) if each["what"] == "annulment")
        left = case.left
        return {entry: case.wrote_at or at if entry in left else at for entry in entries}
    lost = case.have_lost
    decided = (a["decided_at"] for a in case.appeals if a["party"] in lost and a["decided_at"])
    return dict.fromkeys(entries, max(decided)) if lost else {}


def _may_turn_to_the_court(case: Case) -> Iterator[tuple[str, str]]:
    is_by_an_office = _is_by_an_office(case)
    if not case.is_annulled:
        yield from ((party, "court") for party in sorted(case.have_lost))
    elif not is_by_an_office:
        lost, is_left = case.have_lost_by_annulment, any(each["left"] for each in case.amendments)
        for party in _each_known_once(case):
            if party in lost or is_left:
                yield party, "court_left" if is_left else "court_annulled"
    if is_by_an_office:
        yield from ((party, "court_alone") for party in _each_known_once(case))


def _is_by_an_office(case: Case) -> bool:
    """Whether an office was the last to amend, for its own error."""
    amended = ("ResultCorrected", "ResultAnnulled")
    newest = (step["by"] for step in reversed(case.timeline) if step["what"] in amended)
    return bool(case.amendments) and next(newest) in OFFICERS


def _not_needed(case: Case) -> Iterator[Awaited]:
    """Nothing was refused, so nobody appeals: whoever sees it otherwise files again."""
    if not case.erased:
        yield Awaited(FIRST_PARTY, "filing")


def _appealed(case: Case) -> Iterator[Awaited]:
    """One decision is on all that are open: the first day is the one that counts."""
    if open_now := case.open_appeals:
        ends = [appeal["decide_until"] for appeal in open_now if appeal["decide_until"]]
        until = min(ends, key=lambda end: end["until"], default=None)
        yield Awaited(AUTHORITY, "appeal_decision", until, office=open_now[0]["authority"])


def _refunds(case: Case) -> Iterator[Awaited]:
    for payment, refund in case.refunds.items():
        if (left := left_of(refund)) > 0:
            yield Awaited(TREASURY, "refund", amount=left, currency=case.payments[payment][1])


_EVER: Final = tuple(Stage)
# Each with the stages in which it may find something; in this order it is said.
_WAYS: Final[tuple[tuple[Callable[[Case], Iterator[Awaited]], tuple[Stage, ...]], ...]] = (
    (_consents, (Stage.FILED,)),
    (_fee, _EVER),
    (_answer, (Stage.RETURNED, Stage.FILED)),
    (_opinions, BEFORE_DECISION),
    (_review, (Stage.IN_REVIEW,)),
    (_registers, (Stage.APPROVED,)),
    (_appeal, (Stage.REFUSED, Stage.LAPSED)),
    (_court, tuple(stage for stage in _EVER if stage != Stage.APPEALED)),
    (_not_needed, (Stage.NOT_NEEDED,)),
    (_appealed, (Stage.APPEALED,)),
    (_refunds, _EVER),
)
_AT: Final = {stage.value: tuple(way for way, stages in _WAYS if stage in stages) for stage in Stage}
