"""26. office: an event of a case or an entry is signed by an office whose business it is; of 21. statement, that what
a registry answers to was written by its case; where an entry is changed, 27. reach is asked.

A key says which types its office may sign. Of which cases and entries, the terms that the case names say, the law of
the register, and who was asked for an opinion or an appeal.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final, NamedTuple

from domain.countries import country_of, legal_day
from domain.lifecycle import DECIDE_APPEAL
from domain.offers import offer
from domain.roles import COURT, OFFICERS
from domain.signers import DECIDED, OF_APPEAL, signers_of_case, signers_of_entry
from infra.formats.canonical import b64url
from infra.verification.findings import Unlooked, Wrong
from infra.verification.log_file import LogFile, Row, jws_of, said_by
from infra.verification.outsiders import STATEMENTS
from infra.verification.reach import CREATED, WRITES, WRITTEN, Unseen, check_reach
from infra.verification.restrictions import LIFTED, PLACED
from infra.verification.sealed import Opener
from infra.verification.statement import FAILED
from infra.verification.streams import HEADS, Streams

_FILED: Final = "case.CaseFiled.v1"
_LODGED: Final = "case.AppealLodged.v1"
_TAKEN_BACK: Final = "case.AppealTakenBack.v1"
_ANNULLED: Final = "case.ResultAnnulled.v1"
_COMPLETED: Final = "case.CaseCompleted.v1"
_ENDS: Final = frozenset({"case.CaseRefused.v1", "case.CaseLapsed.v1", _COMPLETED})
_RECEIPT: Final = "case.ReceiptRecorded.v1"
_LAPSE_SET_ASIDE: Final = "case.LapseSetAside.v1"
_ASKED: Final = "case.OpinionRequested.v1"
_GIVEN: Final = "case.OpinionGiven.v1"
# Looked at by each event, whoever signed what began the stream.
_ALWAYS: Final = frozenset(
    {_FILED, _LODGED, _COMPLETED, _ANNULLED, DECIDED, _GIVEN, PLACED, LIFTED, *WRITTEN, *STATEMENTS}
)


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
        self._of_kind: Mapping[str, Callable[[Mapping[str, Any]], None]] = {
            _FILED: self._must_be_first,
            _GIVEN: self._must_be_asked,
            _LODGED: self._must_be_against_an_end,
            DECIDED: self._must_be_open,
            _COMPLETED: self._must_be_answered,
            **dict.fromkeys(STATEMENTS, self._must_have_written),
        }
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
        if payload["type"] == _FILED:
            self._must_be_of_its_day(payload, home)
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
        is_others = payload["authority"] != home.authority
        if (must_hold := self._of_kind.get(kind)) is not None:
            must_hold(payload)
        elif is_others and kind in OF_APPEAL:
            self._must_follow(payload)
        elif kind == _ANNULLED and _is_on_appeal(payload, home):
            self._must_be_decided(payload)
        if kind != _GIVEN:
            self._must_sign(payload, home)
        if kind in WRITTEN:
            self._must_reach(payload, home)

    def _must_be_first(self, _payload: Mapping[str, Any]) -> None:
        raise Wrong("office", "a case is filed once")

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

    def _must_be_of_its_day(self, payload: Mapping[str, Any], home: _Home) -> None:
        """26g. a case is filed under the terms of its legal day: who was the office before files none any more."""
        found = offer(self._country, home.named)
        terms = found.on(_day(self._country, payload["time"][:16])) if found else None
        if terms is None or terms.since.isoformat() != home.since:
            raise Wrong("office", f"the terms since {home.since} are not those of the day of filing")

    def _must_be_asked(self, payload: Mapping[str, Any]) -> None:
        """26b. an opinion by an office that the case asked for it."""
        before = self._before(payload)
        offices = {said["data"]["authority"] for said in map(said_by, before) if said.get("type") == _ASKED}
        if payload["authority"] not in offices:
            raise Wrong("office", f"{payload['authority']} was not asked for this before")

    def _must_be_against_an_end(self, payload: Mapping[str, Any]) -> None:
        """26c. an appeal against what ended the case, and stands."""
        if payload["data"]["of"] != _appealed(self._before(payload)).end:
            raise Wrong("office", "the appeal is against nothing that ended the case, and stands")

    def _must_be_open(self, payload: Mapping[str, Any]) -> None:
        """26d. a decision on appeal by an office with which one is open: lodged since the case ended, and neither
        decided nor taken back.
        """
        if payload["authority"] not in _appealed(self._before(payload)).open.values():
            raise Wrong("office", f"no appeal is open with {payload['authority']}")

    def _must_follow(self, payload: Mapping[str, Any]) -> None:
        """26e. what else it says follows from its decision, in the same append."""
        for said in map(said_by, reversed(self._before(payload))):
            if said["cause"] != payload["cause"]:
                break
            if said["type"] == DECIDED and said["authority"] == payload["authority"]:
                return
        raise Wrong("office", f"{payload['authority']} says this without a decision on appeal")

    def _must_be_decided(self, payload: Mapping[str, Any]) -> None:
        """26f. the result is annulled on appeal where the decision says so, right after it."""
        row = self._file.version(payload["stream"], payload["seq"] + 1)
        said = said_by(row) if row else {}
        named = [said.get(name) for name in ("type", "authority", "cause")]
        if (
            named != [DECIDED, payload["authority"], payload["cause"]]
            or said["data"]["outcome"] != "annulled"
        ):
            raise Wrong("office", f"{payload['authority']} annuls the result without a decision on appeal")

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

    def _must_be_answered(self, payload: Mapping[str, Any]) -> None:
        """21. statement: all that the case wrote, a registry has said that it applied."""
        written: set[str] = set()
        answered: set[str] = set()
        for row in self._before(payload):
            if row[3] == _RECEIPT:
                answered.add(said_by(row)["data"]["entry"])
            elif row[3] in WRITES:
                written = {each["entry"] for each in said_by(row)["data"]["entries"]} or written
        if not written or not written <= answered:
            raise Wrong("statement", "the case is completed, and not all that it wrote has its receipt")

    def _written_by(self, payload: Mapping[str, Any], event: str) -> tuple[str, str] | None:
        """Where the event stands that this case names as its effect, and of which stream it is."""
        for row in self._before(payload):
            effects = said_by(row).get("effects")
            if type(effects) is dict and event in effects:
                for other in self._file.rows(row[0] - len(effects) - _LEADS, row[0]):
                    if _hash(other) == event:
                        return other[1], payload["stream"]
        return None

    def _before(self, payload: Mapping[str, Any]) -> Sequence[Row]:
        return self._streams.before(payload["stream"], payload["seq"])


_LEADS: Final = 64  # events of the lead's own stream in one append, at most


class _Appealed(NamedTuple):
    """Against what one may appeal now (the hash of its event); the appeals that are open, by theirs, and with whom."""

    end: str
    open: dict[str, str]


def _appealed(before: Sequence[Row]) -> _Appealed:
    found = _Appealed("", {})
    for row in before:
        kind = row[3]
        if kind in _ENDS:
            found = _Appealed(_hash(row), {})
        elif kind == _LAPSE_SET_ASIDE:
            found = _Appealed("", {})
        elif kind == _TAKEN_BACK:
            found.open.pop(said_by(row)["data"]["of"], None)
        elif kind == _LODGED:
            said = said_by(row)["data"]
            if said["of"] == found.end:
                found.open[_hash(row)] = said["authority"]
        elif kind == DECIDED:
            is_set_aside = said_by(row)["data"]["outcome"] == "set_aside"
            found = _Appealed("" if is_set_aside else found.end, {})
    return found


def _is_on_appeal(payload: Mapping[str, Any], home: _Home) -> bool:
    """Whoever neither has the case nor amends for an office's own error, or is a court, annuls on appeal, whatever they
    call it.
    """
    is_called_so = payload["data"]["rule"].startswith(DECIDE_APPEAL.action)
    is_others = payload["authority"] != home.authority and payload["actor"]["role"] not in (COURT, *OFFICERS)
    return bool(is_called_so or is_others)


def _hash(row: Row) -> str:
    return b64url(sha256(jws_of(row)).digest())


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
