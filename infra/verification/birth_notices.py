"""Of 21. statement: what the office of the hospitals signed of a birth, as a notice keeps it sealed; where it does not
open, it is counted.
"""

from collections.abc import Mapping
from typing import Any, Final

from domain.authorities import BIRTH_NOTICE
from domain.procedures.birth_certificate import Place
from infra.formats.signing import BadSignature, parse, verify
from infra.keys.history import KeyHistory, NotAuthorised
from infra.verification.findings import Unlooked, Wrong
from infra.verification.sealed import Opener

TOLD: Final = "notice.BirthNotified.v1"
_UNSAID: Final = {"setting": Place.model_fields["setting"].default}


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
    is_it = _says(stated, opened["said"]) and stated.get("kind") == kind
    if parsed.payload.get("log") != history.log or not is_it:
        raise Wrong("statement", "the hospitals' statement in it says something else")


def _says(stated: Any, said: Any) -> bool:
    """Whether the event has all that is stated, and beside it what goes without saying: null, or the usual place."""
    if not isinstance(stated, dict) or not isinstance(said, dict):
        return bool(stated == said)
    return stated.keys() <= said.keys() and all(
        _says(stated[name], each) if name in stated else each == _UNSAID.get(name)
        for name, each in said.items()
    )
