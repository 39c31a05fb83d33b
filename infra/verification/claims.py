"""30. claim: what only one may have is taken where it is free or kept for the taker's people, and let go of by who has
it; a case claims something when it is filed, and has it until its entries are written; slots and numbers are counted
one by one. What is imported has what its register claims.

Which thing a claim is about is no verifier's to know: its stream is a keyed name. So neither whether a case claims what
its request is about, nor whether who takes a kept claim over is of its people.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from domain.procedures import registers
from domain.register import nothing_claimed
from infra.verification.findings import Wrong
from infra.verification.log_file import said_by
from infra.verification.reach import CREATED, WRITES
from infra.verification.statement import FAILED
from infra.verification.streams import HEADS, Streams

_TAKEN: Final = "claim.ClaimTaken.v1"
_KEPT: Final = "claim.ClaimKept.v1"
_SLOTS_KEPT: Final = "claim.SlotsKept.v1"
_RELEASED: Final = "claim.ClaimReleased.v1"
_SETTLED: Final = "claim.ClaimSettled.v1"
_STEPS: Final[Mapping[str, int]] = {
    "claim.SlotTaken.v1": 1,
    "claim.SlotFreed.v1": -1,
    "claim.NumberGiven.v1": 1,
}
_FILED: Final = "case.CaseFiled.v1"
_ONE_ALONE: Final = frozenset(
    name for name, register in registers().items() if register.claims is not nothing_claimed
)
_SET_ASIDE: Final = frozenset({"case.AppealDecided.v1", "case.LapseSetAside.v1"})
CLAIMED: Final = frozenset(
    {_TAKEN, _KEPT, _SLOTS_KEPT, _RELEASED, _SETTLED, *_STEPS, _FILED, CREATED, *WRITES}
)


class Held(NamedTuple):
    """Who has a claim, whether only until their people file anew, and whether it is an entry; of what is counted, how
    many are taken.
    """

    holder: str | None = None
    is_kept: bool = False
    is_settled: bool = False
    taken: int = 0


FREE: Final = Held()


def after(claim: Held, kind: str, said: Mapping[str, Any]) -> Held:
    """The claim goes on with an event (``said`` is its ``data``), whether it fits or not."""
    if kind == _TAKEN:
        return Held(said["holder"])
    if kind == _KEPT:
        return Held(said["holder"], is_kept=True)
    if kind == _RELEASED:
        return FREE if claim.holder == said["holder"] else claim
    if kind == _SETTLED:
        return Held(said["holder"], is_settled=True)
    return Held(taken=said["taken"]) if kind in _STEPS else claim


def wrong(claim: Held, kind: str, said: Mapping[str, Any], lead: str | None) -> str:  # noqa: PLR0911 - one a rule
    """What does not fit; empty where all does. ``lead``: the stream of the lead of its append."""
    holder = said["holder"]
    if (step := _STEPS.get(kind)) is not None:
        return "" if said["taken"] == claim.taken + step else "what is counted goes on by one"
    if lead is None:
        return "nothing is claimed or let go of but with what a case or an entry does"
    if kind == _SETTLED:
        is_ours = claim.holder in (None, holder, lead)
        return "" if is_ours else "what becomes an entry's is another one's"
    if kind == _RELEASED:
        is_ours = claim.holder in (None, holder) and (
            lead == holder or claim.holder is None or claim.is_settled
        )
        return "" if is_ours else "what is let go of is another one's"
    if lead != holder:
        return "a case claims for itself"
    if claim.holder in (None, holder):
        return "" if kind == _TAKEN or claim.holder == holder else "what is kept was not claimed"
    return "" if kind == _TAKEN and claim.is_kept else "what is claimed is another one's"


class Claims:
    """The claims of one log, as a verifier walks over its events in order; of one thread."""

    def __init__(self, streams: Streams, *, is_part: bool) -> None:
        self._streams = streams
        self._is_part = is_part
        self._known: dict[str, Held] = {}
        self._lead: tuple[str, int] = ("", 0)  # of the newest append with claims
        self._taken = False
        self._let_go = False
        self._is_settled = False
        self._is_tainted = False

    def clear(self) -> None:
        """The events are looked at anew."""
        self._known.clear()
        self._lead = ("", 0)

    def pass_over(self, stream: object, kind: object) -> None:
        """An event of this stream failed another check: what comes next in it is judged by what stands there. Where it
        may have been of a claim, the case that comes next is not asked for one.
        """
        self._known.pop(stream, None)  # type: ignore[call-overload]
        self._is_tainted |= not str(kind).startswith("case.")

    def check(self, payload: Mapping[str, Any]) -> None:
        """An event of ``CLAIMED``; raises what FAILED lists. Nothing is said where an event before it in its stream is
        missing or altered: that one is named.
        """
        kind = payload["type"]
        if kind not in {CREATED, _FILED, *WRITES}:
            self._follow(kind, payload)
            return
        is_asked, self._is_tainted = not (self._is_part or self._is_tainted), False
        if not is_asked:
            return
        if kind == _FILED and not (self._are_with(payload) and self._taken):
            raise Wrong("claim", "a case is filed, and claims nothing")
        if kind in WRITES and payload["data"]["entries"]:
            self._must_have(payload)
        if kind == CREATED and "lead" not in payload and payload["data"]["register"] in _ONE_ALONE:
            self._must_be_its_own(payload)

    def _follow(self, kind: str, payload: Mapping[str, Any]) -> None:
        stream, said, lead = payload["stream"], payload["data"], payload.get("lead")
        claim = self._known.get(stream)
        if claim is None:
            claim = self._found(stream, payload["seq"])
        name = str(lead["stream"]) if lead else None
        if name is not None and lead is not None:
            if (name, lead["seq"]) != self._lead:
                self._lead = (name, lead["seq"])
                self._taken = self._let_go = self._is_settled = False
            self._taken |= kind == _TAKEN
            self._is_settled |= kind == _SETTLED and said["holder"] == name
            self._let_go |= claim.holder == name and kind in {_RELEASED, _SETTLED}
        self._known[stream] = after(claim, kind, said)
        if found := wrong(claim, kind, said, name):
            self._say(payload, found)

    def _must_have(self, payload: Mapping[str, Any]) -> None:
        """What it claimed becomes an entry's, or free; others may have had it since a set-aside, and let go of it."""
        if self._are_with(payload) and self._let_go:
            return
        before = self._streams.before(payload["stream"], payload["seq"])
        if not any(row[3] in _SET_ASIDE for row in before):
            self._say(payload, "its entries are written, and it has claimed nothing until then")

    def _must_be_its_own(self, payload: Mapping[str, Any]) -> None:
        """What no case wrote became its own in its append."""
        if not (self._are_with(payload) and self._is_settled):
            self._say(payload, "it is imported, and claims nothing")

    def _are_with(self, payload: Mapping[str, Any]) -> bool:
        """Whether the newest claims came with this event: it is their lead, or stands before it in its append."""
        stream, last = self._lead
        return bool(stream == payload["stream"] and payload["seq"] <= last)

    def _say(self, payload: Mapping[str, Any], found: str) -> None:
        if self._streams.are_as_signed(self._streams.before(payload["stream"], payload["seq"])):
            raise Wrong("claim", found)

    def _found(self, stream: str, seq: int) -> Held:
        if len(self._known) >= HEADS:
            self._known.clear()
        claim = FREE
        if seq > 1:
            for said in map(said_by, self._streams.before(stream, seq)):
                try:
                    claim = after(claim, said["type"], said["data"])
                except FAILED:  # it is named in its own place
                    continue
        return claim
