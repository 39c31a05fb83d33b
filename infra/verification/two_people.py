"""Of 25. officer: who proposed and who approved are two people, and not one under two ids in office.

Who they are is sealed, as a keyed id of the person: it is compared where both open.
"""

from collections.abc import Mapping
from typing import Any, Final

from domain.offers import offer
from infra.verification.course import asks_two
from infra.verification.findings import Wrong
from infra.verification.log_file import said_by
from infra.verification.sealed import Opener
from infra.verification.streams import Streams

APPROVED: Final = "case.CaseApproved.v1"
_PROPOSED: Final = "case.ApprovalProposed.v1"


def must_be_two(
    country: str, said: Mapping[str, Any], stored: bytes, streams: Streams, opener: Opener
) -> None:
    """An approval (``said`` is its payload, ``stored`` all of it), where the terms ask for two whatever the facts are;
    raises what FAILED lists.
    """
    before = streams.before(said["stream"], said["seq"])
    proposed = next((row for row in reversed(before) if row[3] == _PROPOSED), None)
    person = _person(stored, opener)
    if proposed is None or not person or person != _person(proposed[4], opener):
        return
    filed = said_by(before[0])["data"]
    found = offer(country, filed["procedure"])
    if found and asks_two(found.since(filed["terms"])) and streams.are_as_signed(before):
        raise Wrong("officer", "who proposed and who approved are one person")


def _person(stored: bytes, opener: Opener) -> Any:
    """Their keyed id; None where it does not open, empty where nobody knew it."""
    opened = opener.values(stored)
    return opened.get("officer_person") if opened else None
