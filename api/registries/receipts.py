"""What a registry asks and says beside its feed: personal members of its entries, and signed receipts."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Annotated, Any, Final, Literal, TypeVar

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from starlette.responses import Response

from api.edge.answers import answered
from api.edge.caller import body_of, caller, country_here
from api.edge.contract import Documented, documented
from api.edge.may_read import Read, recorded
from api.edge.sentences import Language, in_language, spoken
from api.edge.shapes import Code, CompactJws, EventHash, OpaqueId, Shape, StatementVersion, Version
from api.registries.feeds import entitled
from domain.authorisation import Rule
from domain.authorities import RECEIPT
from domain.commands import Actor, CaseCommand, RecordReceipt
from domain.entry_visibility import humans_in
from domain.forms import Line, Value
from domain.offers import offers_of
from domain.persons import keys_in
from domain.refusals import Refusal, Unready
from infra.desk.desk import new_cause
from infra.formats.canonical import NotCanonical, from_b64url
from infra.formats.codec import members_of
from infra.formats.envelope import disclosures_of, payload_of, split
from infra.formats.signing import BadSignature, digest, open_disclosure, parse, verify
from infra.house import CountryHouse
from infra.keys.live_seals import key_for
from infra.log.event_store import Row

router = APIRouter()
logger = logging.getLogger(__name__)
MOST: Final = 200
LONGEST_REFERENCE: Final = 2_000  # a line of 200 characters of any script, with its salt, in base64url
_PURPOSE: Final = "entry in the national register"


class EventsToDisclose(Value):
    """The events whose personal members the registry needs, by their hashes."""

    events: Annotated[list[EventHash], Field(min_length=1, max_length=MOST)]


class Disclosed(Shape):
    """What of one event is disclosed. ``is_erased``: something of it can never be read again."""

    event: EventHash
    disclosures: list[str]
    is_erased: bool


class Disclosures(Shape):
    """In the order in which it was asked; an event that is not for this registry discloses nothing."""

    disclosures: list[Disclosed]


class Receipts(Value):
    """Compact JWS by the registry's key (formats: typ tamga-receipt+jwt).

    ``references``: the disclosures of their references, where the law lets the register number the entry; each
    belongs to the receipt that states its digest.
    """

    receipts: Annotated[
        list[Annotated[CompactJws, Field(max_length=4000)]],
        Field(min_length=1, max_length=MOST),
    ]
    references: Annotated[
        list[Annotated[str, Field(max_length=LONGEST_REFERENCE, pattern=r"^[A-Za-z0-9_-]+$")]],
        Field(default_factory=list, max_length=MOST),
    ]


class Answer(Shape):
    """What became of one statement; ``later``: it could not be recorded now, send it again."""

    status: Literal["recorded", "refused", "later"]
    case: OpaqueId | None = None
    version: Version | None = None
    code: Code | None = None
    detail: str | None = None


class Answers(Shape):
    """In the order of the receipts."""

    receipts: list[Answer]


class AboutAnEvent(Value):
    """What all statements of a registry have: they are about an event of its register."""

    v: StatementVersion
    log: Line
    register_name: Annotated[Line, Field(alias="register")]
    event: EventHash


Moment = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{6}Z$")]
Stated = TypeVar("Stated", bound=AboutAnEvent)


class Receipt(AboutAnEvent):
    """What a receipt states."""

    applied_at: Moment
    reference_digest: EventHash
    row_digest: EventHash


def documented_here(summary: str, body: type[BaseModel], answer: type[BaseModel]) -> Documented:
    """As ``documented``: what a registry sends may be sent again, without a key, and is of no version."""
    found = documented(summary, body=body, answer=answer, key="none")
    found["responses"][200].pop("headers", None)
    return found


@router.post(
    "/v1/feeds/{cc}/disclosures",
    **documented_here("The personal members of entries", EventsToDisclose, Disclosures),
)
async def disclose(request: Request, cc: str) -> Response:
    """Only those of the registry's own registers; what is read is recorded before the bytes leave."""
    code, rule = entitled(request, cc, "feed.disclose")
    country = country_here(request, code)
    wanted = await body_of(request, EventsToDisclose)
    found = await asyncio.to_thread(_disclosures, country, rule, wanted.events)
    read = [read for read, shown in found if shown["disclosures"]]
    await asyncio.gather(*(recorded(request, country, rule, each, _PURPOSE) for each in read))
    return answered({"disclosures": [shown for _, shown in found]})


@router.post("/v1/feeds/{cc}/receipts", **documented_here("What a registry has applied", Receipts, Answers))
async def receive(request: Request, cc: str) -> Response:
    """Each receipt is verified and recorded on its own; sent again, it gets the same answer."""
    code, rule = entitled(request, cc, "feed.receipt")
    country = country_here(request, code)
    said = await body_of(request, Receipts)
    actor = caller(request)
    references = {digest(text): text for text in said.references}
    command = partial(_command, country, rule, actor, references=references)
    language = spoken(request.scope)
    answers = await each_recorded(country, said.receipts, command, language)
    return answered({"receipts": answers}, headers=in_language(language))


def _disclosures(
    country: CountryHouse, rule: Rule, events: Sequence[str]
) -> list[tuple[Read, dict[str, Any]]]:
    """What is read, and what of it is disclosed, of each event."""
    registers = _registers(country, rule)
    return [_disclosed(country, registers, event) for event in events]


def _disclosed(country: CountryHouse, registers: set[str], event: str) -> tuple[Read, dict[str, Any]]:
    nothing = {"event": event, "disclosures": [], "is_erased": False}
    row = _row(country, event)
    if row is None or not row[3].startswith("entry."):
        return Read("", "", ()), nothing
    payload = payload_of(split(row[4])[0])
    content = payload["data"]
    if content.get("register") not in registers:
        return Read(row[1], "", ()), nothing
    _, mine = members_of(row[3], content, country.code)
    texts = [t for t in disclosures_of(row[4], country.vault.get) if open_disclosure(t)[0] in mine]
    read = Read(row[1], content["register"], _humans(country, row[1], texts))
    return read, {"event": event, "disclosures": texts, "is_erased": len(texts) < len(mine)}


def _humans(country: CountryHouse, entry: str, texts: Sequence[str]) -> frozenset[str]:
    """Whom these disclosures name; where they name nobody, as a number does not, who is in the entry now."""
    values = [open_disclosure(text)[1] for text in texts]
    named = frozenset(map(country.ids.human, keys_in(values)))
    kept = None if named else country.read_models.one("registers", entry)
    return humans_in(kept["state"], country.ids.human) if kept else named


def _registers(country: CountryHouse, rule: Rule) -> set[str]:
    """The registers that this registry keeps: what it reads, it reads for them."""
    authority = rule.competence.authority if rule.competence else None
    return {
        register.name
        for offer in offers_of(country.code)
        for register in offer.procedure.registers
        if any(t.registry_of(register.name) == authority for t in offer.terms)
    }


class WrongStatement(Refusal):
    """A statement that cannot be recorded, ever."""


def _command(
    country: CountryHouse, rule: Rule, actor: Actor, jws: str, references: Mapping[str, str]
) -> RecordReceipt:
    """What a receipt asks for: as ``stated``, and 5. the reference that it states the digest of, where that was
    disclosed.
    """
    receipt, case = stated(country, rule, jws, RECEIPT, Receipt)
    return RecordReceipt(
        by=actor,
        cause=new_cause(),
        case=case,
        register=receipt.register_name,
        authority=authority_of(rule),
        event=receipt.event,
        jws=jws,
        number=_number(references.get(receipt.reference_digest)),  # 5.
    )


def _number(reference: str | None) -> str | None:
    """The number in the disclosure of a reference; None where it is none, a line of text.

    Whether one is needed the terms say: what nobody asks for spoils no receipt.
    """
    try:
        name, number = open_disclosure(reference or "")
        if name == "reference":
            return TypeAdapter(Line).validate_python(number, strict=True)
    except (NotCanonical, ValidationError):
        return None
    return None


# --- what receipts and objections share -------------------------------------------------------------------


async def each_recorded(
    country: CountryHouse,
    statements: Sequence[str],
    command_of: Callable[[str], CaseCommand],
    language: Language,
) -> list[dict[str, Any]]:
    """What became of each statement, in their order; what it asks for is found beside the event loop."""
    commands = await asyncio.to_thread(lambda: [_command_or_wrong(jws, command_of) for jws in statements])
    return await asyncio.gather(*(_recorded(country, command, language) for command in commands))


def stated(country: CountryHouse, rule: Rule, jws: str, typ: str, shape: type[Stated]) -> tuple[Stated, str]:
    """What a registry states, and the case that it is about; raises WrongStatement.

    1. our one form; 2. a live key of this registry, for such statements; 3. of this log; 4. of a case's event.
    """
    try:
        parsed = parse(jws)  # 1.
        verify(parsed, key_for(country.seals(), parsed.kid, authority_of(rule), typ), typ)  # 2.
        found = shape.model_validate(parsed.payload)
    except BadSignature:
        raise WrongStatement("not_signed_by_registry") from None
    except ValidationError:
        raise WrongStatement("members_wrong") from None
    # 3. the event is there, and its log is ours.
    row = _row(country, found.event)
    if found.log != country.keyring.origin or row is None:
        raise WrongStatement("event_of_no_log")
    # 4. what the event names as its lead is the case; a lead itself names none.
    lead = payload_of(split(row[4])[0]).get("lead")
    if lead is None or lead["stream"] == row[1]:
        raise WrongStatement("no_case")
    return found, lead["stream"]


def authority_of(rule: Rule) -> str:
    """The office of the registry that calls."""
    return rule.competence.authority if rule.competence else ""


def _command_or_wrong(jws: str, command_of: Callable[[str], CaseCommand]) -> CaseCommand | WrongStatement:
    try:
        return command_of(jws)
    except WrongStatement as wrong:
        return wrong


async def _recorded(
    country: CountryHouse, command: CaseCommand | WrongStatement, language: Language
) -> dict[str, Any]:
    if isinstance(command, WrongStatement):
        return _refused(command, None, language)
    try:
        outcome = await asyncio.wrap_future(country.desk.ask(command))
    except Refusal as refusal:
        return _refused(refusal, command.case, language)
    except Exception:  # one stream's trouble is not that of the other statements
        logger.exception("statement_failed", extra={"country": country.code})
        return _refused(Unready(), command.case, language)
    return Answer(status="recorded", case=outcome.stream, version=outcome.version).model_dump()


def _refused(refusal: Refusal, case: str | None, language: Language) -> dict[str, Any]:
    status: Literal["later", "refused"] = "later" if isinstance(refusal, Unready) else "refused"
    detail = language.say("refusal", refusal.name, refusal.values, refusal.procedures)
    return Answer(status=status, case=case, code=refusal.name, detail=detail).model_dump()


def _row(country: CountryHouse, event: str) -> Row | None:
    """The event in this country's log."""
    try:
        index = country.feed.index_of(from_b64url(event))
    except NotCanonical:  # 43 letters that no bytes are written with
        return None
    return country.log.at(index) if index is not None else None
