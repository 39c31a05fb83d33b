"""Seals and signatures: compact JWS (ES256), SD-JWT disclosures, bare Ed25519, HMAC; not who may sign what.

Promises: a seal signs by RFC 6979 with low s, over bytes that the caller made canonical. What `parse` returns
has the one form that a seal writes, so that no other text carries the same signature; `verify` then costs one
bare P-256 verification. Nothing here keeps state but the caches of headers and of keyed hashes; everything may
be called from any thread.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.x509 import load_der_x509_certificate

from infra.formats.canonical import (
    NotCanonical,
    Value,
    b64url,
    decode,
    encode,
    from_b64url,
    sha256,
    text_within,
)

PublicKey: TypeAlias = ec.EllipticCurvePublicKey

EVENT = "tamga-event+sd-jwt"
SALT_BYTES = 16


class BadSignature(ValueError):
    """The statement was not signed by this key, in this form; `reason` is the message."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Malformed(BadSignature):
    """Not a JWS of our one form; whose signature it bears was not even looked at."""


@dataclass(frozen=True, slots=True)
class Seal:
    """An authority's signing key with its certificate (DER); `kid` is the certificate's hash."""

    kid: str
    authority: str
    certificate: bytes
    private_key: ec.EllipticCurvePrivateKey = field(repr=False, compare=False)

    def sign(self, typ: str, payload: bytes) -> str:
        """The compact JWS over canonical payload bytes; the same bytes give the same text."""
        signing_input = f"{_header_text(self.kid, typ)}.{b64url(payload)}"
        r, s = decode_dss_signature(self.private_key.sign(signing_input.encode("ascii"), _DETERMINISTIC))
        signature = r.to_bytes(32, "big") + min(s, _ORDER - s).to_bytes(32, "big")
        return f"{signing_input}.{b64url(signature)}"


class Parsed(NamedTuple):
    """A JWS in our one form, not verified yet: nothing in it is true before `verify` says so."""

    header: Mapping[str, str]
    kid: str
    typ: str
    payload_bytes: bytes
    payload: dict[str, Any]
    signature: bytes
    signing_input: bytes


def parse(jws: str) -> Parsed:
    """Take a compact JWS apart, strictly; raises Malformed.

    1. three parts in strict base64url; 2. the canonical header with exactly alg, kid and typ, alg being
    ES256; 3. a payload that is a canonical JSON object; 4. a signature of 64 bytes.
    """
    try:
        header_text, payload_text, signature_text = jws.split(".")
        header = _header(header_text)
        payload_bytes = from_b64url(payload_text)
        payload = decode(payload_bytes)
        signature = from_b64url(signature_text)
    except NotCanonical as error:
        raise Malformed(str(error)) from error
    except ValueError as error:
        raise Malformed("is not a compact JWS of three parts") from error
    if type(payload) is not dict:
        raise Malformed("its payload is not a JSON object")
    if len(signature) != _SIGNATURE_BYTES:
        raise Malformed("its signature is not 64 bytes long")
    signing_input = jws[: -len(signature_text) - 1].encode("ascii")
    return Parsed(header, header["kid"], header["typ"], payload_bytes, payload, signature, signing_input)


def verify(jws: str | Parsed, key: PublicKey, typ: str | None = None) -> bytes:
    """The payload bytes of what this key signed; raises BadSignature. A parsed JWS is not parsed again.

    `typ` is what the caller expects to read; leave it out only where `Parsed.typ` is compared by the caller.
    """
    parsed = parse(jws) if isinstance(jws, str) else jws
    if typ is not None and parsed.typ != typ:
        raise BadSignature(f"is a {parsed.typ}, where a {typ} is asked for")
    verify_parts(parsed.signing_input, parsed.signature, key)
    return parsed.payload_bytes


def verify_parts(signing_input: bytes, signature: bytes, key: PublicKey) -> None:
    """Refuse (BadSignature) unless `signature` (r and s, 32 bytes each) is this P-256 key's, with low s.

    The twin (r, n - s) verifies as well, and would give the same statement another hash.
    """
    if not isinstance(key.curve, ec.SECP256R1):
        raise BadSignature("the key is not a P-256 key, as ES256 asks")
    verify_hashed(sha256(signing_input), signature, key)


def verify_hashed(hashed: bytes, signature: bytes, key: PublicKey) -> None:
    """As `verify_parts`, by the SHA-256 of the signing input, and a key that `key_of` gave."""
    if len(signature) != _SIGNATURE_BYTES:
        raise BadSignature("the signature is not 64 bytes long")
    r, s = signature[:32], signature[32:]
    if s > _HALF_ORDER:
        raise BadSignature("the signature has a high s: it is the twin of the one that was made")
    if s == _ZERO or not _ZERO < r < _ORDER_BYTES:
        raise BadSignature("the signature's numbers are out of range")
    if r[0] > 0x7F and s[0]:  # noqa: PLR2004 - every other is so: its first bit would be a sign in DER
        der = b"\x30\x45\x02\x21\0" + r + b"\x02\x20" + s
    else:
        r, s = _number(r), _number(s)
        der = b"\x30%c%b%b" % (len(r) + len(s), r, s)
    try:
        key.verify(der, hashed, _ECDSA_HASHED)
    except InvalidSignature as error:
        raise BadSignature("the signature does not fit the content and the key") from error


def split(jws: str) -> tuple[Mapping[str, str], bytes, bytes]:
    """Header, payload bytes and signature of a JWS in our form, not verified; raises Malformed."""
    parsed = parse(jws)
    return parsed.header, parsed.payload_bytes, parsed.signature


def event_hash(jws: str) -> bytes:
    """SHA-256 of the compact JWS as it stands, signature included: the name of an event."""
    return sha256(jws.encode("ascii"))


def disclosure(name: str, value: object, salt: bytes) -> str:
    """One personal field, in the form that travels beside the event; `salt`: 16 bytes, fresh each time."""
    if len(salt) != SALT_BYTES:
        raise ValueError("a salt has 16 bytes")
    return b64url(text_within(encode((b64url(salt), name, value))))


def open_disclosure(text: str) -> tuple[str, Value]:
    """Name and value of a disclosure in the one form that `disclosure` writes; raises NotCanonical."""
    match decode(from_b64url(text)):
        case [str(salt), str(name), value] if len(from_b64url(salt)) == SALT_BYTES:
            return name, value
    raise NotCanonical("", "is not a disclosure: salt of 16 bytes, name, value")


def digest(disclosure_text: str) -> str:
    """What the event's `_sd` holds for this disclosure (RFC 9901)."""
    return b64url(sha256(disclosure_text.encode("ascii")))


def digests(disclosure_texts: Iterable[str]) -> list[str]:
    """The same for several, sorted, as they stand in the event: every reading of one asks for all of its own."""
    return sorted(map(b64url, [sha256(text.encode("ascii")) for text in disclosure_texts]))


def kid_of(certificate: bytes) -> str:
    """The `kid` of a certificate (DER): its SHA-256 in base64url, 43 characters (the value of `x5t#S256`)."""
    return b64url(sha256(certificate))


def key_of(certificate: bytes) -> PublicKey:
    """The P-256 key of a certificate (DER), whoever issued that; raises BadSignature."""
    try:
        key = load_der_x509_certificate(certificate).public_key()
    except ValueError as error:
        raise BadSignature(f"is not a certificate in DER: {error}") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise BadSignature("the certificate's key is not a P-256 key, as ES256 asks")
    return key


def jwk_of(key: PublicKey) -> dict[str, str]:
    """The public key as a JWK (RFC 7518, 6.2.1): kty, crv, x, y."""
    numbers = key.public_numbers()
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": b64url(numbers.x.to_bytes(32, "big")),
        "y": b64url(numbers.y.to_bytes(32, "big")),
    }


def mac(secret: bytes, message: bytes) -> bytes:
    """HMAC-SHA-256, 32 bytes."""
    # Copied, not made anew: hmac's one-shot function gives up the interpreter's lock, and waits to get it back.
    keyed = _keyed(secret).copy()
    keyed.update(message)
    return keyed.finalize()


def ed25519_public(seed: bytes) -> bytes:
    """The public key (32 bytes) of an Ed25519 seed (32 bytes): log keys and witnesses have such bare keys;
    unused in the house until its logs are witnessed.
    """
    return ed25519.Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def ed25519_sign(seed: bytes, message: bytes) -> bytes:
    """The Ed25519 signature (64 bytes) of the seed's key."""
    return ed25519.Ed25519PrivateKey.from_private_bytes(seed).sign(message)


def ed25519_verify(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the signature is this Ed25519 key's (32 bytes) over the message."""
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


_SIGNATURE_BYTES = 64
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256 (FIPS 186)
_ZERO = bytes(32)
_ORDER_BYTES = _ORDER.to_bytes(32, "big")
_HALF_ORDER = (_ORDER // 2).to_bytes(32, "big")
_ECDSA_HASHED = ec.ECDSA(Prehashed(SHA256()))
_DETERMINISTIC = ec.ECDSA(SHA256(), deterministic_signing=True)  # RFC 6979


@lru_cache(maxsize=64)
def _keyed(secret: bytes) -> HMAC:
    return HMAC(secret, SHA256())


@lru_cache(maxsize=1024)
def _header_text(kid: str, typ: str) -> str:
    return b64url(encode({"alg": "ES256", "kid": kid, "typ": typ}))


@lru_cache(maxsize=1024)
def _header(text: str) -> Mapping[str, str]:
    """Headers repeat, event after event: each is judged once."""
    header = decode(from_b64url(text))
    if type(header) is not dict or header.keys() != {"alg", "kid", "typ"}:
        raise NotCanonical("", "the header does not hold exactly alg, kid and typ")
    if header["alg"] != "ES256":
        raise NotCanonical("", "the header's alg is not ES256")
    kid, typ = header["kid"], header["typ"]
    if type(kid) is not str or type(typ) is not str or len(from_b64url(kid)) != 32:  # noqa: PLR2004 - bytes of a SHA-256
        raise NotCanonical("", "the header's kid is not the SHA-256 of a certificate")
    return MappingProxyType(header)


def _number(raw: bytes) -> bytes:
    """The integer of 32 bytes in DER: no leading zeros, but for one before a set first bit."""
    raw = raw.lstrip(b"\0")
    raw = b"\0" + raw if raw[0] > 0x7F else raw  # noqa: PLR2004 - the sign of DER
    return b"\x02%c%b" % (len(raw), raw)
