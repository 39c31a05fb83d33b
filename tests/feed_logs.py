"""Logs whose streams come to concern more countries, in any order: what the feed's tests deliver; no test."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from hypothesis import strategies as st

from projections.feed import Logged

OWN = "KZ"
OTHERS = ("AZ", "TR", "UZ")
STREAMS = ("case-1", "case-2", "claim", "entry")


@dataclass
class GrowingLog:
    """A log as a house writes it: whole appends, in each the other streams first, the lead's last."""

    events: list[Logged] = field(default_factory=list)
    appends: list[list[Logged]] = field(default_factory=list)

    def append(self, lead: str, count: int, others: Sequence[str], grown: dict[str, set[str]]) -> None:
        """One append: ``count`` events of the lead's stream, one of each other; ``grown`` adds to ``to``."""
        last = (lead, self.length(lead) + count) if others else None
        append = [self._event(stream, grown, last) for stream in sorted(others)]
        append += [self._event(lead, grown, None) for _ in range(count)]
        self.appends.append(append)

    def length(self, stream: str) -> int:
        return len(self.stream(stream))

    def stream(self, stream: str) -> list[Logged]:
        return [event for event in self.events if event.stream == stream]

    def earlier(self, stream: str, count: int) -> list[Logged]:
        return self.stream(stream)[:count]

    def _event(self, stream: str, grown: dict[str, set[str]], lead: tuple[str, int] | None) -> Logged:
        before = self.stream(stream)
        to = {OWN, *(before[-1].to if before else ()), *grown.get(stream, ())}
        seq = len(before) + 1
        digest = sha256(f"{stream}/{seq}".encode()).digest()
        event = Logged(len(self.events), stream, seq, digest, tuple(sorted(to)), lead)
        self.events.append(event)
        return event


@st.composite
def growing_logs(draw: st.DrawFn) -> GrowingLog:
    """Up to eight appends to four streams, each of which may come to concern more countries at any time."""
    log = GrowingLog()
    for _ in range(draw(st.integers(1, 8))):
        lead = draw(st.sampled_from(STREAMS))
        others = draw(st.sets(st.sampled_from([s for s in STREAMS if s != lead]), max_size=3))
        grown = {
            stream: draw(st.sets(st.sampled_from(OTHERS), max_size=2)) for stream in sorted({lead, *others})
        }
        log.append(lead, draw(st.integers(1, 3)), sorted(others), grown)
    return log
