"""21. statement: what registries signed, as it is kept verbatim in public members; not whether it is true."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from domain.authorities import OBJECTION, RECEIPT
from infra.formats.signing import BadSignature, parse, verify
from infra.keys.history import KeyHistory, NotAuthorised
from infra.verification.findings import Wrong


class _Statement(NamedTuple):
    """Where it stands in the event, its typ, and the members that event and statement share."""

    member: str
    typ: str
    shared: tuple[str, ...]


STATEMENTS: Final[Mapping[str, _Statement]] = {
    "case.ReceiptRecorded.v1": _Statement("receipt", RECEIPT, ("register", "event")),
    "case.ObjectionRecorded.v1": _Statement("objection", OBJECTION, ("register", "event", "code")),
}


def check_statement(payload: Mapping[str, Any], history: KeyHistory, index: int) -> None:
    """The statement in an event of ``STATEMENTS`` is by a key that was live there, and about what the event says;
    raises Wrong.
    """
    member, typ, shared = STATEMENTS[payload["type"]]
    found = payload["data"]
    try:
        parsed = parse(found[member])
        verify(parsed, history.key_of_statement(parsed.kid, typ, index, payload["time"]), typ)
    except (BadSignature, NotAuthorised) as error:
        raise Wrong("statement", f"the {member} in it: {error}") from None
    said = parsed.payload
    if said.get("log") != history.log or any(said.get(name) != found[name] for name in shared):
        raise Wrong("statement", f"the {member} in it is about something else")
