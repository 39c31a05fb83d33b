"""Amending: the applicant restates the request, before it is reviewed or when it was returned; every yes is void."""

from domain import events as e
from domain.case import digest_of
from domain.commands import AmendRequest
from domain.decision import LEAD, Decision, Events
from domain.decisions import holding, quotas
from domain.decisions.acting import for_applicant
from domain.decisions.filing import brought, is_notified, looked_at, not_the_applicant
from domain.decisions.payments import assessed_for, settled_and_written
from domain.decisions.situation import Situation
from domain.decisions.times import must_not_have_run_out
from domain.parties import FIRST_PARTY
from domain.refusals import Clash, Fault, Invalid
from domain.terms import slots

_APPLICANT = f"person_{FIRST_PARTY}"


def amend(command: AmendRequest, situation: Situation) -> Decision:
    """Under the law of the day of filing (rules.md 9, 15): all consents are void, the clock stands still, the fee is
    assessed anew, and what is too much goes back.
    """
    rule = for_applicant(command, situation)
    case = situation.case
    is_done = case.restatements.get(command.of) == digest_of(command.request)
    if is_done and situation.was_brought(command.evidence):
        return situation.so_already(rule)
    if command.of != case.request_hash:
        raise Clash("amends_old_request")
    situation.must_fit()
    must_not_have_run_out(situation)
    if command.request == case.request:
        raise Invalid(Fault("/request", "nothing_amended"))
    if command.request.get(_APPLICANT) != case.request.get(_APPLICANT):
        raise Invalid(not_the_applicant(situation.people))
    seen = looked_at(command, situation)
    is_proven = is_notified(situation)
    evidence = brought(command, situation.terms, seen.facts, case.evidence or (), is_notified=is_proven)
    claims, unknown = _claims(situation)
    amended = e.RequestAmended(
        of=command.of,
        procedure=case.procedure,
        form=case.form,
        parties=seen.roles,
        consents=seen.consents,
        consent_until=seen.consent_until,
        warnings=[*seen.warnings, *unknown],
        request=command.request,
        evidence=evidence,
        acting=situation.representative(rule),
    )
    anew = assessed_for(situation)
    fee: Events = [(LEAD, anew)] if anew else []
    return settled_and_written(situation, rule, [*claims, *fee, (LEAD, amended)], anew)


def _claims(situation: Situation) -> tuple[Events, list[str]]:
    """What is claimed from now on instead of what was, and the warnings of quotas; raises Clash."""
    case, former = situation.case, situation.former
    taken = holding.taken(situation, case.case, case.persons.get(FIRST_PARTY))
    left = [
        key
        for key in former.claims
        if key not in situation.claims and situation.claim(key).holder == case.case
    ]
    had = {} if case.has_freed_slots else slots(situation.terms, former.facts())
    has = situation.slots
    kept = holding.taken_over(situation, case.case)
    freed = quotas.free(situation, [key for key in had if key not in has], kept)
    added = {key: quota for key, quota in has.items() if key not in had}
    more, unknown = quotas.take(situation, added, case.case, freed)
    return [*holding.let_go(situation, left), *taken, *freed, *more], unknown
