"""Terms of the law, and the deadlines computed from them with their basis; not what follows from either.

The legal day is the receiving authority's local day, which ends at 24:00. The day of the event is day 0.
"""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from typing_extensions import TypedDict  # pydantic refuses typing's own before Python 3.12

from domain.countries import legal_day
from domain.country import Country, Source
from domain.days import office_hours
from domain.days.working_days import ONE_DAY, WEEKEND, Calendar, calendar_of, days

Unit = Literal["minutes", "working_days", "calendar_days", "months", "years"]

NOT_MOVED = ", not moved"
LISTED_WEEKEND_DAYS = 10  # a longer term counts its Saturdays and Sundays and lists the other days only


@dataclass(frozen=True, slots=True)
class Term:
    """A time that the law gives: ``count`` of ``unit``, at least one; no ``source``: that of its terms.

    ``is_moved`` False: it ends on its day, a day off or not (a presumption, a validity). ``after_answer``: what
    the answer to an officer's question does to a term of decision that stood still for it.
    """

    count: int
    unit: Unit
    source: Source | None = None
    is_moved: bool = True
    after_answer: Literal["runs_on", "starts_anew"] = "runs_on"

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ValueError("a term has at least one day, month, year or minute")
        if not self.is_moved and self.unit in ("minutes", "working_days"):
            raise ValueError(f"a term in {self.unit} never ends on a day off")

    def __hash__(self) -> int:  # deadlines are remembered by their terms: a source is not hashed each time
        return hash((self.count, self.unit))

    @property
    def rule(self) -> str:
        """Such as "15 working_days", or "300 calendar_days, not moved"."""
        return f"{self.count} {self.unit}{'' if self.is_moved else NOT_MOVED}"


class Skipped(TypedDict):
    """A day that did not count, and why: "Saturday", "Sunday", or the holiday's or decree's English name."""

    day: str
    why: str


class Stop(TypedDict):
    """A stop of the clock: the instants of the question and of its answer."""

    question_at: str
    answer_at: str


class Deadline(TypedDict):
    """A computed deadline with its basis, in JSON values, as it stands in events for ever."""

    due: str  # the last local day; a day in time is any moment of it
    until: str  # RFC 3339, UTC: the first instant that is too late (the local midnight after ``due``)
    raw: str  # the local day before it was moved off a day off
    start: str  # the local day or the instant that the term runs from
    rule: str
    skipped: list[Skipped]
    weekend_days: int  # the Saturdays and Sundays skipped, those that ``skipped`` does not list included
    stops: list[Stop]
    calendar: str
    estimated: bool  # a day that depends on the moon may move it
    provisional: bool  # a year whose holidays are not decreed yet


def is_in_minutes(deadline: Deadline) -> bool:
    """Whether it ends at ``until``, in the middle of a day."""
    return deadline["rule"].endswith(" minutes")


def compute(term: Term, start: datetime | date, country: Country) -> Deadline:
    """The deadline of a term that runs from ``start``, an instant (in any zone) or a local day: day 0.

    Working days are counted one by one. A term in calendar days, months or years that ends on a day off ends
    on the next working day, unless it is not moved; a month ends on the same day number, else on the month's
    last day. Minutes run in the office hours where the country has them, else by the clock, and need an instant.
    ValueError: an instant without zone, minutes from a day, or a deadline beyond the year 9999.
    """
    began = _moment(start) if isinstance(start, datetime) else start
    try:
        if term.unit != "minutes":
            return _in_days(term, began, country)
        if isinstance(began, datetime):
            return _in_minutes(term, began, country)
    except OverflowError:
        raise ValueError(f"{term.rule} from then end beyond the calendar") from None
    raise ValueError("a term in minutes runs from an instant, not from a day")


def pause(deadline: Deadline, question_at: datetime, answer_at: datetime, country: Country) -> Deadline:
    """The deadline after the clock stood still from a question to its answer: the same or a later one.

    Days from the question to the answer, both included, do not count: working days in a term of working days,
    calendar days in one of days, months or years; in a term of minutes the time between. A day that lies in
    two stops counts for one. What had run out before the question stays as it is.
    ValueError: an instant without zone, an answer before its question, a question before the last answer, or
    a deadline beyond the year 9999.
    """
    question, answer = _moment(question_at), _moment(answer_at)
    if answer < question or question < _last_answer(deadline, question):
        raise ValueError("a stop runs from a question to its answer, and begins after the stop before it")
    if is_past(deadline, question):
        return deadline
    try:
        longer = _paused_minutes if is_in_minutes(deadline) else _paused_days
        paused = longer(deadline, question, answer, country)
    except OverflowError:
        raise ValueError("this stop moves the deadline beyond the calendar") from None
    stop = Stop(question_at=_text(question), answer_at=_text(answer))
    return {**paused, "stops": [*deadline["stops"], stop]}


def answered(
    term: Term, deadline: Deadline, question_at: datetime, answer_at: datetime, country: Country
) -> Deadline:
    """The deadline of a decision after the answer: it runs on, or, where the law says so, starts anew.

    A new start keeps the stops in its basis, and never ends before the term that ran on (rules.md 6). What had
    run out before the question stays as it is.
    ValueError: as ``pause``.
    """
    paused = pause(deadline, question_at, answer_at, country)
    if term.after_answer == "runs_on" or is_past(deadline, question_at):
        return paused
    anew: Deadline = {**compute(term, answer_at, country), "stops": paused["stops"]}
    return max(paused, anew, key=lambda deadline: deadline["until"])


def restated(
    deadline: Deadline, country: Country, *, start: date | None = None, since: datetime | None = None
) -> Deadline:
    """The deadline by the calendar of today where that gives a later one, else the same as it stands (rules.md 7).

    It is computed again from its own basis: rule, start and stops. ``start``: the day that it runs from by today's
    calendar, where that follows from another deadline; ``since``: stops that had ended by then are in ``start``.
    ValueError: a deadline beyond the year 9999.
    """
    if deadline["calendar"] == calendar_of(country).version:
        return deadline
    began = start or _parsed(deadline["start"])
    since = since or (began if isinstance(began, datetime) else None)
    anew = compute(_term_of(deadline["rule"]), began, country)
    for stop in deadline["stops"]:
        question, answer = (datetime.fromisoformat(at) for at in (stop["question_at"], stop["answer_at"]))
        if since is None or answer > since:
            anew = pause(anew, question, answer, country)
    return {**anew, "stops": deadline["stops"]} if anew["until"] > deadline["until"] else deadline


def _term_of(rule: str) -> Term:
    count, unit = rule.removesuffix(NOT_MOVED).split(" ")
    return Term(int(count), unit, is_moved=not rule.endswith(NOT_MOVED))  # type: ignore[arg-type]  # as it was written


def before(term: Term, end: date) -> date:
    """The local day that lies this long before ``end``; never moved: a limit that runs backwards is not.

    A month before has the same day number, else it is the month's last day.
    ValueError: a term in working days or minutes, or a day before the year 1.
    """
    if term.unit in ("minutes", "working_days"):
        raise ValueError(f"nothing runs backwards in {term.unit}")
    try:
        return _raw_day(-term.count, term.unit, end)
    except OverflowError:
        raise ValueError(f"{term.rule} before then begin before the calendar") from None


def after(term: Term, start: date) -> date:
    """The local day that lies this long after ``start``, a day off or not; a month has the same day number, else it is
    the month's last day.

    ValueError: a term in working days or minutes, or a day beyond the year 9999.
    """
    if term.unit in ("minutes", "working_days"):
        raise ValueError(f"{term.unit} are counted by a calendar")
    try:
        return _raw_day(term.count, term.unit, start)
    except OverflowError:
        raise ValueError(f"{term.rule} from then end beyond the calendar") from None


def is_past(deadline: Deadline, at: datetime) -> bool:
    """Whether it is too late at that instant. ValueError for an instant without zone."""
    return _moment(at) >= datetime.fromisoformat(deadline["until"])


# --- days -------------------------------------------------------------------------------------------------


def _in_days(term: Term, began: datetime | date, country: Country) -> Deadline:
    if isinstance(began, datetime):
        day_zero, start = legal_day(began, country), _text(began)
    else:
        day_zero, start = began, began.isoformat()
    of_the_day = _from_day(term, day_zero, calendar_of(country), country.time_zone)
    return {**of_the_day, "start": start, "skipped": [*of_the_day["skipped"]], "stops": []}


@lru_cache(maxsize=4096)  # all who file on one day have the same deadlines: 30 microseconds become one
def _from_day(term: Term, day_zero: date, calendar: Calendar, time_zone: str) -> Deadline:
    skipped: Mapping[date, str] = {}
    if term.unit == "working_days":
        due, skipped = calendar.nth_working_day(day_zero, term.count)
        raw, watched = due, day_zero
    else:
        due = raw = watched = _raw_day(term.count, term.unit, day_zero)
        if term.is_moved:
            due, skipped = calendar.first_working_day(raw)
    listed, weekend_days = _listed([], 0, skipped)
    return Deadline(
        due=due.isoformat(),
        until=_text(_end_of(due, ZoneInfo(time_zone))),
        raw=raw.isoformat(),
        start=day_zero.isoformat(),
        rule=term.rule,
        skipped=listed,
        weekend_days=weekend_days,
        stops=[],
        calendar=calendar.version,
        estimated=term.is_moved and calendar.is_estimated(watched, due),
        provisional=term.is_moved and calendar.is_provisional(due),
    )


def _raw_day(count: int, unit: Unit, day_zero: date) -> date:
    if unit == "calendar_days":
        return day_zero + timedelta(days=count)
    months = count * (12 if unit == "years" else 1)
    year, month = divmod(day_zero.year * 12 + day_zero.month - 1 + months, 12)
    if not MINYEAR <= year <= MAXYEAR:
        raise OverflowError
    return date(year, month + 1, min(day_zero.day, monthrange(year, month + 1)[1]))


def _paused_days(deadline: Deadline, question: datetime, answer: datetime, country: Country) -> Deadline:
    calendar, zone = calendar_of(country), ZoneInfo(country.time_zone)
    asked, day_zero = _local_day(question, zone), _local_day(_parsed(deadline["start"]), zone)
    if (
        asked < day_zero
    ):  # what was prolonged runs from a day that lies ahead: the days before it stand still, too
        day_zero = asked - ONE_DAY
    counted = _local_day(_last_answer(deadline, question), zone) if deadline["stops"] else day_zero
    first = max(asked, day_zero + ONE_DAY, counted + ONE_DAY)
    last = max(_local_day(answer, zone), first - ONE_DAY)
    # A decree since then may have made the old day a day off; it moves, but never to an earlier day.
    old_due, moved = date.fromisoformat(deadline["due"]), dict[date, str]()
    if is_moved := not deadline["rule"].endswith(NOT_MOVED):
        old_due, moved = calendar.first_working_day(old_due)
    if deadline["rule"].endswith(" working_days"):
        due, skipped = calendar.nth_working_day(last, calendar.working_days(first, old_due))
        beyond = {day: why for day, why in skipped.items() if day > old_due}
        listed, weekend_days = _listed(deadline["skipped"], deadline["weekend_days"], {**moved, **beyond})
        raw, watched = due, day_zero
        version = _both(deadline["calendar"], calendar.version)
    else:
        old_raw = date.fromisoformat(deadline["raw"])
        # A question between the raw day and the day it was moved to finds the time until the latter left.
        stopped = last - first + ONE_DAY
        raw = (old_raw if first <= old_raw or not stopped else old_due) + stopped
        due, skipped = calendar.first_working_day(raw) if is_moved else (raw, {})
        due = max(due, old_due)
        listed, weekend_days = _listed([], 0, skipped)
        watched, version = raw, calendar.version
    return {
        **deadline,
        "due": due.isoformat(),
        "until": _text(_end_of(due, zone)),
        "raw": raw.isoformat(),
        "skipped": listed,
        "weekend_days": weekend_days,
        "calendar": version,
        "estimated": is_moved and calendar.is_estimated(watched, due),
        "provisional": is_moved and calendar.is_provisional(due),
    }


def _listed(
    before: Sequence[Skipped], weekend_days: int, skipped: Mapping[date, str]
) -> tuple[list[Skipped], int]:
    """The list of skipped days and the number of weekend days, with these days added to what was there."""
    weekend_days += sum(why in WEEKEND for why in skipped.values())
    listed = [*before, *(Skipped(day=day.isoformat(), why=why) for day, why in skipped.items())]
    if weekend_days > LISTED_WEEKEND_DAYS:
        listed = [day for day in listed if day["why"] not in WEEKEND]
    return listed, weekend_days


def _both(before: str, now: str) -> str:
    """The versions of the calendars that a deadline was counted with."""
    return before if now in before.split("; ") else f"{before}; {now}"


# --- minutes ----------------------------------------------------------------------------------------------


def _in_minutes(term: Term, began: datetime, country: Country) -> Deadline:
    calendar, zone = calendar_of(country), ZoneInfo(country.time_zone)
    length = timedelta(minutes=term.count)
    hours = country.office_hours
    until = office_hours.after(began, length, hours, calendar, zone) if hours else began + length
    return {
        "start": _text(began),
        "rule": term.rule,
        "stops": [],
        **_until(until, began, country),
    }


def _paused_minutes(deadline: Deadline, question: datetime, answer: datetime, country: Country) -> Deadline:
    calendar, zone = calendar_of(country), ZoneInfo(country.time_zone)
    began, until = datetime.fromisoformat(deadline["start"]), datetime.fromisoformat(deadline["until"])
    first = max(question, began)
    if answer <= first:
        return deadline
    if country.office_hours is None:
        longer = until + (answer - first)
    else:
        left = office_hours.between(first, until, country.office_hours, calendar, zone)
        longer = max(until, office_hours.after(answer, left, country.office_hours, calendar, zone))
    return {**deadline, **_until(longer, began, country)}


class _Until(TypedDict):
    due: str
    until: str
    raw: str
    skipped: list[Skipped]
    weekend_days: int
    calendar: str
    estimated: bool
    provisional: bool


def _until(until: datetime, began: datetime, country: Country) -> _Until:
    """What a deadline in minutes says about its end; days off matter only where there are office hours."""
    calendar, zone = calendar_of(country), ZoneInfo(country.time_zone)
    first, due = _local_day(began, zone), _local_day(until - timedelta.resolution, zone)
    skipped = {}
    if country.office_hours:
        skipped = {day: why for day in days(first, due) if (why := calendar.day_off(day)) is not None}
    listed, weekend_days = _listed([], 0, skipped)
    return {
        "due": due.isoformat(),
        "until": _text(until),
        "raw": due.isoformat(),
        "skipped": listed,
        "weekend_days": weekend_days,
        "calendar": calendar.version,
        "estimated": country.office_hours is not None and calendar.is_estimated(first, due),
        "provisional": country.office_hours is not None and calendar.is_provisional(due),
    }


# --- time -------------------------------------------------------------------------------------------------


def _moment(at: datetime) -> datetime:
    if at.utcoffset() is None:
        raise ValueError("a time without a zone is no moment: say which zone it is in")
    return _utc(at)


def _utc(at: datetime) -> datetime:
    return at if at.tzinfo is UTC else at.astimezone(UTC)


def _local_day(at: datetime | date, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date() if isinstance(at, datetime) else at


def _end_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day + ONE_DAY, time(), tzinfo=zone)


def _last_answer(deadline: Deadline, otherwise: datetime) -> datetime:
    return datetime.fromisoformat(deadline["stops"][-1]["answer_at"]) if deadline["stops"] else otherwise


def _parsed(text: str) -> datetime | date:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def _text(at: datetime) -> str:
    # isoformat() leaves out microseconds that are zero.
    return _utc(at).isoformat(timespec="microseconds").replace("+00:00", "Z")
