"""The running hash says all that came, and in which order."""

from infra.formats.chain import GENESIS, head_after


def test_the_head_depends_on_every_event_and_their_order() -> None:
    """h(n) = SHA-256(h(n-1) || event hash), from 32 zero bytes."""
    one, two = b"\x01" * 32, b"\x02" * 32
    assert head_after(head_after(GENESIS, one), two) != head_after(head_after(GENESIS, two), one)
    assert (
        head_after(GENESIS, one).hex() == "5c85955f709283ecce2b74f1b1552918819f390911816e7bb466805a38ab87f3"
    )
