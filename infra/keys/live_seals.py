"""The seals of a country as its own log's keys stream tells them: which were authorised, for what, and which
are live.

It trusts the log it reads: whether that is authentic is the verifier's question (``infra/keys/history.py``).
The keys stream is short (a few events a year) and read anew each time, so that a retirement counts at once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from domain.events import SealAuthorised, SealRetired
from infra.formats.canonical import from_b64url
from infra.formats.envelope import read
from infra.formats.signing import BadSignature, PublicKey, key_of, kid_of
from infra.log.event_store import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorised:
    """A seal that the log authorised; ``retired``: the position of its retirement, None while it is live."""

    kid: str
    authority: str
    types: tuple[str, ...]
    certificate: bytes
    index: int
    retired: int | None = None


def seals_of(rows: Iterable[Row], country: str) -> list[Authorised]:
    """Every seal that these rows of a country's keys stream authorised, oldest first."""
    found: dict[str, Authorised] = {}
    for row in rows:
        match read(row, country, _nothing_personal).event:
            case SealAuthorised(certificate=text, authority=authority, types=types):
                certificate = from_b64url(text)
                kid = kid_of(certificate)
                found[kid] = Authorised(
                    kid=kid,
                    authority=authority,
                    types=tuple(types),
                    certificate=certificate,
                    index=row[0],
                )
            case SealRetired(kid=kid) if kid in found:
                found[kid] = replace(found[kid], retired=row[0])
    return list(found.values())


def newest_live(seals: Sequence[Authorised], authority: str) -> Authorised | None:
    """The seal that the authority signs with now."""
    live = [seal for seal in seals if seal.authority == authority and seal.retired is None]
    return live[-1] if live else None


def key_for(seals: Iterable[Authorised], kid: str, authority: str, typ: str) -> PublicKey:
    """The key, if it is live, the authority's, and authorised for this type; raises BadSignature."""
    for seal in seals:
        if seal.kid == kid and seal.authority == authority and typ in seal.types:
            if seal.retired is not None:
                raise BadSignature("the key is retired")
            return key_of(seal.certificate)
    raise BadSignature("the key is not authorised for this")


def _nothing_personal(_key: bytes) -> None:
    """The keys stream holds no personal member, so that no key is ever asked for."""
