"""The shapes of the answers, as the OpenAPI document promises them; the answers do not pass through them.

A shape stands beside its route; here are those that several rooms answer with, and the case in case_shown.py. The tests
hold the answers against them (tests/api/test_contract.py).
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.events import As

EventHash = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
OpaqueId = Annotated[str, Field(pattern=r"^[0-9a-f-]{36}$", json_schema_extra={"format": "uuid"})]
# Of what outsiders sign: 1, and not true, which equals it in Python.
StatementVersion = Annotated[int, Field(strict=True, ge=1, le=1)]
CompactJws = Annotated[str, Field(min_length=100, pattern=r"^[A-Za-z0-9_.-]+$")]
AuthorityId = Annotated[str, Field(pattern=r"^[a-z]{2}-[a-z0-9-]{1,60}$")]
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
LegalDay = Annotated[str, Field(json_schema_extra={"format": "date"})]
Version = Annotated[int, Field(ge=1)]
Count = Annotated[int, Field(ge=0)]
Title = Annotated[str, Field(description="in the language of the answer")]


class Shape(BaseModel):
    """What an answer holds: these members, all of them, and no others."""

    model_config = ConfigDict(extra="forbid")


# --- signed events ----------------------------------------------------------------------------------------


class ActedFor(Shape):
    """Whom somebody acted for, and as what: ``counter`` is an officer, for who cannot sign in."""

    party: Code
    as_: Annotated[As, Field(alias="as")]


class ActorShown(Shape):
    """Who acted, within the case; ``for`` is there where they were not that party."""

    id: str
    role: str
    for_: Annotated[ActedFor, Field(default=None, alias="for")]


class EventShown(Shape):
    """A signed event: verify ``jws`` as it stands, or ``sd_jwt`` with a tool that knows disclosures."""

    index: Count
    version: Version
    type: str
    time: Moment
    actor: ActorShown
    authority: str
    hash: EventHash
    jws: str
    disclosures: list[str]
    sd_jwt: str
    data: dict[str, Any]


# --- entries ----------------------------------------------------------------------------------------------


class RestrictionShown(Shape):
    id: OpaqueId
    kind: Code
    authority: str
    since: Moment
    law: str


class ProposedAmendment(Shape):
    """What an officer proposed in the event ``event``, of the change ``of``."""

    event: EventHash
    what: Literal["correction", "annulment"]
    of: EventHash
    at: Moment
    content: dict[str, Any] | None
    reason: str | None


class EntryShown(Shape):
    """As much as the caller sees: who is in it, of other people their names; who restricts, what the thing is, and the
    restrictions of their own office: ``has_other_restrictions`` says that there are others.

    ``newest_change`` and ``proposal`` are for those who work with the register, who amend it. ``warnings``: to an
    officer or a judge that they are kin (``kin``) of somebody whom it names, named before or is proposed to name.
    """

    entry: OpaqueId
    register_: Annotated[str, Field(alias="register")]  # a class of pydantic has a method of that name
    version: Version
    status: Literal["active", "ended", "annulled"]
    until: LegalDay | None
    number: str | None
    title: str
    authority: str
    created_at: Moment
    changed_at: Moment
    content: dict[str, Any]
    restrictions: list[RestrictionShown]
    has_other_restrictions: bool
    is_erased: bool
    newest_change: EventHash | None
    proposal: ProposedAmendment | None
    warnings: list[Code]
