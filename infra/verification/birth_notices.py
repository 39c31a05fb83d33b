"""Of 21. statement: what the office of the hospitals signed of a birth, as a notice keeps it sealed; and of 29. course:
what it filed is what it told. Where it does not open, it is counted.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from domain.authorities import BIRTH_NOTICE
from domain.facts import Facts
from domain.offers import offer
from domain.procedure import Procedure
from domain.procedures.birth_certificate import Place, certificate_of
from domain.terms import Terms
from infra.formats.signing import BadSignature, parse, verify
from infra.keys.history import KeyHistory, NotAuthorised
from infra.verification.findings import Unlooked, Wrong
from infra.verification.sealed import Opener
from infra.verification.streams import Streams

TOLD: Final = "notice.BirthNotified.v1"
_UNSAID: Final = {"setting": Place.model_fields["setting"].default}


class BirthNotices:
    """The hospitals' statements in one log; of one thread."""

    def __init__(
        self,
        country: str,
        history: KeyHistory,
        streams: Streams,
        opener: Opener | None,
        unlooked: Unlooked,
    ) -> None:
        self._country = country
        self._history = history
        self._streams = streams
        self._opener = opener
        self._unlooked = unlooked

    def check(self, index: int, payload: Mapping[str, Any], stored: bytes) -> None:
        """The statement in it was signed by a key that was live there for such ones, for this log, says what the event
        says, and follows the one before it on the same certificate; raises what FAILED lists.
        """
        opened = self._opener.values(stored) if self._opener else None
        if opened is None:
            self._unlooked["notices"] += 1
            return
        must_be_signed(self._history, index, opened, payload)
        if payload["seq"] > 1 and self._opener is not None:
            *_, newest = self._streams.before(payload["stream"], payload["seq"])
            before = self._opener.values(newest[4])
            if before is not None:
                must_follow(before["said"], opened["said"])

    def check_filing(self, index: int, payload: Mapping[str, Any], stored: bytes) -> None:
        """What the hospitals filed, they were told by the parents, told of in the notice that it names, as it stood
        there, and may file by the law; raises what FAILED lists. What an erasure closed, nobody compares.
        """
        opened = self._opener.values(stored) if self._opener else None
        if opened is None or self._opener is None:
            self._unlooked["notices"] += 1
            return
        proof = opened["acting"]["proof"]
        rows = [row for row in self._streams.before(proof, index) if row[0] < index and row[3] == TOLD]
        if not rows:
            raise Wrong("course", "the hospitals filed what no notice tells")
        told = self._opener.values(rows[-1][4])
        found = offer(self._country, payload["data"]["procedure"])
        terms = found.since(payload["data"]["terms"]) if found else None
        if told is None or found is None or terms is None:
            return
        request = {**payload["data"], **opened}
        wrong = _wrong_declaration(found.procedure, terms, request, told["said"], payload["time"])
        if wrong:
            raise Wrong("course", wrong)


def _wrong_declaration(
    procedure: Procedure, terms: Terms, request: Mapping[str, Any], said: Mapping[str, Any], time: str
) -> str:
    """What does not fit; empty where all does."""
    notified, notices = procedure.notified, terms.notices
    if notified is None or notices is None or not notices.declares:
        return ""  # what the law does not let them file is said of every filing
    declared = notified.declared(said)
    is_it = declared is not None and declared["relation"] == request["relation"]
    if not is_it or notified.differs(request, said):
        return "the hospitals filed something else than the parents declared to them"
    facts = Facts(request, date.fromisoformat(time[: len("2026-01-01")]))
    in_person = any(each.holds(facts) for each in notices.in_person)
    return "the hospitals filed what the parents declare in person" if in_person else ""


def must_be_signed(
    history: KeyHistory, index: int, opened: Mapping[str, Any], payload: Mapping[str, Any]
) -> None:
    """``opened``: what of the event ``payload`` is sealed. The kind stands beside it in clear."""
    try:
        parsed = parse(opened["statement"])
        key = history.key_of_statement(parsed.kid, BIRTH_NOTICE, index, payload["time"])
        verify(parsed, key, BIRTH_NOTICE)
    except (BadSignature, NotAuthorised) as error:
        raise Wrong("statement", f"the hospitals' statement in it: {error}") from None
    stated = {name: value for name, value in parsed.payload.items() if name not in {"v", "log"}}
    is_it = _says(stated, opened["said"]) and stated.get("kind") == payload["data"]["kind"]
    if parsed.payload.get("log") != history.log or not is_it:
        raise Wrong("statement", "the hospitals' statement in it says something else")
    if opened["said"]["made_at"] > payload["time"]:
        raise Wrong("statement", "the hospitals' statement in it was made after the event")


def must_follow(before: Mapping[str, Any], said: Mapping[str, Any]) -> None:
    """What is told in one stream is of one certificate, and the newest counts."""
    if _certificate(before) != _certificate(said):
        raise Wrong(
            "statement", "the hospitals' statement in it is on another certificate than the one before it"
        )
    if said["made_at"] <= before["made_at"]:
        raise Wrong("statement", "the hospitals' statement in it is not newer than the one before it")


def _certificate(said: Mapping[str, Any]) -> tuple[str, ...] | None:
    return certificate_of({"child": {**said["child"], "order": said["order"]}, "medical_certificate": said})


def _says(stated: Any, said: Any) -> bool:
    """Whether the event has all that is stated, and beside it what goes without saying: null, or the usual place."""
    if not isinstance(stated, dict) or not isinstance(said, dict):
        return bool(stated == said)
    return stated.keys() <= said.keys() and all(
        _says(stated[name], each) if name in stated else each == _UNSAID.get(name)
        for name, each in said.items()
    )
