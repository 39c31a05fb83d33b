"""The feeds in their file: what the pure rule delivers, numbered, hashed, found again, and made anew."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.desk.batch import end_of
from infra.feed import reading
from infra.feed.store import FeedStore, Standing
from infra.formats.canonical import b64url, encode, sha256
from infra.formats.chain import GENESIS, head_after
from infra.formats.envelope import Signed, payload_of
from infra.log.event_store import Log
from projections.feed import Logged, appends, deliveries
from tests.feed_logs import OTHERS, OWN, GrowingLog, growing_logs
from tests.infra.one_country import OneCountry

TIME = "2026-11-23T08:00:00.000000Z"


def stored(event: Logged) -> Signed:
    """An event with what the feed reads of it; nobody signed it."""
    payload = {
        "stream": event.stream,
        "seq": event.seq,
        "to": list(event.to),
        "time": TIME,
        "data": "x" * 500,
    }
    if event.lead:
        payload["lead"] = {"stream": event.lead[0], "seq": event.lead[1], "to": [OWN]}
    jws = f"{b64url(b'{}')}.{b64url(encode(payload))}.{b64url(b'nobody')}".encode()
    kind = "keys.SealAuthorised.v1" if event.stream == "claim" else "case.FeePaid.v1"
    return Signed(event.stream, event.seq, kind, jws, b64url(sha256(jws)))


@contextmanager
def folder_with(*logs: GrowingLog) -> Iterator[tuple[Path, Log]]:
    with tempfile.TemporaryDirectory() as name:
        log = Log(Path(name, "log.sqlite"), synchronous="OFF")
        for growing in logs:
            write(log, growing.events)
        yield Path(name), log
        log.close()


def write(log: Log, events: list[Logged]) -> None:
    with log.writing() as writer:
        writer.append(writer.size(), [stored(event) for event in events], {})


def contents(store: FeedStore, log: Log) -> dict[str, list[tuple[int, str, int]]]:
    """Recipient -> (number, stream, seq), and on the way: the hash is of the event that stands there."""
    found = {}
    for recipient in (OWN, *OTHERS):
        rows = store.since(log, recipient, 0, 10_000)
        assert [row.hash for row in rows] == [sha256(row.jws) for row in rows]
        assert {row.time for row in rows} <= {TIME}
        found[recipient] = [(row.feedseq, row.stream, row.seq) for row in rows]
    return found


def expected(growing: GrowingLog) -> dict[str, list[tuple[int, str, int]]]:
    feeds: dict[str, list[tuple[int, str, int]]] = {recipient: [] for recipient in (OWN, *OTHERS)}
    for append in appends(growing.events):
        for recipient, event in deliveries(append, growing.earlier):
            feeds[recipient].append((len(feeds[recipient]) + 1, event.stream, event.seq))
    return feeds


@settings(max_examples=25, deadline=None)
@given(growing_logs(), st.integers(0, 30))
def test_the_file_holds_what_the_rule_delivers(growing: GrowingLog, cut: int) -> None:
    """Also where the log was read while it grew, and when everything is made anew."""
    whole = [e for append in growing.appends[: cut % (len(growing.appends) + 1)] for e in append]
    with folder_with() as (folder, log):
        store = FeedStore(folder / "feed.sqlite")
        write(log, whole)
        store.follow(log)
        write(log, growing.events[len(whole) :])
        while store.follow(log):
            pass
        assert contents(store, log) == expected(growing)
        standings = {recipient: store.standing(recipient) for recipient in store.counts()}
        store.forget()
        while store.follow(log):
            pass
        assert contents(store, log) == expected(growing)
        assert {recipient: store.standing(recipient) for recipient in store.counts()} == standings
        store.close()


def small() -> GrowingLog:
    """Three streams; Türkiye comes to the case in its second append."""
    log = GrowingLog()
    log.append("case-1", 2, ["claim"], {})
    log.append("case-1", 1, ["entry"], {"case-1": {"TR"}})
    return log


def test_a_standing_is_the_count_the_hash_and_the_keys() -> None:
    """What a signed head states, and which of the seals may sign it."""
    with folder_with(small()) as (folder, log):
        store = FeedStore(folder / "feed.sqlite")
        assert store.standing(OWN) == Standing(0, GENESIS, 0)
        assert store.follow(log) == 5
        assert store.follow(log) == 0
        head = GENESIS
        for row in store.since(log, "TR", 0, 10):
            head = head_after(head, row.hash)
        assert store.standing("TR") == Standing(3, head, 1)
        assert store.counts() == {"KZ": 5, "TR": 3}
        store.close()


def test_the_head_of_a_countrys_own_feed_is_the_chain_of_its_log(kazakhstan: OneCountry) -> None:
    """At every count: it is what the next event signs, and follows from the last one alone."""
    feed, log = kazakhstan.country.feed, kazakhstan.log
    kazakhstan.register(1, 2)
    for act in (partial(kazakhstan.withdrawn, 1), partial(kazakhstan.completed, 2)):
        act()
        while feed.follow(log):
            pass
        standing, end = feed.standing("KZ"), end_of(log.at(log.size() - 1))
        assert (standing.count, standing.hash) == (end.size, end.chain)
    head = GENESIS
    for row in feed.since(log, "KZ", 0, 10_000):
        assert payload_of(row.jws)["chain"] == b64url(head)
        head = head_after(head, row.hash)


def test_an_event_is_found_by_its_hash() -> None:
    """Its number, where a reader goes on; its position in the log, for what is asked about it."""
    with folder_with(small()) as (folder, log):
        store = FeedStore(folder / "feed.sqlite")
        store.follow(log)
        [*_, last] = store.since(log, "TR", 0, 10)
        assert store.number_of("TR", last.hash) == 3
        assert store.number_of(OWN, last.hash) == 5
        assert store.number_of("AZ", last.hash) is None
        assert store.index_of(last.hash) == 4
        assert store.index_of(bytes(32)) is None
        store.close()


def test_an_append_longer_than_a_batch_is_delivered_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of one is never seen: its backfills come before its first event."""
    monkeypatch.setattr(reading, "BATCH", 2)
    growing = GrowingLog()
    growing.append("case-1", 3, ["claim", "entry"], {"claim": {"TR"}})
    with folder_with(growing) as (folder, log):
        store = FeedStore(folder / "feed.sqlite")
        assert store.follow(log) == 5
        store.close()


def test_two_followers_deliver_once() -> None:
    """Each in a process of its own, as where the relay runs beside the server."""
    with folder_with(small()) as (folder, log):
        one, other = FeedStore(folder / "feed.sqlite"), FeedStore(folder / "feed.sqlite")
        assert (one.follow(log), other.follow(log)) == (5, 0)
        assert contents(one, log) == contents(other, log) == expected(small())
        one.close()
        other.close()


def test_what_the_relay_did_is_seen_by_all_processes() -> None:
    """How far it is behind, and why it does not get on; None where there is no relay."""
    with folder_with(small()) as (folder, log):
        relay, server = FeedStore(folder / "feed.sqlite"), FeedStore(folder / "feed.sqlite")
        relay.follow(log)
        assert server.relay_behind() is None
        relay.say_trouble("Kafka does not answer")
        assert (server.relay_behind(), server.relay_trouble()) == (8, "Kafka does not answer")
        relay.move_relay({OWN: relay.standing(OWN)})
        relay.say_trouble(None)
        assert (server.relay_behind(), server.relay_trouble()) == (3, None)
        assert server.relayed() == {OWN: relay.standing(OWN)}
        relay.close()
        server.close()
