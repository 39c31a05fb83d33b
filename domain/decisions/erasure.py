"""Forgetting: the keys of a case or of an entry are given up, once the law lets it; nothing that is signed changes."""

from collections.abc import Collection, Sequence
from datetime import date

from domain import events as e
from domain.case import ENDED
from domain.commands import EraseCase, EraseEntry, ForgetCase, ForgetEntry
from domain.days.deadlines import is_past
from domain.decision import LEAD, Decision
from domain.decisions.situation import Situation
from domain.refusals import Amount, Clash, Fault, Invalid
from domain.retention import (
    Kept,
    case_kept_since,
    case_waits_for,
    entry_kept_since,
    entry_waits_for,
    is_out_of_appeal,
    kept_of_case,
    kept_of_entry,
)


def erase_case(command: EraseCase, situation: Situation) -> Decision:
    """The keys of those named are given up; not before the law allows to forget (rules.md 30)."""
    rule = situation.must_be_allowed()
    case, keys = situation.case, situation.keys
    whose = set(command.whose or keys)
    if whose - {"case", *case.owners.values(), *keys}:
        raise Invalid(Fault("/whose", "unknown_role"))
    if "case" in whose:
        whose |= keys.keys()  # what is about several people falls last, with everything
    fallen = _keys_of_case(situation, whose)
    if not fallen:
        known = case.erasure_bases
        _must_be_the_same(command.basis, [known[name] for name in command.whose or known if name in known])
        return situation.so_already(rule)
    if case.stage in ENDED:  # what it waits for says more than what fits
        _must_be_forgettable(situation)
    situation.must_fit()
    erased = e.PersonalDataErased(keys=fallen, whose=sorted(whose), basis=command.basis)
    return situation.by(rule, [(LEAD, erased)])


def erase_entry(command: EraseEntry, situation: Situation) -> Decision:
    """Of one that has ended, when every procedure of the register keeps it no longer, and nothing is forbidden about
    it (rules.md 30). Whether a case about it is open, the edge asks: no entry knows.
    """
    rule = situation.must_be_allowed()
    entry, sealed_with = situation.entry, _keys_of_entry(situation)
    if not sealed_with:
        _must_be_the_same(command.basis, [entry.erasure_basis] if entry.erasure_basis else [])
        return situation.so_already(rule)
    since = entry_kept_since(entry)
    if since is None:
        raise Clash("entry_holds")
    if entry_waits_for(entry) == "restriction":
        raise Clash("restricted_entry_stays")
    _must_be_over(kept_of_entry(entry.country, entry.register, situation.day), since, situation)
    erased = e.PersonalDataErased(keys=sealed_with, whose=sorted(situation.keys), basis=command.basis)
    return situation.by(rule, [(LEAD, erased)])


def forget_case(_command: ForgetCase, situation: Situation) -> Decision:
    """The clock: all of it, when nothing is waited for, and the law that keeps it no longer is confirmed
    (rules.md 50).
    """
    rule = situation.must_be_allowed()
    case, keys, kept = situation.case, situation.keys, kept_of_case(situation.terms)
    is_free = case_waits_for(case) is None and _is_over_by_confirmed_law(
        kept, case_kept_since(case), situation
    )
    if not keys or kept is None or not is_free:
        return situation.so_already(rule)
    fallen = _keys_of_case(situation, keys)
    erased = e.PersonalDataErased(keys=fallen, whose=sorted(keys), basis=kept.basis)
    return situation.by(rule, [(LEAD, erased)])


def forget_entry(_command: ForgetEntry, situation: Situation) -> Decision:
    """The clock: as the officer, where the law is confirmed (rules.md 50)."""
    rule = situation.must_be_allowed()
    entry, sealed_with = situation.entry, _keys_of_entry(situation)
    kept = kept_of_entry(entry.country, entry.register, situation.day)
    is_free = entry_waits_for(entry) is None and _is_over_by_confirmed_law(
        kept, entry_kept_since(entry), situation
    )
    if not sealed_with or kept is None or not is_free:
        return situation.so_already(rule)
    erased = e.PersonalDataErased(keys=sealed_with, whose=sorted(situation.keys), basis=kept.basis)
    return situation.by(rule, [(LEAD, erased)])


def _must_be_the_same(basis: str, before: Sequence[str]) -> None:
    """Where nothing is left to erase: as it was erased before (rules.md 21); no basis is taken without a record."""
    if before and basis not in before:
        raise Clash("erased_already", basis=before[-1])


def _keys_of_case(situation: Situation, whose: Collection[str]) -> list[str]:
    """The older ones too, of what was said of them before; and with the case those of its evidence."""
    evidence = (situation.case.evidence or ()) if "case" in whose else ()
    said = (key for each in whose for key in situation.keys.get(each, ()))
    return sorted({*said, *(piece["key"] for piece in evidence)})


def _keys_of_entry(situation: Situation) -> list[str]:
    """Those of former owners, too."""
    said = (key for keys in situation.keys.values() for key in keys)
    return sorted({*said, *situation.entry.keys})


def _is_over_by_confirmed_law(kept: Kept | None, since: str | None, situation: Situation) -> bool:
    if kept is None or since is None or not kept.is_confirmed:
        return False
    return is_past(kept.until(since, situation.country), situation.at)


def _must_be_forgettable(situation: Situation) -> None:
    case = situation.case
    appeal = situation.terms.times.appeal
    if case_waits_for(case) == "appeal" and not is_out_of_appeal(
        case, appeal, situation.at, situation.country
    ):
        raise Clash("appeal_term_open")
    if case.to_go_back:  # whose it is has to be known until they have it
        currency = next(currency for _, currency, _ in case.payments.values())
        raise Clash("refund_open", amount=Amount(case.to_go_back, currency))
    ended = case.decided["at"] if case.decided else case.filed_at
    _must_be_over(kept_of_case(situation.terms), ended, situation)


def _must_be_over(kept: Kept | None, since: str, situation: Situation) -> None:
    if kept is None:
        raise Clash("kept_for_good")
    kept_until = kept.until(since, situation.country)
    if not is_past(kept_until, situation.at):
        raise Clash("retention_not_over", until=date.fromisoformat(kept_until["due"]))
