"""The history of a country's keys as its log tells it: which key could sign what, and where; holds no secret.

It believes one thing from outside, the root certificate, and asks no clock. The keys
stream is given to it in order (`record`); it verifies that stream itself, and then answers for every other
statement (`key_for`). What it cannot see: a back-dating by who holds a live key, or a log that was rewritten
as a whole. Those are seen by witnesses.

    NotAuthorised    the log does not allow this key to sign this here
    BadSignature     an event of the keys stream is not signed by the key that it names (infra/formats/signing.py)
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from infra.formats.canonical import NotCanonical, from_b64url
from infra.formats.signing import EVENT, BadSignature, Parsed, PublicKey, key_of, kid_of, verify
from infra.keys.certificates import BadCertificate, authority_of, check_chain

REGISTRAR_TYPES: Final = ("keys.*",)  # what a key registrar may sign, and nobody else
# What was on its way when a key, or somebody's time in office, ended is done a little later.
UNDER_WAY: Final = timedelta(minutes=1)


class NotAuthorised(ValueError):
    """The key may not sign this here; `reason` is the message."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class KeyHistory:
    """Which keys of one log may sign what, from which index on, and until which.

    `log`, `stream` and `countries` (the recipients) are known once the first event is recorded. `unconfirmed`
    holds, for retirements whose root nobody has computed again yet: the size of the tree, and the root that
    was stated.
    """

    def __init__(self, root_certificate: bytes) -> None:
        """`root_certificate`: DER, from outside of the log."""
        self.root_certificate = root_certificate
        self.log = ""
        self.stream = ""
        self.countries: tuple[str, ...] = ()
        self.unconfirmed: dict[int, bytes] = {}
        self._last = -1
        self._ca = b""
        self._keys: dict[str, _Key] = {}

    def record(self, event: Parsed, index: int, root: bytes | None = None) -> None:
        """Take in the next event of the keys stream; NotAuthorised or BadSignature leave all as it was.

        `root`: of the RFC 6962 tree over the events before this one, where the caller computed it; a
        retirement that states another is refused, one that comes without is kept in `unconfirmed`.

        1. it is one of the three events, in its form; 2. LogOpened stands at index 0 and only there, what
        follows is of the same log and stream, in order; 3. its key may sign it here, and did; 4. what it says
        holds: certificates lead to the root at its time, a registrar and an office are never one, what is
        retired was live, and its size and root are true.
        """
        payload, stated = event.payload, _stated(event)
        if isinstance(stated, _Opened) != (index == 0) or (self._last < 0) != (index == 0):
            raise NotAuthorised("the first event of a log, and no other, opens it")
        if index > 0 and (payload["log"], payload["stream"]) != (self.log, self.stream):
            raise NotAuthorised("is not of this log's keys stream")
        if index <= self._last:
            raise NotAuthorised(f"stands at index {index}, after the event at index {self._last}")
        match stated:
            case _Opened():
                self._open(event, stated)
            case _Authorised():
                self._authorise(event, stated, index)
            case _Retired():
                self._retire(event, stated, index, root)
        self._last = index

    def key_for(self, kid: str, authority: str, kind: str, index: int) -> PublicKey:
        """The key that may sign this at this index of the log; raises NotAuthorised.

        `kind`: the event's type; for receipts, payments and heads their `typ`, with the index of the event
        that bears them (of a head: its count).
        """
        key = self._keys.get(kid)
        if key is None:
            raise NotAuthorised(f"the log knows no key {kid}")
        if index >= key.until:
            raise NotAuthorised(f"the key {kid} is retired since index {key.until:.0f}")
        if key.authority != authority:
            raise NotAuthorised(f"the key {kid} is the seal of {key.authority}, not of {authority}")
        for grant in key.grants:
            if index > grant.index and (kind in grant.exact or kind.startswith(grant.prefixes)):
                return key.public
        raise NotAuthorised(f"the key {kid} is not authorised to sign {kind} at index {index}")

    def key_of_statement(self, kid: str, kind: str, index: int, time: str) -> PublicKey:
        """The key that was authorised below this index to sign such statements (`kind`: their `typ`), for whatever
        office, and not retired when the event was appended that bears one (`time`, its own), but for what was under
        way; raises NotAuthorised.
        """
        key = self._keys.get(kid)
        if key is None or not any(index > grant.index and kind in grant.exact for grant in key.grants):
            raise NotAuthorised(f"the log knows no key {kid} that may sign a {kind} at index {index}")
        if key.last_used and index >= key.until and _moment(time) > key.last_used:
            raise NotAuthorised(f"the key {kid} is retired since index {key.until:.0f}")
        return key.public

    def confirm(self, size: int, root: bytes) -> None:
        """Compare what a retirement stated with the root of the tree of that size; raises NotAuthorised."""
        stated = self.unconfirmed.get(size, root)
        if stated != root:
            raise NotAuthorised(
                f"the retirement at index {size} states another root than that of the events before"
            )
        self.unconfirmed.pop(size, None)

    @property
    def not_covered(self) -> list[str]:
        """What was not checked for want of the whole log, one sentence each."""
        return [
            f"the root stated by the retirement at index {size} was not computed again"
            for size in self.unconfirmed
        ]

    def _open(self, event: Parsed, stated: "_Opened") -> None:
        if stated.root != self.root_certificate:
            raise NotAuthorised("the log states another root certificate than the one given from outside")
        if kid_of(stated.registrar) != event.kid:
            raise NotAuthorised("the log is opened by the key registrar that it states, and by no other key")
        registrar = self._certified(event, stated.registrar, [stated.ca], _Grant.of(REGISTRAR_TYPES, -1))
        self._signed_by(registrar, event)
        self._ca = stated.ca
        self._keys[event.kid] = registrar
        self.log, self.stream = event.payload["log"], event.payload["stream"]
        self.countries = stated.countries

    def _authorise(self, event: Parsed, stated: "_Authorised", index: int) -> None:
        kid = kid_of(stated.certificate)
        is_registrar = stated.types == REGISTRAR_TYPES
        introduces_itself = is_registrar and kid == event.kid and kid not in self._keys
        grant = _Grant.of(stated.types, index - 1 if introduces_itself else index)
        # Where a registrar's key is lost, the next one is certified by the root itself, without the CA.
        found = self._certified(event, stated.certificate, [] if introduces_itself else [self._ca], grant)
        if found.authority != stated.authority:
            raise NotAuthorised(f"the certificate is of {found.authority}, not of {stated.authority}")
        if introduces_itself:
            self._signed_by(found, event)
        else:
            self._may_sign(event, index)
        known = self._keys.setdefault(kid, found)
        if known is found:
            return
        if known.is_registrar != is_registrar or known.until != _NEVER:
            raise NotAuthorised("a retired key, or one of another office, is not authorised again")
        known.grants.append(grant)

    def _retire(self, event: Parsed, stated: "_Retired", index: int, root: bytes | None) -> None:
        self._may_sign(event, index)
        key = self._keys.get(stated.kid)
        if key is None or key.until != _NEVER:
            raise NotAuthorised(f"there is no live key {stated.kid} to retire")
        if stated.size != index:
            raise NotAuthorised(f"the retirement states the size {stated.size} at index {index}")
        if root is None:
            self.unconfirmed[index] = stated.root
        elif root != stated.root:
            raise NotAuthorised("the retirement states another root than that of the events before it")
        key.until = index
        key.last_used = _moment(event.payload["time"]) + UNDER_WAY

    def _may_sign(self, event: Parsed, index: int) -> None:
        payload = event.payload
        verify(event, self.key_for(event.kid, payload["authority"], payload["type"], index), EVENT)

    def _signed_by(self, registrar: "_Key", event: Parsed) -> None:
        """For the two that come with their own key: it must be the one that signs, and under its own name."""
        if event.payload["authority"] != registrar.authority:
            raise NotAuthorised("a key registrar signs in its own name")
        verify(event, registrar.public, EVENT)

    def _certified(self, event: Parsed, certificate: bytes, issuers: list[bytes], grant: "_Grant") -> "_Key":
        try:
            check_chain(certificate, issuers, self.root_certificate, _moment(event.payload["time"]))
            return _Key(
                key_of(certificate),
                authority_of(certificate),
                [grant],
                is_registrar="keys." in grant.prefixes,
            )
        except (BadCertificate, BadSignature) as error:
            raise NotAuthorised(f"the certificate {error}") from error


_NEVER: Final = float("inf")
_HASH_BYTES: Final = 32
_PATTERN: Final = re.compile(r"[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*(\.\*)?")  # a type, a typ, or a prefix


@dataclass(frozen=True, slots=True)
class _Opened:
    root: bytes
    ca: bytes
    registrar: bytes
    countries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Authorised:
    certificate: bytes
    authority: str
    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Retired:
    kid: str
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class _Grant:
    """Types that may be signed at every index above `index`."""

    index: int
    exact: frozenset[str]
    prefixes: tuple[str, ...]

    @classmethod
    def of(cls, types: tuple[str, ...], index: int) -> "_Grant":
        prefixes = tuple(kind[:-1] for kind in types if kind.endswith(".*"))
        return cls(index, frozenset(kind for kind in types if not kind.endswith(".*")), prefixes)


@dataclass(slots=True)
class _Key:
    public: PublicKey
    authority: str
    grants: list[_Grant]
    is_registrar: bool
    until: float = _NEVER
    last_used: datetime | None = None  # for statements that were under way; None: it is not retired


def _stated(event: Parsed) -> _Opened | _Authorised | _Retired:
    """What an event of the keys stream says, if it says exactly that."""
    payload = event.payload
    if not all(type(payload.get(name)) is str for name in ("log", "stream", "authority", "time", "type")):
        raise NotAuthorised("is not an event of a keys stream")
    try:
        found = _read(payload["type"], payload.get("data"))
    except NotCanonical as error:
        raise NotAuthorised(f"a certificate or root in it {error}") from error
    if found is None:
        raise NotAuthorised(f"is a {payload['type']} in a form that a keys stream does not know")
    return found


def _read(kind: str, members: Any) -> _Opened | _Authorised | _Retired | None:
    match kind, members:
        case "keys.LogOpened.v1", {
            "root": str(r),
            "ca": str(c),
            "registrar": str(k),
            "countries": list(to),
            **rest,
        }:
            if not rest and all(type(country) is str for country in to):
                return _Opened(from_b64url(r), from_b64url(c), from_b64url(k), tuple(to))
        case "keys.SealAuthorised.v1", {
            "certificate": str(c),
            "authority": str(office),
            "types": list(types),
            **rest,
        }:
            if not rest and _are_patterns(types):
                return _Authorised(from_b64url(c), office, tuple(types))
        case "keys.SealRetired.v1", {
            "kid": str(kid),
            "reason": str(),
            "size": int(size),
            "root": str(r),
            **rest,
        }:
            root = from_b64url(r)
            if not rest and type(size) is int and len(root) == _HASH_BYTES:
                return _Retired(kid, size, root)
    return None


def _are_patterns(types: list[Any]) -> bool:
    """At least one pattern, and nothing of the registrar's beside another."""
    if not types or not all(type(kind) is str and _PATTERN.fullmatch(kind) for kind in types):
        return False
    return types == list(REGISTRAR_TYPES) or not any(kind.startswith("keys.") for kind in types)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise NotAuthorised("the event has no time") from error
