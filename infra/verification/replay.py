"""A case as it stood at a version or a moment, step by step: who, when, under which terms, with which key.

It is the pure fold over the stored events, and asks nothing of today: the terms are those that the case
names. Whether the log as a whole is what was signed is another question (``verify_logs``); here only the
signature of each step is looked at, where the root certificate is given.

    NoSuchCase     there is no such case in this log, or it was not filed yet
    WrongMoment    neither a version of the case nor a moment
    Unreplayable   a stored event cannot be read: verify the log
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from domain.case import Case, evolve
from domain.events import ERASED, Recorded
from domain.offers import offer, terms_hash
from infra.canonical import NotCanonical
from infra.codec import UnknownEvent
from infra.envelope import KeyOf, Tampered, payload_of, read, split
from infra.key_history import NotAuthorised
from infra.log_file import LogFile, Row
from infra.signing import EVENT, BadSignature, Parsed, parse, verify
from infra.vault import Unreadable
from infra.verification.keys import Keys, read_keys

if TYPE_CHECKING:
    from infra.house import CountryHouse  # a whole house: who replays from a file does not load it

_BROKEN: Final = (
    Tampered,
    UnknownEvent,
    Unreadable,
    NotCanonical,
    ValueError,
    KeyError,
    TypeError,
    IndexError,
)


class NoSuchCase(LookupError):
    """There is no such case in this log, or it was not filed yet."""


class WrongMoment(ValueError):
    """``as_of`` is neither a version that the case has, nor a moment with its zone."""


class Unreplayable(ValueError):
    """A stored event of the case cannot be read."""


def replay(
    country: "CountryHouse", case: str, as_of: str | None = None, *, with_personal: bool = True
) -> dict[str, Any]:
    """As `replay_file`, in the log of this country; without ``with_personal`` its key store is not touched."""
    key_of = country.vault.get if with_personal else None
    return replay_file(
        country.log.path, country.code, case, as_of, key_of=key_of, root_certificate=country.keyring.root
    )


def replay_file(  # noqa: PLR0913 - a question, and what may be used to answer it
    path: Path,
    country: str,
    case: str,
    as_of: str | None = None,
    *,
    key_of: KeyOf | None = None,
    root_certificate: bytes | None = None,
) -> dict[str, Any]:
    """The case in the log at this path, as JSON values.

    ``as_of``: a version of the case (digits), or a moment (RFC 3339 with a zone): the longest prefix of the
    log whose times are all at or before it; None is now. ``key_of``: the key store, for who may see personal
    values; without it they are withheld. ``root_certificate`` (DER): then each step says whether its
    signature holds. Raises NoSuchCase, WrongMoment, Unreplayable; Unreadable of infra/log_file.py.
    """
    file = LogFile(path)
    try:
        rows = [row for row in file.stream(case) if str(row[3]).startswith("case.")]
        if not rows:
            raise NoSuchCase("There is no such case in this log.")
        keys = read_keys(country, file, root_certificate) if root_certificate else None
        chosen = _until(file, rows, as_of)
    finally:
        file.close()
    try:
        recorded = [read(row, country, key_of or _withheld) for row in chosen]
        state: Case | None = None
        for event in recorded:
            state = evolve(state, event)
    except _BROKEN as error:
        raise Unreplayable(
            f"An event of this case cannot be read; please verify the log. ({error})"
        ) from error
    if state is None:
        raise NoSuchCase("The case was not filed yet.")
    terms = _terms(country, state, recorded[0])
    shown = key_of is not None
    return {
        "case": case,
        "country": country,
        "log": recorded[0].log,
        "as_of": {"version": state.version, "index": recorded[-1].index, "time": recorded[-1].time},
        "personal": "shown" if shown else "withheld",
        "terms": terms,
        "state": state._asdict(),
        "steps": [
            _step(event, parse(split(row[4])[0].decode("ascii")), terms, keys, shown=shown)
            for row, event in zip(chosen, recorded, strict=True)
        ],
    }


_DIGITS: Final = 9  # of a version: more than any case will have


def _withheld(_key_id: bytes) -> None:
    """No key is there for who may not see."""


def _until(file: LogFile, rows: list[Row], as_of: str | None) -> list[Row]:
    """The case's events that count."""
    if as_of is None:
        return rows
    if as_of.isascii() and as_of.isdigit():
        version = int(as_of[:_DIGITS])
        if len(as_of) > _DIGITS or not 1 <= version <= len(rows):
            raise WrongMoment(f"The case has the versions 1 to {len(rows)}.")
        return rows[:version]
    size = _prefix(file, _moment(as_of))
    return [row for row in rows if row[0] < size]


def _moment(text: str) -> str:
    """The moment as events write it, so that texts compare as moments do."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise WrongMoment("Please give a version, or a moment with its zone such as 2026-11-23T10:00:00Z.")
    try:
        return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    except OverflowError:
        raise WrongMoment("This moment is beyond the calendar.") from None


def _prefix(file: LogFile, moment: str) -> int:
    """The size of the longest prefix of the log whose times are all at or before the moment.

    Times never run backwards in a log (that is verified), so it is found by halving.
    """
    extent = file.extent()
    low, high = 0, extent.last + 1 if extent else 0
    while low < high:
        middle = (low + high) // 2
        row = file.from_(middle)
        if row is None or _time_of(row) > moment:
            high = middle
        else:
            low = row[0] + 1
    return low


def _time_of(row: Row) -> str:
    try:
        return str(payload_of(split(row[4])[0])["time"])
    except _BROKEN as error:
        raise Unreplayable(
            f"The event at position {row[0]} cannot be read; please verify the log."
        ) from error


def _terms(country: str, state: Case, filed: Recorded) -> dict[str, Any]:
    """The law of the day of filing, as far as this house still has it."""
    stated: str = getattr(filed.event, "terms_sha256", "")
    found: dict[str, Any] = {"since": state.terms, "sha256": stated, "law": None, "is_here": False}
    known = offer(country, state.procedure)
    try:
        terms = known.since(state.terms) if known else None
    except KeyError:
        terms = None
    if terms is not None:
        found |= {
            "law": terms.source.law,
            "source": terms.source.url_or_key,
            "is_confirmed": terms.source.confirmed,
            "unconfirmed": list(terms.unconfirmed),
            "is_here": terms_hash(terms) == stated,
        }
    return found


def _step(
    event: Recorded, signed: Parsed, terms: Mapping[str, Any], keys: Keys | None, *, shown: bool
) -> dict[str, Any]:
    step: dict[str, Any] = {
        "version": event.seq,
        "index": event.index,
        "time": event.time,
        "type": event.type,
        "actor": dict(event.actor),
        "authority": event.authority,
        "cause": signed.payload["cause"],
        "terms": terms["since"],
        "law": terms["law"],
        "key": signed.kid,
        "hash": event.hash,
        "effects": sorted(event.effects or ()),
        "data": _members(event) if shown else {n: v for n, v in signed.payload["data"].items() if n != "_sd"},
    }
    if keys is not None:
        step["signature"] = _signature(signed, event, keys)
    return step


def _members(event: Recorded) -> dict[str, Any]:
    """What the event says; what is erased, at any depth a member of its own, reads as null."""
    found = {f.name: getattr(event.event, f.name) for f in fields(event.event)}
    return {name: _readable(value) for name, value in found.items()}


def _readable(value: Any) -> Any:
    if value is ERASED:
        return None
    return {n: _readable(v) for n, v in value.items()} if isinstance(value, Mapping) else value


def _signature(signed: Parsed, event: Recorded, keys: Keys) -> str:
    try:
        key = keys.history.key_for(signed.kid, event.authority, event.type, event.index)
        verify(signed, key, EVENT)
    except (NotAuthorised, BadSignature) as error:
        return f"does not hold: {error.reason}"
    return "holds"
