"""The checks of one signed event by itself: 3. form, 4. envelope, 12. members; and what a check stumbles over.

Nothing is judged twice: what repeats, event after event, is remembered.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from operator import itemgetter, lt
from typing import Any, Final, NamedTuple, TypeAlias, get_args

import orjson

from domain.events import As
from infra.formats import codec
from infra.formats.canonical import NotCanonical, decode, encode, from_b64url
from infra.formats.signing import EVENT, BadSignature, parse
from infra.keys.history import NotAuthorised
from infra.verification.findings import Wrong
from infra.verification.log_file import SEALED

_SIGNATURE_TEXT: Final = 87  # the point before it, and 64 bytes in base64url
_CAUSES: Final = frozenset({"cmd:", "evt:"})
_SHAPES: Final = ("v", "_sd_alg", "actor", "cause")
_SAID: Final = ("type", "time", "authority", "to", "data")
_PLACE: Final = ("log", "index", "chain", "stream", "seq", "prev")
_MEMBERS: Final = len(_SHAPES + _SAID + _PLACE)  # of every payload; lead or effects, and boxes, may join them
_shapes: Final = itemgetter(*_SHAPES)
_said: Final = itemgetter(*_SAID)
_place: Final = itemgetter(*_PLACE)  # where the event stands, in its log and in its stream
# What an event of another shape makes the checks stumble over, beside what they say themselves.
FAILED: Final = (Wrong, NotAuthorised, ValueError, KeyError, TypeError, AttributeError, IndexError)

_DIGEST_TEXT: Final = 43  # 32 bytes in base64url
_AS: Final = frozenset(get_args(As))
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_REMEMBERED: Final = 4096


# The kid, the payload, the SHA-256 of what was signed, the signature, the SHA-256 of the JWS; the mark of a sealed
# part, and that part. A named tuple takes longer.
Form: TypeAlias = tuple[str, dict[str, Any], bytes, bytes, bytes, bytes, bytes]


class Forms:
    """Reads events in their one form; headers repeat, and are remembered."""

    def __init__(self) -> None:
        self._kids: dict[str, str] = {}

    def read(self, state: bytes) -> Form:
        """3. form: a compact JWS in strict base64url, its header known, its payload canonical.

        Raises what ``FAILED`` lists.
        """
        jws, mark, sealed = state.partition(SEALED)
        text = jws.decode("ascii")
        point, middle = text.find("."), len(text) - _SIGNATURE_TEXT
        header = text[:point]
        kid = self._kids.get(header) or self._kid(header, text)
        raw = from_b64url(text[point + 1 : middle])
        payload = orjson.loads(raw)
        if encode(payload) != raw or not raw.isascii():
            payload = decode(raw)
        signature = from_b64url(text[middle + 1 :])
        if middle <= point or text[middle] != ".":
            raise Wrong("form", "is not a JWS of three parts, with 64 bytes of signature")
        hasher = sha256(jws[:middle])
        hashed = hasher.digest()
        hasher.update(jws[middle:])
        return kid, payload, hashed, signature, hasher.digest(), mark, sealed

    def _kid(self, header: str, jws: str) -> str:
        kid = _kid_of_event(jws)
        if len(self._kids) >= _REMEMBERED:
            self._kids.clear()
        self._kids[header] = kid
        return kid


def check_envelope(payload: Mapping[str, Any]) -> tuple[bool, tuple[Any, ...], tuple[Any, ...]]:
    """4. envelope: the members of the format, in their shapes; a lead names no lead.

    Whether it names a lead or effects; (type, time, authority, to, data); (log, index, chain, stream, seq, prev).
    Raises Wrong, and KeyError or TypeError for what is no payload at all.
    """
    v, alg, actor, cause = _shapes(payload)
    place = _place(payload)
    grouped = ("lead" in payload) + ("effects" in payload)
    if (
        v != 1
        or alg != "sha-256"
        or not type(place[4]) is int is type(v) is type(place[1])
        or cause[:4] not in _CAUSES
        or not _is_actor(actor)
        or len(payload) != _MEMBERS + grouped + ("boxes" in payload)
        or grouped == 2  # noqa: PLR2004 - both
    ):
        raise Wrong("envelope", "the payload has not exactly the members of the format, in their shapes")
    return grouped == 1, _said(payload), place


def wrong_of(error: Exception, checking: str) -> Wrong:
    """What failed, in the words of the check that it failed in."""
    match error:
        case Wrong():
            return error
        case NotAuthorised():
            return Wrong("key", error.reason)
        case BadSignature():
            return Wrong("signature", error.reason)
        case NotCanonical():
            return Wrong(checking, f"{error.pointer or 'a part of it'} {error.reason}")
        case ValueError() if checking == "form":
            return Wrong(checking, "the row does not begin with a compact JWS whose payload is JSON")
        case _:
            return Wrong(checking, f"a member has not the shape of the format ({type(error).__name__})")


def _kid_of_event(jws: str) -> str:
    """The kid in the header of an event, if it has its one form; raises Wrong."""
    try:
        parsed = parse(jws)
    except BadSignature as error:
        raise Wrong("form", error.reason) from None
    if parsed.typ != EVENT:
        raise Wrong("form", f"is a {parsed.typ}, not an event")
    return parsed.kid


def _is_actor(actor: Mapping[str, Any]) -> bool:
    """Whether it is `{id, role, for?}`, `for` being `{party, as}`. KeyError or TypeError for what is none at all."""
    has_size = len(actor) == 2 or (len(actor) == 3 and _is_for(actor["for"]))  # noqa: PLR2004 - said above
    return has_size and type(actor["id"]) is str is type(actor["role"])


def _is_for(whom: Mapping[str, Any]) -> bool:
    return whom.keys() == {"party", "as"} and type(whom["party"]) is str and whom["as"] in _AS


def is_uuid(text: str) -> bool:
    """Whether it is a UUID in lower case, as streams are named."""
    return _UUID.fullmatch(text) is not None


def is_moment(time: str) -> bool:
    """Whether it is a moment as RFC 3339 writes it, in UTC with six digits."""
    try:
        return _TIME.fullmatch(time) is not None and datetime.fromisoformat(time) is not None
    except ValueError:
        return False


def _are_digests(digests: list[Any]) -> bool:
    """Whether these are digests (SHA-256, base64url), sorted, each once. TypeError for what are no texts."""
    return all(map(lt, digests, digests[1:])) and len("".join(digests)) == _DIGEST_TEXT * len(digests)


class Kind(NamedTuple):
    """What events of a kind have in `data`: public members (None: a form's, not listed), personal members."""

    public: frozenset[str] | None  # with `_sd`, where there are personal ones
    personal: frozenset[str]
    is_of_keys: bool


Members: TypeAlias = tuple[list[Any] | None, frozenset[str], bool]


class Kinds:
    """What each kind of event has, as the house's law says."""

    def __init__(self, country: str) -> None:
        self._country = country
        self._known: dict[object, Kind] = {}  # by type, for those whose members do not depend on a form

    def check(self, name: str, found: Any) -> Members:
        """12. members: those of the type; a digest for each personal one, so that counts tell nothing.

        ``found``: the event's `data`. Its digests (None: nothing is personal), the personal members of the type,
        whether it is about keys; raises Wrong.
        """
        public, personal, is_of_keys = self._known.get(name) or self._find(name, found)
        digests = found.get("_sd")
        if found.keys() != public and (public is not None or not personal.isdisjoint(found)):
            raise Wrong("members", f"the public members are not those of {name}")
        if digests is not None:
            if not digests or len(digests) != len(personal) or not _are_digests(digests):
                raise Wrong("members", f"there are not {len(personal)} digests, sorted, each once")
        elif personal:
            raise Wrong("members", "the digests of the personal members are missing")
        return digests, personal, is_of_keys

    def _find(self, name: str, found: Mapping[str, Any]) -> Kind:
        get = found.get
        try:
            parties = tuple(get("parties", {}).items())  # each of several in a list has members of their own
            asked = (name, get("procedure"), get("form"), parties, get("register"), get("content_version"))
            if asked in self._known:
                return self._known[asked]
            public, owners = codec.members_of(name, found, self._country)
        except (codec.UnknownEvent, AttributeError, TypeError) as error:
            raise Wrong("members", f"{name}: {error}") from None
        if public is not None and owners:
            public |= {"_sd"}
        kind = Kind(public, frozenset(owners), name.startswith("keys."))
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[name if public is not None else asked] = kind
        return kind
