"""What follows the logs: read models, feed, clock, relay; one active follower for a data folder, others wait (rules.md 31)."""

import fcntl
import logging
import os
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from domain import events as e
from domain.authorities import access_of
from domain.commands import SYSTEM, CaseCommand, EndAppealTerm, LapseCase
from domain.decide import SYSTEM_ACTOR, Decision
from infra.desk import Outcome, Sitting
from infra.envelope import payload_of, split
from infra.house import CountryHouse, House
from infra.relay import Relay

logger = logging.getLogger(__name__)
IDLE_S: Final = 0.02
TICK_S: Final = 1.0
HEAD_EVERY: Final = timedelta(hours=1)
MOST_AT_ONCE: Final = 500


class Held(Exception):
    """Another follower is active, and we were asked not to wait."""


@contextmanager
def leadership(folder: Path, *, stop: threading.Event | None = None) -> Iterator[None]:
    """Be the one active follower of the data folder; wait until the other one ends, whatever way it ends.

    Without ``stop`` it does not wait: Held.
    """
    descriptor = os.open(folder / "follower.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if stop is None:
                    raise Held("another follower of this data folder is active") from None
                if stop.wait(0.2):
                    raise Held("stopped while another follower was active") from None
        yield
    finally:
        os.close(descriptor)


def follow(house: House, stop: threading.Event) -> None:
    """Follow every log until ``stop``: one thread for each, and one for each relay where there is a Kafka."""
    with suppress(Held), leadership(house.settings.data, stop=stop):
        threads = [
            threading.Thread(
                target=_forever, args=(_steps(country), stop, f"{code} read models"), daemon=True
            )
            for code, country in house.countries.items()
        ]
        threads.append(threading.Thread(target=_tick_forever, args=(house, stop), daemon=True))
        if house.settings.kafka:
            relay = Relay(house)
            threads.append(threading.Thread(target=relay.run, args=(stop,), daemon=True))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def catch_up(house: CountryHouse) -> None:
    """Bring read models and feed up to the log, once."""
    steps = _steps(house)
    while steps():
        pass


def tick(house: House) -> dict[str, int]:
    """Do what the clock has to do now: lapses, ends of appeal terms, uploads that were not filed, access heads.

    How many commands led to events, by country.
    """
    return {code: _tick(house, country) for code, country in house.countries.items()}


def _steps(house: CountryHouse) -> Callable[[], int]:
    return lambda: house.runner.step() + house.feed.follow(house.log)


def _forever(step: Callable[[], int], stop: threading.Event, what: str) -> None:
    """Step after step; what fails is tried again, a little later each time."""
    wait = IDLE_S
    while not stop.is_set():
        try:
            wait = IDLE_S if step() == 0 else 0.0
        except Exception:
            logger.exception("follower_failed", extra={"why": what})
            wait = min(max(wait, IDLE_S) * 2, 5.0)
        if wait and stop.wait(wait):
            return


def _tick_forever(house: House, stop: threading.Event) -> None:
    while not stop.wait(TICK_S):
        try:
            tick(house)
        except Exception:
            logger.exception("clock_failed")
    for country in house.countries.values():
        record_access_head(country)


def _tick(house: House, country: CountryHouse) -> int:
    now = house.clock()
    done = 0
    text = now.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    # A moment without a deadline sorts before every text: null is never due.
    due = country.views.rows("deadlines", up_to={"next": text}, order=("next", "case"), limit=MOST_AT_ONCE)
    for row in due:
        done += _carry_out(
            country, row["case"], now, ends_appeal=bool(row["appeal"] and row["appeal"] <= text)
        )
    country.evidence.forget_uploads(now)
    if now - _last_head(country, now) >= HEAD_EVERY:
        done += record_access_head(country)
    return done


def _carry_out(country: CountryHouse, case: str, now: datetime, *, ends_appeal: bool) -> int:
    command: type[CaseCommand] = EndAppealTerm if ends_appeal else LapseCase
    asked = command(at=now, by=SYSTEM, cause=f"cmd:{uuid.uuid4()}", case=case)
    outcome = country.desk.ask(asked).result()
    return 0 if outcome.is_repeat else 1


def record_access_head(country: CountryHouse) -> int:
    """Put the head of the table of accesses into the log, if it has grown since the last time; 1 or 0."""
    count, head = country.accesses.head()
    stream_id = country.desk.id_of("access", 1)

    def work(sitting: Sitting) -> Outcome:
        stream = sitting.load(stream_id, "access")
        known = stream.state.count if stream.state else 0
        if count > known:
            said = e.AccessHeadRecorded(count=count, head=head)
            decision = Decision(
                authority=access_of(country.code), actor=SYSTEM_ACTOR, events=[("case", said)]
            )
            sitting.group(decision, stream, {}, f"cmd:{uuid.uuid4()}")
        return Outcome(
            stream=stream_id,
            version=stream.seq,
            state=None,
            index=sitting.size - 1,
            status=200,
            is_repeat=count <= known,
        )

    return 0 if country.desk.have(work).result().is_repeat else 1


def _last_head(country: CountryHouse, now: datetime) -> datetime:
    """When the head was recorded last; a log that never had one waits an hour from its opening."""
    rows = country.log.stream(country.desk.id_of("access", 1)) or country.log.since(0, 1)
    if not rows:
        return now
    return datetime.fromisoformat(payload_of(split(rows[-1][4])[0])["time"])
