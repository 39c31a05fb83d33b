"""The one form in which Tamga signs and hashes: JCS (RFC 8785) within rules; not a general JSON library.

I-JSON (RFC 7493), ASCII member names, no floats, integers within +-(2^53-1), strings in NFC. Within these
rules sorted `orjson` gives the bytes of RFC 8785; outside of them it does not, so what comes from outside
passes `check` before anybody signs it, and what was signed is read by `decode` only.
"""

import hashlib
import json
import re
import string
from binascii import b2a_base64
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias
from unicodedata import is_normalized

import orjson
from pydantic_core import SchemaValidator, core_schema

Value: TypeAlias = (
    Any  # what JSON can hold: dict, list, str, int, bool, None; its shape is the reader's to check
)

LARGEST_INTEGER = 2**53 - 1
DEEPEST = 32
RESERVED_NAMES = frozenset({"_sd", "..."})  # SD-JWT (RFC 9901) keeps them for digests


# What is wrong, for whoever sent it; two of them are also said of a form.
CODES = (
    "duplicate_member",
    "fraction",
    "not_a_character",
    "not_canonical",
    "number_too_large",
    "text_not_composed",
    "too_deep",
    "unknown_member",
)


class NotCanonical(ValueError):
    """Outside the rules: `pointer` (RFC 6901, empty for the whole) says where, `reason` what is wrong, for operators
    and auditors; `code` says it to whoever sent it.
    """

    def __init__(self, pointer: str, reason: str, code: str = "not_canonical") -> None:
        super().__init__(f"{pointer or 'the document'}: {reason}")
        self.pointer = pointer
        self.reason = reason
        self.code = code


def encode(value: object) -> bytes:
    """The JCS bytes of a value that is within the rules (`check` says whether it is).

    A moment must be written out by the caller, or zero microseconds would be lost: dates raise NotCanonical.
    """
    try:
        return orjson.dumps(value, option=_OPTIONS)
    except orjson.JSONEncodeError as error:
        raise NotCanonical("", f"cannot be written as JSON: {error}") from error


def decode(raw: bytes) -> Value:
    """What the bytes say, if they are the canonical bytes of it and within the rules; else NotCanonical.

    Duplicate members, spaces, other escapes and number forms all parse silently: only the way back shows
    them.
    """
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise NotCanonical("", f"is not JSON: {error}") from error
    if encode(value) != raw:
        raise NotCanonical("", "is JSON, but not in its canonical form (RFC 8785)")
    if not (_is_ascii_texts(value, raw) or _is_surely_within(raw)):
        _walk(value, frozenset())
    return value


def check(value: object) -> None:
    """Refuse (NotCanonical) what may not be signed: for documents from outside, before anything else.

    That is: floats, integers beyond +-(2^53-1), strings that are not NFC or hold surrogates or noncharacters,
    names that are not ASCII or are reserved for digests, more than 32 levels, and what is not JSON at all.
    """
    _walk(value, RESERVED_NAMES)


def check_twins(value: object, raw: bytes) -> None:
    """Refuse (NotCanonical) bytes from outside that have a member twice: two readers read them in two ways, and they
    are signed in neither. ``value`` is what they say, within the rules. RecursionError: what is hidden behind a twin is
    too deep.
    """
    # Without floats nothing is written shorter than we write it: equal lengths say that nothing was dropped.
    if len(orjson.dumps(value)) != len(raw):
        json.loads(raw, object_pairs_hook=_no_twins)


def _no_twins(members: Sequence[tuple[str, Any]]) -> None:
    if len({name for name, _ in members}) != len(members):
        raise NotCanonical("", "has a member twice in one object", "duplicate_member")


def text_within(raw: bytes) -> bytes:
    """Canonical bytes of ours whose texts are within the rules, as every reader asks; else NotCanonical.

    Everything that comes over HTTP was looked at by ``check``; commands typed by operators and files come here alone.
    """
    if raw.isascii():
        return raw
    text = raw.decode()
    # In UTF-8 each code point that is no character has one of these; so have a few that are one.
    may_be_wrong = b"\xbf\xbe" in raw or b"\xbf\xbf" in raw or b"\xef\xb7" in raw
    if (may_be_wrong or not is_normalized("NFC", text)) and (wrong := _wrong_characters(text)):
        raise NotCanonical("", *wrong)
    return raw


def b64url(raw: bytes) -> str:
    """Base64url without padding (RFC 7515)."""
    return b2a_base64(raw, newline=False).translate(_TO_URL, b"=").decode()


def from_b64url(text: str) -> bytes:
    """The bytes of a base64url text, if it is the text that `b64url` writes for them; else NotCanonical."""
    try:
        raw = _decode_base64(f'"{text}"')
    except ValueError as error:
        raise NotCanonical("", "is not base64url") from error
    # Decoders also take padding, escapes and "+/", and some take anything: then the lengths do not fit.
    is_full = len(text) == (len(raw) * 4 + 2) // 3 and text[-1:] in _LAST[len(raw) % 3]
    if not is_full or "+" in text or "/" in text:
        raise NotCanonical("", "is not the strict base64url form of its bytes")
    return raw


def loose_b64url(text: bytes) -> bytes:
    """The bytes of a base64url text of our own making; ValueError for what cannot be decoded, no more."""
    return _decode_base64(b'"' + text + b'"')


def sha256(raw: bytes) -> bytes:
    """SHA-256, 32 bytes.

    From 2 KiB on the library gives up the interpreter's lock, and waits to get it back for longer than the hash
    of an event takes: so that goes in in two or three parts.
    """
    if len(raw) <= _UNLOCKED:
        return hashlib.sha256(raw).digest()
    hashed = hashlib.sha256(raw[:_UNLOCKED])
    if len(raw) > _EVENT:
        hashed.update(raw[_UNLOCKED:])
    else:
        for start in range(_UNLOCKED, len(raw), _UNLOCKED):
            hashed.update(raw[start : start + _UNLOCKED])
    return hashed.digest()


_UNLOCKED = 2047
_EVENT = 16_384  # more is worth the waiting
_OPTIONS = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_STRICT_INTEGER
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_DATACLASS
)

# Over a kilobyte four times as fast as the standard library's, which took half of what a verifier does
# beside verifying.
_decode_base64: Callable[[str | bytes], bytes] = SchemaValidator(
    core_schema.bytes_schema(), core_schema.CoreConfig(val_json_bytes="base64")
).validate_json
_ALPHABET = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
_LAST = (frozenset({*_ALPHABET, ""}), frozenset(_ALPHABET[::16]), frozenset(_ALPHABET[::4]))  # no stray bits

_TO_URL = bytes.maketrans(b"+/", b"-_")
_TEXTS = frozenset({str})
_MARKS = bytes.maketrans(b"eE[", b"..{")
_NO_MARKS = bytes(set(range(256)) - set(b'[{:,.eE"dft'))  # d, f, t: "cmd:", false and "evt:" are no numbers
_NONCHARACTERS = re.compile(
    "[\ufdd0-\ufdef"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)


def _is_ascii_texts(value: object, raw: bytes) -> bool:
    """Whether it is a flat list of ASCII texts, which is what a box holds: nothing in it can be outside."""
    return type(value) is list and raw.isascii() and set(map(type, value)) <= _TEXTS


def _is_surely_within(raw: bytes) -> bool:
    """Whether canonical bytes show without a walk that they hold no float, foreign name or deep nesting.

    Ten times as fast as the walk. In canonical bytes a number opens the text or follows `":`, `,` or `[`; so
    with all struck out but such marks, a point or exponent right there is a float (or, rarely, inside
    of a string).
    """
    if not raw.isascii():
        return False
    struck = raw.translate(_MARKS, _NO_MARKS)
    if b'":.' in struck or b",." in struck or b"{." in struck or struck.startswith(b"."):
        return False
    return struck.count(b"{") <= DEEPEST


_Path: TypeAlias = "tuple[_Path, str | int] | None"


def _walk(document: object, reserved: frozenset[str]) -> None:
    """Visit every value without recursion: a hostile document may be nested deeper than Python's stack."""
    pending: list[tuple[object, _Path, int]] = [([document], None, -1)]
    while pending:
        container, path, depth = pending.pop()
        if depth == DEEPEST:
            raise NotCanonical(_pointer(path), f"is nested more than {DEEPEST} levels deep", "too_deep")
        for step, value in _members(container, path, reserved):
            if type(value) is str and value.isascii():  # as most are
                continue
            if isinstance(value, (dict, list, tuple)):
                pending.append((value, (path, step) if depth >= 0 else None, depth + 1))
            elif wrong := _wrong(value):
                raise NotCanonical(_pointer((path, step) if depth >= 0 else None), *wrong)


def _members(container: object, path: _Path, reserved: frozenset[str]) -> Iterator[tuple[str | int, object]]:
    if not isinstance(container, dict):
        return enumerate(container)  # type: ignore[arg-type]
    for name in container:
        if not isinstance(name, str) or not name.isascii():
            raise NotCanonical(_pointer(path), "has a member name that is not ASCII", "unknown_member")
        if name in reserved:
            raise NotCanonical(
                _pointer(path), "has a member name that is reserved for digests", "unknown_member"
            )
    return iter(container.items())


def _wrong(value: object) -> tuple[str, str] | None:
    """The reason and the code."""
    if isinstance(value, str):
        return None if value.isascii() else _wrong_text(value)
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, int):
        if -LARGEST_INTEGER <= value <= LARGEST_INTEGER:
            return None
        return "is an integer beyond 2^53-1; write it as a string", "number_too_large"
    if isinstance(value, float):
        return "is not an integer; money is given in minor units, other fractions as strings", "fraction"
    return f"is a {type(value).__name__}, which JSON does not know", "not_canonical"


def _wrong_text(text: str) -> tuple[str, str] | None:
    try:
        text.encode()
    except UnicodeEncodeError:
        return "holds half of a surrogate pair", "not_a_character"
    return _wrong_characters(text)


def _wrong_characters(text: str) -> tuple[str, str] | None:
    if _NONCHARACTERS.search(text):
        return "holds a code point that is not a character", "not_a_character"
    if not is_normalized("NFC", text):
        return "is not in Unicode normal form C (NFC)", "text_not_composed"
    return None


def _pointer(path: _Path) -> str:
    steps: list[str] = []
    while path is not None:
        path, step = path
        steps.append(str(step).replace("~", "~0").replace("/", "~1"))
    return "".join(f"/{step}" for step in reversed(steps))
