"""What of a case each person may see, by the owners of its members; not who may see the case at all."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, NamedTuple

from domain.about import about_of_case, offer_of
from domain.awaited import (
    AS_DECIDED,
    YOU,
    Awaited,
    Became,
    appeal_of,
    as_it_became,
    awaited,
    is_unconfirmed,
    unconfirmed,
)
from domain.case import Case
from domain.case_parts import Amendment, Appeal, Fee, Former, Opinion, Question
from domain.commands import LodgeAppeal
from domain.countries import by_local_clocks, country_of
from domain.days.deadlines import Deadline, is_in_minutes
from domain.estimates import filing_limits
from domain.events import Attachment, Recorded
from domain.facts import chosen
from domain.lifecycle import does_fit_for, fits
from domain.obstacles import for_parties, of_the_filing
from domain.parties import (
    FIRST_PARTY,
    KEYED,
    KIN,
    SIGNED_PAPER,
    Capacity,
    capacities,
    changed,
    is_keyed,
    is_personal_list,
)
from domain.persons import is_company, name_of
from domain.running import lapsed_for

# Of events: keyed ids and the keys of evidence serve the house alone; what is for the file, and what offices write to
# each other, no party reads; a signature is over the whole request.
_OF_THE_HOUSE: Final = frozenset({"officer_person", "evidence", "acting"})
_OF_OFFICES: Final = frozenset({"inquiry", "opinion", "note"})
_OF_WHO_FILED: Final = frozenset({"signature"})
# Of what is said in a case: the words.
_WORDS: Final = {
    "questions": ("question", "answer"),
    "extensions": ("reason",),
    "appeals": ("reason", "explanation"),
}
# What is done and said in a case after it was filed, by how it is shown: nothing of it in most that is answered.
_NOTHING_HAPPENED: Final[Mapping[str, Any]] = {
    "refunds": [],
    "questions": [],
    "opinions": [],
    "extensions": [],
    "served": {},
    "appeals": [],
    "objections": [],
    "amendments": [],
}
_HAPPENED: Final = attrgetter(*_NOTHING_HAPPENED)
_Day = Callable[[Deadline | None, str], dict[str, Any] | None]
_OF_EACH_PARTY: Final = ("appeal", "court_alone")
AFTER_REFUSAL: Final = "after_refusal"  # the member of the terms that says whether the fee goes back
EXEMPT: Final = "exempt:"  # how a warning begins that an exemption seems to fit


def visible_whose(case: Case, party: str | None, mine: Sequence[Capacity] = ()) -> frozenset[str]:
    """Whose members the caller may see: all for officers (``party`` None) and the applicant, who wrote it.

    Another party sees its own, and what is about the case as a whole. ``mine`` are all capacities of the human who
    asks; without them the human is the party alone.
    """
    mine = mine or capacities(case.persons.get(party or ""), case.persons, {})
    parties = {party, *(capacity.party for capacity in mine)} - {None}
    if not parties or FIRST_PARTY in parties:
        return frozenset({*case.owners.values(), "case"})
    return frozenset({*(case.whose(each) for each in parties if each), "case"})


def disclosed(
    case: Case, recorded: Recorded, party: str | None, mine: Sequence[Capacity] = (), human: str | None = None
) -> frozenset[str]:
    """The personal members of one of the case's events that the caller may read.

    A party reads by what they were when it was written: who took another's place sees nothing of what was said before.
    ``human``: who asks, by keyed id; None: the party itself.
    """
    whose, unseen = None, _OF_THE_HOUSE
    if party is not None:
        former = next((each for each in case.former if recorded.seq < each["until"]), None)
        whose = _seat(case, former, _Reader(party, mine, human)).whose
        unseen |= _OF_OFFICES if whose is None else _OF_OFFICES | _OF_WHO_FILED
    return frozenset(
        name
        for name, of in recorded.owners.items()
        if name not in unseen and not is_keyed(name) and (whose is None or of in whose)
    )


def visible_evidence(
    case: Case, party: str | None, mine: Sequence[Capacity] = (), human: str | None = None
) -> list[Attachment]:
    """To officers all of it; to a party what was brought while they took part, but of what was signed at the counter
    what was signed in their own name.
    """
    pieces = case.evidence or []
    if party is None or not pieces:
        return list(pieces)
    seats = _seats(case, "evidence", _Reader(party, mine, human))
    return [
        piece
        for piece, seat in zip(pieces, seats, strict=True)
        if seat.places and (piece["kind"] != SIGNED_PAPER or piece["party"] in seat.places)
    ]


class _Reader(NamedTuple):
    """A party who asks, or who acts for one; as in ``visible_whose`` and ``disclosed``."""

    party: str
    mine: Sequence[Capacity]
    human: str | None


class _Seat(NamedTuple):
    """As which parties a reader took part while one request of the case stood, none: they did not; and whose members
    of it are theirs to see, None: everybody's, as they filed it.
    """

    places: frozenset[str]
    whose: frozenset[str] | None


def _seat(case: Case, former: Former | None, reader: _Reader) -> _Seat:
    """While the former request stood; None: the newest.

    A place was theirs where they, or the one for whom they act now, held it then. What is about that party also tells
    who acted for it: so it is theirs only where that was the same, or they.
    """
    party, mine, human = reader
    now = frozenset({party, *(each.party for each in mine)})
    if former is None:
        return _Seat(now, None if FIRST_PARTY in now else visible_whose(case, party, mine))
    people, then = case.people, former["people"]
    pairs = [people[each] for each in now]
    me = human or case.persons.get(party)
    theirs = {me, *(itself for itself, _ in pairs)} - {None}
    places = frozenset(p for p, (itself, acted) in then.items() if itself in theirs or (me and acted == me))
    if FIRST_PARTY in places:
        return _Seat(places, None)
    whole = {former["whose"][p] for p in places if (me and me in then[p]) or then[p] in pairs}
    return _Seat(places, frozenset({"case", *whole} if places else ()))


def _seats(case: Case, name: str, reader: _Reader) -> list[_Seat]:
    """What the reader was when each of these was said; ``name``: one of ``SAID``."""
    found: list[_Seat] = []
    for former in (*case.former, None):
        count = former["said"][name] if former else len(getattr(case, name))
        if count > len(found):
            found += [_seat(case, former, reader)] * (count - len(found))
    return found


def _heard(case: Case, name: str, reader: _Reader | None) -> list[Any]:
    """What was said, without the words of what was said while the reader took no part."""
    said: list[Any] = getattr(case, name)
    if reader is None or not said or not case.former:
        return said
    silent = dict.fromkeys(_WORDS[name])
    seats = _seats(case, name, reader)
    return [each if seat.places else {**each, **silent} for each, seat in zip(said, seats, strict=True)]


def _appeals(case: Case, reader: _Reader | None) -> list[Any]:
    """What was appealed, with nobody as its party where that is another one now: by their name it would read as if who
    took their place had done it.
    """
    said = _heard(case, "appeals", reader)
    if not said or not case.former:
        return said
    seats = _seats(case, "appeals", reader) if reader else [None] * len(said)
    return [
        each if _is_theirs(case, n, each["party"], seat) else {**each, "party": None}
        for n, (each, seat) in enumerate(zip(said, seats, strict=True))
    ]


def _is_theirs(case: Case, nth: int, party: str, seat: _Seat | None) -> bool:
    """Whether the party who lodged this appeal is that party still; of who is not known, whoever was there says so."""
    former = next((each for each in case.former if nth < each["said"]["appeals"]), None)
    if former is None:
        return True
    (then, _), (now, _) = former["people"].get(party, (None, None)), case.people.get(party, (None, None))
    return then == now and (then is not None or seat is None or bool(seat.places))


def watched(
    case: Case,
    in_the_way: Sequence[str] = (),
    *,
    is_left: bool = False,
    became: Became = AS_DECIDED,
    at: datetime | None = None,
) -> dict[str, Any]:
    """The case as an auditor sees it: everything but what is about people, and what people wrote."""
    found = shown(case, None, (), in_the_way, is_left=is_left, became=became, at=at)
    found["request"] = {
        name: value
        for name, value in found["request"].items()
        if name not in case.owners and not is_personal_list(name, case.owners)
    }
    found["evidence"] = []
    found["limits"] = []  # their days tell that of a birth
    found["questions"] = [{**q, "question": None, "answer": None} for q in found["questions"]]
    found["opinions"] = [_without_words(opinion) for opinion in found["opinions"]]
    found["extensions"] = [{**each, "reason": None} for each in found["extensions"]]
    found["appeals"] = [{**each, "reason": None, "explanation": None} for each in found["appeals"]]
    found["amendments"] = [{**each, "reason": None} for each in found["amendments"]]
    if found["decision"]:
        found["decision"] = {**found["decision"], "explanation": None}
    return found


def shown(  # noqa: PLR0913 - who asks, when, and what was found out beside the case
    case: Case,
    party: str | None,
    mine: Sequence[Capacity] = (),
    in_the_way: Sequence[str] = (),
    *,
    human: str | None = None,
    is_kin: bool = False,
    alike: Sequence[str] = (),
    is_left: bool = False,
    became: Became = AS_DECIDED,
    at: datetime | None = None,
    told: Sequence[str] = (),
    notice: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The case as this caller may see it; JSON values. Other people are named, never numbered, and what was said and
    brought before somebody came into the case is none of theirs.

    ``in_the_way``: what stands in the way of it now (domain/obstacles.py); ``is_kin``: an officer's, who is kin of a
    party; ``alike``: what an officer is told of what is like it (domain/likenesses.py); ``is_left``: who has it does
    not decide it any more; ``became``: what became of what it wrote. ``at``: the moment, at which times may be over
    that nobody has closed yet; None: none is. ``notice``: what the hospitals told, and ``told``: how the request stands
    to it; of offices.
    """
    doubtful, waits = unconfirmed(case), as_it_became(awaited(case, at=at), case, became)
    ours = {each for each in (party, *(capacity.party for capacity in mine)) if each}
    reader = _Reader(party, mine, human) if party else None

    def day(deadline: Deadline | None, member: str) -> dict[str, Any] | None:
        return {**deadline, "unconfirmed": member in doubtful} if deadline else None

    def fee(found: Fee | None, member: str, time: str) -> dict[str, Any] | None:
        if found is None:
            return None
        until = fee_until if found is open_fee else None
        return {
            **found,
            "due": day(found["due"], time),
            "unconfirmed": member in doubtful,
            "amount_until": until and until.isoformat(),
        }

    open_fee = case.open_fee
    fee_until = next((each.fee_until for each in waits if each.fee_until), None) if open_fee else None
    seen = case.request
    if party is not None and party != FIRST_PARTY:
        whose = visible_whose(case, party, mine)
        seen = changed(seen, case.owners, lambda v, of: v if of in whose else _name_of(v))
    request = {name: value for name, value in seen.items() if not name.startswith(KEYED)}
    return {
        "case": case.case,
        "country": case.country,
        "procedure": case.procedure,
        "stage": case.stage,
        "version": case.version,
        "filed_at": case.filed_at,
        "authority": case.authority,
        "terms": case.terms,
        "you_are": case.parties[party] if party else None,
        "acts_for": [{"party": each.party, "as": each.as_} for each in mine],
        "parties": [{"party": p, "role": role, "whose": case.whose(p)} for p, role in case.parties.items()],
        "request": request,
        "request_hash": case.request_hash,
        "evidence": [
            {k: v for k, v in a.items() if k != "key"} for a in visible_evidence(case, party, mine, human)
        ],
        "consents": [
            {"party": p, "role": case.parties[p], "answer": "given" if p in case.consents else "open"}
            for p in case.consents_asked
        ],
        "consent_until": day(case.consent_until, "times.consent"),
        "fee": fee(case.fee, "fee", "times.pay"),
        "entry_fee": fee(case.entry_fee, "entry_fee", "times.pay_entry"),
        "paid": case.paid,
        "decision_due": day(case.decision_due, "times.decide"),
        "officer": case.officer,
        "stands_still_since": case.stands_still_since,
        "is_proposed": case.proposal is not None,
        "decision": _decision(case) if case.decided else None,
        "ending": case.ending
        and {**case.ending, "served_after": day(case.ending["served_after"], "times.served")},
        "appeal_until": day(_appeal_until(case, party), "times.appeal"),
        "entries": case.entries,
        "entries_held": case.entries_held,
        "obstacles": list(in_the_way) if party is None else for_parties(in_the_way, offer_of(case).procedure),
        "exemptions": [w.removeprefix(EXEMPT) for w in case.warnings if w.startswith(EXEMPT)],
        "limits": _limits(case) if party is None else [],
        "warnings": _warnings(case, [*told, *alike, *([KIN] if is_kin else [])]) if party is None else [],
        "notice": notice if party is None else None,
        "erased": case.erased,
        "next": [_next(each, case, ours, doubtful) for each in _waited_for(waits, ours, is_left=is_left)],
        "way_to_appeal": _way_to_appeal(case, ours, doubtful, at),
        "fits": list(fits(case, ours, mine=mine, at=at)),
        "timeline": case.timeline,
        **(_happened(case, reader, day) if any(_HAPPENED(case)) else _NOTHING_HAPPENED),
    }


def _warnings(case: Case, live: Sequence[str]) -> list[str]:
    return [*of_the_filing(case.all_warnings), *live]


def _happened(case: Case, reader: _Reader | None, day: _Day) -> dict[str, Any]:
    """``_NOTHING_HAPPENED``, where something has."""
    return {
        "refunds": [
            {"amount": r["due"], "reason": r["reason"], "paid_back": r["paid_back"]}
            for r in case.refunds.values()
            if r["due"] or r["paid_back"]  # what counted after all is no refund any more
        ],
        "questions": [
            {**question, "answer_until": day(question["answer_until"], "times.answer")}
            for question in map(_unsigned, _heard(case, "questions", reader))
        ],
        "opinions": [
            {
                **(opinion if reader is None else _without_words(opinion)),
                "answer_until": day(opinion["answer_until"], "opinions"),
            }
            for opinion in map(_unsigned, case.opinions)
        ],
        "extensions": [
            {
                "at": each["at"],
                "due": day(each["due"], "times.extend"),
                "law": each["law"],
                "reason": each["reason"],
            }
            for each in _heard(case, "extensions", reader)
        ],
        "served": {
            who: {**each, "appeal_until": day(each["appeal_until"], "times.appeal")}
            for who, each in case.served.items()
        },
        "appeals": [
            {**appeal, "decide_until": day(appeal["decide_until"], "appeals")}
            for appeal in map(_unsigned, _appeals(case, reader))
        ],
        "objections": [{n: v for n, v in each.items() if n != "is_over"} for each in case.open_objections],
        "amendments": [_amendment(each, case) for each in case.amendments],
    }


def _appeal_until(case: Case, party: str | None) -> Deadline | None:
    """The caller's own last day to appeal; for everybody else, and for who is not served, that of the last party. None
    where there is nothing more to appeal against here.
    """
    if case.ending is None or case.is_appeal_term_over or party in case.are_heard:
        return None
    served = case.served.get(party) if party else None
    return served["appeal_until"] if served else case.appeal_until


def _limits(case: Case) -> list[dict[str, Any]]:
    """The times to file within, and by how much they were missed: figures for the officer (rules.md 37)."""
    about = about_of_case(case, datetime.fromisoformat(case.filed_at))
    return filing_limits(about, country_of(case.country)) if about else []


def _waited_for(waits: Iterable[Awaited], ours: Collection[str], *, is_left: bool) -> Iterator[Awaited]:
    """What is waited for, but for what another party may do against it: their time is no day of this one."""
    for each in waits:
        if each.what == "decision" and is_left:
            yield each._replace(what="reassignment")
        elif each.what not in _OF_EACH_PARTY or not ours or each.who in ours:
            yield each


def _way_to_appeal(
    case: Case, ours: Collection[str], doubtful: Collection[str], at: datetime | None
) -> dict[str, Any] | None:
    """The caller's own, also against a yes; for offices that of the first party that has one."""
    parties = (p for p in case.parties if not ours or p in ours) if case.ending else ()
    mine = next((p for p in parties if does_fit_for(LodgeAppeal, case, p, at)), None)
    office = offer_of(case).since(case.terms).appeals.authority if mine else None
    return _next(appeal_of(case, mine, office), case, ours, doubtful) if mine and office else None


def _next(found: Awaited, case: Case, ours: Collection[str], doubtful: Collection[str]) -> dict[str, Any]:
    """What is waited for, as this caller hears it: themselves as "you", other parties by their role."""
    who = YOU if found.who in ours else case.parties.get(found.who, found.who)
    return {
        "who": who,
        "what": found.what,
        "until": found.until["due"] if found.until else None,
        "until_at": _until_at(found.until, case) if found.until else None,
        "unconfirmed": is_unconfirmed(found, doubtful),
        "office": found.office,
        "amount": found.amount,
        "currency": found.currency,
        "amount_until": found.amount_until.isoformat() if found.amount_until else None,
    }


def _until_at(until: Deadline, case: Case) -> str | None:
    """The moment, by the clocks of the country, of what is counted in minutes."""
    if not is_in_minutes(until):
        return None
    return by_local_clocks(datetime.fromisoformat(until["until"]), country_of(case.country)).isoformat()


def _decision(case: Case) -> dict[str, Any]:
    """How it ended, by which law, and what of that is not settled: grounds, and whether the fee is kept; the time that
    ran out; who approves.
    """
    shown_of_it: dict[str, Any] = {
        k: v for k, v in (case.decided or {}).items() if k not in ("person", "note", "kept", "is_set_aside")
    }
    terms, unsettled = offer_of(case).since(case.terms), unconfirmed(case)
    doubtful = [ground.code for ground in terms.grounds if not ground.source.confirmed]
    found = [code for code in shown_of_it["grounds"] or () if code in doubtful]
    law = shown_of_it["law"]
    match shown_of_it["kind"]:
        case "refused":
            found += [AFTER_REFUSAL] if case.kept and AFTER_REFUSAL in unsettled else []
        case "approved":
            law, found = [terms.source.law], ["authority"] if "authority" in unsettled else []
        case "lapsed":
            time = lapsed_for(case, shown_of_it["reason"])
            term = chosen(getattr(terms.times, time), case.request)
            law = [(term.source or terms.source).law]
            found = [time] if f"times.{time}" in unsettled else []
    return {**shown_of_it, "law": law and list(dict.fromkeys(law)), "unconfirmed": found}


def _unsigned(said: Question | Opinion | Appeal | Amendment) -> dict[str, Any]:
    """Who asked, answered, decided or amended stands in the history."""
    unseen = ("asked_by", "given_by", "decided_by", "by")
    return {name: value for name, value in said.items() if name not in unseen}


def _amendment(found: Amendment, case: Case) -> dict[str, Any]:
    """No law is known that says what becomes of the fee for what is annulled: it is kept."""
    is_kept = found["what"] == "annulment" and case.kept > 0
    return {**_unsigned(found), "unconfirmed": ["after_annulment"] if is_kept else []}


def _without_words(opinion: Mapping[str, Any]) -> dict[str, Any]:
    """That an authority is asked, and until when: what offices write to each other is for those who decide."""
    return {**opinion, "inquiry": None, "opinion": None}


def _name_of(value: Any) -> Any:
    if isinstance(value, Mapping) and ("surname" in value or is_company(value)):
        return name_of(value)
    return [_name_of(each) for each in value] if isinstance(value, list) else None
