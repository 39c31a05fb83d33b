"""Canonical bytes: the same as everybody else's, and nothing that could be read in two ways."""

import base64
import math
import string
from datetime import UTC, datetime
from typing import Any
from unicodedata import normalize

import orjson
import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from infra.formats.canonical import (
    DEEPEST,
    LARGEST_INTEGER,
    NotCanonical,
    b64url,
    check,
    decode,
    encode,
    from_b64url,
    sha256,
    text_within,
)
from tests.infra.vectors import event_vectors


def is_within(text: str) -> bool:
    return not any(0xFDD0 <= ord(letter) <= 0xFDEF or ord(letter) & 0xFFFE == 0xFFFE for letter in text)


texts = (
    st.text(st.characters(codec="utf-8"))
    .map(lambda text: normalize("NFC", text))
    .filter(lambda text: is_within(text) and normalize("NFC", text) == text)
)
names = st.text(st.characters(max_codepoint=0x7F)).filter(lambda name: name not in {"_sd", "..."})
integers = st.integers(-LARGEST_INTEGER, LARGEST_INTEGER)
documents = st.recursive(
    st.none() | st.booleans() | integers | texts,
    lambda inner: st.lists(inner) | st.dictionaries(names, inner),
    max_leaves=30,
)


@given(documents)
def test_what_is_within_the_rules_has_the_bytes_of_rfc_8785(document: Any) -> None:
    check(document)
    raw = encode(document)
    assert raw == rfc8785.dumps(document)
    assert decode(raw) == document


@given(documents, st.sampled_from([1.5, 1.0, -0.0, 1e300, math.nan, math.inf, 2**53, -(2**53), 2**64, 2**70]))
def test_a_number_outside_of_the_rules_is_refused_wherever_it_stands(document: Any, number: float) -> None:
    """Two readers would read two numbers, or round in silence."""
    for holder in ({"sum": [document, number]}, [number], number):
        with pytest.raises(NotCanonical):
            check(holder)
        with pytest.raises(NotCanonical):
            decode(orjson.dumps(holder) if abs(number) < 2**64 else str(holder).encode())


@pytest.mark.parametrize(
    "raw",
    [
        b"1.5",
        b"[1.5]",
        b"[0,1.5]",
        b'{"a":1.5}',
        b'{"a":-1.5}',
        b'{"a":1e16}',
        b'{"a":9007199254740992}',
        b'["\xc3\xa9",1.5]',
    ],
)
def test_a_signed_number_outside_of_the_rules_is_refused(raw: bytes) -> None:
    with pytest.raises(NotCanonical):
        decode(raw)


def test_points_and_exponents_within_strings_are_no_numbers() -> None:
    for document in ({"time": "2026-11-22T11:35:28.000000Z"}, ["1,5.3"], {"a": '":1.5'}, [",e", "[.", "1e5"]):
        assert decode(encode(document)) == document


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        ({"a": [{"name": "e\u0301"}]}, "/a/0/name"),
        ({"a/b": {"~": "\ud83d"}}, "/a~1b/~0"),
        ({"a": "\udc00"}, "/a"),
        ({"a": "\ufdd0"}, "/a"),
        ({"a": "\U0010ffff"}, "/a"),
        ({"a": {"өңір": 1}}, "/a"),
        ({"a": {1: 1}}, "/a"),
        ({"a": {"_sd": []}}, "/a"),
        ({"...": 1}, ""),
        ({"a": {1, 2}}, "/a"),
        ({"a": b"bytes"}, "/a"),
        ({"a": 0.5}, "/a"),
        ([0, [LARGEST_INTEGER + 1]], "/1/0"),
        ("e\u0301", ""),
    ],
)
def test_a_refusal_names_the_place(value: Any, pointer: str) -> None:
    with pytest.raises(NotCanonical) as refused:
        check(value)
    assert refused.value.pointer == pointer


def test_names_of_our_language_community_pass_when_they_are_normalised() -> None:
    check({"names": ["Айгүл", "Bəxtiyar", "Gʻayrat", "Şükrü İnce", "𐰉𐰃𐰠𐰏𐰀"]})


def test_a_hundred_thousand_nested_arrays_are_refused_and_not_walked_into() -> None:
    nested: list[Any] = []
    for _ in range(100_000):
        nested = [nested]
    with pytest.raises(NotCanonical, match="nested"):
        check(nested)
    with pytest.raises(NotCanonical):
        decode(b"[" * 100_000 + b"]" * 100_000)
    with pytest.raises(NotCanonical):
        encode(nested)
    while nested:  # Python's own way of forgetting it would recurse
        nested = nested.pop()


def test_the_deepest_nesting_passes_and_one_more_does_not() -> None:
    fits: list[Any] = []
    for _ in range(DEEPEST - 1):
        fits = [fits]
    check(fits)
    assert decode(encode(fits)) == fits
    for refuse in (check, lambda value: decode(encode(value))):
        with pytest.raises(NotCanonical, match="nested"):
            refuse([fits])


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":1,"a":1}',
        b'{"b":1,"a":1}',
        b'{"a": 1}',
        b'{"a":1}\n',
        b'"\\u0041"',
        b'"\\/"',
        b'"\\ud83d"',
        b"-0",
        b"1.0",
        b"01",
        b"NaN",
        b"",
        b'"\xff"',
        b'\xef\xbb\xbf{"a":1}',
        '{"ә":1}'.encode(),
        '["e\u0301"]'.encode(),
    ],
)
def test_bytes_in_another_form_are_refused(raw: bytes) -> None:
    """Duplicate members, order, spaces, escapes: each parses silently, another text with one meaning."""
    with pytest.raises(NotCanonical):
        decode(raw)


def test_a_signed_payload_may_hold_its_digests() -> None:
    """The names that are reserved from outside are what the signed form is made with."""
    assert decode(b'{"_sd":["x"]}') == {"_sd": ["x"]}


@given(st.binary(max_size=80))
def test_base64url_has_one_text_for_its_bytes(raw: bytes) -> None:
    text = b64url(raw)
    assert from_b64url(text) == raw
    alphabet = string.ascii_letters + string.digits + "-_+/=. \n\u00e9"
    for other in [text + letter for letter in alphabet] + [text[:-1] + letter for letter in alphabet]:
        try:
            again = from_b64url(other)
        except NotCanonical:
            continue
        assert b64url(again) == other
        assert other == text or again != raw


@given(st.text(string.ascii_letters + string.digits + '-_+/="\\u0041 \n\u00e9\ud800') | st.text())
@example("\\u0041")
@example('QUJD"')
@example(" QUJD")
def test_base64url_is_what_decodes_and_encodes_to_itself(text: str) -> None:
    """The rule as it is written down, letter by letter, beside the faster one that is used."""
    try:
        raw = base64.urlsafe_b64decode(text + "==")
        is_strict = base64.urlsafe_b64encode(raw).rstrip(b"=").decode() == text
    except ValueError:
        is_strict = False
    if is_strict:
        assert from_b64url(text) == raw
    else:
        with pytest.raises(NotCanonical):
            from_b64url(text)


def test_terms_are_named_by_the_hash_of_their_canonical_bytes() -> None:
    vectors = event_vectors()
    filed = decode(from_b64url(vectors["events"][1]["jws"].split(".")[1]))
    assert b64url(sha256(encode(vectors["terms_row"]))) == filed["data"]["terms_sha256"]


def test_a_moment_is_written_out_by_its_caller() -> None:
    """The library would drop zero microseconds."""
    with pytest.raises(NotCanonical):
        encode({"time": datetime(2026, 1, 1, tzinfo=UTC)})


@given(st.text())
def test_what_is_signed_is_text_that_a_reader_takes_or_it_is_not_signed(text: str) -> None:
    """`text_within` takes exactly the texts that `decode` takes."""
    try:
        raw = encode({"text": text})
        taken = text_within(raw) == raw
    except NotCanonical:
        taken = False
    try:
        check({"text": text})
        is_taken_in = True
    except NotCanonical:
        is_taken_in = False
    assert taken is is_taken_in


@pytest.mark.parametrize("text", ["cafe\u0301", "\ufffe", "\U0001ffff"])
def test_a_text_that_no_reader_takes_is_not_signed(text: str) -> None:
    with pytest.raises(NotCanonical):
        text_within(encode([text]))
