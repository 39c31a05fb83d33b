"""An entry that no case wrote: it came from a register as it stood, with the keys that a filing would take; and the
restriction of one that stands in the register of another country, too (rules.md 27).
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from domain import events as e
from domain.countries import country_of, legal_day
from domain.decision import IMPORT_ACTOR, LEAD, Decision, Events
from domain.entry import REGISTERED_ELSEWHERE, Entry, Status
from domain.offers import restrictions_of
from domain.refusals import Fault
from domain.register import Register
from infra.desk.append import Append
from infra.desk.entry_streams import entry_streams, free_stream
from infra.formats.ids import Ids
from infra.runtime.chance import random_id

_RULE: Final = "import"


def import_entry(  # noqa: PLR0913, PLR0917 - what is imported, where, in whose name
    append: Append,
    ids: Ids,
    register: Register,
    content: Mapping[str, Any],
    authority: str,
    elsewhere: Collection[str] = (),
) -> Fault | None:
    """Sign the entry with its claims, in the name of the authority that keeps the register; or what is wrong.

    ``elsewhere``: the other countries in whose registers it stands: then it is flagged.
    """
    key = register.key(content)
    stream = entry_streams((key,), ids, append.load_all).get(key) or ids.stream(key)
    keys = {key: ids.stream(key) for key in register.claims(content)}
    loaded = append.load_all({stream: "entry", **dict.fromkeys(keys.values(), "claim")})
    entry, claims = loaded[stream], {key: loaded[name] for key, name in keys.items()}
    if entry.seq and (entry.state.status == Status.ACTIVE or not keys):
        return Fault("", "line_registered_already")
    if entry.seq:  # it was annulled: what stands there now is imported as any other
        entry = append.load(free_stream(key, ids, append.load_all), "entry")
    if any(claim.state.holder is not None for claim in claims.values()):
        return Fault("", "line_claimed")
    created = e.EntryCreated(
        register=register.name, content_version=register.content_version, title="import", content=content
    )
    settled: list[Any] = [(key, e.ClaimSettled(kind=key.kind, holder=entry.id)) for key in claims]
    decision = Decision(authority=authority, actor=IMPORT_ACTOR, events=[*settled, (LEAD, created)])
    cause = f"cmd:{ids.imported(entry.id)}"
    append.sign(decision, entry, claims, cause)
    if elsewhere:
        flag_entry(append, entry.id, elsewhere, cause)
    return None


def flag_entry(append: Append, stream: str, others: Iterable[str], cause: str) -> None:
    """Let nobody dispose of the entry until an officer has looked, as it stands in the registers of these countries
    too: once for each of them, so that who looked at one has not looked at all. Nothing is placed twice, on what holds
    no more, or where the law has no such restriction.
    """
    entry = append.load(stream, "entry")
    if entry.state is None or entry.state.status != Status.ACTIVE:
        return
    country = entry.state.country
    day = legal_day(append.at, country_of(country))
    kind = restrictions_of(country, entry.state.register, day).get(REGISTERED_ELSEWHERE)
    if kind is None:
        return
    placed = [
        e.RestrictionPlaced(
            restriction=random_id(),
            kind=kind.kind,
            law=kind.source.law,
            rule=_RULE,
            reference=other,
        )
        for other in sorted(set(others) - _flagged_for(entry.state, kind.kind))
    ]
    if placed:
        events: Events = [(LEAD, each) for each in placed]
        decision = Decision(authority=kind.authority, actor=IMPORT_ACTOR, events=events)
        append.sign(decision, entry, {}, cause)


def _flagged_for(entry: Entry, kind: str) -> set[str]:
    """The countries; a flag was one for several of them before."""
    live = [entry.handled[i]["reference"] for i, each in entry.restrictions.items() if each["kind"] == kind]
    return {country for reference in live for country in (reference or "").split(", ")}
