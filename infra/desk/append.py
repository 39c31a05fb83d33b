"""The events of one decision as they come to be: load, decide, sign; when they are true is the desk's business.

What an append signs counts for the next append of its batch, and for the world once the batch is committed. All of
it comes to be, or none: an append that is refused or fails has changed nothing. An import makes as many decisions as
it has lines, with one append.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from domain import events as e
from domain.about import About, about_of
from domain.commands import Command, PartyCommand
from domain.decide import decide
from domain.decision import LEAD, Decision
from domain.decisions.situation import Situation
from domain.lookup_keys import Key
from domain.needs import further, needed
from domain.parentage import led_to
from domain.refusals import Differs, Erased, Unready
from domain.representation import NOTHING, Shown
from domain.seals import Seals
from infra.desk.batch import Batch, IdempotencyKey, Outcome
from infra.desk.entry_streams import entry_streams
from infra.desk.streams import Stream, after
from infra.formats import codec, envelope
from infra.formats.boxes import DataKey
from infra.formats.canonical import b64url, from_b64url
from infra.formats.signing import Seal
from infra.keys.keyring import Keyring
from infra.log.event_store import Answer, Writer

_NAMES_PEOPLE_ANEW = (
    e.EntryChanged,
    e.EntryCorrected,
    e.EntryAnnulled,
    e.CorrectionProposed,
    e.RequestAmended,
)


class Append:
    """One append into a batch: ``sign`` once for each decision, then ``settle``, or ``give_up``."""

    def __init__(self, batch: Batch, keyring: Keyring, at: datetime) -> None:
        self.at = at
        self._time = at.isoformat(timespec="microseconds").replace("+00:00", "Z")
        self._batch = batch
        self._keyring = keyring
        self._country = batch.streams.country
        self._vault = batch.streams.vault
        self._begin = batch.end
        self._is_part = False  # of the transaction: what was flushed can be taken back
        self._erased: dict[str, Sequence[str]] = {}  # stream -> keys that its erasure names
        self._answers: dict[str, Answer] = {}

    @property
    def size(self) -> int:
        """The position that the next event gets."""
        return self._batch.end.size

    def load(self, stream: str, family: str) -> Stream:
        """The stream as it stands with this append; one without events where there is none of that family."""
        return self._batch.streams.hot(stream, family) or self.load_all({stream: family})[stream]

    def load_all(self, wanted: Mapping[str, str]) -> dict[str, Stream]:
        """Streams by id (``wanted``: id -> family), read at once."""
        return self._batch.streams.load(wanted, self._batch.log.streams)

    def carry_out(
        self,
        command: Command,
        ids: Mapping[Key, str],
        sent_under: IdempotencyKey | None = None,
        foreseen: About | None = None,
    ) -> Outcome:
        """Carry out a command: load, decide, sign. ``ids``: of what it needs, as far as the command tells;
        ``foreseen``: what it was about when it was asked, a moment ago.

        An answer is looked for even where there is no case yet: the key may have been used for something else.
        """
        repeat = self._repeated(sent_under, command.family)
        if repeat is not None:
            return repeat
        stream = self.load(command.stream, command.family)
        about = foreseen
        if stream.state is not None or about is None or not about.is_as_of(self.at):  # a midnight in between
            about = about_of(command, self.at, stream.state)
            needs = needed(command, about, stream.state)
            ids = {key: ids.get(key) or self._keyring.ids.stream(key) for key in needs}
        ids = {**ids, **entry_streams(ids, self._keyring.ids, self.load_all)}
        loaded = self.load_all({ids[key]: key.family for key in ids})
        targets = {key: loaded[stream_id] for key, stream_id in ids.items()}
        beside = {key: target.state for key, target in targets.items()}
        while keys := further(command, stream.state, beside, self._keyring.ids.human):
            more = {key: self._keyring.ids.stream(key) for key in keys}
            loaded = self.load_all({each: key.family for key, each in more.items()})
            ids = {**ids, **more}
            targets |= {key: loaded[each] for key, each in more.items()}
            beside |= {key: targets[key].state for key in more}
        if led := led_to(beside):
            found = self.load_all(dict.fromkeys(led.values(), "entry"))
            beside |= {key: found[stream_id].state for key, stream_id in led.items()}
        situation = Situation(
            command,
            self.at,
            stream.state,
            about=about,
            beside=beside,
            ids=ids,
            keys=stream.keys,
            id_of=self._keyring.ids.human,
        )
        decision = decide(situation)
        shown = situation.found if isinstance(command, PartyCommand) else NOTHING
        return self._carried_out(decision, stream, targets, command.cause, sent_under, shown)

    def sign(
        self,
        decision: Decision,
        lead: Stream,
        targets: Mapping[Key, Stream],
        cause: str,
        seal: Seal | None = None,
    ) -> None:
        """Sign what was decided, in its order: other streams by (stream, seq), then the lead's."""
        sign = partial(
            self._sign, decision=decision, cause=cause, seal=seal or self.seal_of(decision.authority)
        )
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
            signed = sign(stream, event, lead=reference)
            effects[signed.hash] = list(signed.to)
        for n, event in enumerate(leads, start=1):
            sign(lead, event, effects=effects if effects and n == len(leads) else None)

    def seal_of(self, authority: str) -> Seal:
        """The newest live seal of the authority, by the keys stream of this log."""
        live: Seals = self.load(self._keyring.ids.keys(), "keys").state
        for name, kid in reversed(live):
            if name == authority and (found := self._keyring.seals.get(kid)) is not None:
                return found
        raise Unready("no_live_seal", authority=authority)

    def flush(self) -> Writer:
        """Write what is signed so far, where that is more than should be kept in memory, or has to be read: the
        log as it stands then. ``give_up`` takes it back.
        """
        batch = self._batch
        if not self._is_part:
            batch.flush(self._begin)
            batch.writer.begin_part()
            self._is_part = True
        batch.streams.forget(*(stream for stream, _ in batch.moved))
        batch.flush()
        return batch.writer

    def settle(self) -> None:
        """It is done: its answer counts, and what it erases falls with the batch."""
        for stream, keys in self._erased.items():
            self._batch.erase(stream, keys)
        self._batch.answers |= self._answers

    def give_up(self) -> None:
        """It is refused, or broke: nothing of it stays in the batch."""
        self._batch.back_to(self._begin)
        if self._is_part:
            self._batch.writer.undo_part()
            self._batch.streams.forget_all()

    def _carried_out(  # noqa: PLR0913, PLR0917 - what it leads to
        self,
        decision: Decision,
        stream: Stream,
        targets: Mapping[Key, Stream],
        cause: str,
        sent_under: IdempotencyKey | None,
        found: Shown,
    ) -> Outcome:
        if decision.events:
            self.sign(decision, stream, targets, cause)
            stream = self.load(stream.id, stream.family)
        if sent_under is not None:
            self._answers[sent_under.name] = (sent_under.body_mac, stream.id, stream.seq)
        return Outcome(
            stream=stream.id,
            version=stream.seq,
            state=stream.state,
            is_repeat=not decision.events,
            actor=decision.actor,
            found=found,
        )

    def _sign(  # noqa: PLR0913 - what an event says of itself
        self,
        stream: Stream,
        event: e.Event,
        *,
        decision: Decision,
        cause: str,
        seal: Seal,
        lead: Mapping[str, Any] | None = None,
        effects: Mapping[str, list[str]] | None = None,
    ) -> e.Recorded:
        stream, end = self.load(stream.id, stream.family), self._batch.end
        members = codec.encode(event, stream.family, self._country)
        keys = self._keys(stream, event, members)
        around = envelope.Envelope(
            log=self._keyring.origin,
            stream=stream.id,
            seq=stream.seq + 1,
            prev=stream.head,
            index=end.size,
            chain=b64url(end.chain),
            time=self._time,
            authority=decision.authority,
            actor=decision.actor,
            cause=cause,
            to=sorted(event.countries)  # the keys stream names every recipient
            if isinstance(event, e.LogOpened)
            else self._recipients(stream, decision),
            effects=effects,
            lead=lead,
        )
        signed = envelope.sign(members, around, seal, keys)
        recorded = e.Recorded(
            event,
            signed.type,
            around.log,
            self._country,
            stream.id,
            signed.seq,
            around.index,
            self._time,
            signed.hash,
            around.authority,
            around.actor,
            tuple(around.to),
            effects,
            members.owners,
            {whose: b64url(key.id) for whose, key in keys.items()},
            lead["stream"] if lead else None,
        )
        end = end.after(self.at, signed.raw_hash)
        self._batch.add(signed, end, after(stream, recorded))
        if isinstance(event, e.PersonalDataErased):
            self._erased[stream.id] = event.keys
        return recorded

    def _recipients(self, stream: Stream, decision: Decision) -> list[str]:
        """Where the stream goes from this append on: never less than before. Claims concern nobody abroad."""
        further = decision.to if stream.family in ("case", "entry") else ()
        known = stream.to or (self._country,)
        return sorted({*known, *further}) if further else list(known)

    def _keys(self, stream: Stream, event: e.Event, members: codec.Members) -> dict[str, DataKey]:
        """The data key for each whose: the stream's own while it exists; people of a changed entry or of a restated
        request get a fresh one, as they may be others.
        """
        found: dict[str, DataKey] = {}
        for whose in {whose for _, _, whose in members.personal}:
            is_fresh = isinstance(event, _NAMES_PEOPLE_ANEW) and whose not in ("case", "entry")
            known = None if is_fresh or whose not in stream.keys else from_b64url(stream.keys[whose][-1])
            secret = self._vault.get(known) if known is not None else None
            found[whose] = DataKey(known, secret) if known and secret else self._vault.take()
        return found

    def _repeated(self, sent_under: IdempotencyKey | None, family: str) -> Outcome | None:
        known = self._batch.answered(sent_under.name) if sent_under else None
        if sent_under is None or known is None:
            return None
        body_mac, stream, version = known
        if body_mac is None:
            raise Erased(stream)
        if body_mac != sent_under.body_mac:
            raise Differs("idempotency_key_reused")
        state = self._state_at(self.load(stream, family), version)
        return Outcome(stream=stream, version=version, state=state, is_repeat=True)

    def _state_at(self, stream: Stream, version: int) -> Any:
        """The state as it was answered then: a repeat gets the same answer, whatever happened since."""
        if stream.seq == version:
            return stream.state
        rows = self._batch.log.streams([stream.id])[:version]
        if len(rows) < version:  # it is still on its way into the log
            rows = self.flush().streams([stream.id])[:version]
        return self._batch.streams.folded(Stream.begin(stream.id, stream.family), rows).state
