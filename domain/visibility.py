"""What of a case each person may see, by the owners of its members; not who may see the case at all."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from domain.about import about_of_case, offer_of
from domain.awaited import YOU, Awaited, awaited, is_unconfirmed, unconfirmed
from domain.case import Case, Stage
from domain.case_parts import Appeal, Fee, Opinion
from domain.countries import country_of
from domain.days.deadlines import Deadline
from domain.estimates import filing_limits
from domain.events import Attachment
from domain.facts import chosen
from domain.lifecycle import fits
from domain.obstacles import without_kinds
from domain.parties import (
    FIRST_PARTY,
    KEYED,
    KIN,
    SIGNED_PAPER,
    Capacity,
    capacities,
    changed,
    is_personal_list,
)
from domain.persons import is_company, name_of

_TIME_THAT_RAN_OUT: Final = {"unpaid": "pay", "no_consent": "consent", "no_answer": "answer"}
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


def visible_evidence(case: Case, party: str | None) -> list[Attachment]:
    """All of it; but what somebody signed at the counter is for officers, and for the party in whose name it is."""
    return [
        piece
        for piece in case.evidence or ()
        if party is None or piece["kind"] != SIGNED_PAPER or piece["party"] == party
    ]


def watched(case: Case, in_the_way: Sequence[str] = (), *, at: datetime | None = None) -> dict[str, Any]:
    """The case as an auditor sees it: everything but what is about people, and what people wrote."""
    found = shown(case, None, (), in_the_way, at=at)
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
    is_kin: bool = False,
    at: datetime | None = None,
) -> dict[str, Any]:
    """The case as this caller may see it; JSON values. Other people are named, never numbered.

    ``in_the_way``: what stands in the way of it now (domain/obstacles.py); ``is_kin``: an officer's, who is kin of a
    party. ``at``: the moment, at which times may be over that nobody has closed yet; None: none is.
    """
    doubtful = unconfirmed(case)
    ours = {each for each in (party, *(capacity.party for capacity in mine)) if each}

    def day(deadline: Deadline | None, member: str) -> dict[str, Any] | None:
        return {**deadline, "unconfirmed": member in doubtful} if deadline else None

    def fee(found: Fee | None, member: str, time: str) -> dict[str, Any] | None:
        return {**found, "due": day(found["due"], time), "unconfirmed": member in doubtful} if found else None

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
        "evidence": [{k: v for k, v in a.items() if k != "key"} for a in visible_evidence(case, party)],
        "consents": [
            {"party": p, "role": case.parties[p], "answer": "given" if p in case.consents else "open"}
            for p in case.consents_asked
        ],
        "consent_until": day(case.consent_until, "times.consent"),
        "fee": fee(case.fee, "fee", "times.pay"),
        "entry_fee": fee(case.entry_fee, "entry_fee", "times.pay_entry"),
        "paid": case.paid,
        "refunds": [
            {"amount": r["due"], "reason": r["reason"], "paid_back": r["paid_back"]}
            for r in case.refunds.values()
            if r["due"] or r["paid_back"]  # what counted after all is no refund any more
        ],
        "decision_due": day(case.decision_due, "times.decide"),
        "officer": case.officer,
        "questions": [{**q, "answer_until": day(q["answer_until"], "times.answer")} for q in case.questions],
        "opinions": [
            {
                **(opinion if party is None else _without_words(opinion)),
                "answer_until": day(opinion["answer_until"], "opinions"),
            }
            for opinion in map(_unsigned, case.opinions)
        ],
        "stands_still_since": case.stands_still_since,
        "is_proposed": case.proposal is not None,
        "decision": _decision(case) if case.decided else None,
        "extensions": [
            {
                "at": each["at"],
                "due": day(each["due"], "times.extend"),
                "law": each["law"],
                "reason": each["reason"],
            }
            for each in case.extensions
        ],
        "ending": case.ending
        and {**case.ending, "served_after": day(case.ending["served_after"], "times.served")},
        "served": {
            who: {**each, "appeal_until": day(each["appeal_until"], "times.appeal")}
            for who, each in case.served.items()
        },
        "appeal_until": day(_appeal_until(case, party), "times.appeal"),
        "appeals": [
            {**appeal, "decide_until": day(appeal["decide_until"], "appeals")}
            for appeal in map(_unsigned, case.appeals)
        ],
        "entries": case.entries,
        "entries_held": case.entries_held,
        "objections": [{n: v for n, v in each.items() if n != "is_over"} for each in case.open_objections],
        "amendments": case.amendments,
        "obstacles": list(in_the_way) if party is None else without_kinds(in_the_way),
        "exemptions": [w.removeprefix(EXEMPT) for w in case.warnings if w.startswith(EXEMPT)],
        "limits": _limits(case) if party is None else [],
        "warnings": [*case.all_warnings, *([KIN] if is_kin else [])] if party is None else [],
        "erased": case.erased,
        "next": [_next(each, case, ours, doubtful) for each in awaited(case, at=at)],
        "fits": list(fits(case, ours, at=at)),
        "timeline": case.timeline,
    }


def _appeal_until(case: Case, party: str | None) -> Deadline | None:
    """The caller's own last day to appeal; for everybody else, and for who is not served, that of the last party. None
    where there is nothing more to appeal against here.
    """
    if case.is_appeal_term_over or party in case.are_heard:
        return None
    served = case.served.get(party) if party else None
    return served["appeal_until"] if served else case.appeal_until


def _limits(case: Case) -> list[dict[str, Any]]:
    """The times to file within, and by how much they were missed: figures for the officer (rules.md 37)."""
    about = about_of_case(case, datetime.fromisoformat(case.filed_at))
    return filing_limits(about, country_of(case.country)) if about else []


def _next(found: Awaited, case: Case, ours: Collection[str], doubtful: Collection[str]) -> dict[str, Any]:
    """What is waited for, as this caller hears it: themselves as "you", other parties by their role."""
    who = YOU if found.who in ours else case.parties.get(found.who, found.who)
    return {
        "who": who,
        "what": found.what,
        "until": found.until["due"] if found.until else None,
        "unconfirmed": is_unconfirmed(found, doubtful),
        "office": found.office,
        "amount": found.amount,
        "currency": found.currency,
    }


def _decision(case: Case) -> dict[str, Any]:
    """How it ended, by which law, and what of that is not settled: grounds, and whether the fee is kept; the time that
    ran out; who approves.
    """
    shown_of_it: dict[str, Any] = {
        k: v for k, v in (case.decided or {}).items() if k not in ("person", "note", "is_set_aside")
    }
    terms, unsettled = offer_of(case).since(case.terms), unconfirmed(case)
    doubtful = [ground.code for ground in terms.grounds if not ground.source.confirmed]
    found = [code for code in shown_of_it["grounds"] or () if code in doubtful]
    law = shown_of_it["law"]
    match shown_of_it["kind"]:
        case "refused":
            found += ["after_refusal"] if case.kept and "after_refusal" in unsettled else []
        case "approved":
            law, found = [terms.source.law], ["authority"] if "authority" in unsettled else []
        case "lapsed":
            time = _TIME_THAT_RAN_OUT[shown_of_it["reason"]]
            time = "pay_entry" if time == "pay" and case.lapsed_from == Stage.APPROVED else time
            term = chosen(getattr(terms.times, time), case.request)
            law = [(term.source or terms.source).law]
            found = [time] if f"times.{time}" in unsettled else []
    return {**shown_of_it, "law": law and list(dict.fromkeys(law)), "unconfirmed": found}


def _unsigned(said: Opinion | Appeal) -> dict[str, Any]:
    """Who asked, answered or decided stands in the history."""
    return {name: value for name, value in said.items() if name not in ("asked_by", "given_by", "decided_by")}


def _without_words(opinion: Mapping[str, Any]) -> dict[str, Any]:
    """That an authority is asked, and until when: what offices write to each other is for those who decide."""
    return {**opinion, "inquiry": None, "opinion": None}


def _name_of(value: Any) -> Any:
    if isinstance(value, Mapping) and ("surname" in value or is_company(value)):
        return name_of(value)
    return [_name_of(each) for each in value] if isinstance(value, list) else None
