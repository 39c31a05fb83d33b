"""What happens to keys, as events of the log: opening it, authorising a seal, retiring one (formats.md 6)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from domain import events as e
from domain.authorities import registrar_of
from domain.decision import LEAD, SYSTEM_ACTOR, Decision
from domain.refusals import Named, Unknown
from infra.desk.desk import Append, Desk
from infra.formats.canonical import b64url, from_b64url, sha256
from infra.formats.envelope import split
from infra.formats.signing import kid_of
from infra.formats.tree import Frontier, leaf
from infra.keys.live_seals import Authorised, newest_live, seals_of
from infra.log.event_store import Log, Writer

CHUNK: Final = 10_000


def open_log(desk: Desk, registrar: str, countries: Sequence[str]) -> None:
    """The first event of a log; does nothing where there is one already."""
    if desk.log.size():
        return

    def work(append: Append) -> None:
        keys = desk.keyring
        opened = e.LogOpened(
            root=b64url(keys.root),
            ca=b64url(keys.ca),
            registrar=b64url(keys.registrar.certificate),
            countries=list(countries),
        )
        _say(append, desk, registrar, [opened] if append.size == 0 else [])

    desk.have(work).result()


def authorise_missing(desk: Desk, types: Mapping[str, tuple[str, ...]]) -> None:
    """Every authority that the law names has a live seal for all that it may sign: new ones get theirs here.

    Looked at first without the write lock: every command of the command line comes by.
    """
    if not _missing(_known(desk, desk.log), types):
        return

    def work(append: Append) -> None:
        known = _known(desk, append.flush())
        events = [_new(append, desk, known, name, types[name]) for name in _missing(known, types)]
        _say(append, desk, registrar_of(desk.country), events)

    desk.have(work).result()


def rotate(desk: Desk, authority: str, may_sign: tuple[str, ...]) -> str:
    """A new seal for the authority; the old one stays valid until it is retired. The new kid."""

    def work(append: Append) -> str:
        event = _new(append, desk, _known(desk, append.flush()), authority, may_sign)
        kid = kid_of(from_b64url(event.certificate))
        _say(append, desk, registrar_of(desk.country), [event])
        return kid

    return desk.have(work).result()


def retire(desk: Desk, kid: str, reason: str) -> int:
    """No event from here on is signed with this key; the size of the log at that point. Unknown where it is
    not live.

    The tree's root over all events before is part of the statement: what is not yet in the tree when the
    write lock is taken is added under it, and that is little.
    """
    frontier = Frontier()
    _grow(frontier, desk.log)

    def work(append: Append) -> int:
        live = {seal.kid for seal in _known(desk, append.flush()) if seal.retired is None}
        if kid not in live:
            raise Unknown("no_such_seal", country=Named("country", desk.country))
        _grow(frontier, append.flush())
        root = b64url(frontier.root())
        retired = e.SealRetired(kid=kid, reason=reason, size=frontier.size, root=root)
        _say(append, desk, registrar_of(desk.country), [retired])
        return retired.size

    size = desk.have(work).result()
    if kid in desk.keyring.seals:
        desk.keyring.retire(kid)
    return size


def seals(desk: Desk) -> list[dict[str, Any]]:
    """Every seal of the country's log, oldest first; ``is_here``: whether this house has its private key."""
    return [
        {
            "kid": seal.kid,
            "authority": seal.authority,
            "types": list(seal.types),
            "authorised_at": seal.index,
            "retired_at": seal.retired,
            "is_here": seal.kid in desk.keyring.seals,
        }
        for seal in _known(desk, desk.log)
    ]


def _known(desk: Desk, log: Log | Writer) -> list[Authorised]:
    return seals_of(log.stream(desk.keyring.ids.keys()), desk.country)


def _missing(known: Sequence[Authorised], types: Mapping[str, tuple[str, ...]]) -> list[str]:
    live = {name: newest_live(known, name) for name in types}
    return [name for name, seal in live.items() if seal is None or not set(types[name]) <= set(seal.types)]


def _new(
    append: Append, desk: Desk, known: Sequence[Authorised], authority: str, may_sign: tuple[str, ...]
) -> e.SealAuthorised:
    """A new seal; one that was made before, and that the log never came to authorise, is as good."""
    kids = {seal.kid for seal in known}
    made = [s for s in desk.keyring.seals.values() if s.authority == authority and s.kid not in kids]
    seal = made[-1] if made else desk.keyring.new_seal(authority, append.at)
    return e.SealAuthorised(certificate=b64url(seal.certificate), authority=authority, types=list(may_sign))


def _say(append: Append, desk: Desk, registrar: str, events: Sequence[e.Event]) -> None:
    stream = append.load(desk.keyring.ids.keys(), "keys")
    if events:
        decision = Decision(
            authority=registrar, actor=SYSTEM_ACTOR, events=[(LEAD, event) for event in events]
        )
        cause = f"cmd:{desk.keyring.ids.key_act(append.size)}"
        append.sign(decision, stream, {}, cause, desk.keyring.registrar)


def _grow(frontier: Frontier, log: Log | Writer) -> None:
    """Add the log's events that are not in the tree yet."""
    while rows := log.since(frontier.size, CHUNK):
        for row in rows:
            frontier.append(leaf(sha256(split(row[4])[0])))
