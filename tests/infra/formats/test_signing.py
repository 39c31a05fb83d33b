"""Seals: the published bytes come out exactly, and no second text carries the same signature."""

import base64
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from infra.formats.canonical import NotCanonical, b64url, decode, encode, from_b64url, sha256
from infra.formats.signing import (
    EVENT,
    BadSignature,
    Malformed,
    Seal,
    digest,
    disclosure,
    ed25519_public,
    ed25519_sign,
    ed25519_verify,
    event_hash,
    jwk_of,
    key_of,
    kid_of,
    open_disclosure,
    parse,
    split,
    verify,
    verify_parts,
)
from tests.infra.vectors import event_vectors

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
VECTORS = event_vectors()
CERTIFICATE = base64.b64decode(VECTORS["certificate_der_base64"])
PRIVATE = ec.derive_private_key(int(VECTORS["private_key_d_hex"], 16), ec.SECP256R1())
SEAL = Seal(kid_of(CERTIFICATE), "kz-vehicles-almaty", CERTIFICATE, PRIVATE)
KEY = key_of(CERTIFICATE)
FILED = VECTORS["events"][1]
JWS: str = FILED["jws"]


def test_the_key_has_the_published_kid_and_jwk() -> None:
    assert SEAL.kid == VECTORS["kid"]
    assert jwk_of(KEY) == VECTORS["public_jwk"]


@pytest.mark.parametrize("event", VECTORS["events"])
def test_an_event_signed_again_is_the_published_text_with_its_hash(event: dict[str, Any]) -> None:
    parsed = parse(event["jws"])
    assert (parsed.kid, parsed.typ) == (VECTORS["kid"], EVENT)
    assert SEAL.sign(EVENT, encode(parsed.payload)) == event["jws"]
    assert verify(event["jws"], KEY, EVENT) == parsed.payload_bytes
    assert verify(parsed, KEY) == parsed.payload_bytes
    assert split(event["jws"]) == (parsed.header, parsed.payload_bytes, parsed.signature)
    assert b64url(event_hash(event["jws"])) == event["hash"]


@pytest.mark.parametrize("text", FILED["disclosures"])
def test_a_disclosure_is_the_published_text_and_its_digest_is_signed(text: str) -> None:
    """A list and an absent member (a disclosed null) among them."""
    salt, name, value = decode(from_b64url(text))
    assert disclosure(name, value, from_b64url(salt)) == text
    assert open_disclosure(text) == (name, value)
    assert digest(text) in parse(JWS).payload["data"]["_sd"]


@given(st.dictionaries(st.text("abc"), st.integers(0, 9)))
def test_what_a_seal_signs_others_accept(payload: dict[str, int]) -> None:
    signed = SEAL.sign("tamga-receipt+jwt", encode(payload))
    key = jwt.PyJWK.from_dict(jwk_of(KEY) | {"alg": "ES256"})
    assert jwt.decode(signed, key, algorithms=["ES256"]) == payload
    assert verify(signed, KEY, "tamga-receipt+jwt") == encode(payload)
    assert int.from_bytes(parse(signed).signature[32:], "big") <= ORDER // 2


@pytest.mark.parametrize("part", [slice(0, 2), slice(32, 34)])
@pytest.mark.parametrize("is_short", [lambda number: number < 0x0080, lambda number: number < 0x0100])
def test_signatures_with_short_numbers_verify(part: slice, is_short: Callable[[int], bool]) -> None:
    """One in some hundred: a leading zero is dropped in DER, but not where the next bit would be a sign."""
    for number in range(20_000):
        parsed = parse(SEAL.sign(EVENT, encode({"number": number})))
        if is_short(int.from_bytes(parsed.signature[part], "big")):
            assert verify(parsed, KEY, EVENT) == parsed.payload_bytes
            return
    pytest.fail("no such signature was met")


def test_the_twin_of_a_signature_is_refused() -> None:
    """(r, n - s) verifies as well, and would be the same event under another hash."""
    parsed = parse(JWS)
    s = int.from_bytes(parsed.signature[32:], "big")
    twin = parsed.signature[:32] + (ORDER - s).to_bytes(32, "big")
    key = jwt.PyJWK.from_dict(jwk_of(KEY) | {"alg": "ES256"})
    text = f"{parsed.signing_input.decode()}.{b64url(twin)}"
    assert jwt.decode(text, key, algorithms=["ES256"]) == parsed.payload
    with pytest.raises(BadSignature, match="high s"):
        verify(text, KEY, EVENT)


@pytest.mark.parametrize(
    ("r", "s"), [(0, 1), (1, 0), (ORDER, 1), (ORDER + 1, 1), (1, ORDER), (1, 2**256 - 1)]
)
def test_numbers_out_of_range_are_refused(r: int, s: int) -> None:
    with pytest.raises(BadSignature):
        verify_parts(b"x", r.to_bytes(32, "big") + s.to_bytes(32, "big"), KEY)


@given(st.integers(0, len(JWS) - 1), st.sampled_from("Aa09-_.+/= \u00e9"))
def test_no_letter_of_an_event_can_be_another(place: int, letter: str) -> None:
    altered = JWS[:place] + letter + JWS[place + 1 :]
    if altered != JWS:
        with pytest.raises(BadSignature):
            verify(altered, KEY, EVENT)


def test_a_last_letter_with_loose_bits_is_refused() -> None:
    """Most decoders take the four texts of one signature for the same."""
    last = JWS[-1]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    place = alphabet.index(last)
    for letter in alphabet[place // 16 * 16 : place // 16 * 16 + 16]:
        if letter != last:
            with pytest.raises(Malformed):
                parse(JWS[:-1] + letter)


KID = VECTORS["kid"]
PAYLOAD = b64url(b'{"v":1}')
SIGNATURE = b64url(bytes(64))


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "ES256", "kid": KID},
        {"alg": "ES256", "kid": KID, "typ": EVENT, "x": "y"},
        {"alg": "none", "kid": KID, "typ": EVENT},
        {"alg": "ES384", "kid": KID, "typ": EVENT},
        {"alg": "ES256", "kid": KID[:-1], "typ": EVENT},
        {"alg": "ES256", "kid": b64url(bytes(31)), "typ": EVENT},
        {"alg": "ES256", "kid": 1, "typ": EVENT},
        {"alg": "ES256", "kid": KID, "typ": 1},
        ["alg", "kid", "typ"],
    ],
)
def test_another_header_is_refused(header: Any) -> None:
    with pytest.raises(Malformed):
        parse(f"{b64url(encode(header))}.{PAYLOAD}.{SIGNATURE}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "..",
        "a.b",
        f"{JWS}~",
        f"{JWS}.",
        JWS.rpartition(".")[0],
        JWS.replace(".", "..", 1),
        f"{JWS.partition('.')[0]}.{b64url(b'[]')}.{SIGNATURE}",
        f"{JWS.partition('.')[0]}.{b64url(b'{ }')}.{SIGNATURE}",
        f"{JWS.partition('.')[0]}.{PAYLOAD}.{b64url(bytes(63))}",
    ],
)
def test_another_form_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        parse(text)


def test_a_header_in_another_order_is_refused() -> None:
    header = f'{{"kid":"{KID}","alg":"ES256","typ":"{EVENT}"}}'.encode()
    with pytest.raises(Malformed):
        parse(f"{b64url(header)}.{PAYLOAD}.{SIGNATURE}")


def test_a_statement_of_another_kind_is_refused() -> None:
    """A payment is no receipt, whoever signed it."""
    payment = SEAL.sign("tamga-payment+jwt", b"{}")
    with pytest.raises(BadSignature, match="tamga-payment"):
        verify(payment, KEY, "tamga-receipt+jwt")


def test_another_key_did_not_sign_it() -> None:
    with pytest.raises(BadSignature, match="does not fit"):
        verify(JWS, ec.derive_private_key(7, ec.SECP256R1()).public_key(), EVENT)


def test_the_algorithm_is_a_property_of_the_key() -> None:
    with pytest.raises(BadSignature, match="P-256"):
        verify(JWS, ec.generate_private_key(ec.SECP384R1()).public_key(), EVENT)
    with pytest.raises(BadSignature, match="certificate"):
        key_of(b"no certificate")


def test_a_seal_does_not_show_its_key() -> None:
    assert "private" not in repr(SEAL)


@pytest.mark.parametrize(
    "value",
    [
        ["AQEBAQEBAQEBAQEBAQEBAQ", "name"],
        ["AQEBAQEBAQEBAQEBAQEBAQ", "name", 1, 2],
        ["AQEBAQEBAQEBAQEBAQEBA", "name", 1],
        ["AQEBAQ", "name", 1],
        [1, "name", 1],
        ["AQEBAQEBAQEBAQEBAQEBAQ", 1, 1],
        {"salt": "AQEBAQEBAQEBAQEBAQEBAQ"},
        ["AQEBAQEBAQEBAQEBAQEBAQ", "name", 1.5],
    ],
)
def test_another_form_of_disclosure_is_refused(value: Any) -> None:
    with pytest.raises(NotCanonical):
        open_disclosure(b64url(encode(value)))


def test_a_short_salt_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        disclosure("name", "value", b"short")


def test_bare_keys_of_logs_and_witnesses_sign() -> None:
    seed = sha256(b"a log of the tests")
    public, signature = ed25519_public(seed), ed25519_sign(seed, b"note")
    assert ed25519_verify(public, signature, b"note")
    assert not ed25519_verify(public, signature, b"nose")
    assert not ed25519_verify(public[:-1], signature, b"note")
