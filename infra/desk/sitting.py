"""One piece of work of a batch: load, decide, sign; whether it becomes true is the desk's business.

What a sitting signs counts for the next sitting of its batch once it is settled, and for the world once the
batch is committed. A sitting that is refused has changed nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from domain import events as e
from domain.commands import Command
from domain.decide import decide
from domain.decision import LEAD, Decision
from domain.decisions.situation import Situation
from domain.lifecycle import needed
from domain.procedure import Key
from domain.refusals import Differs, Erased, Unready
from domain.seals import Seals
from infra.desk.batch import Batch, Draft, Outcome, Remembered
from infra.desk.streams import Stream, after
from infra.formats import codec, envelope
from infra.formats.boxes import DataKey
from infra.formats.canonical import b64url, from_b64url
from infra.formats.ids import derived_text
from infra.formats.signing import Seal
from infra.keys.keyring import Keyring
from infra.log.event_store import Writer
from infra.stores.vault import Vault


class Work(Protocol):
    """Something that the desk can carry out; ahead of the write lock, what takes it raises NeedsTheLock."""

    def __call__(self, sitting: "Sitting") -> Outcome: ...


@dataclass(frozen=True, slots=True)
class Office:
    """Whose log it is, and with what its events are signed and sealed."""

    country: str
    vault: Vault
    keyring: Keyring

    def id_of(self, *parts: str | int) -> str:
        """The id derived from these parts under the country's secret (formats.md, derived ids)."""
        return derived_text(self.keyring.id_secret, parts)

    def stream_of(self, key: Key) -> str:
        """The stream of a claim or an entry."""
        return self.id_of(key.family, 1, *key.parts)


class _Envelope(NamedTuple):
    """What the events of one group share."""

    decision: Decision
    cause: str
    seal: Seal


class Sitting:
    """One piece of work: everything it appends with one ``group`` is one append with one lead."""

    def __init__(self, office: Office, batch: Batch, at: datetime) -> None:
        self.at = at
        self.draft = Draft(at.isoformat(timespec="microseconds").replace("+00:00", "Z"), batch.end)
        self._office = office
        self._batch = batch
        self._before = batch.end
        self._has_flushed = False

    @property
    def writer(self) -> Writer:
        """The log under its write lock; raises NeedsTheLock where the batch is decided ahead of it."""
        return self._batch.writer

    @property
    def size(self) -> int:
        """The position that the next event gets."""
        return self.draft.end.size

    def load(self, stream: str, family: str) -> Stream:
        """The stream as it stands in this sitting; one without events where there is none of that family."""
        return self.load_all({stream: family})[stream]

    def load_all(self, wanted: Mapping[str, str]) -> dict[str, Stream]:
        """Streams by id (``wanted``: id -> family), read at once."""
        cold = {stream: family for stream, family in wanted.items() if stream not in self.draft.touched}
        found = self._batch.streams.load(cold, self._batch.log.streams) if cold else {}
        return {stream: self.draft.touched.get(stream) or found[stream] for stream in wanted}

    def carry_out(self, command: Command, ids: Mapping[Key, str], remembered: Remembered | None) -> Outcome:
        """Carry out a command: load, decide, sign. ``ids``: of what it needs, as far as the command tells.

        An answer is looked for even where there is no case yet: the key may have been used for something else.
        """
        repeat = self._repeated(remembered, command.family)
        if repeat is not None:
            return repeat
        stream = self.load(command.stream, command.family)
        needs = needed(command, self.at, stream.state)
        ids = {key: ids.get(key) or self._office.stream_of(key) for key in needs}
        loaded = self.load_all({ids[key]: key.family for key in ids})
        targets = {key: loaded[stream_id] for key, stream_id in ids.items()}
        beside = {key: target.state for key, target in targets.items()}
        situation = Situation(command, self.at, stream.state, beside=beside, ids=ids, keys=_key_ids(stream))
        return self._carried_out(decide(situation), stream, targets, command.cause, remembered)

    def group(
        self,
        decision: Decision,
        lead: Stream,
        targets: Mapping[Key, Stream],
        cause: str,
        seal: Seal | None = None,
    ) -> None:
        """Sign the events of one append in their order: other streams by (stream, seq), then the lead's."""
        shared = _Envelope(decision, cause, seal or self.seal_of(decision.authority))
        others: list[tuple[Stream, e.Event]] = [
            (targets[t], event) for t, event in decision.events if t != LEAD
        ]
        leads = [event for target, event in decision.events if target == LEAD]
        others.sort(key=lambda pair: (pair[0].id, pair[0].seq))
        reference = {
            "stream": lead.id,
            "seq": lead.seq + len(leads),
            "to": self._recipients(lead, decision),
        }
        effects: dict[str, list[str]] = {}
        for stream, event in others:
            signed = self._sign(stream, event, shared, lead=reference)
            effects[signed.hash] = list(self.draft.touched[stream.id].to)
        for n, event in enumerate(leads, start=1):
            closing = effects if effects and n == len(leads) else None
            self._sign(lead, event, shared, effects=closing)

    def seal_of(self, authority: str) -> Seal:
        """The newest live seal of the authority, by the keys stream of this log."""
        live: Seals = self.load(self._office.id_of("keys", 1), "keys").state
        for name, kid in reversed(live):
            if name == authority and (found := self._office.keyring.seals.get(kid)) is not None:
                return found
        raise Unready(f"There is no live seal of {authority} here. Its keys have to be looked at first.")

    def flushed(self) -> Writer:
        """The log as it stands, with everything that was settled before in this batch."""
        self._batch.flush()
        return self.writer

    def flush(self) -> None:
        """Write what is signed so far, where that is more than should be kept in memory; ``give_up`` takes it
        back.
        """
        if not self._has_flushed:
            self._batch.flush()
            self.writer.begin_part()
            self._has_flushed = True
        self.writer.insert(self._batch.end.size, self.draft.signed)
        self._batch.end = self.draft.end
        self._batch.streams.forget(*self.draft.touched)
        self.draft.signed, self.draft.touched = [], {}

    def give_up(self) -> None:
        """The work is refused: nothing of it stays in the batch."""
        if self._has_flushed:
            self.writer.undo_part()
            self._batch.end = self._before
            self._batch.streams.forget_all()

    def _carried_out(
        self,
        decision: Decision,
        stream: Stream,
        targets: Mapping[Key, Stream],
        cause: str,
        remembered: Remembered | None,
    ) -> Outcome:
        if decision.events:
            self.group(_with_all_keys(decision, stream), stream, targets, cause)
        last = self.draft.touched.get(stream.id, stream)
        outcome = Outcome(
            stream=last.id,
            version=last.seq,
            state=last.state,
            index=self.size - 1,
            status=remembered.status if remembered else 200,
            is_repeat=not decision.events,
        )
        if remembered is not None:
            self.draft.answer = (remembered, outcome)
        return outcome

    def _sign(
        self,
        stream: Stream,
        event: e.Event,
        shared: _Envelope,
        *,
        lead: Mapping[str, Any] | None = None,
        effects: Mapping[str, list[str]] | None = None,
    ) -> envelope.Signed:
        stream = self.draft.touched.get(stream.id, stream)
        members = codec.encode(event, stream.family, self._office.country)
        keys = self._keys(stream, event, members)
        around = envelope.Envelope(
            log=self._office.keyring.origin,
            stream=stream.id,
            seq=stream.seq + 1,
            prev=stream.head,
            index=self.size,
            chain=b64url(self.draft.end.chain),
            time=self.draft.time,
            authority=shared.decision.authority,
            actor=shared.decision.actor,
            cause=shared.cause,
            to=sorted(event.countries)  # the keys stream names every recipient
            if isinstance(event, e.LogOpened)
            else self._recipients(stream, shared.decision),
            effects=effects,
            lead=lead,
        )
        signed = envelope.sign(members, around, shared.seal, keys)
        recorded = e.Recorded(
            event,
            signed.type,
            around.log,
            self._office.country,
            stream.id,
            signed.seq,
            around.index,
            self.draft.time,
            signed.hash,
            around.authority,
            around.actor,
            tuple(around.to),
            effects,
            {name: whose for name, _, whose in members.personal},
            {whose: b64url(key.id) for whose, key in keys.items()},
        )
        self.draft.signed.append(signed)
        self.draft.end = self.draft.end.after(self.draft.time, from_b64url(signed.hash))
        self.draft.touched[stream.id] = after(stream, recorded)
        if isinstance(event, e.PersonalDataErased):
            self.draft.erased[stream.id] = event.keys
        return signed

    def _recipients(self, stream: Stream, decision: Decision) -> list[str]:
        """Where the stream goes from this append on: never less than before. Claims concern nobody abroad."""
        further = decision.to if stream.family in ("case", "entry") else ()
        known = stream.to or (self._office.country,)
        return sorted({*known, *further}) if further else list(known)

    def _keys(self, stream: Stream, event: e.Event, members: codec.Members) -> dict[str, DataKey]:
        """The data key for each whose: the stream's own while it exists; people of a changed entry get a
        fresh one.
        """
        found: dict[str, DataKey] = {}
        for whose in {whose for _, _, whose in members.personal}:
            is_fresh = isinstance(event, e.EntryChanged) and whose != "entry"
            known = None if is_fresh or whose not in stream.keys else stream.keys[whose][-1]
            secret = self._office.vault.get(known) if known is not None else None
            found[whose] = DataKey(known, secret) if known and secret else self._office.vault.take()
        return found

    def _repeated(self, remembered: Remembered | None, family: str) -> Outcome | None:
        known = self._batch.answered(remembered.key) if remembered else None
        if remembered is None or known is None:
            return None
        body_mac, status, stream, version = known
        if body_mac is None:
            raise Erased(stream)
        if body_mac != remembered.body_mac:
            raise Differs(_REUSED, code="idempotency_key_reused")
        state = self._state_at(self.load(stream, family), version)
        return Outcome(
            stream=stream, version=version, state=state, index=self.size - 1, status=status, is_repeat=True
        )

    def _state_at(self, stream: Stream, version: int) -> Any:
        """The state as it was answered then: a repeat gets the same answer, whatever happened since."""
        if stream.seq == version:
            return stream.state
        rows = self._batch.log.streams([stream.id])[:version]
        if len(rows) < version:  # it is still on its way into the log
            rows = self.flushed().streams([stream.id])[:version]
        return self._batch.streams.folded(Stream.begin(stream.id, stream.family), rows).state


_REUSED = (
    "This Idempotency-Key was used before, with another content. Please use a new key for a new request."
)


def _key_ids(stream: Stream) -> dict[str, str]:
    """Whose -> the key that seals what is about them now."""
    return {whose: b64url(keys[-1]) for whose, keys in stream.keys.items()}


def _with_all_keys(decision: Decision, stream: Stream) -> Decision:
    """An erasure takes the older keys too (of people whom an entry named before), and those of a case's
    evidence.
    """
    if not any(isinstance(event, e.PersonalDataErased) for _, event in decision.events):
        return decision
    events: list[Any] = []
    for target, event in decision.events:
        whole = event
        if isinstance(event, e.PersonalDataErased):
            keys = {b64url(key) for whose in event.whose for key in stream.keys.get(whose, ())}
            if stream.family == "case" and "case" in event.whose:
                keys.update(attachment["key"] for attachment in stream.state.evidence or ())
            whole = replace(event, keys=sorted(keys.union(event.keys)))
        events.append((target, whole))
    return replace(decision, events=events)
