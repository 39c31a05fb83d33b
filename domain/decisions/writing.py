"""The registers written: what an approval does to entries, their numbers, the claims; not whether it may."""

from datetime import date
from typing import Any, NamedTuple

from domain import events as e
from domain.countries import countries
from domain.decision import Events
from domain.decisions import quotas
from domain.decisions.checks import check_entry
from domain.decisions.situation import Situation
from domain.entry import Entry
from domain.lookup_keys import Key
from domain.refusals import Clash
from domain.register import Change, Create, Effect, End
from domain.terms import Numbering, number_series


class Written(NamedTuple):
    """Events of entries and claims, the entries that they write, the further countries that hear of them."""

    events: Events
    entries: list[e.EntryMember]
    concerns: tuple[str, ...]


def entries_of(situation: Situation) -> Written:
    """All that the approval does, as it was decided on its day; raises Clash as ``must_be_possible``, and where a quota
    is full whose slot the case had to free.
    """
    must_be_possible(situation)
    effects, slots = situation.effects, quotas.taken_again(situation)
    written: Events = [(effect.key, _event_of(effect, situation.live_at(effect.key))) for effect in effects]
    concerned = situation.offer.procedure.concerns(situation.facts(situation.decided_on))
    return Written(
        [*written, *_numbers(situation), *_claims(situation), *slots],
        [{"register": f.register.name, "entry": situation.ids[f.key]} for f in effects],
        tuple(c for c in concerned if c in countries()),  # who is no member receives nothing
    )


def must_be_possible(situation: Situation) -> None:
    """Raises Clash where a register does not let it in now, or what the case held is another's."""
    check_entry(situation, situation.facts(situation.day), "decision")
    case = situation.case
    # What another one had when the case was set aside may be free by now; what the entry alone has, it takes.
    ours = {case.case} if case.claims_lost_at is None else {case.case, None}
    for key in _held(situation):
        claim = situation.claim(key)
        if claim.holder in ours or (claim.holder is None and key not in situation.claims):
            continue
        if claim.is_settled:
            raise Clash("entry_exists")
        raise Clash("claims_lost") if case.claims_lost_at else Clash("claim_taken")


def _event_of(effect: Effect, entry: Entry | None) -> e.Event:
    """The effect as an event of its entry."""
    register, title = effect.register, effect.title
    named: dict[str, Any] = {"register": register.name, "title": title}
    match effect:
        case Create(content=content, until=until):
            written = {**named, "content_version": register.content_version, "until": _text(until)}
            return e.EntryCreated(**written, content=content)
        case Change(content=anew, until=until) if entry is not None:
            written = {**named, "content_version": register.content_version, "until": _text(until)}
            return e.EntryChanged(**written, content=anew(entry.content))
        case End():
            return e.EntryEnded(**named)
    raise TypeError(f"{effect} has no event")


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _numbers(situation: Situation) -> Events:
    """The numbers that the house gives, where the terms say so: to what begins, and to what has none yet."""
    events = Events()
    given: dict[Key, int] = {}  # series -> how many are
    for effect in situation.effects:
        register = effect.register.name
        numbering = situation.terms.numbers.get(register)
        if not isinstance(numbering, Numbering) or not _lacks_number(effect, situation):
            continue
        series = number_series(numbering, register, situation.day)
        count = given[series] = given.get(series, situation.claim(series).taken) + 1
        number = numbering.number(situation.day, count)
        events += [
            (series, e.NumberGiven(kind=series.kind, holder=situation.ids[effect.key], taken=count)),
            (effect.key, e.EntryNumbered(register=register, of=None, number=number)),
        ]
    return events


def _lacks_number(effect: Effect, situation: Situation) -> bool:
    match effect:
        case Create():
            return True
        case Change():
            entry = situation.live_at(effect.key)
            return entry is not None and entry.number is None
    return False


def _claims(situation: Situation) -> Events:
    """What the case held belongs to an entry, or is free again."""
    case, events = situation.case.case, Events()
    for key, entry_key in _held(situation).items():
        if entry_key is not None:
            events.append((key, e.ClaimSettled(kind=key.kind, holder=situation.ids[entry_key])))
        else:
            events.append((key, e.ClaimReleased(kind=key.kind, holder=case)))
    for effect in situation.effects:
        entry = situation.ids[effect.key]
        freed = [key for key in effect.frees if situation.claim(key).holder == entry]
        events += [(key, e.ClaimReleased(kind=key.kind, holder=entry)) for key in freed]
    return events


def _held(situation: Situation) -> dict[Key, Key | None]:
    """What the case has to hold until now -> the entry that it belongs to from now on, None for what is free again."""
    settled = {key: effect.key for effect in situation.effects for key in effect.settles}
    return {**dict.fromkeys(situation.claims), **settled}
