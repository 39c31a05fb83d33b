"""What stands in the way of what a case asks for, as the registers are now; told before it costs (rules.md 37).

Parties are told that something does, never whose or of which kind; officers hear the kind as well.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from domain.about import About, about_while_open
from domain.case import Case, Stage
from domain.claim import has_slots
from domain.countries import country_of, legal_day
from domain.entry import RESTRICTED, Entry, Status, can_be_taken_back, has_court_decided
from domain.facts import Facts
from domain.lookup_keys import Key, written_key
from domain.parties import STRUCK_OFF
from domain.procedure import Procedure
from domain.register import Create
from domain.registers.companies import is_struck_off
from domain.representation import companies_in
from domain.seen import as_seen
from domain.terms import day_of_slots, slots

UNDER_APPEAL: Final = "under_appeal"  # of what the entry says: who sells may not be the owner
OBJECTED: Final = "entry_objected"  # by the registry that had to apply it, and nobody has answered
COURT_MAY_DECIDE: Final = "court_may_decide"  # an appeal was won, and the entry left as it reads until then
AMENDMENT_PROPOSED: Final = "amendment_proposed"  # of a correction or annulment that nobody has confirmed
CLAIMED_ELSEWHERE: Final = "claimed_elsewhere"  # by another case: what an approval would give to the entry
ENTRY_EXISTS: Final = "entry_exists"  # what this one would begin
CHANGED_SINCE: Final = "entry_changed_since"  # of an appeal: what was written, it cannot take back
IN_DOUBT: Final = (UNDER_APPEAL, COURT_MAY_DECIDE, OBJECTED, AMENDMENT_PROPOSED)
# What nobody hears but who decides: to others it would say that somebody bore a child that day.
FOR_OFFICES: Final = (CLAIMED_ELSEWHERE, ENTRY_EXISTS)
# As long as one of these is so, nothing is approved.
STOPS: Final = (RESTRICTED, "not_registered", STRUCK_OFF, "claims_lost")
OBSTACLES: Final = (
    *STOPS,
    *IN_DOUBT,
    *FOR_OFFICES,
    CHANGED_SINCE,
)
NOT_YOURS: Final = "not_yours"  # of a draft: no entry that names you, whether there is one or not


class Doubts(NamedTuple):
    """What cases say of entries that stand in question. ``writers``: those that wrote how they read now, by id.
    ``appealed``: the entries of which one is under appeal, whoever changed them since; ``left``: those that an
    annulment left as they read; each with when the newest case that is in question wrote it.
    """

    writers: Mapping[str, Case]
    appealed: Mapping[str, str]
    left: Mapping[str, str]


NO_DOUBTS: Final = Doubts({}, {}, {})


def in_question(case: Case, at: datetime) -> tuple[Key, ...]:
    """The entries that the case would change, as long as it may, the claims that a set-aside left to others, and those
    that only its entry takes; none once it is written, or people erased. While an appeal is open, what the case wrote.
    """
    if case.stage == Stage.APPEALED:
        return _written(case)
    about = about_while_open(case, at)
    if about is None:
        return ()
    lost = (*about.claims, *_slots(about)) if case.claims_lost_at else ()
    keys = (effect.key for effect in about.effects())
    return (*keys, *(key for _, key in companies(about)), *lost, *_to_be_taken(about))


def _to_be_taken(about: About) -> tuple[Key, ...]:
    """What an approval gives to the entry, and the case does not hold until then."""
    return tuple(key for effect in about.effects() for key in effect.settles if key not in about.claims)


def companies(about: About) -> Iterator[tuple[str, Key]]:
    """Of each company that takes part: by which name what is about it is sealed, and the key of its entry."""
    for party, key in companies_in(about.offer.country, about.people):
        yield about.people.places[party].whose, key


def obstacles(case: Case, at: datetime, seen: Mapping[Key, Any], doubts: Doubts = NO_DOUBTS) -> list[str]:
    """Codes, with the kind behind the colon: "restricted:arrest", "not_registered". ``seen``: what is in question, as
    it is now.
    """
    if case.stage == Stage.APPEALED:
        return _of_an_annulment(case, seen)
    about = about_while_open(case, at)
    if about is None:
        return []
    entries = {key: each for key, each in seen.items() if key.family == "entry"}
    lost = dict.fromkeys(f"claims_lost:{key.kind}" for key in _lost(case, about, seen))
    there = dict.fromkeys(_there_already(case, about, seen))
    return [*lost, *there, *of_request(about, entries, tuple(companies(about)), doubts)]


def _of_an_annulment(case: Case, seen: Mapping[Key, Any]) -> list[str]:
    """On appeal: restrictions of what it would take back, and that there is what it would leave as it is."""
    written: list[Entry | None] = [seen[key] for key in _written(case)]
    back = [each for each in written if each and can_be_taken_back(each, case.effects)]
    kinds = {placed["kind"] for each in back for placed in each.restrictions.values()}
    left = [CHANGED_SINCE] if len(back) < len(written) else []
    return [*(f"{RESTRICTED}:{kind}" for kind in sorted(kinds)), *left]


def _written(case: Case) -> tuple[Key, ...]:
    return tuple(written_key(each["entry"]) for each in case.entries)


def _there_already(case: Case, about: About, seen: Mapping[Key, Any]) -> Iterator[str]:
    """That another entry has what this one would take or be, or another case, which may be the right one."""
    for effect in about.effects():
        entry = seen[effect.key]
        if isinstance(effect, Create) and entry is not None and entry.status == Status.ACTIVE:
            yield ENTRY_EXISTS
    for key in _to_be_taken(about):
        if seen[key].holder not in (None, case.case):
            yield ENTRY_EXISTS if seen[key].is_settled else CLAIMED_ELSEWHERE


def _lost(case: Case, about: About, seen: Mapping[Key, Any]) -> Iterator[Key]:
    """What others have still of that which a set-aside found in their hands; what they let go of, an approval takes."""
    if case.claims_lost_at is None:
        return
    yield from (key for key in about.claims if seen[key].holder not in (None, case.case))
    if has_slots(case, next((seen[key] for key in about.claims), None)):
        return
    day = day_of_slots(about.facts().day, legal_day(about.at, country_of(about.offer.country)))
    for key, quota in _slots(about).items():
        size = about.offer.quota_on(quota, day)
        if size is not None and seen[key].taken >= size.slots:
            yield key


def _slots(about: About) -> Mapping[Key, tuple[str, ...]]:
    return slots(about.terms, about.facts())


def of_request(
    about: About,
    entries: Mapping[Key, Entry | None],
    named: Collection[tuple[str, Key]] = (),
    doubts: Doubts = NO_DOUBTS,
) -> list[str]:
    """The same of what is filed, or would be, as far as the entries were looked at; ``named``: its ``companies``."""
    day = legal_day(about.at, country_of(about.offer.country))
    found: dict[str, None] = {}
    for effect in about.effects():
        if effect.key not in entries:
            continue
        entry = entries[effect.key]
        is_there = entry is not None and entry.status == Status.ACTIVE
        if isinstance(effect, Create) and is_there:
            continue  # nobody but offices hears of it, so nothing of how it stands is said: that would say it is there
        if not isinstance(effect, Create) and not is_there:
            found["not_registered"] = None
        stopping = as_seen(entry, day).stopped_by(effect.title) if entry else ()
        found |= dict.fromkeys(f"{RESTRICTED}:{kind}" for kind in stopping)
        found |= dict.fromkeys(_in_doubt(entry, doubts) if entry else ())
    gone = (whose for whose, key in named if (entry := entries.get(key)) and is_struck_off(entry, day))
    return [*found, *(f"{STRUCK_OFF}:{whose}" for whose in gone), *_refused(about, entries, day)]


def _in_doubt(entry: Entry, doubts: Doubts) -> Iterator[str]:
    """Why it may not stay as it reads."""
    wrote = doubts.writers.get(entry.written_by or "")
    for code, wrote_at in ((UNDER_APPEAL, doubts.appealed), (COURT_MAY_DECIDE, doubts.left)):
        since = wrote_at.get(entry.entry)
        if since is not None and not has_court_decided(entry, since):
            yield code
    if wrote is not None and any(each["entry"] == entry.entry for each in wrote.open_objections):
        yield OBJECTED
    if entry.proposal is not None:
        yield AMENDMENT_PROPOSED


def _refused(about: About, entries: Mapping[Key, Entry | None], day: date) -> Iterator[str]:
    """What a register would say no to today, by the code of the check, such as that the seller owns the car no more."""
    live = {key: each if each and each.status == Status.ACTIVE else None for key, each in entries.items()}
    seen = {key: each and as_seen(each, day) for key, each in live.items()}
    for check, keys in about.checks:
        if check.effect != "refuse" or any(seen.get(key) is None for key in keys.values()):
            continue
        facts = about.facts(day)
        if not check.holds(
            Facts(facts.request, facts.day, facts.late, {n: seen[k] for n, k in keys.items()})
        ):
            yield check.code


def known_at_filing(case: Case) -> list[str]:
    """Those that the filing met."""
    return [code for code in case.warnings if code.partition(":")[0] in OBSTACLES]


def of_the_filing(warnings: Iterable[str]) -> list[str]:
    """What else was warned of: what stood in the way then may do so no more, and ``obstacles`` says what does."""
    return [code for code in warnings if code.partition(":")[0] not in OBSTACLES]


def for_parties(codes: Iterable[str], procedure: Procedure) -> list[str]:
    """As parties hear of them: without kinds, and of what is another's nothing; nor of what a register says to whoever
    decides alone, as a filing that asked would be told it. Whom the register does not know as it is named in the
    request hears nothing of a thing at all.
    """
    plain = dict.fromkeys(code.partition(":")[0] for code in codes)
    if plain.keys() & {each.code for each in procedure.checks if "filing" not in each.moments}:
        return []
    return [code for code in plain if code not in FOR_OFFICES]
