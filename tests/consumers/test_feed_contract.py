"""What a reader of the feed notices, the same over HTTP and over Kafka: nothing that was altered is ever applied."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from consumers.registry.database import Database
from tests.consumers.feeds import (
    Event,
    OverHttp,
    OverKafka,
    Result,
    Transport,
    bearing,
    database_in,
    feed_of,
    forged,
    head,
    open_alarms,
    payload,
    registry,
    renumbered,
    result,
    seal_of,
    settle,
)
from tests.town.caller import good
from tests.town.people import Town

OFFICE = "kz-vehicle-registration"


@pytest.fixture(scope="module")
def events(town: Town) -> list[Event]:
    """Two sales that were approved, one car under a lien, one request that was withdrawn."""
    for _ in range(2):
        town.take_to("approved", "KZ", "car_sale")
    town.take_to("withdrawn", "KZ", "car_sale")
    entry = next(e["subject"] for e in feed_of(town) if e["type"] == "entry.EntryChanged.v1")
    lien = {"kind": "lien", "reference": "pledge 17"}
    good(
        town.as_("kz-pledge-registry-officer").post(
            f"/v1/registers/vehicles/entries/{entry}/restrictions", lien
        )
    )
    return feed_of(town)


@pytest.fixture(scope="module")
def expected(town: Town, events: list[Event], tmp_path_factory: pytest.TempPathFactory) -> Result:
    """What a registry makes of the honest feed."""
    with database_in(tmp_path_factory.mktemp("honest")) as database:
        settle(registry(town, database, OverHttp(town, [*events, head(town, events)]).source()))
        assert open_alarms(database) == []
        assert len(database.rows()) == 3
        assert len(database.receipts()) == 2
        return result(database, events[0]["source"])


@pytest.fixture(params=["http", "kafka"])
def transport(request: pytest.FixtureRequest, town: Town) -> Transport:
    if request.param == "http":
        return OverHttp(town)
    return OverKafka(town, request.getfixturevalue("kafka"))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with database_in(tmp_path) as found:
        yield found


class Reader:
    """A registry at the end of a transport, which stops when it has seen everything."""

    def __init__(self, town: Town, transport: Transport, database: Database, log: str) -> None:
        self.transport = transport
        self.database = database
        self._log = log
        transport.begin(database)
        self.source = transport.source()
        self._registry = registry(town, database, self.source)

    def reads(self, *parts: list[Event]) -> None:
        """Everything that is delivered, part by part."""
        for part in parts:
            self.transport.publish(part)
            settle(self._registry)

    @property
    def result(self) -> Result:
        return result(self.database, self._log)

    @property
    def parked(self) -> set[str]:
        return {stream for stream, _, _ in self.database.parked()}


@pytest.fixture
def reader(town: Town, transport: Transport, database: Database, events: list[Event]) -> Iterator[Reader]:
    found = Reader(town, transport, database, events[0]["source"])
    yield found
    found.source.close()


def sale_of(events: list[Event]) -> tuple[Event, Event]:
    """The change of an entry by a decision, and the decision, which is the lead of that append."""
    change = next(e for e in events if e["type"] == "entry.EntryChanged.v1")
    return change, next(e for e in events if change["id"] in payload(e).get("effects", {}))


# --- what happens on honest ways --------------------------------------------------------------------------


def test_the_whole_feed_is_applied(reader: Reader, town: Town, events: list[Event], expected: Result) -> None:
    reader.reads([*events, head(town, events)])
    assert reader.result == expected
    assert open_alarms(reader.database) == []


def test_what_comes_twice_is_applied_once(
    reader: Reader, town: Town, events: list[Event], expected: Result
) -> None:
    """Each message again at once, and later the whole feed once more, as a relay does that was killed."""
    twice = [event for event in events for _ in range(2)]
    reader.reads([*twice, *events[3:], head(town, events)], events, [head(town, events)])
    assert reader.result == expected
    assert open_alarms(reader.database) == []


@pytest.mark.parametrize("seed", range(3))
def test_what_comes_in_another_order_is_applied_in_the_feeds(
    reader: Reader, town: Town, events: list[Event], expected: Result, seed: int
) -> None:
    shuffled = list(events)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - any order
    reader.reads([*shuffled, head(town, events)])
    assert reader.result == expected
    assert open_alarms(reader.database) == []


def test_an_append_that_comes_in_two_pieces_is_applied_whole(
    reader: Reader, town: Town, events: list[Event], expected: Result
) -> None:
    """Between the change of the entry and the decision that made it, nothing of either is applied."""
    _, lead = sale_of(events)
    append = [e for e in events if e["id"] in payload(lead)["effects"]] + [lead]
    cut = events.index(append[1])
    reader.reads(events[:cut])
    assert reader.result.count == events.index(append[0])
    assert open_alarms(reader.database) == ["missing_tail"]
    reader.reads([*events[cut:], head(town, events)])
    assert reader.result == expected
    assert open_alarms(reader.database) == []


# --- what is missing --------------------------------------------------------------------------------------


def test_a_missing_event_is_noticed_and_nothing_after_it_is_applied(
    reader: Reader, town: Town, events: list[Event], expected: Result
) -> None:
    """A gap in ``feedseq``; when the event comes after all, everything goes on and the alarm is over."""
    gap = 12
    reader.reads([*events[: gap - 1], *events[gap:], head(town, events)])
    assert reader.result.count < gap
    assert open_alarms(reader.database) == ["feedseq_gap"]
    reader.reads([events[gap - 1]])
    assert reader.result == expected
    assert open_alarms(reader.database) == []


def test_a_tail_that_is_cut_off_is_noticed(
    reader: Reader, town: Town, events: list[Event], expected: Result
) -> None:
    """The head counts more events than come."""
    reader.reads([*events[:-1], head(town, events)])
    assert open_alarms(reader.database) == ["missing_tail"]
    reader.reads([events[-1]])
    assert reader.result == expected
    assert open_alarms(reader.database) == []


def test_an_event_that_the_operator_left_out_of_a_stream_is_noticed(
    reader: Reader, town: Town, events: list[Event]
) -> None:
    """A gap in ``seq``, though the feed is numbered anew: its stream is parked, the others go on."""
    case = next(e["subject"] for e in events if e["type"] == "case.CaseFiled.v1")
    left = renumbered(e for e in events if (e["subject"], e["seq"]) != (case, "3"))
    reader.reads([*left, head(town, left)])
    assert {"seq_gap", "chain"} <= set(open_alarms(reader.database))
    assert case in reader.parked
    assert reader.result.count == len(left)


def test_a_stream_that_the_operator_left_out_is_noticed(
    reader: Reader, town: Town, events: list[Event]
) -> None:
    """No stream has a gap: the honest head says it."""
    gone = [e["subject"] for e in events if e["type"] == "case.CaseFiled.v1"][-1]
    left = renumbered(e for e in events if e["subject"] != gone)
    reader.reads([*left, head(town, events)])
    assert "missing_tail" in open_alarms(reader.database)


def test_a_stream_that_was_left_out_under_a_forged_head_is_noticed(
    reader: Reader, town: Town, events: list[Event]
) -> None:
    """Whoever has the feed's own seal cannot sign what came later anew: that was signed after what is missing.

    It is said once, of the first event that does not fit; each by itself holds, and is applied.
    """
    gone = next(e["subject"] for e in events if e["type"] == "claim.ClaimTaken.v1")
    after = events[next(n for n, e in enumerate(events) if e["subject"] == gone) + 1]
    left = renumbered(e for e in events if e["subject"] != gone)
    reader.reads(left[:30], [*left[30:], head(town, left)])
    alarms = [(alarm.kind, alarm.stream, alarm.seq) for alarm in reader.database.alarms()]
    assert [alarm for alarm in alarms if alarm[0] == "chain"] == [
        ("chain", after["subject"], int(after["seq"]))
    ]
    assert "head" not in open_alarms(reader.database)
    assert reader.result.count == len(left)


def test_a_log_that_is_numbered_anew_after_a_hole_is_noticed(
    reader: Reader, town: Town, events: list[Event]
) -> None:
    """The index is signed: nothing is applied under another."""
    place = next(n for n, e in enumerate(events) if e["type"] == "case.CaseWithdrawn.v1")
    left = [*events[: place - 1], *events[place:]]
    moved = [{**e, "logindex": str(n)} for n, e in enumerate(renumbered(left))]
    reader.reads([*moved, head(town, moved)])
    assert "logindex" in open_alarms(reader.database)
    assert reader.parked >= {e["subject"] for e in events[place + 1 :]}


def test_two_events_that_changed_places_are_noticed(reader: Reader, town: Town, events: list[Event]) -> None:
    """Neighbours of two streams, numbered as they come: each holds by itself, and was not signed there."""
    place = next(
        n
        for n, e in enumerate(events[:-1])
        if e["type"].startswith("entry.EntryCreated") and events[n + 1]["type"].startswith("claim.")
    )
    one, other = events[place : place + 2]
    swapped = renumbered([*events[:place], other, one, *events[place + 2 :]])
    reader.reads([*swapped, head(town, swapped)])
    assert "chain" in open_alarms(reader.database)


def test_half_of_a_decision_is_not_applied(reader: Reader, town: Town, events: list[Event]) -> None:
    """The lead names its effects: without the change of the entry, the decision waits too."""
    change, lead = sale_of(events)
    left = renumbered(e for e in events if e is not change)
    reader.reads([*left, head(town, left)])
    assert "effects" in open_alarms(reader.database)
    assert lead["subject"] in reader.parked
    assert change["id"] not in {receipt.event for receipt in reader.database.receipts()}


# --- what is altered --------------------------------------------------------------------------------------


def test_a_fork_is_noticed(reader: Reader, town: Town, events: list[Event], expected: Result) -> None:
    """Another event for the same place, well signed: whoever has the seal says two things."""
    first = next(e for e in events if e["type"] == "case.CaseFiled.v1")
    twin = forged(first, seal_of(town, payload(first)["authority"]), cause="cmd:another")
    reader.reads([*events, head(town, events)], [twin])
    assert open_alarms(reader.database) == ["fork"]
    assert reader.parked == {first["subject"]}
    assert (reader.result.count, reader.result.hash) == (expected.count, expected.hash)


def test_a_fork_in_the_numbers_that_follow_is_noticed(
    reader: Reader, town: Town, events: list[Event]
) -> None:
    """The twin comes as a later event of the feed."""
    first = next(e for e in events if e["type"] == "case.CaseFiled.v1")
    twin = forged(first, seal_of(town, payload(first)["authority"]), cause="cmd:another")
    more = renumbered([*events, twin])
    reader.reads([*more, head(town, more)])
    assert open_alarms(reader.database) == ["fork"]
    assert reader.parked == {first["subject"]}


@pytest.mark.parametrize("check", ["signature", "key", "attributes", "form", "link", "logindex"])
def test_an_event_that_does_not_hold_parks_its_stream_and_no_other(
    reader: Reader, town: Town, events: list[Event], expected: Result, check: str
) -> None:
    place = next(n for n, e in enumerate(events) if e["type"] == "case.CaseWithdrawn.v1")
    good_one = events[place]
    header, content, _ = good_one["data"].split(".")
    another = events[place - 1]["data"].rpartition(".")[2]
    office, stranger = seal_of(town, OFFICE), seal_of(town, "kz-treasury")
    bad = {
        "signature": bearing(good_one, f"{header}.{content}.{another}"),
        "key": forged(good_one, stranger),
        "attributes": {**good_one, "time": "2026-01-01T00:00:00.000000Z"},
        "form": bearing(good_one, f"{header}.{content}"),
        "link": forged(good_one, office, prev=events[0]["id"]),
        "logindex": {**good_one, "logindex": "7"},
    }[check]
    altered = [*events[:place], bad, *events[place + 1 :]]
    reader.reads([*altered, head(town, altered)])
    assert check in open_alarms(reader.database)
    assert reader.parked >= {good_one["subject"]}
    assert (reader.result.rows, reader.result.count) == (expected.rows, expected.count)


@pytest.mark.parametrize("false", [{"hash": "A" * 43}, {"to": "TR"}, {"log": "log.elsewhere.example/v1"}])
def test_a_false_head_is_noticed(
    reader: Reader, town: Town, events: list[Event], false: dict[str, str]
) -> None:
    reader.reads([*events, head(town, events, **false)])
    assert open_alarms(reader.database) == ["head"]


def test_a_head_by_another_office_is_noticed(reader: Reader, town: Town, events: list[Event]) -> None:
    honest = head(town, events)
    stranger = seal_of(town, "kz-treasury").sign("tamga-feed-head+jwt", b"{}")
    reader.reads([*events, bearing(honest, stranger), honest])
    assert open_alarms(reader.database) == ["head"]


def test_what_is_no_message_of_a_feed_is_noticed(
    reader: Reader, town: Town, events: list[Event], expected: Result
) -> None:
    """It has no number, so nothing can be missing because of it."""
    strange = {**events[3], "feedseq": "seven"}
    reader.reads([*events[:3], strange, *events[3:], head(town, events)])
    assert open_alarms(reader.database) == ["malformed"]
    assert reader.result == expected


def test_what_another_house_published_here_before_is_nobodys_business(
    reader: Reader, town: Town, events: list[Event], expected: Result
) -> None:
    """After a new beginning, a topic still holds the feed of a log with another name."""
    foreign = [{**event, "source": "log.kz.before.example/v1"} for event in events[:5]]
    foreign[3]["seq"] = "three"
    reader.reads([*foreign, *events, head(town, events)])
    assert reader.result == expected
    assert open_alarms(reader.database) == []
