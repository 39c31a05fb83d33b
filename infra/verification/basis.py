"""28. basis: an entry is written by what decides it: an import, the approval of a case, an amendment, an appeal; or it
is over after its last day.

What a case leads to is in the name of the office that led to it, in one append. Whether the case was decided as it
should be is not asked.
"""

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from domain.countries import country_of, legal_day
from domain.decision import IMPORT_ACTOR
from domain.lifecycle import DECIDE_APPEAL
from domain.offers import keeper_of
from domain.roles import COURT
from domain.signers import DECIDED, signers_of_entry
from infra.verification.findings import Wrong
from infra.verification.reach import ANNULLED, CHANGED, CORRECTED, CREATED, ENDED, WRITES, WRITTEN, is_over
from infra.verification.record import PROPOSED, record_of
from infra.verification.streams import Streams

# What has to stand in the case, in the same append.
_LED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    CREATED: WRITES,
    CHANGED: WRITES,
    ENDED: WRITES,
    CORRECTED: ("case.ResultCorrected.v1",),
    ANNULLED: ("case.ResultAnnulled.v1",),
}
_IMPORT: Final = "import"


class _Change(NamedTuple):
    """Of an entry, as its lead has to bear it out."""

    entry: str
    kind: str
    authority: str
    is_on_appeal: bool


class Written:
    """Follows appends that write entries, as a verifier walks over the events of one log; of one thread."""

    def __init__(self, country: str, streams: Streams) -> None:
        self._country = country
        self._streams = streams
        self._lead: tuple[str, int] | None = None  # of the append that is open
        self._changes: list[_Change] = []
        self._said: list[Mapping[str, Any]] = []  # in the lead's stream

    @property
    def is_open(self) -> bool:
        """A lead is still to come."""
        return self._lead is not None

    def pass_over(self) -> None:
        """An event that failed another check stands here: its append is not judged a second time."""
        self._lead = None

    def check(self, payload: Mapping[str, Any]) -> None:
        """An event that writes an entry, or any while ``is_open``; raises what FAILED lists."""
        kind, lead = payload["type"], payload.get("lead")
        if kind in PROPOSED:
            self._must_be_with_its_case(payload, lead["stream"] if lead else None)
        if lead is not None:
            if kind in WRITTEN:
                self._join(payload, (lead["stream"], lead["seq"]))
        elif kind in WRITTEN:
            self._lead = None
            self._must_stand_alone(payload)
        else:
            self._follow(payload)

    def _must_be_with_its_case(self, payload: Mapping[str, Any], lead: str | None) -> None:
        """28c. what a case wrote is amended with that case, which tells its parties; what none did alone."""
        before = self._streams.before(payload["stream"], payload["seq"])
        entry = record_of(before)
        if entry is not None and entry.now.written_by != lead and self._streams.are_as_signed(before):
            raise Wrong("basis", "what is amended was written by another case, or by none, or with one")

    def _join(self, payload: Mapping[str, Any], lead: tuple[str, int]) -> None:
        if lead != self._lead:
            self._lead, self._changes, self._said = lead, [], []
        change = _Change(
            payload["stream"], payload["type"], payload["authority"], self._is_on_appeal(payload)
        )
        self._changes.append(change)

    def _follow(self, payload: Mapping[str, Any]) -> None:
        if self._lead is None:
            return
        stream, seq = self._lead
        if payload["stream"] != stream or payload["seq"] > seq:
            self._lead = None
            return
        self._said.append(payload)
        if payload["seq"] == seq:
            self._lead = None
            for change in self._changes:
                self._must_be_led(change, payload["authority"])

    def _must_be_led(self, change: _Change, office: str) -> None:
        """28a. by what decides it, which names it, in the name of one office."""
        if change.authority != office:
            raise Wrong("basis", f"{office} leads to what {change.authority} writes")
        named = _LED_BY[change.kind]
        if not any(said["type"] in named and change.entry in _entries(said["data"]) for said in self._said):
            raise Wrong("basis", f"it leads to a {change.kind}, and there is no {' or '.join(named)} of it")
        if change.is_on_appeal and not any(map(_annuls, self._said)):
            raise Wrong("basis", "an entry is annulled on appeal, and no appeal is decided so beside it")

    def _must_stand_alone(self, payload: Mapping[str, Any]) -> None:
        """28b. an import by who keeps the register; an amendment; an end after the last day."""
        kind, members, day = payload["type"], payload["data"], _day(self._country, payload["time"][:16])
        if kind == CREATED:
            is_import = members["title"] == _IMPORT and payload["actor"] == IMPORT_ACTOR
            is_import = is_import and payload["seq"] == 1
            if is_import and payload["authority"] == keeper_of(self._country, members["register"], day):
                return
        elif kind == ENDED:
            if is_over(payload, self._streams.before(payload["stream"], payload["seq"]), day):
                return
        elif kind != CHANGED and not self._is_on_appeal(payload):
            return
        raise Wrong("basis", f"nothing leads to this {kind}")

    def _is_on_appeal(self, payload: Mapping[str, Any]) -> bool:
        """Whoever neither writes into the register nor is a court annuls on appeal, whatever they call it."""
        if payload["type"] != ANNULLED:
            return False
        members, day = payload["data"], _day(self._country, payload["time"][:16])
        writing = signers_of_entry(self._country, members["register"], CHANGED, day)
        is_called_so = members["rule"].startswith(DECIDE_APPEAL.action)
        is_court = payload["actor"]["role"] == COURT
        return is_called_so or not (is_court or payload["authority"] in writing)


def _entries(members: Mapping[str, Any]) -> set[str]:
    return {each["entry"] for each in members["entries"]} if "entries" in members else {members["entry"]}


def _annuls(said: Mapping[str, Any]) -> bool:
    return said["type"] == DECIDED and bool(said["data"]["outcome"] == "annulled")


@lru_cache(maxsize=1024)
def _day(country: str, minute: str) -> date:
    return legal_day(datetime.fromisoformat(f"{minute}:00+00:00"), country_of(country))
