"""18. append: events that were appended together stand together, in their order; given in the log's order.

18a. the other streams' events come first, by (stream, seq), each naming the same lead; 18b. the lead's stream
follows at once, and the lead closes the append; 18c. the lead's `effects` are exactly the hashes of those
others, each with its recipients; 18d. `lead` states the recipients of the lead.
Of a log that is seen in part, by one recipient, what does not name the recipient may be missing.
"""

from collections.abc import Mapping
from typing import Any

from infra.verification.findings import Wrong


class Appends:
    """Follows appends: ``take`` each event, ``pass_over`` what failed another check, ``end`` at the end."""

    def __init__(self, recipient: str | None = None) -> None:
        self._recipient = recipient
        self._lead: Mapping[str, Any] | None = None
        self._others: dict[str, list[str]] = {}  # hash -> recipients
        self._newest = ("", 0)
        self._index = -1  # of its newest event
        self._has_followed = False  # events of the lead's stream, after the others
        self._is_tainted = False

    @property
    def is_idle(self) -> bool:
        """Whether an event without lead and effects may come, and nothing is to be said about it."""
        return self._lead is None and not self._is_tainted

    def take(
        self, index: int, stream: str, seq: int, payload: Mapping[str, Any], event_hash: str
    ) -> list[Wrong]:
        """The next event; what is wrong with the append before it, or with its own."""
        lead = payload.get("lead")
        if lead is not None:
            found = self._join(index, stream, seq, lead)
            self._others[event_hash] = payload["to"]
            self._newest = (stream, seq)
            self._index = index
            return found
        broken = [] if self._lead is None or self._is_of_lead(stream, seq) else self.end(index)
        effects = payload.get("effects")
        if self._lead is None:
            if effects is not None and not self._is_tainted and self._are_asked(effects):
                broken.append(_wrong("the events that this one was appended with do not stand before it"))
            self._is_tainted = False
            return broken
        self._has_followed = True
        self._index = index
        if seq == self._lead["seq"]:
            wrong = None if self._is_tainted else self._unlike(effects, payload["to"])
            self._begin(None)
            return [] if wrong is None else [_wrong(wrong)]
        if effects is not None:
            self._begin(None)
            return [_wrong("this event closes an append before its lead")]
        return []

    def pass_over(self, stream: object, seq: object) -> None:
        """An event that failed another check stands here: its append is not judged by it a second time."""
        self._is_tainted = True
        if self._lead is not None and (stream, seq) == (self._lead["stream"], self._lead["seq"]):
            self._begin(None)

    def end(self, index: int) -> list[Wrong]:
        """The append that is open does not go on at this position: what is wrong with that."""
        lead, is_tainted = self._lead, self._is_tainted
        self._begin(None)
        if lead is None or is_tainted or (self._recipient and self._recipient not in lead["to"]):
            return []
        detail = "the lead of the append before is missing"
        return [Wrong("append", detail, lead["stream"], lead["seq"], (self._index, index))]

    def _join(self, index: int, stream: str, seq: int, lead: Any) -> list[Wrong]:
        if not _is_lead(lead) or lead["stream"] == stream:
            return [_wrong("the event does not name its lead in the form of the format")]
        found: list[Wrong] = []
        if self._lead != lead or self._has_followed:
            is_tainted = self._lead is None and self._is_tainted
            found = self.end(index)
            self._begin(lead)
            self._is_tainted = is_tainted
        elif (stream, seq) <= self._newest:
            found = [_wrong("the events of this append are not in the order of streams and versions")]
        return found

    def _begin(self, lead: Mapping[str, Any] | None) -> None:
        self._lead = lead
        self._others = {}
        self._newest = ("", 0)
        self._has_followed = False
        self._is_tainted = False

    def _is_of_lead(self, stream: str, seq: int) -> bool:
        return self._lead is not None and stream == self._lead["stream"] and seq <= self._lead["seq"]

    def _unlike(self, effects: object, to: list[str]) -> str | None:
        if self._lead is not None and self._lead["to"] == to and effects == self._others:
            return None
        if self._lead is None or self._lead["to"] != to:
            return "the events of this append state other recipients of this one, their lead"
        if type(effects) is not dict:
            return "the lead of an append does not name the events appended with it"
        named = {h: r for h, r in effects.items() if self._recipient is None or self._recipient in r}
        if not named.items() <= self._others.items():
            return "an event that was appended with this one is missing before it, or is another"
        if not self._others.items() <= effects.items():
            return "an event stands before this one as of its append that it does not name"
        return None

    def _are_asked(self, effects: object) -> bool:
        if type(effects) is not dict or self._recipient is None:
            return True
        return any(self._recipient in named for named in effects.values())


def _wrong(detail: str) -> Wrong:
    return Wrong("append", detail)


def _is_lead(lead: object) -> bool:
    return (
        type(lead) is dict
        and lead.keys() == {"stream", "seq", "to"}
        and type(lead["stream"]) is str
        and type(lead["seq"]) is int
        and type(lead["to"]) is list
    )
