"""An entry that no case wrote: it came from a register as it stood, with the keys that a filing would take."""

from collections.abc import Mapping
from typing import Any, Final

from domain import events as e
from domain.decision import LEAD, Decision
from domain.procedure import Register
from domain.refusals import Fault
from infra.desk.append import Append
from infra.formats.ids import Ids

_IMPORT: Final[e.ActorMember] = {"id": "import", "role": "system"}


def import_entry(
    append: Append, ids: Ids, register: Register, content: Mapping[str, Any], authority: str
) -> Fault | None:
    """Sign the entry with its claims, in the name of the authority that keeps the register; or what is wrong."""
    stream = ids.stream(register.key(content))
    keys = {key: ids.stream(key) for key in register.claims(content)}
    loaded = append.load_all({stream: "entry", **dict.fromkeys(keys.values(), "claim")})
    entry, claims = loaded[stream], {key: loaded[name] for key, name in keys.items()}
    if entry.seq:
        return Fault("", "line_registered_already")
    if any(claim.state.holder is not None for claim in claims.values()):
        return Fault("", "line_claimed")
    created = e.EntryCreated(
        register=register.name, content_version=register.content_version, title="import", content=content
    )
    settled: list[Any] = [(key, e.ClaimSettled(kind=key.kind, holder=entry.id)) for key in claims]
    decision = Decision(authority=authority, actor=_IMPORT, events=[*settled, (LEAD, created)])
    append.sign(decision, entry, claims, f"cmd:{ids.imported(entry.id)}")
    return None
