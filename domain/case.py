"""One person's request, from filing to its end: its stages and its state; what may happen, and where it leads, is in
lifecycle.py (drawn in docs/reference/lifecycle.md).
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

from domain.case_parts import (
    Amendment,
    Appeal,
    Decided,
    Ending,
    Extension,
    Fee,
    Former,
    Held,
    Objection,
    Opinion,
    Proposal,
    Question,
    Refund,
    RestatedDay,
    ServedTo,
    amount_of,
    covers,
    has_all,
    left_of,
)
from domain.days.deadlines import Deadline
from domain.events import CaseApproved, EntriesWritten, EntryMember, ResultAnnulled
from domain.parties import (
    AT_COUNTER,
    BOTH_SIDES,
    OPINION_OPEN,
    Representative,
    persons_in,
    representatives_in,
)
from domain.roles import COURT, HOSPITAL


class Stage(StrEnum):
    """Where a case is in its life; one lifecycle for all procedures."""

    FILED = "filed"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    NOT_NEEDED = "not_needed"
    COMPLETED = "completed"
    APPEALED = "appealed"


BEFORE_DECISION: Final = (Stage.FILED, Stage.IN_REVIEW, Stage.RETURNED)
ENDED: Final = (Stage.REFUSED, Stage.WITHDRAWN, Stage.LAPSED, Stage.NOT_NEEDED, Stage.COMPLETED)


class Case(NamedTuple):
    """A case as its events tell it; JSON values only, so that a read model can keep it as it is.

    A tuple: one is made for every event. Nothing in it is ever changed in place.

    Personal values that are erased are None; ``owners`` says whose each personal member of the request is.
    ``proposers``: whoever proposed an approval, ever, also where that is void now.
    ``acting``: the humans who acted for a party without being one, "a1" -> keyed person id, for every time that they
    do.
    ``at_counter``: [office id, keyed person id] of each officer who acted for a party.
    """

    case: str
    country: str
    procedure: str
    form: int
    terms: str
    authority: str
    filed_at: str
    stage: str
    version: int
    parties: Mapping[str, str]
    request: Mapping[str, Any]
    owners: Mapping[str, str]
    evidence: list[Any] | None
    warnings: list[str]
    request_hash: str  # of the last event that changed the request: what a consent is given over
    consents_asked: list[str]
    consent_until: Deadline | None
    consents: Mapping[str, str]
    payments: Mapping[str, list[Any]]  # id -> [amount, currency, paid_at]
    refunds: Mapping[str, Refund]  # by the payment's id
    counted: Mapping[str, list[list[Any]]]  # the same -> [amount, at] of what was due back and counted again
    questions: list[Question]  # oldest first
    opinions: list[Opinion]  # oldest first
    effects: list[str]
    entries: list[EntryMember]  # what the approval wrote
    receipts: Mapping[str, str]  # event -> the entry that it wrote: what the registries have applied
    objections: list[Objection]  # oldest first, those that are over too
    restatements: Mapping[str, str]  # each request that was amended -> the digest of what it was restated as
    amendments: list[Amendment]  # of what it wrote, oldest first
    erased: list[str]
    erasure_bases: Mapping[str, str]  # whose data fell -> on which legal basis, the newest
    timeline: list[Mapping[str, Any]]
    acting: Mapping[str, str | None]
    at_counter: list[list[str | None]]
    acted_for: Mapping[str, list[str]]  # who acted, "a1" or "p2" -> for which other parties
    former: list[Former]  # oldest first
    proposers: list[Proposal]  # oldest first
    decisions: list[Decided]  # newest last; those that were set aside, too
    extensions: list[Extension]
    restated: list[RestatedDay]  # oldest first
    served: Mapping[str, ServedTo]  # party -> what ended the case
    appeals: list[Appeal]  # oldest first
    barred: list[list[str | None]]  # [office id, keyed person id] of who took part in what was set aside
    set_aside_by: list[list[str | None]]  # the same of who set it aside
    fee: Fee | None = None
    entry_fee: Fee | None = None  # due between the approval and the entry
    entries_held: Held | None = None
    paid: int = 0
    decision_due: Deadline | None = None
    officer: str | None = None
    proposal: Proposal | None = None
    incomplete_since: str | None = (
        None  # from when on it was not complete any more, after the clock had begun
    )
    ending: Ending | None = None
    lapsed_from: str | None = None  # the stage
    has_waived: bool = False  # what it still held
    has_freed_slots: bool = False  # of quotas; it takes them again where it goes on
    claims_lost_at: str | None = None  # it was set aside when others had what it had claimed
    is_appeal_term_over: bool = False

    @property
    def persons(self) -> dict[str, str]:
        """Party ("p1") -> the keyed id of the person, for parties that are persons and are not erased."""
        return persons_in(self.request, self.parties)

    @property
    def representatives(self) -> dict[str, Representative]:
        """Party -> who may act for it, for those who have somebody and are not erased."""
        return representatives_in(self.request, self.parties)

    @property
    def is_by_notice(self) -> bool:
        """Whether the office of the hospitals filed it."""
        return bool(self.timeline[0]["by"] == HOSPITAL)

    @property
    def people(self) -> dict[str, list[str | None]]:
        """Party -> who it is, and who acts for it, as the request names them (keyed ids); None: nobody who is known."""
        persons, acting = self.persons, self.representatives
        return {p: [persons.get(p), acting[p]["person"] if p in acting else None] for p in self.parties}

    @property
    def took_part(self) -> frozenset[str]:
        """The humans who were a party of a request that is restated since, or acted for one."""
        people = (humans for former in self.former for humans in former["people"].values())
        return frozenset(human for humans in people for human in humans if human)

    @property
    def by_paper(self) -> frozenset[str]:
        """The parties for whom somebody acts by a paper alone, which the officer judges."""
        if not self.warnings:
            return frozenset()
        return frozenset(p for p in self.parties if f"acts_by_paper:{self.whose(p)}" in self.warnings)

    @property
    def was_at_counter(self) -> frozenset[str]:
        """The officers who acted for a party: they take no part in the decision."""
        return frozenset(known for officer in self.at_counter for known in officer if known)

    @property
    def all_warnings(self) -> list[str]:
        """What the officer is told: at the filing, and since."""
        since = {
            AT_COUNTER: self.at_counter,
            BOTH_SIDES: self.is_one_for_both_sides,
            OPINION_OPEN: self.opinions and self.open_opinions,
        }
        return [*self.warnings, *(code for code, is_so in since.items() if is_so)]

    @property
    def is_one_for_both_sides(self) -> bool:
        """Whether somebody who acts for a party, by the request or since, is one in another role, or acts for one."""
        named = self.representatives
        if not named and not self.acted_for:
            return False
        persons = self.persons
        acting = [(each["person"], party) for party, each in named.items()]
        for who, parties in self.acted_for.items():
            if known := persons.get(who) or self.acting.get(who):  # None: erased
                acting += [(known, party) for party in parties]
        roles: dict[str, set[str]] = {}
        for human, party in (*acting, *((person, party) for party, person in persons.items())):
            roles.setdefault(human, set()).add(self.parties[party])
        return any(len(roles[human]) > 1 for human, _ in acting)

    @property
    def judges(self) -> frozenset[str]:
        """Who has the case, ever proposed, or decided, by their ids within the authority and as persons."""
        named = (known for judge in judges_of(self) for known in judge)
        return frozenset(known for known in named if known)

    @property
    def have_asked(self) -> frozenset[str]:
        """Whoever asked another authority for its opinion, by their ids within theirs."""
        return frozenset(opinion["asked_by"] for opinion in self.opinions)

    @property
    def have_opined(self) -> frozenset[str]:
        """Whoever gave the opinion of an authority, by their ids within it."""
        return frozenset(opinion["given_by"] for opinion in self.opinions if opinion["given_by"])

    @property
    def have_proposed(self) -> frozenset[str]:
        """Whoever proposed an approval, ever, by their ids within the authority and as persons."""
        named = (known for one in self.proposers for known in (one["officer"], one["person"]))
        return frozenset(known for known in named if known)

    @property
    def judged_what_was_set_aside(self) -> frozenset[str]:
        """Who judged what was set aside since: they take no part any more (rules.md 19)."""
        return frozenset(known for judge in self.barred for known in judge if known)

    @property
    def was_set_aside_by(self) -> frozenset[str]:
        """Who set a decision aside: they do not take the new one."""
        return frozenset(known for judge in self.set_aside_by for known in judge if known)

    def has_evidence(self, pieces: Iterable[tuple[str, str]]) -> bool:
        """Whether each of these was brought before: (kind, SHA-256)."""
        there = {(piece["kind"], piece["sha256"]) for piece in self.evidence or ()}
        return there.issuperset(pieces)

    def whose(self, party: str) -> str:
        """By which name what is about this party is sealed: its role, of several in one role with a number."""
        return self.owners[f"person_{party}"]

    @property
    def decided(self) -> Decided | None:
        """The newest decision that stands."""
        return next((one for one in reversed(self.decisions) if not one["is_set_aside"]), None)

    @property
    def may_appeal(self) -> Collection[str]:
        """The parties who are served what ended the case, and have a time to appeal of their own: all of them, asked
        for consent or not. Who cannot act is spoken for at the counter, or the law takes it as read (``served_after``).
        """
        return self.parties

    @property
    def unserved(self) -> list[str]:
        """Of them, those who are not known to have it; nobody waits for them once the time to appeal is over."""
        if self.ending is None or self.is_appeal_term_over:
            return []
        return [party for party in self.may_appeal if party not in self.served]

    @property
    def appeal_until(self) -> Deadline | None:
        """The last day for the last of the parties that are not heard; None while it is not known."""
        if self.ending is None or self.unserved:
            return None
        heard = self.are_heard
        ends = (each["appeal_until"] for party, each in self.served.items() if party not in heard)
        return max(ends, key=lambda until: until["until"], default=None)

    @property
    def have_lost(self) -> frozenset[str]:
        """The parties who appealed against what ended the case in vain: it was upheld."""
        since = self.ending["at"] if self.ending else None
        lost = (a["party"] for a in self.appeals if a["outcome"] == "upheld" and since and a["at"] >= since)
        return frozenset(lost)

    @property
    def have_appealed(self) -> frozenset[str]:
        """The parties who appealed against what ended the case, and did not take that back."""
        since = self.ending["at"] if self.ending else None
        mine = (a for a in self.appeals if since and a["at"] >= since and a["taken_back_at"] is None)
        return frozenset(appeal["party"] for appeal in mine)

    @property
    def have_lost_by_annulment(self) -> frozenset[str]:
        """The parties who did not ask that what was written counts no more, where an office annulled it."""
        annulled = (each for each in reversed(self.timeline) if each["what"] == ResultAnnulled.__name__)
        if next((each["by"] for each in annulled), COURT) == COURT:
            return frozenset()
        return frozenset(self.parties).difference(self.same_humans(self.have_appealed))

    @property
    def are_heard(self) -> frozenset[str]:
        """The same, and as whom else they take part: a human is heard here once."""
        return self.same_humans(self.have_lost)

    def same_humans(self, parties: Iterable[str]) -> frozenset[str]:
        """These parties, and those who are the same human as one of them."""
        found = frozenset(parties)
        if not found:
            return found
        persons = self.persons
        humans = {persons[party] for party in found if party in persons}
        return found.union(party for party, human in persons.items() if human in humans)

    @property
    def is_prolonged(self) -> bool:
        """Whether the time to decide that runs now was prolonged; after a set-aside the full time runs anew."""
        if not self.extensions:
            return False
        anew = (
            a["decided_at"] or "" for a in self.appeals if a["outcome"] == "set_aside" and a["decided_by"]
        )
        return self.extensions[-1]["at"] > max(anew, default="")

    @property
    def open_appeals(self) -> list[Appeal]:
        """Those that are neither decided nor taken back."""
        return [a for a in self.appeals if a["decided_at"] is None and a["taken_back_at"] is None]

    @property
    def open_question(self) -> Question | None:
        """The question that waits for its answer; also while a consent is asked anew."""
        newest = self.questions[-1] if self.questions else None
        is_open = newest is not None and newest["answered_at"] is None
        return newest if is_open and self.stage in (Stage.RETURNED, Stage.FILED) else None

    @property
    def open_opinions(self) -> list[Opinion]:
        """What other authorities are asked, and have not answered, while there is something to decide."""
        return self.unanswered_opinions if self.opinions and self.stage in BEFORE_DECISION else []

    @property
    def unanswered_opinions(self) -> list[Opinion]:
        """The same, also of what was decided without: until nobody can appeal any more, what comes late is heard."""
        if not self.opinions or self.is_annulled or self.is_appeal_term_over:
            return []
        if self.stage in (Stage.WITHDRAWN, Stage.NOT_NEEDED):
            return []
        return [opinion for opinion in self.opinions if opinion["given_at"] is None]

    @property
    def late_opinions(self) -> list[Opinion]:
        """Those that came after what was decided without them, as long as that stands and nothing was amended since."""
        decided = self.decided if self.opinions else None
        if decided is None or self.is_appeal_term_over:
            return []
        since = max((decided["at"], *(amendment["at"] for amendment in self.amendments)))
        return [opinion for opinion in self.opinions if (opinion["given_at"] or "") > since]

    @property
    def stands_still_since(self) -> str | None:
        """Since when the time to decide stands still, None while it runs: for a question, for an investigation, for
        consents and money that an amendment or a party who thought again made necessary.

        Of several that overlap the first counts, and what the deadline has in its stops already does not; nor what was
        before it began: it may have begun anew, and the question be open still.
        """
        since = [opinion["at"] for opinion in self.open_opinions if opinion["investigation"]]
        if question := self.open_question:
            since.append(question["at"])
        if self.incomplete_since:
            since.append(self.incomplete_since)
        if not since:
            return None
        due = self.decision_due
        counted = [stop["answer_at"] for stop in due["stops"][-1:]] if due else []
        if due and "T" in due["start"]:  # what was prolonged runs from a day that may lie ahead
            counted.append(due["start"])
        return max([min(since), *counted])

    @property
    def decide_until(self) -> Deadline | None:
        """The time to decide where it runs: while it stands still, the day that it had is none any more."""
        is_running = self.stage == Stage.IN_REVIEW and self.stands_still_since is None
        return self.decision_due if is_running else None

    @property
    def open_objections(self) -> list[Objection]:
        """What registries cannot apply, and have not applied since, as it stands."""
        applied = set(self.receipts.values())
        return [each for each in self.objections if not each["is_over"] and each["entry"] not in applied]

    @property
    def is_annulled(self) -> bool:
        """What it wrote counts no more."""
        return bool(self.amendments) and any(each["what"] == "annulment" for each in self.amendments)

    @property
    def left(self) -> list[str]:
        """The entries that an annulment left as they read: over them a court decides, where none has since the case
        wrote them.
        """
        return [entry for amendment in self.amendments for entry in amendment["left"]]

    @property
    def wrote_at(self) -> str | None:
        """When it wrote its entries; None: it has not."""
        wrote = (CaseApproved.__name__, EntriesWritten.__name__)
        at = (step["at"] for step in reversed(self.timeline) if step["what"] in wrote)
        return next(at, None) if self.entries else None

    @property
    def unanswered(self) -> list[EntryMember]:
        """What it wrote, and no registry has said yet that it applied it."""
        return [entry for entry in self.entries if entry["entry"] not in self.receipts.values()]

    @property
    def unapplied(self) -> list[EntryMember]:
        """Of what was approved, what a registry has neither applied nor objected to."""
        if self.stage != Stage.APPROVED:
            return []
        objected = {objection["entry"] for objection in self.open_objections}
        return [entry for entry in self.unanswered if entry["entry"] not in objected]

    @property
    def has_consents(self) -> bool:
        """Nobody's consent is open."""
        return has_all(self.consents_asked, self.consents)

    @property
    def is_paid(self) -> bool:
        """Nothing is left to pay of the fee for the filing, and it is certain."""
        return covers(self.fee, self.kept)

    @property
    def asked(self) -> int:
        """Both fees together."""
        return amount_of(self.fee) + amount_of(self.entry_fee)

    @property
    def kept(self) -> int:
        """What came, without what is due back."""
        return (
            self.paid - sum(refund["due"] for refund in self.refunds.values()) if self.refunds else self.paid
        )

    @property
    def to_go_back(self) -> int:
        """What is due back and has not gone yet; what went back twice of one payment makes up for no other."""
        return sum(max(left_of(refund), 0) for refund in self.refunds.values())

    def counts_again(
        self, missing: int, is_counted: Callable[[str], bool] = lambda _paid_at: True
    ) -> dict[str, int]:
        """Payment -> as much of it as is missing of what is due back and has not gone yet, the oldest first.

        ``is_counted``: whether what was paid at that moment may count.
        """
        found: dict[str, int] = {}
        for payment, refund in self.refunds.items() if missing > 0 else ():
            left = min(missing, left_of(refund))
            if left > 0 and is_counted(self.payments[payment][2]):
                found[payment] = left
                missing -= left
        return found

    def was_due(self, payment: str, at: datetime) -> int:
        """As much of the payment as was due back at that moment, and counted again only since."""
        known = self.counted.get(payment, ())
        return sum(amount for amount, since in known if datetime.fromisoformat(since) > at)

    @property
    def gone(self) -> int:
        """What is missing of the fees of what was approved, as it had gone back before it counted again; nothing of
        what counts no more.
        """
        if (
            self.is_annulled
            or self.decided is None
            or self.decided["kind"] != "approved"
            or self.waits_for_entries
        ):
            return 0
        return max(self.asked - self.kept, 0)

    @property
    def was_approved(self) -> bool:
        """It lapsed as what was approved; open again, it is so again."""
        return self.lapsed_from == Stage.APPROVED

    @property
    def waits_for_entries(self) -> bool:
        """Approved, and nothing is in the registers yet."""
        return self.stage == Stage.APPROVED and self.entry_fee is not None and not self.entries

    @property
    def open_fee(self) -> Fee | None:
        """The fee that waits for money, or for its value."""
        if self.stage == Stage.FILED:
            return None if self.is_paid else self.fee
        is_open = self.waits_for_entries and not covers(self.entry_fee, self.kept - amount_of(self.fee))
        return self.entry_fee if is_open else None


def digest_of(request: Mapping[str, Any]) -> str:
    """By what a request is recognised that is the case's no more; for comparing alone, it is in no event."""
    return hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()


def judges_of(case: Case) -> list[list[str | None]]:
    """[office id, keyed person id] of who has the case, proposed or decided."""
    judged = [*case.proposers, *case.decisions]
    found = [[one["officer"], one["person"]] for one in judged if one["officer"]]
    return [*([[case.officer, None]] if case.officer else []), *found]
