"""26. office: an event of a case or an entry is signed by an office whose business it is; of 21. statement, that what
a registry answers to was written by its case; where an entry is changed, 27. reach is asked.

A key says which types its office may sign. Of which cases and entries, the terms that the case names say, the law of
the register, and who was asked for an opinion or an appeal.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final, NamedTuple

from domain.countries import country_of, legal_day
from domain.signers import DECIDED, OF_APPEAL, signers_of_case, signers_of_entry
from infra.formats.canonical import b64url
from infra.verification.findings import Unlooked, Wrong
from infra.verification.log_file import LogFile, Row, jws_of, said_by
from infra.verification.outsiders import STATEMENTS
from infra.verification.reach import CREATED, WRITTEN, Unseen, check_reach
from infra.verification.restrictions import LIFTED, PLACED
from infra.verification.sealed import Opener
from infra.verification.statement import FAILED
from infra.verification.streams import HEADS, Streams

_FILED: Final = "case.CaseFiled.v1"
_LODGED: Final = "case.AppealLodged.v1"
_ASKED: Final = "case.OpinionRequested.v1"
_GIVEN: Final = "case.OpinionGiven.v1"
# Looked at by each event, whoever signed what began the stream.
_ALWAYS: Final = frozenset({_FILED, DECIDED, _GIVEN, PLACED, LIFTED, *WRITTEN, *STATEMENTS})


class _Home(NamedTuple):
    """How a stream began: by which office; of a case the procedure and its terms, of an entry its register."""

    authority: str
    named: str
    since: str


class Offices:
    """Who may sign what in the streams of one log, as a verifier walks over its events; of one thread."""

    def __init__(  # noqa: PLR0913 - what it looks things up in
        self,
        country: str,
        file: LogFile,
        streams: Streams,
        *,
        is_part: bool,
        opener: Opener | None,
        unlooked: Unlooked,
    ) -> None:
        """``unlooked``: counts what would have to be looked at and is sealed."""
        self._country = country
        self._file = file
        self._streams = streams
        self._is_part = is_part
        self._opener = opener
        self._unlooked = unlooked
        self._homes: dict[str, _Home] = {}
        self._wrote: dict[str, tuple[str, str]] = {}  # event of an entry -> its stream, and that of its lead

    def check(self, payload: Mapping[str, Any], event_hash: str) -> None:
        """26. office; 27. reach; 21. statement: raises what FAILED lists."""
        kind, stream = payload["type"], payload["stream"]
        is_entry = kind.startswith("entry.")
        if is_entry and "lead" in payload:
            if len(self._wrote) >= HEADS:
                self._wrote.clear()
            self._wrote[event_hash] = (stream, payload["lead"]["stream"])
        if not is_entry and not kind.startswith("case."):
            return
        if payload["seq"] == 1:
            self._begin(payload)
            return
        home = self._homes.get(stream)
        if home is not None and home.authority == payload["authority"] and kind not in _ALWAYS:
            return
        try:
            self._look_closely(payload, home or self._found(stream))
        except FAILED:
            # An event before it that is missing or altered is named in its own place.
            if self._streams.are_as_signed(self._streams.before(stream, payload["seq"])):
                raise

    def _begin(self, payload: Mapping[str, Any]) -> None:
        home = _home_of(payload)
        self._must_sign(payload, home)
        self._remember(payload["stream"], home)

    def _found(self, stream: str) -> _Home:
        row = self._file.version(stream, 1)
        if row is None:
            raise Wrong("office", "the stream has no beginning")
        home = _home_of(said_by(row))
        self._remember(stream, home)
        return home

    def _remember(self, stream: str, home: _Home) -> None:
        if len(self._homes) >= HEADS:
            self._homes.clear()
        self._homes[stream] = home

    def _look_closely(self, payload: Mapping[str, Any], home: _Home) -> None:
        kind = payload["type"]
        if kind == _FILED:
            raise Wrong("office", "a case is filed once")
        is_others = payload["authority"] != home.authority
        if kind in {_GIVEN, DECIDED} or (is_others and kind in OF_APPEAL):
            self._must_be_asked(payload)
        if kind != _GIVEN:
            self._must_sign(payload, home)
        if kind in WRITTEN:
            self._must_reach(payload, home)
        if kind in STATEMENTS:
            self._must_have_written(payload)

    def _must_sign(self, payload: Mapping[str, Any], home: _Home) -> None:
        """26a. by the terms of the case, or the law of the register."""
        kind, office = payload["type"], payload["authority"]
        if kind.startswith("case."):
            try:
                named = signers_of_case(self._country, home.named, home.since, kind)
            except LookupError:
                raise Wrong("office", f"there are no terms of {home.named} since {home.since}") from None
            what = f"a case of {home.named}"
        else:
            if payload["data"].get("register", home.named) != home.named:
                raise Wrong("office", f"the entry stands in {home.named}")
            named = signers_of_entry(
                self._country, home.named, kind, _day(self._country, payload["time"][:16])
            )
            what = f"an entry of {home.named}"
        # What was placed under former law, its office lifts: that is check 23.
        if office not in named and kind != LIFTED:
            raise Wrong("office", f"{office} signs {kind} in {what}, which the law does not name for that")

    def _must_be_asked(self, payload: Mapping[str, Any]) -> None:
        """26b. an opinion or a decision on appeal by an office that the case asked for it."""
        asked = _ASKED if payload["type"] == _GIVEN else _LODGED
        before = self._before(payload)
        offices = {said["data"]["authority"] for said in map(said_by, before) if said.get("type") == asked}
        if payload["authority"] not in offices:
            raise Wrong("office", f"{payload['authority']} was not asked for this before")

    def _must_reach(self, payload: Mapping[str, Any], home: _Home) -> None:
        day = _day(self._country, payload["time"][:16])
        try:
            check_reach(self._country, home.named, payload, self._before(payload), day, self._opened)
        except Unseen:
            self._unlooked["corrections"] += 1

    def _opened(self, stream: str, seq: int) -> Mapping[str, Any] | None:
        row = self._file.version(stream, seq) if self._opener else None
        return self._opener.values(row[4]) if row and self._opener else None

    def _must_have_written(self, payload: Mapping[str, Any]) -> None:
        """21. statement: the event that the registry answers to wrote this entry, for this case."""
        said = payload["data"]
        wrote = self._wrote.get(said["event"]) or self._written_by(payload, said["event"])
        if wrote is None and self._is_part:
            return
        if wrote != (said["entry"], payload["stream"]):
            raise Wrong(
                "statement", "the registry answers to what this case did not write, or not in this entry"
            )

    def _written_by(self, payload: Mapping[str, Any], event: str) -> tuple[str, str] | None:
        """Where the event stands that this case names as its effect, and of which stream it is."""
        for row in self._before(payload):
            effects = said_by(row).get("effects")
            if type(effects) is dict and event in effects:
                for other in self._file.rows(row[0] - len(effects) - _LEADS, row[0]):
                    if b64url(sha256(jws_of(other)).digest()) == event:
                        return other[1], payload["stream"]
        return None

    def _before(self, payload: Mapping[str, Any]) -> Sequence[Row]:
        return self._streams.before(payload["stream"], payload["seq"])


_LEADS: Final = 64  # events of the lead's own stream in one append, at most


def _home_of(payload: Mapping[str, Any]) -> _Home:
    """By the first event of the stream, which is the only one that may begin it."""
    members, kind = payload["data"], payload["type"]
    if kind == _FILED:
        return _Home(payload["authority"], members["procedure"], members["terms"])
    if kind == CREATED:
        return _Home(payload["authority"], members["register"], "")
    raise Wrong("office", f"no stream begins with {kind}")


@lru_cache(maxsize=1024)
def _day(country: str, minute: str) -> date:
    return legal_day(datetime.fromisoformat(f"{minute}:00+00:00"), country_of(country))
