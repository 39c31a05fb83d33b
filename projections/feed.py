"""What each country receives of a log, and in which order (formats.md 3): a pure function of the log.

A recipient gets whole streams, from ``seq`` 1. Where an append adds a country to a stream's ``to``, the
stream's earlier events are delivered to it before anything of that append, streams by their first index.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple


class Logged(NamedTuple):
    """An event of the log, as far as its delivery depends on it. ``to`` are the countries that it names.

    ``lead`` is the (stream, seq) of the last event of its append, where another stream's event is that.
    """

    log_index: int
    stream: str
    seq: int
    hash: bytes
    to: tuple[str, ...]
    lead: tuple[str, int] | None = None


Earlier = Callable[[str, int], Sequence[Logged]]  # the first n events of a stream


def appends(events: Iterable[Logged]) -> Iterator[list[Logged]]:
    """The whole appends in a run of the log that begins with one; one that is cut off at the end is left out.

    Events that no lead holds together stand alone: nothing of another stream can lie between them.
    An event that does not belong ends an append whose lead is missing; whoever receives that one will see it.
    """
    append: list[Logged] = []
    lead: tuple[str, int] | None = None
    for event in events:
        if lead is not None and event.lead != lead and event.stream != lead[0]:
            yield append
            append, lead = [], None
        append.append(event)
        lead = event.lead or lead
        if lead is None or lead == (event.stream, event.seq):
            yield append
            append, lead = [], None


def deliveries(append: Sequence[Logged], earlier: Earlier) -> Iterator[tuple[str, Logged]]:
    """(recipient, event) in the order of delivery, for one whole append."""
    if all(len(event.to) == 1 for event in append):  # nearly all: what the log's own country has all of
        for event in append:
            yield event.to[0], event
        return
    named: dict[str, set[str]] = {}
    for event in append:
        named.setdefault(event.stream, set()).update(event.to)
    for recipient, event in _backfills(append, named, earlier):
        yield recipient, event
    for event in append:
        for recipient in sorted(named[event.stream]):
            yield recipient, event


def _backfills(
    append: Sequence[Logged], named: dict[str, set[str]], earlier: Earlier
) -> Iterator[tuple[str, Logged]]:
    """What recipients that are new to a stream missed of it; only where several are named there can be one.

    A stream that names one country names the log's own, which has all of it already.
    """
    missed: list[tuple[Sequence[Logged], list[str]]] = []
    for first in {event.stream: event for event in reversed(append)}.values():
        recipients = named[first.stream]
        if first.seq > 1 and len(recipients) > 1:
            before = earlier(first.stream, first.seq - 1)
            had = {country for event in before for country in event.to}
            recipients |= had
            missed.append((before, sorted(recipients - had)))
    for before, new in sorted(missed, key=lambda pair: pair[0][0].log_index):
        for recipient in new:
            for event in before:
                yield recipient, event
