"""A case or an entry as it stood at a version or a moment, step by step: who, when, with which key, and of a case under
which terms.

It is the pure fold over the stored events, and asks nothing of today: the terms are those that the case
names. Whether the log as a whole is what was signed is another question (``verify_logs``); here only the
signature of each step is looked at, where the root certificate is given.

    NoSuchStream   there is no such case or entry in this log, or it was not there yet
    WrongMoment    neither a version that there is, nor a day or a moment
    Unreplayable   a stored event cannot be read: verify the log
"""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from domain.case import Case
from domain.countries import country_of, moment_named
from domain.entry import Entry
from domain.events import ERASED, Recorded, family_of
from domain.families import FAMILIES
from domain.offers import offer, terms_hash
from infra.formats.boxes import Unreadable
from infra.formats.canonical import NotCanonical
from infra.formats.codec import UnknownEvent
from infra.formats.envelope import KeyOf, Tampered, payload_of, read, split
from infra.formats.signing import EVENT, BadSignature, Parsed, parse, verify
from infra.keys.history import NotAuthorised
from infra.runtime.clock import written
from infra.verification.keys import Keys, read_keys
from infra.verification.log_file import LogFile, Row

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


_REPLAYED: Final = ("case", "entry")  # the families


class NoSuchStream(LookupError):
    """There is no such case or entry in this log, or it was not there yet."""


class WrongMoment(ValueError):
    """``as_of`` is neither a version that there is, nor a day, nor a moment with its zone."""


class Unreplayable(ValueError):
    """A stored event of it cannot be read."""


def replay(  # noqa: PLR0913 - a question, and what may be used to answer it
    path: Path,
    country: str,
    stream: str,
    as_of: str | None = None,
    *,
    key_of: KeyOf | None = None,
    root_certificate: bytes | None = None,
) -> dict[str, Any]:
    """The case or entry in the log at this path, as JSON values.

    ``as_of``: a version of it (digits), a moment (RFC 3339 with a zone), or a day, which is its end in the country:
    the longest prefix of the log whose times are all at or before it; None is now. ``key_of``: the key store, for who
    may see personal values; without it they are withheld. ``root_certificate`` (DER): then each step says whether its
    signature holds. Raises NoSuchStream, WrongMoment, Unreplayable; Unreadable of infra/verification/log_file.py.
    """
    file = LogFile(path)
    try:
        rows = file.stream(stream)
        family = family_of(str(rows[0][3])) if rows else ""
        rows = [row for row in rows if family_of(str(row[3])) == family]
        if family not in _REPLAYED:
            raise NoSuchStream("There is no such case or entry in this log.")
        keys = read_keys(country, file, root_certificate) if root_certificate else None
        chosen = _until(file, rows, as_of, country)
    finally:
        file.close()
    recorded, state = _folded(chosen, country, family, key_of or _withheld)
    shown = key_of is not None
    terms = _terms(country, state, recorded[0]) if isinstance(state, Case) else None
    return {
        family: stream,
        "country": country,
        "log": recorded[0].log,
        "as_of": {"version": state.version, "index": recorded[-1].index, "time": recorded[-1].time},
        "personal": "shown" if shown else "withheld",
        **({"terms": terms} if terms is not None else {}),
        "state": state._asdict(),
        "steps": [
            _step(event, parse(split(row[4])[0].decode("ascii")), terms, keys, shown=shown)
            for row, event in zip(chosen, recorded, strict=True)
        ],
    }


def _folded(rows: list[Row], country: str, family: str, key_of: KeyOf) -> tuple[list[Recorded], Case | Entry]:
    """The events, and what they come to."""
    try:
        recorded = [read(row, country, key_of) for row in rows]
        state: Any = FAMILIES[family].empty
        for event in recorded:
            state = FAMILIES[family].evolve(state, event)
    except _BROKEN as error:
        raise Unreplayable(
            f"An event of this {family} cannot be read; please verify the log. ({error})"
        ) from error
    if state is None:
        raise NoSuchStream(f"The {family} was not there yet.")
    return recorded, state


_DIGITS: Final = 9  # of a version: more than any case will have


def _withheld(_key_id: bytes) -> None:
    """No key is there for who may not see."""


def _until(file: LogFile, rows: list[Row], as_of: str | None, country: str) -> list[Row]:
    """The events that count."""
    if as_of is None:
        return rows
    if as_of.isascii() and as_of.isdigit():
        version = int(as_of[:_DIGITS])
        if len(as_of) > _DIGITS or not 1 <= version <= len(rows):
            raise WrongMoment(f"There are the versions 1 to {len(rows)}.")
        return rows[:version]
    try:
        moment = written(moment_named(as_of, country_of(country)))
    except ValueError:
        raise WrongMoment(
            "Please give a version, a day, or a moment with its zone such as 2026-11-23T10:00:00Z."
        ) from None
    size = _prefix(file, moment)
    return [row for row in rows if row[0] < size]


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
    event: Recorded, signed: Parsed, terms: Mapping[str, Any] | None, keys: Keys | None, *, shown: bool
) -> dict[str, Any]:
    step: dict[str, Any] = {
        "version": event.seq,
        "index": event.index,
        "time": event.time,
        "type": event.type,
        "actor": dict(event.actor),
        "authority": event.authority,
        "cause": signed.payload["cause"],
        **({"terms": terms["since"], "law": terms["law"]} if terms is not None else {}),
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
