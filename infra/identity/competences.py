"""Our own record of competences: who may do what, for which authority, from which day; it decides nothing.

A token says who somebody is; this says what they may do. One small SQLite file for the whole house, which every
request asks. The truth are the logs: the record ``follow``s what their ``competence`` streams say, whoever read it
there, and is held to them each time that a house opens: what no log says is gone then. Only the machines of a
development house are in no log: they follow from the law and from the address of the house, each time that it opens.
The port promises: what ``follow`` returned from is durable, and every process sees it at its next look; what is older
than what the record knows changes nothing; everything may be called from any thread.

    Unavailable    the record cannot be read or written at this moment; try again
"""

import json
import logging
import mmap
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from domain.appointee import Appointee
from domain.commands import Competence
from domain.countries import country_of, legal_day
from domain.roles import OFFICERS
from infra.runtime.chance import random_bytes, random_id
from infra.runtime.sqlite_file import connect, said_as, transaction

logger = logging.getLogger(__name__)
_MARK: Final = 16
# How long the mark alone is believed: whoever writes may be killed before changing it.
_TRUSTED_S: Final = 1.0
_NOBODY: Final[Mapping[str, str]] = MappingProxyType({})
_SCHEMA: Final = (
    """CREATE TABLE IF NOT EXISTS appointees (
        appointee TEXT PRIMARY KEY, country TEXT NOT NULL, authority TEXT NOT NULL, office_id TEXT NOT NULL,
        person TEXT, version INTEGER NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS held (
        appointee TEXT NOT NULL, competence TEXT NOT NULL, role TEXT NOT NULL, procedures TEXT NOT NULL,
        since TEXT NOT NULL, until TEXT, ended_at TEXT, issuer TEXT, subject TEXT,
        PRIMARY KEY (appointee, competence))""",
    # Of a development house. One machine has one stable random id in an authority, at whatever address.
    """CREATE TABLE IF NOT EXISTS machines (
        issuer TEXT NOT NULL, subject TEXT NOT NULL, authority TEXT NOT NULL, role TEXT NOT NULL,
        country TEXT NOT NULL, office_id TEXT NOT NULL, since TEXT NOT NULL,
        PRIMARY KEY (issuer, subject, authority, role))""",
)
_ALL: Final = (
    "SELECT competence, appointee, role, country, authority, office_id, procedures, since, until, ended_at, person,"
    " issuer, subject FROM held JOIN appointees USING (appointee)"
    " UNION ALL SELECT NULL, NULL, role, country, authority, office_id, '[]', since, NULL, NULL, NULL,"
    " issuer, subject FROM machines ORDER BY since, role, authority, competence"
)
_FOLLOW: Final = (
    "INSERT INTO appointees VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (appointee) DO UPDATE SET"
    " person = excluded.person, version = excluded.version WHERE version < excluded.version"
)
_HOLD: Final = "INSERT INTO held VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"


class Unavailable(Exception):
    """The record of competences cannot be read or written at this moment (disk full, locked, closed)."""


class Appointed(NamedTuple):
    """Somebody of a development house, and what the law lets them do: the office id is given by the house."""

    subject: str
    competence: Competence


class Listed(NamedTuple):
    """A competence as it stands in a log: its id, whose stream it is in, and by which login it is asked for."""

    id: str
    appointee: str
    competence: Competence
    login: tuple[str, str] | None  # issuer, subject; None: whoever has the person's number
    is_ended: bool  # at once, whatever its last day says

    def is_over(self, at: datetime) -> bool:
        """Whether it holds no more, and never will."""
        last, country = self.competence.until, country_of(self.competence.country)
        return self.is_ended or (last is not None and last < legal_day(at, country))


class _Record(NamedTuple):
    """The whole record as it stood at a version of the file; ``mark`` and ``looked_at`` are of the last look."""

    version: int
    mark: bytes
    looked_at: float
    by_login: Mapping[tuple[str, str], tuple[Competence, ...]]
    by_person: Mapping[str, tuple[Competence, ...]]
    by_office: Mapping[tuple[str, str], tuple[Competence, ...]]
    listed: Mapping[str, Listed]
    seen: Mapping[str, int]  # appointee -> the version that the record has


class Competences:
    """Who may do what."""

    def __init__(self, path: Path) -> None:
        """Open the file, or create it; raises Unavailable."""
        self._looking = threading.Lock()
        self._writing = threading.Lock()
        with _plainly():
            # No write-ahead log: the file is small, and two processes cannot race for switching it on.
            self._writer = connect(path)
            with transaction(self._writer):
                for statement in _SCHEMA:
                    self._writer.execute(statement)
            # The version that SQLite gives changes with the writes of *other* connections: so there are two.
            self._reader = connect(path)
            self._mark = _Mark(path.with_suffix(".mark"))
        self._record = _Record(-1, b"", 0, {}, {}, {}, {}, {})

    def of(
        self, issuer: str, subject: str, at: datetime, persons: Mapping[str, str] = _NOBODY
    ) -> tuple[Competence, ...]:
        """What this person may do at this moment: each by the legal day of its country (rules.md 1).

        ``persons``: who they are by their number, in each country.
        """
        record = self._now()
        found = record.by_login.get((issuer, subject), ())
        for person in persons.values():
            found += record.by_person.get(person, ())
        return tuple(c for c in found if _holds(c, at))

    def officer(self, country: str, office_id: str, at: datetime) -> Competence | None:
        """What the officer or supervisor with this office id may do, or None: nothing at this moment.

        Who is both, each for other procedures, is here one who may for all of them.
        """
        found = [
            c
            for c in self._now().by_office.get((country, office_id), ())
            if c.role in OFFICERS and _holds(c, at)
        ]
        if len(found) < 2:  # noqa: PLR2004 - nothing to put together
            return found[0] if found else None
        procedures = (
            {name for c in found for name in c.procedures} if all(c.procedures for c in found) else ()
        )
        return replace(found[0], procedures=tuple(sorted(procedures)))

    def listed(self, country: str, authorities: Collection[str] | None = None) -> list[Listed]:
        """What the log of a country says, for these authorities or for all, also what is over; by their ids."""
        found = self._now().listed.values()
        return sorted(
            each
            for each in found
            if each.competence.country == country
            and (authorities is None or each.competence.authority in authorities)
        )

    def find(self, competence: str) -> Listed | None:
        """The competence with this id, also where it is over."""
        return self._now().listed.get(competence)

    def follow(self, appointees: Iterable[Appointee]) -> int:
        """Have what the log says of these; how many of them were news. Once more, or older: nothing is written."""
        seen = self._now().seen
        news = [each for each in appointees if seen.get(each.appointee, 0) < each.version]
        if news:
            with self._written() as writer:
                for appointee in news:
                    _follow(writer, appointee)
        return len(news)

    def hold_to(self, country: str, said: Callable[[Collection[str]], Iterable[Appointee]]) -> None:
        """Have exactly what the log of this country says: ``said`` tells it, given the appointees that are known here.

        Looked at once more, while nobody else writes, where it differs: what another process has told meanwhile stays.
        """
        with self._looking, _plainly():
            known = _stored(self._reader, country)
        if known == _as_stored(said(known)):
            return
        with self._written() as writer:
            known = _stored(writer, country)
            told = {each.appointee: each for each in said(known)}
            wrong = [s for s, rows in _as_stored(told.values()).items() if known.get(s, rows) != rows]
            gone = [*wrong, *(known.keys() - told.keys())]
            for stream in gone:
                writer.execute("DELETE FROM appointees WHERE appointee = ?", (stream,))
                writer.execute("DELETE FROM held WHERE appointee = ?", (stream,))
            for appointee in told.values():
                _follow(writer, appointee)
        if gone:
            logger.warning("competences_put_right", extra={"country": country, "appointees": len(gone)})

    def enrol_machines(self, issuer: str, machines: Collection[Appointed]) -> None:
        """Record the machines of a development house as they are today, and no others; nothing is written twice.

        A house that answers at another address has another issuer: its machines keep their office ids.
        """
        named = {(each.subject, each.competence.authority, each.competence.role) for each in machines}
        with self._looking, _plainly():
            there = set(self._reader.execute("SELECT subject, authority, role FROM machines"))
        if strange := there - named:
            with self._written() as writer:
                asked = "DELETE FROM machines WHERE subject = ? AND authority = ? AND role = ?"
                writer.executemany(asked, strange)
        known = {
            (c.role, c.authority, subject)
            for (of, subject), found in self._now().by_login.items()
            if of == issuer
            for c in found
        }
        missing = [m for m in machines if (m.competence.role, m.competence.authority, m.subject) not in known]
        if missing:
            with self._written() as writer:
                for machine in missing:
                    _enrol(writer, issuer, machine)

    def close(self) -> None:
        """Give back the file."""
        with self._looking, self._writing:
            self._reader.close()
            self._writer.close()
            self._mark.close()

    def _now(self) -> _Record:
        """The record as it stands in the file: read again when it was changed, by whichever process."""
        record, now = self._record, time.monotonic()
        if record.mark == self._mark.now() and now - record.looked_at < _TRUSTED_S:
            return record
        with self._looking, _plainly():
            # Both are asked before reading: what is written in between is seen at the next look.
            mark = self._mark.now()
            (version,) = self._reader.execute("PRAGMA data_version").fetchone()
            if version != self._record.version:
                self._record = _read(self._reader, version)
            self._record = self._record._replace(mark=mark, looked_at=now)
            return self._record

    @contextmanager
    def _written(self) -> Iterator[sqlite3.Connection]:
        with self._writing, _plainly():
            with transaction(self._writer):
                yield self._writer
            self._mark.change()


class _Mark:
    """Sixteen bytes that all processes share, others after each change.

    Looking at them is no call to the system, where SQLite takes and gives back a lock on its file, and the
    interpreter's: under load, each request waited 200 us for that.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b", buffering=0)
        # Written, not only made so long: to touch a page that a full disk has no room for ends the process.
        made = os.fstat(self._file.fileno())
        if made.st_size < _MARK or not made.st_blocks:
            self.change()
        self._bytes = mmap.mmap(self._file.fileno(), _MARK, access=mmap.ACCESS_READ)

    def now(self) -> bytes:
        return self._bytes[:]

    def change(self) -> None:
        """Raises OSError where the disk is full, which a change in memory could not."""
        os.pwrite(self._file.fileno(), random_bytes(_MARK), 0)

    def close(self) -> None:
        self._file.close()


def _holds(competence: Competence, at: datetime) -> bool:
    return competence.holds_on(legal_day(at, country_of(competence.country)))


def _follow(writer: sqlite3.Connection, appointee: Appointee) -> None:
    is_news = writer.execute(
        _FOLLOW,
        (
            *(appointee.appointee, appointee.country, appointee.authority, appointee.office_id),
            *(appointee.person, appointee.version),
        ),
    ).rowcount
    if not is_news:  # another process was here first
        return
    writer.execute("DELETE FROM held WHERE appointee = ?", (appointee.appointee,))
    writer.executemany(_HOLD, _rows_of(appointee))


def _rows_of(appointee: Appointee) -> list[tuple[Any, ...]]:
    """What stands in ``held`` of them."""
    found: list[tuple[Any, ...]] = []
    for held in appointee.held:
        login = held["login"]
        row = (
            *(appointee.appointee, held["competence"], held["role"], json.dumps(held["procedures"])),
            *(held["since"], held["until"], held["ended_at"]),
            *((login["issuer"], login["subject"]) if login else (None, None)),
        )
        found.append(row)
    return found


def _as_stored(appointees: Iterable[Appointee]) -> dict[str, tuple[Any, ...]]:
    """What the record should have of each, as ``_stored`` says what it has."""
    return {a.appointee: ((*a[1:6],), frozenset(_rows_of(a))) for a in appointees}


def _stored(connection: sqlite3.Connection, country: str) -> dict[str, tuple[Any, ...]]:
    rows = connection.execute("SELECT * FROM appointees WHERE country = ?", (country,))
    found = {stream: (tuple(row), set[Any]()) for stream, *row in rows}
    for row in connection.execute("SELECT * FROM held"):
        if row[0] in found:
            found[row[0]][1].add(row)
    return {stream: (row, frozenset(held)) for stream, (row, held) in found.items()}


def _enrol(writer: sqlite3.Connection, issuer: str, machine: Appointed) -> None:
    subject, competence = machine
    elsewhere = "SELECT office_id FROM machines WHERE subject = ? AND authority = ?"
    found = writer.execute(elsewhere, (subject, competence.authority)).fetchone()
    office_id = found[0] if found else random_id()
    who = (issuer, subject, competence.authority, competence.role)
    what = (competence.country, office_id, competence.since.isoformat())
    writer.execute("INSERT OR IGNORE INTO machines VALUES (?, ?, ?, ?, ?, ?, ?)", (*who, *what))


def _read(reader: sqlite3.Connection, version: int) -> _Record:
    by_login: dict[tuple[str, str], tuple[Competence, ...]] = {}
    by_person: dict[str, tuple[Competence, ...]] = {}
    by_office: dict[tuple[str, str], tuple[Competence, ...]] = {}
    listed: dict[str, Listed] = {}
    for row in reader.execute(_ALL):
        id_, appointee, role, country, authority, office_id, procedures = row[:7]
        since, until, ended_at, person, issuer, subject = row[7:]
        competence = Competence(
            role=role,
            country=country,
            authority=authority,
            office_id=office_id,
            procedures=tuple(json.loads(procedures)),
            since=date.fromisoformat(since),
            until=date.fromisoformat(until) if until else None,
            person=person,
        )
        login = (issuer, subject) if issuer is not None else None
        if id_ is not None:
            listed[id_] = Listed(id_, appointee, competence, login, is_ended=ended_at is not None)
        if ended_at is not None:
            continue
        by_office[country, office_id] = (*by_office.get((country, office_id), ()), competence)
        if login is not None:
            by_login[login] = (*by_login.get(login, ()), competence)
        elif person is not None:
            by_person[person] = (*by_person.get(person, ()), competence)
    seen = dict(reader.execute("SELECT appointee, version FROM appointees"))
    return _Record(version, b"", 0, by_login, by_person, by_office, listed, seen)


def _plainly() -> AbstractContextManager[None]:
    return said_as(Unavailable, "the record of competences cannot be used")
