"""Of 21. statement: what the office of the hospitals signed of a birth, as a notice keeps it sealed; where it does not
open, it is counted.
"""

from collections.abc import Mapping
from typing import Any, Final

from domain.authorities import BIRTH_NOTICE
from infra.formats.signing import BadSignature, parse, verify
from infra.keys.history import KeyHistory, NotAuthorised
from infra.verification.findings import Unlooked, Wrong
from infra.verification.sealed import Opener

TOLD: Final = "notice.BirthNotified.v1"


def check_notice(  # noqa: PLR0913, PLR0917 - where it stands, and what is asked
    history: KeyHistory,
    opener: Opener | None,
    unlooked: Unlooked,
    index: int,
    payload: Mapping[str, Any],
    stored: bytes,
) -> None:
    """The statement in it was signed by a key that the log authorised for such ones before, for this log, and says what
    the event says; raises what FAILED lists.
    """
    opened = opener.values(stored) if opener else None
    if opened is None:
        unlooked["notices"] += 1
        return
    must_be_signed(history, index, opened, payload["data"]["kind"])


def must_be_signed(history: KeyHistory, index: int, opened: Mapping[str, Any], kind: str) -> None:
    """The same of what opened, with the kind that stands beside it in clear."""
    try:
        parsed = parse(opened["statement"])
        verify(parsed, history.key_of_statement(parsed.kid, BIRTH_NOTICE, index), BIRTH_NOTICE)
    except (BadSignature, NotAuthorised) as error:
        raise Wrong("statement", f"the hospitals' statement in it: {error}") from None
    stated = {name: value for name, value in parsed.payload.items() if name not in {"v", "log"}}
    is_it = _without_nulls(stated) == _without_nulls(opened["said"]) and stated.get("kind") == kind
    if parsed.payload.get("log") != history.log or not is_it:
        raise Wrong("statement", "the hospitals' statement in it says something else")


def _without_nulls(value: Any) -> Any:
    """What is absent is null in the event, whichever the hospitals wrote."""
    if isinstance(value, dict):
        return {name: _without_nulls(each) for name, each in value.items() if each is not None}
    return value
