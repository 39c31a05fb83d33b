"""What a country receives of a log: whole streams, each event once, however their recipients grow."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from projections.feed import Logged, appends, deliveries
from tests.feed_logs import OTHERS, OWN, STREAMS, GrowingLog, growing_logs


def received(log: GrowingLog) -> dict[str, list[Logged]]:
    """What each recipient gets, in its order."""
    feeds: dict[str, list[Logged]] = {country: [] for country in (OWN, *OTHERS)}
    for append in appends(log.events):
        for recipient, event in deliveries(append, log.earlier):
            feeds[recipient].append(event)
    return feeds


@given(growing_logs())
def test_a_recipient_gets_whole_streams_each_event_once(log: GrowingLog) -> None:
    """Every event of a stream that comes to name it, from the first on, in order; of others nothing."""
    for recipient, feed in received(log).items():
        concerned = {s for s in STREAMS if any(recipient in event.to for event in log.stream(s))}
        assert {event.stream for event in feed} == concerned
        for stream in concerned:
            assert [e for e in feed if e.stream == stream] == log.stream(stream)


@given(growing_logs())
def test_the_feed_of_the_own_country_is_the_whole_log(log: GrowingLog) -> None:
    """In its order, so that the number in the feed is the position in the log, plus one."""
    assert received(log)[OWN] == log.events


@given(growing_logs())
def test_the_events_of_an_append_stand_side_by_side(log: GrowingLog) -> None:
    """Nothing comes between them: what is missed of a stream is delivered before the append's first event."""
    feeds = received(log)
    for append in log.appends:
        for recipient, feed in feeds.items():
            places = [feed.index(e) for e in append if recipient in e.to]
            assert places == list(range(places[0], places[0] + len(places))) if places else True


@given(growing_logs())
def test_what_was_missed_comes_by_the_first_index_of_its_stream(log: GrowingLog) -> None:
    """So two recipients of the same streams get them in the same order."""
    for append in log.appends:
        for recipient in OTHERS:
            missed = [
                event
                for to, event in deliveries(append, log.earlier)
                if to == recipient and event.log_index < append[0].log_index
            ]
            firsts = [event.log_index for event in missed if event.seq == 1]
            assert firsts == sorted(firsts)
            assert max(Counter(event.hash for event in missed).values(), default=1) == 1


@given(growing_logs(), st.data())
def test_a_log_that_is_read_in_pieces_is_delivered_the_same(log: GrowingLog, drawn: st.DataObject) -> None:
    """A piece ends where its last whole append ends; the next begins there."""
    found: list[list[Logged]] = []
    position = 0
    while position < len(log.events):
        size = drawn.draw(st.integers(1, 12))
        whole = list(appends(log.events[position : position + size]))
        if not whole:
            whole = list(appends(log.events[position:]))[:1]
        found += whole
        position += sum(map(len, whole))
    assert [e for append in found for e in append] == log.events
    groups = [append for append in log.appends if len({event.stream for event in append}) > 1]
    assert [append for append in found if len({event.stream for event in append}) > 1] == groups


def test_an_append_that_lost_its_lead_does_not_hold_up_the_rest() -> None:
    """The event that does not belong ends it: a reader sees that the lead is missing, and goes on."""
    claim = Logged(0, "claim", 1, b"a", ("KZ",), ("case-1", 1))
    stranger = Logged(1, "case-2", 1, b"b", ("KZ",))
    assert list(appends([claim, stranger])) == [[claim], [stranger]]
