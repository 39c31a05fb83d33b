"""One signed event, looked at by itself: its bytes, its envelope, its members; not its place in the log.

This is the way that every event of a log goes: nothing here is done twice, and what repeats is remembered.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, NamedTuple, TypeAlias

from infra import codec
from infra.canonical import NotCanonical, decode, from_b64url
from infra.signing import EVENT, BadSignature, parse
from infra.verification.findings import Wrong

SEALED: Final = b"\x01"
Taken: TypeAlias = tuple[dict[str, Any], str, bytes, bytes, bytes, bytes | None]

_SIGNATURE_TEXT: Final = 87  # the point before it, and 64 bytes in base64url
_MEMBERS: Final = 13  # that every payload has; effects, lead and boxes may join them
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_REMEMBERED: Final = 4096
_kids: dict[str, str] = {}


def take_apart(state: object) -> Taken:
    """3. form: (payload, kid, hash of what is signed, signature, event hash, sealed part or None); raises Wrong.

    The JWS has its one form: strict base64url, the canonical header with exactly alg ES256, kid and typ, a
    canonical payload within the rules, 64 bytes of signature.
    """
    if type(state) is not bytes:
        raise Wrong("form", "the row holds no bytes")
    jws, mark, sealed = state.partition(SEALED)
    try:
        text = jws.decode("ascii")
        point, end = text.find("."), len(text) - _SIGNATURE_TEXT
        header = text[:point]
        kid = _kids.get(header) or _kid(header, text)
        payload = decode(from_b64url(text[point + 1 : end]))
        signature = from_b64url(text[end + 1 :])
    except NotCanonical as error:
        raise Wrong("form", str(error)) from None
    except ValueError:
        raise Wrong("form", "the row does not begin with a compact JWS") from None
    if type(payload) is not dict or end <= point or text[end] != ".":
        raise Wrong("form", "is not a JWS of three parts, an object and 64 bytes of signature among them")
    hasher = sha256(jws[:end])
    hashed = hasher.digest()
    hasher.update(jws[end:])
    return payload, kid, hashed, signature, hasher.digest(), sealed if mark else None


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


def check_envelope(payload: Mapping[str, Any], stream: object, seq: object, name: object, log: str) -> None:
    """4. envelope: the members of the format, in their shapes; 5. row: the columns are those of the event;
    6. log: it was signed for this log. Raises Wrong.
    """
    extra = ("effects" in payload) + ("lead" in payload) + ("boxes" in payload)
    if len(payload) != _MEMBERS + extra:
        raise Wrong("envelope", "the payload does not have exactly the members of the format")
    try:
        shapes = (
            payload["v"] == 1
            and payload["_sd_alg"] == "sha-256"
            and type(payload["seq"]) is int
            and type(payload["data"]) is dict
            and type(payload["authority"]) is str
            and type(payload["to"]) is list
            and payload["cause"].startswith(("cmd:", "evt:"))
            and _is_actor(payload["actor"])
            and payload["prev"] != ""
            and (payload["seq"] != 1 or _UUID.fullmatch(payload["stream"]))
            and not ("effects" in payload and "lead" in payload)
        )
        is_row = payload["stream"] == stream and payload["seq"] == seq and payload["type"] == name
        origin, time = payload["log"], payload["time"]
    except (KeyError, TypeError, AttributeError):
        shapes = False
    if not shapes:
        raise Wrong("envelope", "a member of the payload does not have the shape of the format")
    if not is_row:
        said = f"{payload['type']}, version {payload['seq']} of {payload['stream']}"
        raise Wrong("row", f"the event that stands here is signed as {said}")
    if origin != log:
        raise Wrong("log", f"the event was signed for the log {origin}, not for {log}")
    if type(time) is not str:
        raise Wrong("envelope", "the time is not a text")


def check_time(time: str) -> None:
    """9. time, the form: RFC 3339 in UTC with six digits; raises Wrong."""
    try:
        is_moment = _TIME.fullmatch(time) is not None and datetime.fromisoformat(time) is not None
    except ValueError:
        is_moment = False
    if not is_moment:
        raise Wrong("time", f"{time} is not a moment in UTC with six digits after the point")


def _is_actor(actor: Mapping[str, Any]) -> bool:
    is_known = len(actor) == 2 or (len(actor) == 3 and type(actor["for"]) is str)  # noqa: PLR2004 - id, role, for
    return is_known and type(actor["id"]) is str and type(actor["role"]) is str


class Expected(NamedTuple):
    """The members that events of a kind have: public ones (None: a form's, not listed), and personal ones."""

    public: frozenset[str] | None
    personal: frozenset[str]


class Members:
    """10. members: what each kind of event has, as the house's law says; remembered."""

    def __init__(self, country: str) -> None:
        self._country = country
        self._known: dict[tuple[object, ...], Expected] = {}

    def check(self, name: str, payload: Mapping[str, Any]) -> frozenset[str]:
        """The names of the personal members; raises Wrong.

        10a. the type is known, and the form or content that it names; 10b. the public members are those of the
        type; 10c. there is a digest for each personal member, absent ones included, so that counts tell nothing;
        10d. the digests are sorted, and each once; 10e. `boxes` stands beside them, and only there.
        """
        found = payload["data"]
        get = found.get
        key = (name, get("procedure"), get("form"), get("register"), get("content_version"))
        try:
            expected = self._known.get(key) or self._expect(key, name, found)
        except TypeError:
            raise Wrong("members", "a code or version among the members is not one") from None
        digests = get("_sd", ())
        if len(digests) != len(expected.personal):
            has = f"{len(digests)} digests for {len(expected.personal)} personal members"
            raise Wrong("members", f"the event has {has}")
        if digests:
            _check_digests(digests)
            if not expected.personal.isdisjoint(found):
                raise Wrong("members", "a personal member stands in the clear")
        if bool(digests) != ("boxes" in payload) or ("_sd" in found and not digests):
            raise Wrong("members", "digests and the boxes that hold them do not stand side by side")
        if expected.public is not None and found.keys() != expected.public:
            raise Wrong("members", f"the public members are not those of {name}")
        return expected.personal

    def _expect(self, key: tuple[object, ...], name: str, found: Mapping[str, Any]) -> Expected:
        try:
            public, owners = codec.members_of(name, found, self._country)
        except codec.UnknownEvent as error:
            raise Wrong("members", str(error)) from None
        if public is not None and owners:
            public |= {"_sd"}
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        expected = self._known[key] = Expected(public, frozenset(owners))
        return expected


def _check_digests(digests: object) -> None:
    if type(digests) is not list or sorted(set(digests)) != digests:
        raise Wrong("members", "the digests are not sorted, each once")
    if len("".join(digests)) != 43 * len(digests):  # noqa: PLR2004 - 32 bytes in base64url
        raise Wrong("members", "a digest is not a SHA-256")
