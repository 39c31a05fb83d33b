"""23. restriction: what is placed is of a kind that the law of the day gives that office, and not live already, and
what no officer places is an import's, of one kind; what is lifted was live, and its kind is named; whoever lifts it
placed it, or is the court that the law names for that kind.

By the law that the verifier has, and by what stands before in the stream; not whether there was a reason to lift it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from domain.countries import country_of, legal_day
from domain.offers import restrictions_of
from domain.signers import is_placed_by_whom
from infra.verification.findings import Wrong
from infra.verification.log_file import Row, said_by
from infra.verification.statement import FAILED
from infra.verification.streams import Streams

LIFTED: Final = "entry.RestrictionLifted.v1"
PLACED: Final = "entry.RestrictionPlaced.v1"


def check_restriction(country: str, said: Mapping[str, Any], streams: Streams) -> None:
    """The restriction that this event (``said`` is its payload) places or lifts was its office's to place or lift;
    raises what FAILED lists. Nothing is said where an event before it in its stream is missing or altered: that one is
    named.
    """
    before = streams.before(said["stream"], said["seq"])
    try:
        (_check_placing if said["type"] == PLACED else _check_lifting)(country, said, before)
    except FAILED:
        if streams.are_as_signed(before):
            raise


def _check_placing(country: str, said: Mapping[str, Any], before: Sequence[Row]) -> None:
    placed, office = said["data"], said["authority"]
    register = said_by(before[0])["data"]["register"]
    day = legal_day(datetime.fromisoformat(said["time"]), country_of(country))
    known = restrictions_of(country, register, day).get(placed["kind"])
    if known is None or known.authority != office:
        raise Wrong("restriction", f"{office} places what the law does not give it: {placed['kind']}")
    if not is_placed_by_whom(said["actor"], placed["kind"]):
        raise Wrong("restriction", f"what no officer placed is no import's to place: {placed['kind']}")
    if placed["restriction"] in live(before):
        raise Wrong("restriction", "the restriction is live already")


def _check_lifting(country: str, said: Mapping[str, Any], before: Sequence[Row]) -> None:
    lifted, office = said["data"], said["authority"]
    placed = live(before).get(lifted["restriction"])
    if placed is None:
        raise Wrong("restriction", "the restriction that is lifted is not live in this stream")
    kind, placer = placed["data"]["kind"], placed["authority"]
    if lifted["kind"] != kind:
        raise Wrong("restriction", f"what is lifted as {lifted['kind']} was placed as {kind}")
    register = said_by(before[0])["data"]["register"]
    if office not in (placer, _court(country, register, kind, said["time"])):
        raise Wrong("restriction", f"{office} lifts what {placer} placed, and the law names no such court")


def live(before: Sequence[Row]) -> dict[str, Mapping[str, Any]]:
    """The restrictions that live, by id, each as the event that placed it says."""
    found: dict[str, Mapping[str, Any]] = {}
    for said in map(said_by, before):
        if said.get("type") == PLACED:
            # Placed again, by another office, it is the first one's.
            found.setdefault(said["data"]["restriction"], said)
        elif said.get("type") == LIFTED:
            found.pop(said["data"]["restriction"], None)
    return found


def _court(country: str, register: str, kind: str, time: str) -> str | None:
    day = legal_day(datetime.fromisoformat(time), country_of(country))
    named = restrictions_of(country, register, day).get(kind)
    return named.court.authority if named and named.court else None
