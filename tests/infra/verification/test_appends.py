"""What was appended together: the other streams' events by (stream, seq), then the lead, which names them all."""

from typing import Any

import pytest

from infra.verification.appends import Appends

Event = tuple[str, int, dict[str, Any], str]  # stream, version, payload, hash

LEAD = {"stream": "case", "seq": 2, "to": ["KZ"]}
A: Event = ("a", 1, {"lead": LEAD, "to": ["KZ"]}, "hash-a")
B: Event = ("b", 4, {"lead": LEAD, "to": ["KZ"]}, "hash-b")
FIRST: Event = ("case", 1, {"to": ["KZ"]}, "hash-1")
CLOSING: Event = ("case", 2, {"to": ["KZ"], "effects": {"hash-a": ["KZ"], "hash-b": ["KZ"]}}, "hash-2")
PLAIN: Event = ("d", 7, {"to": ["KZ"]}, "hash-d")


def said(*events: Event, recipient: str | None = None) -> list[str]:
    """What is wrong with these, one after the other."""
    appends = Appends(recipient)
    wrong = [w for n, (stream, seq, p, h) in enumerate(events) for w in appends.take(n, stream, seq, p, h)]
    return [w.detail for w in (*wrong, *appends.end(len(events)))]


@pytest.mark.parametrize(
    "events", [(PLAIN,), (A, B, FIRST, CLOSING), (PLAIN, A, B, FIRST, CLOSING, PLAIN), (FIRST,)]
)
def test_what_stands_together_in_its_order_is_well(events: tuple[Event, ...]) -> None:
    assert said(*events) == []


@pytest.mark.parametrize(
    ("events", "why"),
    [
        ((A, FIRST, CLOSING), "missing before it"),
        ((FIRST, CLOSING), "do not stand before it"),
        ((B, A, FIRST, CLOSING), "not in the order"),
        ((A, B), "lead of the append before is missing"),
        ((A, B, FIRST), "lead of the append before is missing"),
        ((A, B, PLAIN), "lead of the append before is missing"),
        ((A, B, ("case", 2, {"to": ["KZ"]}, "h")), "does not name the events"),
        ((A, B, ("case", 2, {**CLOSING[2], "to": ["KG", "KZ"]}, "h")), "other recipients"),
        ((A, B, ("c", 1, A[2], "hash-c"), FIRST, CLOSING), "that it does not name"),
        ((A, B, ("case", 1, CLOSING[2], "h")), "closes an append before its lead"),
        ((("a", 1, {"lead": {"stream": "case"}, "to": []}, "h"),), "in the form of the format"),
    ],
)
def test_what_does_not_is_said(events: tuple[Event, ...], why: str) -> None:
    assert any(why in sentence for sentence in said(*events))


def test_what_failed_already_is_not_said_a_second_time() -> None:
    """An event of the append is broken: its append is not judged by it."""
    appends = Appends()
    assert appends.take(0, *A) == []
    appends.pass_over("b", 4)
    assert appends.take(2, *FIRST) == []
    assert appends.take(3, *CLOSING) == []
    assert appends.take(4, *PLAIN) == []
    assert appends.is_idle


def test_who_receives_a_part_misses_only_what_names_it() -> None:
    """Kyrgyzstan asks for what names it, and takes what came to concern it later."""
    lead = {"stream": "case", "seq": 1, "to": ["KG", "KZ"]}
    shared: Event = ("a", 1, {"lead": lead, "to": ["KG", "KZ"]}, "hash-a")
    effects = {"hash-a": ["KG", "KZ"], "hash-b": ["KZ"]}
    closing: Event = ("case", 1, {"to": ["KG", "KZ"], "effects": effects}, "h")
    assert said(shared, closing, recipient="KG") == []
    assert said(shared, ("b", 1, {"lead": lead, "to": ["KZ"]}, "hash-b"), closing, recipient="KG") == []
    assert said(closing, recipient="KG") != []
    assert said(shared, recipient="KG") != []
    assert said(A, recipient="KG") == []
    assert said(CLOSING, recipient="KG") == []
