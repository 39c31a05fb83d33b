"""What a reader verifies of another country's log, of which it gets a part: whole streams, in the log's order."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from consumers.feed.checks import Checks, Wrong
from consumers.feed.inbox import Taken
from consumers.feed.message import from_json
from consumers.feed.position import Position
from consumers.registry.database import Database
from infra.formats.signing import parse
from tests.consumers.feeds import Event, database_in, feed_of, forged, payload, renumbered, seal_of
from tests.town.people import Town


@pytest.fixture
def part(new_town: Town) -> list[Event]:
    """The keys of Kazakhstan's log and one case of it, numbered as another country would get them."""
    new_town.take_to("withdrawn", "KZ", "car_sale")
    events = feed_of(new_town)
    case = next(e["subject"] for e in events if e["type"] == "case.CaseFiled.v1")
    return renumbered(e for e in events if e["subject"] == case or e["type"].startswith("keys."))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with database_in(tmp_path) as found:
        yield found


def take(town: Town, database: Database, events: list[Event]) -> None:
    """Have Türkiye verify them one after the other; raises Wrong."""
    keys = town.keyring("KZ")
    checks = Checks(keys.origin, "KZ", "TR", keys.root, database)
    for message in map(from_json, events):
        event = checks.event(Taken(message, parse(message.jws)))
        checks.place(event, Position())
        database.receive(event.stream, event.seq, event.id, event.log_index)


def test_a_part_of_a_log_holds_though_its_numbers_are_not_the_logs(
    new_town: Town, database: Database, part: list[Event]
) -> None:
    """What came before each event it cannot know."""
    assert [int(e["feedseq"]) for e in part] != [int(e["logindex"]) + 1 for e in part]
    take(new_town, database, part)
    assert database.newest(part[-1]["subject"])[2] == int(part[-1]["logindex"])


def test_an_index_that_was_not_signed_is_refused(
    new_town: Town, database: Database, part: list[Event]
) -> None:
    moved = {**part[-1], "logindex": str(int(part[-1]["logindex"]) + 1)}
    with pytest.raises(Wrong, match="another index") as wrong:
        take(new_town, database, [*part[:-1], moved])
    assert wrong.value.kind == "logindex"


@pytest.mark.parametrize("back", [0, 1])
def test_in_a_stream_the_index_grows(
    new_town: Town, database: Database, part: list[Event], back: int
) -> None:
    """Also where who has a live key signs another."""
    earlier = int(part[-2]["logindex"]) - back
    seal = seal_of(new_town, payload(part[-1])["authority"])
    moved = {**forged(part[-1], seal, index=earlier), "logindex": str(earlier)}
    with pytest.raises(Wrong, match="before the stream's previous event") as wrong:
        take(new_town, database, [*part[:-1], moved])
    assert wrong.value.kind == "logindex"
