"""What the clock has to do: lapses, ends of appeal terms, days that a decree moved, entries whose last day is over,
uploads that nobody filed, heads of the table of accesses, and what confirmed law keeps no longer.

What is due is found in the read models and decided on the log: what the read models say too early, or again,
leads to nothing. One case's trouble, or one country's, keeps nothing else waiting.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from domain import events as e
from domain.authorities import access_of
from domain.commands import SYSTEM, CaseCommand, Command, EndAppealTerm, ExpireEntry, LapseCase, PresumeServed
from domain.decision import LEAD, SYSTEM_ACTOR, Decision
from infra.desk.desk import Append, new_cause
from infra.formats.envelope import payload_of, split
from infra.house import CountryHouse
from infra.operations.forgetting import forgettable
from infra.operations.restating import Restating
from infra.operations.rounds import asked, led_to_events, pages
from infra.runtime.clock import Clock, written

HEAD_EVERY: Final = timedelta(hours=1)
SWEEP_EVERY: Final = timedelta(minutes=1)
logger = logging.getLogger(__name__)


class Ticker:
    """The clock of one country; ``tick`` is to be called every second or so, or whenever somebody asks."""

    def __init__(self, country: CountryHouse, clock: Clock) -> None:
        self._country = country
        self._clock = clock
        self._swept: datetime | None = None
        self._restating = Restating(country)

    def tick(self) -> int | None:
        """Do what is due now; how many commands led to events. None: that failed, and a log line says why."""
        try:
            return self._tick()
        except Exception:
            logger.exception("clock_failed", extra={"country": self._country.code})
            return None

    def _tick(self) -> int:
        country, now = self._country, self._clock()
        done = self._restating.look(now) + _times_over(country, now) + _ends_of_entries(country, now)
        if now - _last_head(country, now) >= HEAD_EVERY:
            done += record_access_head(country)
        # Development's clock jumps, also back.
        if self._swept is None or not timedelta(0) <= now - self._swept < SWEEP_EVERY:
            country.evidence.forget_uploads(now, lambda case, key: _has_evidence(country, case, key))
            done += _forgotten(country, now)
            self._swept = now
        return done


def record_access_head(country: CountryHouse) -> int:
    """Put the head of the table of accesses into the log, if it has grown since the last time; 1 or 0."""
    count, head = country.accesses.head()
    stream_id = country.ids.access()

    def work(append: Append) -> bool:
        stream = append.load(stream_id, "access")
        known = stream.state.count if stream.state else 0
        if count > known:
            said = e.AccessHeadRecorded(count=count, head=head)
            decision = Decision(authority=access_of(country.code), actor=SYSTEM_ACTOR, events=[(LEAD, said)])
            append.sign(decision, stream, {}, new_cause())
        return count > known

    return int(country.desk.have(work).result())


def _times_over(country: CountryHouse, now: datetime) -> int:
    """What follows where a time of a case is over: it lapses, is served, or closed; how many commands led to events."""
    return _each_due(country, now, "deadlines", ("next", "case"), lambda row: _command(row, now))


def _ends_of_entries(country: CountryHouse, now: datetime) -> int:
    """The same for entries that the law gives a last day."""
    return _each_due(country, now, "registers", ("ends", "entry"), partial(_expiry, country.code))


def _expiry(country: str, row: dict[str, Any]) -> ExpireEntry:
    return ExpireEntry(
        by=SYSTEM, cause=new_cause(), country=country, register=row["register"], entry=row["entry"]
    )


def _each_due(
    country: CountryHouse,
    now: datetime,
    view: str,
    order: tuple[str, str],
    command_of: Callable[[dict[str, Any]], Command],
) -> int:
    """The same for the rows of a view of which the moment has come."""
    # A row without a moment sorts before every text: null is never due.
    rows = partial(country.read_models.rows, view, up_to={order[0]: written(now)}, order=order)
    due = (map(command_of, page) for page in pages(country, rows, order))
    return sum(led_to_events(outcome) for page in due for outcome in asked(country, page))


def _command(row: dict[str, Any], now: datetime) -> CaseCommand:
    moment = written(now)
    kind: type[CaseCommand] = LapseCase
    if row["serve"] is not None and row["serve"] <= moment:
        kind = PresumeServed
    elif row["appeal"] is not None and row["appeal"] <= moment:
        kind = EndAppealTerm
    return kind(by=SYSTEM, cause=new_cause(), case=row["case"])


def _forgotten(country: CountryHouse, now: datetime) -> int:
    """The same of what is forgotten."""
    return sum(
        led_to_events(outcome) for page in forgettable(country, now) for outcome in asked(country, page)
    )


def _has_evidence(country: CountryHouse, case: str, key: str) -> bool:
    """Whether the case has evidence under this key, by the log, after whatever is under way."""

    def work(append: Append) -> bool:
        state = append.load(case, "case").state
        return state is not None and any(a["key"] == key for a in state.evidence or ())

    return country.desk.have(work).result()


def _last_head(country: CountryHouse, now: datetime) -> datetime:
    """When the head was recorded last; a log that never had one waits an hour from its opening."""
    row = country.log.newest(country.ids.access()) or country.log.at(0)
    return datetime.fromisoformat(payload_of(split(row[4])[0])["time"]) if row else now
