"""What happens to keys, as events of the log: opening it, authorising a seal, retiring one (formats.md 6)."""

from collections.abc import Mapping, Sequence

from domain import events as e
from domain.authorities import registrar_of
from domain.decide import SYSTEM_ACTOR, Decision
from infra.canonical import b64url, sha256
from infra.desk import Desk, Outcome, Sitting
from infra.envelope import split
from infra.signing import Seal
from infra.transparency import Frontier, leaf

CHUNK = 10_000


def open_log(desk: Desk, registrar: str, countries: Sequence[str]) -> None:
    """The first event of a log; does nothing where there is one already."""

    def work(sitting: Sitting) -> Outcome:
        keys = desk.keyring
        opened = e.LogOpened(
            root=b64url(keys.root),
            ca=b64url(keys.ca),
            registrar=b64url(keys.registrar.certificate),
            countries=list(countries),
        )
        return _said(sitting, desk, registrar, [opened] if sitting.size == 0 else [])

    desk.have(work).result()


def authorise_missing(desk: Desk, types: Mapping[str, tuple[str, ...]]) -> None:
    """Every authority that the law names has a live seal: new ones get theirs here."""

    def work(sitting: Sitting) -> Outcome:
        live = {authority for authority, _ in _live(sitting, desk)}
        events: list[e.Event] = []
        for authority, may_sign in types.items():
            if authority not in live:
                seal = desk.keyring.newest(authority) or desk.keyring.new_seal(authority, sitting.at)
                events.append(_authorised(seal, authority, may_sign))
        return _said(sitting, desk, registrar_of(desk.country), events)

    desk.have(work).result()


def rotate(desk: Desk, authority: str, may_sign: tuple[str, ...]) -> str:
    """A new seal for the authority; the old one stays valid until it is retired. The new kid."""
    made: list[str] = []

    def work(sitting: Sitting) -> Outcome:
        seal = desk.keyring.new_seal(authority, sitting.at)
        made.append(seal.kid)
        return _said(sitting, desk, registrar_of(desk.country), [_authorised(seal, authority, may_sign)])

    desk.have(work).result()
    return made[0]


def retire(desk: Desk, kid: str, reason: str) -> int:
    """No event from here on is signed with this key; the size of the log at that point.

    The tree's root over all events before is part of the statement: what is not yet in the tree when the write lock
    is taken is added under it, and that is little.
    """
    frontier = Frontier()
    done = _grow(frontier, desk, 0)
    sizes: list[int] = []

    def work(sitting: Sitting) -> Outcome:
        size = _grow(frontier, desk, done)
        sizes.append(size)
        retired = e.SealRetired(kid=kid, reason=reason, size=size, root=b64url(frontier.root()))
        is_live = kid in {live for _, live in _live(sitting, desk)}
        return _said(sitting, desk, registrar_of(desk.country), [retired] if is_live else [])

    desk.have(work).result()
    return sizes[0]


def _live(sitting: Sitting, desk: Desk) -> tuple[tuple[str, str], ...]:
    return sitting.load(desk.id_of("keys", 1), "keys").state or ()


def _authorised(seal: Seal, authority: str, may_sign: tuple[str, ...]) -> e.SealAuthorised:
    return e.SealAuthorised(certificate=b64url(seal.certificate), authority=authority, types=list(may_sign))


def _said(sitting: Sitting, desk: Desk, registrar: str, events: Sequence[e.Event]) -> Outcome:
    stream = sitting.load(desk.id_of("keys", 1), "keys")
    if events:
        decision = Decision(
            authority=registrar, actor=SYSTEM_ACTOR, events=[("case", event) for event in events]
        )
        sitting.group(
            decision,
            stream,
            {},
            f"cmd:{desk.id_of('keys-act', 1, str(sitting.size))}",
            desk.keyring.registrar,
        )
    return Outcome(stream=stream.id, version=stream.seq, state=None, index=sitting.size - 1, status=200)


def _grow(frontier: Frontier, desk: Desk, index: int) -> int:
    """Add the log's events from ``index`` on to the tree; the size then."""
    while rows := desk.log.since(index, CHUNK):
        for row in rows:
            frontier.append(leaf(sha256(split(row[4])[0])))
        index = rows[-1][0] + 1
    return index
