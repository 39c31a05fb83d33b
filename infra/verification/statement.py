"""One signed event, looked at by itself: its bytes, its envelope, its members; not its place in the log.

This is the way that every event of a log goes: nothing is done twice, and what repeats is judged once.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from operator import itemgetter, lt
from typing import Any, Final, NamedTuple, TypeAlias

import orjson

from infra import codec
from infra.canonical import DEEPEST, NotCanonical, decode, encode, from_b64url
from infra.signing import EVENT, BadSignature, parse
from infra.verification.findings import Wrong

SEALED: Final = b"\x01"
Taken: TypeAlias = tuple[dict[str, Any], str, bytes, bytes, bytes, bytes | None]
Envelope: TypeAlias = tuple[str | None, str, str, list[str], dict[str, Any], bool]

_SIGNATURE_TEXT: Final = 87  # the point before it, and 64 bytes in base64url
_NAMES: Final = (
    *("v", "_sd_alg", "log", "stream", "seq", "prev", "type"),
    *("time", "authority", "actor", "cause", "to", "data"),
)
_members: Final = itemgetter(*_NAMES)
_CAUSES: Final = frozenset({"cmd:", "evt:"})
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_DIGEST_TEXT: Final = 43  # 32 bytes in base64url
_REMEMBERED: Final = 4096
_kids: dict[str, str] = {}


def take_apart(state: object) -> Taken:
    """3. form: (payload, kid, hash of what is signed, signature, event hash, sealed part or None); raises Wrong.

    The JWS has its one form: strict base64url, the canonical header with exactly alg ES256, kid and typ, a
    canonical payload, 64 bytes of signature. (What the canonical form cannot hold, `check_members` looks for.)
    """
    if type(state) is not bytes:
        raise Wrong("form", "the row holds no bytes")
    jws, mark, sealed = state.partition(SEALED)
    try:
        text = jws.decode("ascii")
        point, end = text.find("."), len(text) - _SIGNATURE_TEXT
        header = text[:point]
        kid = _kids.get(header) or _kid(header, text)
        raw = from_b64url(text[point + 1 : end])
        payload = orjson.loads(raw)
        if encode(payload) != raw or not raw.isascii():
            payload = decode(raw)
        signature = from_b64url(text[end + 1 :])
    except NotCanonical as error:
        raise Wrong("form", str(error)) from None
    except ValueError:
        raise Wrong("form", "the row does not begin with a compact JWS, its payload in JSON") from None
    if end <= point or text[end] != "." or type(payload) is not dict:
        raise Wrong("form", "is not a JWS of three parts, with an object and 64 bytes of signature")
    hasher = sha256(jws[:end])
    hashed = hasher.digest()
    hasher.update(jws[end:])
    return payload, kid, hashed, signature, hasher.digest(), sealed if mark else None


def check_envelope(
    payload: Mapping[str, Any], stream: object, seq: object, kind: object, log: str
) -> Envelope:
    """(prev, time, authority, to, data, whether it was appended with others); raises Wrong.

    4. envelope: exactly the members of the format, in their shapes; 5. row: the columns say the same as the event;
    6. log: it was signed for this log.
    """
    try:
        (
            v,
            algorithm,
            origin,
            its_stream,
            its_seq,
            prev,
            its_kind,
            time,
            authority,
            actor,
            cause,
            to,
            found,
        ) = _members(payload)
        grouped = ("lead" in payload) + ("effects" in payload)
        has_shape = (
            v == 1
            and algorithm == "sha-256"
            and type(its_seq) is int is type(v)
            and cause[:4] in _CAUSES
            and type(authority) is str is type(time) is type(origin)
            and type(found) is dict
            and type(to) is list
            and grouped < 2  # noqa: PLR2004 - a lead names no lead
            and len(payload) == len(_NAMES) + grouped + ("boxes" in payload)
            and (len(actor) == 2 or (len(actor) == 3 and type(actor["for"]) is str))  # noqa: PLR2004
            and type(actor["id"]) is str is type(actor["role"])
            and (its_seq > 1 or _UUID.fullmatch(its_stream) is not None)
        )
    except (KeyError, TypeError):
        has_shape = False
    if not has_shape:
        raise Wrong("envelope", "the payload does not have the members of the format, in their shapes")
    if its_stream != stream or its_seq != seq or its_kind != kind:
        detail = f"what stands here is signed as version {its_seq} of {its_stream}, a {its_kind}"
        raise Wrong("row", detail)
    if origin != log:
        raise Wrong("log", f"the event was signed for the log {origin}, not for {log}")
    return prev, time, authority, to, found, grouped > 0


def check_time(time: str) -> None:
    """9. time, its form: RFC 3339 in UTC with six digits; raises Wrong."""
    try:
        is_moment = _TIME.fullmatch(time) is not None and datetime.fromisoformat(time) is not None
    except ValueError:
        is_moment = False
    if not is_moment:
        raise Wrong("time", f"{time} is not a moment in UTC with six digits after the point")


class Kind(NamedTuple):
    """What events of a kind have: public members (None: a form's, not listed) with `_sd`, personal members."""

    public: frozenset[str] | None
    personal: frozenset[str]
    is_of_keys: bool


class Kinds:
    """10. members: what each kind of event has, as the house's law says."""

    def __init__(self, country: str) -> None:
        self._country = country
        self._known: dict[object, Kind] = {}

    def check(self, name: str, found: dict[str, Any]) -> tuple[Kind, list[str] | None]:
        """The kind of the event with these members (`data`), and its digests; raises Wrong.

        10a. the type is known, and the form or content that it names; 10b. the public members are those of the
        type; 10c. there is a digest for each personal member, absent ones included, so that counts tell nothing;
        10d. the digests are sorted, and each once; 10e. no value is a fraction, or nested too deeply.
        """
        kind = self._known.get(name) or self._kind(name, found)
        digests = found.get("_sd")
        if digests is not None:
            _check_digests(digests, kind)
            if kind.public is None and not kind.personal.isdisjoint(found):
                raise Wrong("members", "a personal member stands in the clear")
        elif kind.personal:
            raise Wrong("members", "the digests of the personal members are missing")
        if kind.public is not None and found.keys() != kind.public:
            raise Wrong("members", f"the public members are not those of {name}")
        if _is_outside(found.values(), 2):
            raise Wrong("members", "a value is a fraction, or nested too deeply")
        return kind, digests

    def _kind(self, name: str, found: Mapping[str, Any]) -> Kind:
        """The kind by its name, or, where a form or a content decides on the members, by that."""
        asked = (name, *(found.get(n) for n in ("procedure", "form", "register", "content_version")))
        try:
            if asked in self._known:
                return self._known[asked]
            public, owners = codec.members_of(name, found, self._country)
        except (codec.UnknownEvent, TypeError) as error:
            raise Wrong("members", f"{name}: {error}") from None
        if public is not None and owners:
            public |= {"_sd"}
        kind = Kind(public, frozenset(owners), name.startswith("keys."))
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[name if public is not None else asked] = kind
        return kind


def _kid(header: str, jws: str) -> str:
    """Headers repeat, event after event: each is judged once."""
    try:
        parsed = parse(jws)
    except BadSignature as error:
        raise Wrong("form", error.reason) from None
    if parsed.typ != EVENT:
        raise Wrong("form", f"is a {parsed.typ}, not an event")
    if len(_kids) >= _REMEMBERED:
        _kids.clear()
    _kids[header] = parsed.kid
    return parsed.kid


def _check_digests(digests: object, kind: Kind) -> None:
    try:
        are_digests = (
            type(digests) is list
            and all(map(lt, digests, digests[1:]))
            and len("".join(digests)) == _DIGEST_TEXT * len(digests)
        )
    except TypeError:
        are_digests = False
    if type(digests) is not list or not are_digests:
        raise Wrong("members", "the digests are not SHA-256, sorted, each once")
    if len(digests) != len(kind.personal) or not digests:
        raise Wrong("members", f"there are {len(digests)} digests for {len(kind.personal)} personal members")


def _is_outside(values: Iterable[Any], depth: int) -> bool:
    """Whether a value is none of those that may be signed; takes a third of what `canonical.check` takes."""
    for value in values:
        kind = type(value)
        if kind is float:
            return True
        if kind is list or kind is dict:
            inner = value.values() if kind is dict else value
            if depth >= DEEPEST or _is_outside(inner, depth + 1):
                return True
    return False
