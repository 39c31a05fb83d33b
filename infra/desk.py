"""The one way into a log: load, decide, sign, append; one thread and one queue for each log, whole batches at once.

The desk promises:
- what it answers is durable: a batch is one transaction, and nobody hears of it before it is committed;
- decisions are taken under the log's write lock, one after the other, on what the log holds then, also where other
  processes write into the same log;
- time never runs backwards in a log: a clock that is more than ``PATIENCE_S`` behind the newest event is refused;
- a refusal changes nothing and spoils nothing of its batch; a failed append fails everything in it, as Unready.
"""

import logging
import queue
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, Protocol

from domain import events as e
from domain.commands import CaseCommand, EntryCommand, EraseCase, FileCase
from domain.decide import Beside, Decision, decide, needs
from domain.decide_entry import decide_entry
from domain.procedure import Key
from domain.refusals import Differs, Erased, Refusal, Unready
from infra import codec, envelope, event_store
from infra.canonical import b64url, from_b64url
from infra.event_store import Append, Log
from infra.keyring import Keyring, derived_id
from infra.signing import Seal
from infra.streams import Stream, Streams, after
from infra.vault import DataKey, Unavailable, Vault

BATCH: Final = 64
PATIENCE_S: Final = 2
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An idempotency key on its way in: the derived key, the HMAC of the body, the status that is remembered."""

    key: str
    body_mac: bytes
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a command led to: the stream it was asked of, at its version; ``index``: the log's newest position then.

    ``is_repeat``: it was so already, by this idempotency key or by the same act before.
    """

    stream: str
    version: int
    state: Any
    index: int
    status: int
    is_repeat: bool = False


class Work(Protocol):
    """Something that the desk can carry out under the write lock: see ``Sitting``."""

    def __call__(self, sitting: "Sitting") -> Outcome: ...


class Desk:
    """The desk of one country."""

    def __init__(
        self, country: str, log: Log, vault: Vault, keyring: Keyring, clock: Callable[[], datetime]
    ) -> None:
        self.country = country
        self.log = log
        self.vault = vault
        self.keyring = keyring
        self.newest = log.size() - 1
        self.trouble: str | None = None  # why the desk is not ready, for those who ask
        self._clock = clock
        self._streams = Streams(country, vault.get)
        self._queue: queue.SimpleQueue[tuple[Work, Future[Outcome]] | None] = queue.SimpleQueue()
        self._size = -1
        self._rows: list[envelope.Signed] = []
        self._answers: dict[str, event_store.Answer] = {}
        self._time = ""
        self._ids: dict[tuple[str, ...], str] = {}
        self._thread = threading.Thread(target=self._run, name=f"desk-{country}", daemon=True)
        self._thread.start()

    def ask(self, command: CaseCommand | EntryCommand, answered: Answered | None = None) -> "Future[Outcome]":
        """Have a command carried out; the future raises the Refusal."""
        if isinstance(command, EntryCommand):
            return self.have(lambda sitting: sitting.entry_command(command, answered))
        return self.have(lambda sitting: sitting.case_command(command, answered))

    def have(self, work: Work) -> "Future[Outcome]":
        """Have any work done under the write lock (imports, keys, the clock)."""
        future: Future[Outcome] = Future()
        self._queue.put((work, future))
        return future

    def id_of(self, *parts: str | int) -> str:
        """The id derived from these parts under the country's secret (formats.md, derived ids)."""
        return str(derived_id(self.keyring.id_secret, list(parts)))

    def key_id(self, key: Key) -> str:
        """The stream of a claim or an entry."""
        return self.id_of(key.family, 1, *key.parts)

    def close(self) -> None:
        """Finish what is queued, then stop."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            batch = [first]
            stop = False
            while len(batch) < BATCH:
                try:
                    more = self._queue.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    stop = True
                    break
                batch.append(more)
            self._carry_out([(w, f) for w, f in batch if f.set_running_or_notify_cancel()])
            if stop:
                return

    def _carry_out(self, batch: Sequence[tuple[Work, "Future[Outcome]"]]) -> None:
        results: list[tuple[Future[Outcome], Outcome | BaseException]] = []
        sitting: Sitting | None = None
        after_commit: list[Callable[[], None]] = []
        try:
            with self.log.writing() as append:
                self._catch_up(append)
                for work, future in batch:
                    sitting = Sitting(self, append, self._streams, self._now())
                    try:
                        results.append((future, work(sitting)))
                    except Refusal as refusal:
                        results.append((future, refusal))
                        continue
                    after_commit += sitting.after_commit
                    self._settle(append, sitting)
                self.flush(append)
            self.newest = self._size - 1
            self.trouble = None
        except (event_store.Unavailable, event_store.Conflict, Unavailable, Unready) as error:
            self._fail(batch, Unready(_AGAIN), str(error))
            return
        except (
            Exception
        ) as error:  # the thread must live on: the callers hear of it, and the log is as it was
            logger.exception("desk_failed", extra={"country": self.country})
            self._fail(batch, error, type(error).__name__)
            return
        for task in after_commit:
            task()
        for future, result in results:
            if isinstance(result, BaseException):
                future.set_exception(result)
            else:
                future.set_result(result)

    def _settle(self, append: Append, sitting: "Sitting") -> None:
        if sitting.signed:
            self._rows += sitting.signed
            self._size += len(sitting.signed)
            self._time = sitting.time
            for stream in sitting.touched.values():
                self._streams.keep(stream)
        if sitting.answer is not None:
            answered, outcome = sitting.answer
            kept = (answered.body_mac, answered.status, outcome.stream, outcome.version)
            self._answers[answered.key] = kept

    def flush(self, append: Append) -> None:
        """Write what the batch has settled so far: once for all, as each statement gives up the interpreter's lock."""
        if self._rows:
            append.insert(self._size - len(self._rows), self._rows)
        if self._answers:
            append.answer_all(self._answers)
        self._rows, self._answers = [], {}

    def answered(self, append: Append, key: str) -> event_store.Answer | None:
        """What was answered under an idempotency key, in this batch or before."""
        return self._answers.get(key) or append.answered(key)

    def _fail(self, batch: Sequence[tuple[Work, "Future[Outcome]"]], error: BaseException, why: str) -> None:
        """Nothing of the batch was written: forget what it made us believe."""
        self.trouble = why
        self._streams = Streams(self.country, self.vault.get)
        self._size = -1
        self._rows, self._answers = [], {}
        for _, future in batch:
            future.set_exception(error)

    def _catch_up(self, append: Append) -> None:
        """What others appended since we looked is read anew."""
        size = append.size()
        if size == self._size:
            return
        touched = append.streams_since(self._size) if self._size >= 0 else [self.id_of("keys", 1)]
        self._streams.forget(*touched)
        if self.id_of("keys", 1) in touched:
            self.keyring.reload()
        newest = self.log.at(size - 1) if size else None
        self._time = envelope.payload_of(envelope.split(newest[4])[0])["time"] if newest else ""
        self._size = size

    def _now(self) -> datetime:
        now = self._clock()
        if self._time:
            newest = datetime.fromisoformat(self._time)
            if newest - now > timedelta(seconds=PATIENCE_S):
                msg = f"the clock says {now.isoformat()}, which is before the newest event of the log of {self.country}"
                raise Unready(msg)
            return max(now, newest)
        return now


_AGAIN = "The house cannot write now, and nothing was changed. Please send the same again in a moment."


class Sitting:
    """One piece of work under the write lock: everything it appends is one group with one lead."""

    def __init__(self, desk: Desk, append: Append, streams: Streams, at: datetime) -> None:
        self.desk = desk
        self.append = append
        self.at = at
        self.time = at.isoformat(timespec="microseconds").replace("+00:00", "Z")
        self.signed: list[envelope.Signed] = []
        self.touched: dict[str, Stream] = {}
        self.answer: tuple[Answered, Outcome] | None = None
        self.after_commit: list[Callable[[], None]] = []
        self._streams = streams

    @property
    def size(self) -> int:
        """The position that the next event gets."""
        return self.desk._size + len(self.signed)  # noqa: SLF001 - the sitting is the desk's own piece

    def load(self, stream: str, family: str) -> Stream:
        """The stream as it stands in this sitting."""
        return self.load_all({stream: family})[stream]

    def load_all(self, wanted: Mapping[str, str]) -> dict[str, Stream]:
        """Streams by id (``wanted``: id -> family), read at once."""
        cold = {stream: family for stream, family in wanted.items() if stream not in self.touched}
        found = self._streams.load(cold, self.append.streams) if cold else {}
        return {stream: self.touched.get(stream) or found[stream] for stream in wanted}

    def case_command(self, command: CaseCommand, answered: Answered | None) -> Outcome:
        """Carry out a command on a case: load, decide, sign."""
        repeat = self._repeated(answered, "case")
        if repeat is not None:
            return repeat
        command = replace(command, at=self.at)
        stream = self.load(command.case, "case")
        if stream.state is not None and isinstance(command, FileCase):
            raise Differs(
                "This request was filed before, under the same Idempotency-Key.", code="already_filed"
            )
        keys = needs(command, stream.state)
        ids = {key: self.desk.key_id(key) for key in keys}
        loaded = {key: self.load(ids[key], key.family) for key in keys}
        beside = Beside(
            entries={k: s.state for k, s in loaded.items() if k.family == "entry"},
            claims={k: s.state for k, s in loaded.items() if k.family == "claim" and s.state is not None},
            ids=ids,
            keys=_key_ids(stream),
        )
        decision = decide(command, stream.state, beside)
        if isinstance(command, EraseCase):
            decision = self._with_evidence_keys(decision, stream)
        targets = {key: loaded[key] for key in keys}
        return self._carried_out(decision, stream, targets, command.cause, answered)

    def entry_command(self, command: EntryCommand, answered: Answered | None) -> Outcome:
        """Carry out a command on an entry of a register."""
        repeat = self._repeated(answered, "entry")
        if repeat is not None:
            return repeat
        command = replace(command, at=self.at)
        stream = self.load(command.entry, "entry")
        decision = decide_entry(command, stream.state, _key_ids(stream))
        return self._carried_out(decision, stream, {}, command.cause, answered)

    def group(
        self,
        decision: Decision,
        lead: Stream,
        targets: Mapping[Key, Stream],
        cause: str,
        seal: Seal | None = None,
    ) -> None:
        """Sign the events of one append in their order: other streams by (stream, seq), then the lead's."""
        seal = seal or self.seal_of(decision.authority)
        others: list[tuple[Stream, e.Event]] = [
            (targets[t], event) for t, event in decision.events if t != "case"
        ]
        leads = [event for target, event in decision.events if target == "case"]
        others.sort(key=lambda pair: (pair[0].id, pair[0].seq))
        reference = {
            "stream": lead.id,
            "seq": lead.seq + len(leads),
            "to": list(lead.to or (self.desk.country,)),
        }
        effects: dict[str, list[str]] = {}
        for stream, event in others:
            signed = self._sign(stream, event, decision, cause, seal, lead=reference)
            effects[signed.hash] = list(self.touched[stream.id].to)
        for n, event in enumerate(leads, start=1):
            closing = effects if effects and n == len(leads) else None
            self._sign(lead, event, decision, cause, seal, effects=closing)

    def seal_of(self, authority: str) -> Seal:
        """The newest live seal of the authority, by the keys stream of this log."""
        live: Iterable[tuple[str, str]] = self.load(self.desk.id_of("keys", 1), "keys").state or ()
        for name, kid in reversed(tuple(live)):
            if name == authority and (found := self.desk.keyring.seals.get(kid)) is not None:
                return found
        msg = f"no live seal of {authority} is here"
        raise Unready(msg)

    def _carried_out(
        self,
        decision: Decision,
        stream: Stream,
        targets: Mapping[Key, Stream],
        cause: str,
        answered: Answered | None,
    ) -> Outcome:
        if decision.events:
            self.group(decision, stream, targets, cause)
        last = self.touched.get(stream.id, stream)
        outcome = Outcome(
            stream=last.id,
            version=last.seq,
            state=last.state,
            index=self.size - 1,
            status=answered.status if answered else 200,
            is_repeat=not decision.events,
        )
        if answered is not None:
            self.answer = (answered, outcome)
        return outcome

    def _sign(  # noqa: PLR0913 - the members of an envelope
        self,
        stream: Stream,
        event: e.Event,
        decision: Decision,
        cause: str,
        seal: Seal,
        *,
        lead: Mapping[str, Any] | None = None,
        effects: Mapping[str, list[str]] | None = None,
    ) -> envelope.Signed:
        stream = self.touched.get(stream.id, stream)
        members = codec.encode(event, stream.family, self.desk.country)
        keys = self._keys(stream, event, members)
        around = envelope.Envelope(
            log=self.desk.keyring.origin,
            stream=stream.id,
            seq=stream.seq + 1,
            prev=stream.head,
            time=self.time,
            authority=decision.authority,
            actor=decision.actor,
            cause=cause,
            to=stream.to or self._recipients(event),
            effects=effects,
            lead=lead,
        )
        signed = envelope.sign(members, around, seal, keys)
        recorded = e.Recorded(
            event,
            signed.type,
            around.log,
            self.desk.country,
            stream.id,
            signed.seq,
            self.size,
            self.time,
            signed.hash,
            decision.authority,
            decision.actor,
            tuple(around.to),
            effects,
            {name: whose for name, _, whose in members.personal},
            {whose: b64url(key.id) for whose, key in keys.items()},
        )
        self.signed.append(signed)
        self.touched[stream.id] = after(stream, recorded)
        if isinstance(event, e.PersonalDataErased):
            self.desk.flush(self.append)
            self.append.forget_bodies(stream.id)
            self.after_commit.append(partial(self._destroy, event.keys))
        return signed

    def _recipients(self, event: e.Event) -> list[str]:
        return sorted(event.countries) if isinstance(event, e.LogOpened) else [self.desk.country]

    def _keys(self, stream: Stream, event: e.Event, members: codec.Members) -> dict[str, DataKey]:
        """The data key for each whose: the stream's own while it exists; people of a changed entry get a fresh one."""
        found: dict[str, DataKey] = {}
        for whose in {whose for _, _, whose in members.personal}:
            is_fresh = isinstance(event, e.EntryChanged) and whose != "entry"
            known = None if is_fresh else stream.keys.get(whose)
            secret = self.desk.vault.get(known) if known is not None else None
            found[whose] = DataKey(known, secret) if known and secret else self.desk.vault.take()
        return found

    def _with_evidence_keys(self, decision: Decision, stream: Stream) -> Decision:
        """Evidence has keys of its own: they fall with the case."""
        events: list[Any] = []
        for target, event in decision.events:
            changed = event
            if isinstance(event, e.PersonalDataErased) and "case" in event.whose:
                keys = [a["key"] for a in stream.state.evidence or ()]
                changed = replace(event, keys=sorted({*event.keys, *keys}))
            events.append((target, changed))
        return replace(decision, events=events)

    def _destroy(self, keys: Sequence[str]) -> None:
        """The event stands; what fails here is done again by the follower (``infra/runner.py``)."""
        try:
            self.desk.vault.destroy(map(from_b64url, keys))
            self.desk.log.checkpoint()
        except (Unavailable, event_store.Unavailable):
            logger.warning("erasure_continues", extra={"country": self.desk.country})

    def _repeated(self, answered: Answered | None, family: str) -> Outcome | None:
        known = self.desk.answered(self.append, answered.key) if answered else None
        if answered is None or known is None:
            return None
        body_mac, status, stream, version = known
        if body_mac is None:
            raise Erased(stream)
        if body_mac != answered.body_mac:
            what = "This Idempotency-Key was used before, with another content. Please use a new key for a new request."
            raise Differs(what, code="idempotency_key_reused")
        state = self.load(stream, family).state
        return Outcome(
            stream=stream, version=version, state=state, index=self.size - 1, status=status, is_repeat=True
        )


def _key_ids(stream: Stream) -> dict[str, str]:
    return {whose: b64url(key) for whose, key in stream.keys.items()}
