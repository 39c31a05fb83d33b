"""The pieces by which one signed event is looked at by itself; the checks, in their order, are in ranges.py.

Nothing is judged twice: what repeats, event after event, is remembered.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from operator import itemgetter, lt
from typing import Any, Final, NamedTuple, get_args

from domain.events import As
from infra.formats import codec
from infra.formats.signing import EVENT, BadSignature, parse
from infra.verification.findings import Wrong

SEALED: Final = b"\x01"  # the first byte after the JWS, where something is sealed
SIGNATURE_TEXT: Final = 87  # the point before it, and 64 bytes in base64url
CAUSES: Final = frozenset({"cmd:", "evt:"})
_NAMES: Final = ("v", "_sd_alg", "type", "time", "authority", "actor", "cause", "to", "data")
_PLACE: Final = ("log", "index", "chain", "stream", "seq", "prev")
MEMBERS: Final = len(_NAMES + _PLACE)  # of every payload; lead or effects, and boxes, may join them
members: Final = itemgetter(*_NAMES)
place: Final = itemgetter(*_PLACE)  # where the event stands, in its log and in its stream

_DIGEST_TEXT: Final = 43  # 32 bytes in base64url
_AS: Final = frozenset(get_args(As))
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_REMEMBERED: Final = 4096


def kid_of_event(jws: str) -> str:
    """The kid in the header of an event, if it has its one form; raises Wrong. Headers repeat: remember."""
    try:
        parsed = parse(jws)
    except BadSignature as error:
        raise Wrong("form", error.reason) from None
    if parsed.typ != EVENT:
        raise Wrong("form", f"is a {parsed.typ}, not an event")
    return parsed.kid


def is_actor(actor: Mapping[str, Any]) -> bool:
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


def are_digests(digests: list[Any]) -> bool:
    """Whether these are digests (SHA-256, base64url), sorted, each once. TypeError for what are no texts."""
    return all(map(lt, digests, digests[1:])) and len("".join(digests)) == _DIGEST_TEXT * len(digests)


class Kind(NamedTuple):
    """What events of a kind have in `data`: public members (None: a form's, not listed), personal members."""

    public: frozenset[str] | None  # with `_sd`, where there are personal ones
    personal: frozenset[str]
    is_of_keys: bool


class Kinds:
    """What each kind of event has, as the house's law says."""

    def __init__(self, country: str) -> None:
        self._country = country
        self.known: dict[object, Kind] = {}  # by type, for those whose members do not depend on a form

    def find(self, name: str, found: Mapping[str, Any]) -> Kind:
        """The kind of an event of this type with these members (`data`); raises Wrong."""
        get = found.get
        asked = (name, get("procedure"), get("form"), get("register"), get("content_version"))
        try:
            if asked in self.known:
                return self.known[asked]
            public, owners = codec.members_of(name, found, self._country)
        except (codec.UnknownEvent, TypeError) as error:
            raise Wrong("members", f"{name}: {error}") from None
        if public is not None and owners:
            public |= {"_sd"}
        kind = Kind(public, frozenset(owners), name.startswith("keys."))
        if len(self.known) >= _REMEMBERED:
            self.known.clear()
        self.known[name if public is not None else asked] = kind
        return kind
