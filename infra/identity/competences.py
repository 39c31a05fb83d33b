"""Our own record of competences: who may do what, for which authority, from which day; it decides nothing.

A token says who somebody is; this says what they may do. One small SQLite file for the whole house.
The port promises: what ``grant`` and ``end`` returned from is durable, and every process sees it at its next
look; nothing is deleted, a competence ends; everything may be called from any thread.

    Unavailable    the record cannot be read or written at this moment; try again
"""

import json
import mmap
import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Final, NamedTuple

from domain.commands import Competence
from domain.countries import countries, country_of, legal_day
from domain.roles import OFFICERS
from infra.runtime.chance import random_bytes, random_id
from infra.runtime.sqlite_file import connect, said_as, transaction

_MARK: Final = 16
# How long the mark alone is believed: whoever writes may be killed before changing it.
_TRUSTED_S: Final = 1.0
# The office: a person within an authority, with the stable random id under which events name them.
_SCHEMA: Final = (
    """CREATE TABLE IF NOT EXISTS offices (
        issuer TEXT NOT NULL, subject TEXT NOT NULL, authority TEXT NOT NULL,
        office_id TEXT NOT NULL, is_development INTEGER NOT NULL,
        PRIMARY KEY (issuer, subject, authority))""",
    """CREATE TABLE IF NOT EXISTS competences (
        issuer TEXT NOT NULL, subject TEXT NOT NULL, authority TEXT NOT NULL, role TEXT NOT NULL,
        since TEXT NOT NULL, until TEXT, country TEXT NOT NULL, procedures TEXT NOT NULL, person TEXT,
        PRIMARY KEY (issuer, subject, authority, role, since))""",
)
_ALL: Final = (
    "SELECT issuer, subject, role, country, authority, office_id, procedures, since, until, person"
    " FROM competences JOIN offices USING (issuer, subject, authority) ORDER BY since, role, authority"
)
_GRANT: Final = (
    "INSERT INTO competences (issuer, subject, authority, role, since, until, country, procedures, person)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
    " SET country = excluded.country, procedures = excluded.procedures, person = excluded.person"
)
_GRANT_ANEW: Final = f"{_GRANT}, until = excluded.until"


class Unavailable(Exception):
    """The record of competences cannot be read or written at this moment (disk full, locked, closed)."""


class Appointed(NamedTuple):
    """Somebody and what they may do, as it is enrolled: the office id is given by the record."""

    subject: str
    competence: Competence


class _Record(NamedTuple):
    """The whole record as it stood at a version of the file; ``mark`` and ``looked_at`` are of the last look."""

    version: int
    mark: bytes
    looked_at: float
    by_person: Mapping[tuple[str, str], tuple[Competence, ...]]
    by_office: Mapping[tuple[str, str], tuple[Competence, ...]]


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
        self._record = _Record(-1, b"", 0, {}, {})

    def of(self, issuer: str, subject: str, at: datetime) -> tuple[Competence, ...]:
        """What this person may do at this moment: each by the legal day of its country (rules.md 1)."""
        found = self._now().by_person.get((issuer, subject), ())
        return tuple(c for c in found if _holds(c, at))

    def officer(self, country: str, office_id: str, at: datetime) -> Competence | None:
        """The competence of the officer or supervisor with this office id, or None: not at this moment."""
        found = self._now().by_office.get((country, office_id), ())
        return next((c for c in found if c.role in OFFICERS and _holds(c, at)), None)

    def grant(self, issuer: str, subject: str, competence: Competence) -> Competence:
        """Record a competence from its first day; granted again from the same day, it replaces what was said.

        Returns it with its office id, made once for (issuer, subject, authority); the one given is not looked
        at. Raises ValueError for a country that is no member.
        """
        with self._written() as writer:
            return _grant(writer, issuer, Appointed(subject, competence), is_development=False)

    def end(self, issuer: str, subject: str, authority: str, role: str, last_day: date) -> int:
        """The competences of this role end with that day, if they did not before; how many were changed."""
        with self._written() as writer:
            ended = writer.execute(
                "UPDATE competences SET until = ?1 WHERE (until IS NULL OR until > ?1)"
                " AND issuer = ?2 AND subject = ?3 AND authority = ?4 AND role = ?5",
                (last_day.isoformat(), issuer, subject, authority, role),
            )
            return ended.rowcount

    def enrol_development(self, issuer: str, people: Iterable[Appointed]) -> None:
        """Record the development people as they are today; what was ended stays so; nothing is written twice.

        A house that answers at another address has another issuer: its people keep their office ids.
        """
        known = {
            (subject, replace(c, office_id="", until=None))
            for (of, subject), found in self._now().by_person.items()
            if of == issuer
            for c in found
        }
        changed = [
            p for p in people if (p.subject, replace(p.competence, office_id="", until=None)) not in known
        ]
        if changed:
            with self._written() as writer:
                for person in changed:
                    _grant(writer, issuer, person, is_development=True)

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


def _grant(
    writer: sqlite3.Connection, issuer: str, appointed: Appointed, *, is_development: bool
) -> Competence:
    subject, competence = appointed
    if competence.country not in countries():
        raise ValueError(f"{competence.country} is no member country: it has no folder in domain/law")
    office_id = _office_id(writer, (issuer, subject, competence.authority), is_development=is_development)
    row = (
        *(issuer, subject, competence.authority, competence.role),
        competence.since.isoformat(),
        competence.until and competence.until.isoformat(),
        competence.country,
        json.dumps(competence.procedures),
        competence.person,
    )
    writer.execute(_GRANT if is_development else _GRANT_ANEW, row)
    return replace(competence, office_id=office_id)


def _office_id(writer: sqlite3.Connection, office: tuple[str, str, str], *, is_development: bool) -> str:
    has_one = "SELECT office_id FROM offices WHERE issuer = ? AND subject = ? AND authority = ?"
    if (found := writer.execute(has_one, office).fetchone()) is not None:
        return str(found[0])
    office_id = random_id()
    if is_development:
        elsewhere = "SELECT office_id FROM offices WHERE is_development AND subject = ? AND authority = ?"
        found = writer.execute(elsewhere, office[1:]).fetchone()
        office_id = found[0] if found else office_id
    writer.execute("INSERT INTO offices VALUES (?, ?, ?, ?, ?)", (*office, office_id, is_development))
    return office_id


def _read(reader: sqlite3.Connection, version: int) -> _Record:
    by_person: dict[tuple[str, str], tuple[Competence, ...]] = {}
    by_office: dict[tuple[str, str], tuple[Competence, ...]] = {}
    for (
        issuer,
        subject,
        role,
        country,
        authority,
        office_id,
        procedures,
        since,
        until,
        person,
    ) in reader.execute(_ALL):
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
        by_person[issuer, subject] = (*by_person.get((issuer, subject), ()), competence)
        by_office[country, office_id] = (*by_office.get((country, office_id), ()), competence)
    return _Record(version, b"", 0, by_person, by_office)


def _plainly() -> AbstractContextManager[None]:
    return said_as(Unavailable, "the record of competences cannot be used")
