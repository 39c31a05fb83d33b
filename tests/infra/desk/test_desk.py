"""The desk: what it answers is durable and true of the log, whoever else writes, and whatever breaks."""

import logging
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain import commands as c
from domain import events as e
from domain.authorities import access_of, authorities
from domain.decision import LEAD, SYSTEM_ACTOR, Decision
from domain.offers import offers
from domain.refusals import Clash, Differs, Erased, Refusal, Unready
from domain.terms import Numbering
from infra.desk import key_acts
from infra.desk.desk import Append
from infra.desk.streams import Stream
from infra.formats.canonical import b64url, from_b64url, sha256
from infra.formats.envelope import open_sealed, payload_of, split
from infra.formats.signing import parse
from infra.formats.tree import leaf, root
from infra.log.event_store import Row
from tests.infra.one_country import OFFICE, Noticed, OneCountry, is_chained

APPEALED_AND_KEPT = {"days": 5000}  # every term is over


def payloads(country: OneCountry, first: int = 0) -> list[dict[str, Any]]:
    return [payload_of(split(row[4])[0]) for row in country.log.since(first, 1000)]


def hash_of(row: Row) -> str:
    return b64url(sha256(split(row[4])[0]))


@contextmanager
def beside(country: OneCountry) -> Iterator[OneCountry]:
    """The same country opened a second time, as another process would."""
    other = OneCountry(country.place, at=country.at)
    try:
        yield other
    finally:
        other.close()


def as_it_stands(country: OneCountry, stream: str, family: str) -> Stream:
    """A stream as this desk knows it."""
    return country.desk.have(lambda append: append.load(stream, family)).result()


def trouble_of(country: OneCountry) -> str | None:
    """Why its desk cannot write, now: another thread says so."""
    return country.desk.trouble


# --- batches ----------------------------------------------------------------------------------------------


def test_many_at_once_are_each_done_once_and_each_answer_is_its_own(kazakhstan: OneCountry) -> None:
    kazakhstan.register(*range(100))
    before = kazakhstan.log.size()
    futures = [kazakhstan.desk.ask(kazakhstan.filing(n)) for n in range(100)]
    outcomes = [future.result() for future in futures]
    assert len({o.stream for o in outcomes}) == 100
    assert all((o.version, o.state.stage, o.is_repeat) == (2, "filed", False) for o in outcomes)
    assert [row[0] for row in kazakhstan.log.since(before, 1000)] == list(range(before, before + 300))


def test_a_refusal_in_the_middle_of_a_batch_changes_nothing_and_spoils_nothing(
    kazakhstan: OneCountry,
) -> None:
    kazakhstan.register(1, 2)
    go_on = kazakhstan.hold()
    first, second, third = (kazakhstan.desk.ask(kazakhstan.filing(n)) for n in (1, 99, 2))
    go_on()
    assert first.result().version == third.result().version == 2
    with pytest.raises(Refusal):
        second.result()
    assert not kazakhstan.log.holds(kazakhstan.case("99"))


def test_what_was_decided_earlier_in_a_batch_counts_for_what_comes_later(kazakhstan: OneCountry) -> None:
    """Two sales of one car, asked at the same moment: the second finds it claimed."""
    kazakhstan.register(1)
    go_on = kazakhstan.hold()
    first = kazakhstan.desk.ask(kazakhstan.filing(1, key="one"))
    second = kazakhstan.desk.ask(kazakhstan.filing(1, key="another"))
    go_on()
    assert first.result().version == 2
    with pytest.raises(Clash) as refused:
        second.result()
    assert refused.value.name == "claim_taken"


def test_work_that_breaks_is_its_own_trouble(
    kazakhstan: OneCountry, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever asked hears of it; the others of its batch get what they asked for."""
    kazakhstan.register(1, 2)

    def broken(append: Append) -> None:
        append.sign(None, None, {}, "")  # type: ignore[arg-type]  # it breaks
        raise AssertionError

    go_on = kazakhstan.hold()
    before = kazakhstan.desk.ask(kazakhstan.filing(1))
    with caplog.at_level(logging.CRITICAL + 1):
        failed = kazakhstan.desk.have(broken)
        after = kazakhstan.desk.ask(kazakhstan.filing(2))
        go_on()
        with pytest.raises(AttributeError):
            failed.result()
    assert before.result().version == after.result().version == 2


@pytest.mark.parametrize("is_flushed", [False, True])
def test_work_that_breaks_after_it_signed_leaves_nothing_behind(
    kazakhstan: OneCountry, caplog: pytest.LogCaptureFixture, *, is_flushed: bool
) -> None:
    """Not in the log, and not in what the desk remembers; what stood before it in the batch is written."""
    access = kazakhstan.country.ids.access()

    def count(append: Append, n: int) -> None:
        said = e.AccessHeadRecorded(count=n, head="h")
        decision = Decision(
            authority=access_of("KZ"), actor=SYSTEM_ACTOR, events=[(LEAD, said), (LEAD, said)]
        )
        append.sign(decision, append.load(access, "access"), {}, "cmd:x")

    def broken(append: Append) -> None:
        count(append, 7)
        if is_flushed:
            append.flush()
            count(append, 8)
        raise ZeroDivisionError

    size = kazakhstan.log.size()
    go_on = kazakhstan.hold()
    first = kazakhstan.desk.have(lambda append: count(append, 1))
    with caplog.at_level(logging.CRITICAL + 1):
        failed = kazakhstan.desk.have(broken)
        seen = kazakhstan.desk.have(lambda append: append.load(access, "access"))
        last = kazakhstan.desk.have(lambda append: count(append, 2))
        go_on()
        assert isinstance(failed.exception(), ZeroDivisionError)
    assert (first.result(), last.result()) == (None, None)
    assert (seen.result().seq, seen.result().state.count) == (2, 1)
    assert [payload["data"]["count"] for payload in payloads(kazakhstan, size)] == [1, 1, 2, 2]
    assert is_chained(kazakhstan.log)


def test_a_stream_that_cannot_be_read_is_the_trouble_of_those_who_need_it(
    kazakhstan: OneCountry, caplog: pytest.LogCaptureFixture
) -> None:
    kazakhstan.register(1, 2)
    broken, sound = kazakhstan.file(1), kazakhstan.file(2)
    with closing(sqlite3.connect(kazakhstan.log.path)) as anybody:
        anybody.execute("DROP TRIGGER events_are_never_changed")
        anybody.execute("UPDATE stored_events SET state = x'00' WHERE originator_id = ?", (broken.stream,))
        anybody.commit()
    with beside(kazakhstan) as other, caplog.at_level(logging.CRITICAL + 1):
        go_on = other.hold()
        consents = [
            other.desk.ask(other.command(c.GiveConsent, seen, "kz-citizen-2", of=seen.state.request_hash))
            for seen in (broken, sound)
        ]
        go_on()
        wait(consents)
        assert consents[0].exception() is not None
        assert consents[1].result().version == 3


def test_a_closed_desk_refuses_and_has_finished_what_was_asked(kazakhstan: OneCountry) -> None:
    kazakhstan.register(1, 2)
    asked = kazakhstan.desk.ask(kazakhstan.filing(1))
    kazakhstan.desk.close()
    assert asked.result(0).version == 2
    with pytest.raises(Unready):
        kazakhstan.desk.ask(kazakhstan.filing(2)).result(5)


# --- time -------------------------------------------------------------------------------------------------


def test_a_clock_that_is_a_little_behind_does_not_move_the_logs_time_back(kazakhstan: OneCountry) -> None:
    kazakhstan.register(1, 2)
    kazakhstan.later(seconds=-2)
    kazakhstan.file(1)
    times = [payload["time"] for payload in payloads(kazakhstan)]
    assert times == sorted(times)


def test_a_clock_that_is_three_seconds_behind_makes_the_desk_unready(kazakhstan: OneCountry) -> None:
    """Nothing is written; it says why, and is ready again once the clock is right."""
    kazakhstan.register(1)
    size = kazakhstan.log.size()
    kazakhstan.later(seconds=-3)
    with pytest.raises(Unready):
        kazakhstan.file(1)
    assert kazakhstan.log.size() == size
    assert trouble_of(kazakhstan)
    assert "clock" in (trouble_of(kazakhstan) or "")
    kazakhstan.desk.try_again()
    assert trouble_of(kazakhstan)
    kazakhstan.later(seconds=3)
    kazakhstan.desk.try_again()
    assert trouble_of(kazakhstan) is None
    assert kazakhstan.file(1).version == 2


def test_the_moment_is_the_desks_and_not_the_callers(kazakhstan: OneCountry) -> None:
    """A command waited in a queue: what counts is when it was taken up."""
    kazakhstan.register(1)
    filing = kazakhstan.filing(1)
    kazakhstan.later(minutes=5)
    kazakhstan.desk.ask(filing).result()
    assert payloads(kazakhstan)[-1]["time"] == "2026-11-23T09:05:00.000000Z"


def test_events_of_one_act_have_one_time_and_the_log_never_goes_back(kazakhstan: OneCountry) -> None:
    kazakhstan.register(1, 2)
    for n in (1, 2):
        kazakhstan.completed(n)
        kazakhstan.later(milliseconds=1)
    times = [payload["time"] for payload in payloads(kazakhstan)]
    assert times == sorted(times)
    assert len(times[-1]) == len("2026-11-23T09:00:00.000000Z")


# --- other processes --------------------------------------------------------------------------------------


def test_what_another_process_wrote_counts_here_at_once(kazakhstan: OneCountry) -> None:
    kazakhstan.register(1)
    with beside(kazakhstan) as other:
        filed = other.file(1)
        given = kazakhstan.consent(filed)  # this desk never saw the case before
        assert given.version == 3
        assert other.pay(given).version == 5  # and the other one knew it without the consent
        with pytest.raises(Clash):
            kazakhstan.file(1, key="again")


def test_two_processes_write_by_turns_into_one_log_without_gap_or_fork(kazakhstan: OneCountry) -> None:
    kazakhstan.register(*range(40))
    with beside(kazakhstan) as other:
        asked = [(kazakhstan, other)[n % 2].desk.ask((kazakhstan, other)[n % 2].filing(n)) for n in range(40)]
        assert {future.result().version for future in asked} == {2}
    assert is_chained(kazakhstan.log)
    heads: dict[str, str] = {}
    for row in kazakhstan.log.since(0, 1000):
        assert payload_of(split(row[4])[0])["prev"] == heads.get(row[1])
        heads[row[1]] = hash_of(row)


def test_two_processes_never_give_one_number_twice(
    kazakhstan: OneCountry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the law lets the house number its entries; each series is one stream of the log."""
    law = offers()["KZ", "car_sale"]
    numbered = replace(law.terms[-1], numbers={"vehicles": Numbering(prefix="KZ-", digits=3)})
    monkeypatch.setitem(offers(), ("KZ", "car_sale"), replace(law, terms=(numbered,)))
    kazakhstan.register(*range(12))
    first, second = f"{OFFICE}-officer-1", f"{OFFICE}-officer-2"
    ready = [kazakhstan.do(c.ProposeApproval, kazakhstan.in_review(n), first) for n in range(12)]
    with beside(kazakhstan) as other:
        houses = [(kazakhstan, other)[n % 2] for n in range(12)]
        approvals = [
            house.desk.ask(house.command(c.ApproveCase, seen, second))
            for house, seen in zip(houses, ready, strict=True)
        ]
        assert {future.result().state.stage for future in approvals} == {"approved"}
    entries = [as_it_stands(kazakhstan, kazakhstan.entry(n), "entry").state for n in range(12)]
    assert sorted(entry.number for entry in entries) == [f"KZ-2026-{n:03d}" for n in range(1, 13)]
    assert is_chained(kazakhstan.log)


def test_a_seal_that_another_process_made_signs_from_now_on(kazakhstan: OneCountry) -> None:
    kazakhstan.register(1)
    with beside(kazakhstan) as other:
        filed = kazakhstan.file(1)
        kid = key_acts.rotate(other.desk, OFFICE, authorities("KZ")[OFFICE])
        kazakhstan.consent(filed)
    assert parse(split(kazakhstan.log.stream(filed.stream)[-1][4])[0].decode()).kid == kid


def test_a_seal_that_another_process_retired_signs_nothing_any_more(kazakhstan: OneCountry) -> None:
    """Where it was the last one of its office, that office has to wait; the others go on."""
    kazakhstan.register(1)
    filed = kazakhstan.file(1)
    with beside(kazakhstan) as other:
        (kid,) = [s["kid"] for s in key_acts.seals(other.desk) if s["authority"] == OFFICE]
        key_acts.retire(other.desk, kid, "compromise")
        with pytest.raises(Unready, match=OFFICE):
            kazakhstan.consent(filed)
        assert trouble_of(kazakhstan) is None
        key_acts.rotate(other.desk, "kz-treasury", authorities("KZ")["kz-treasury"])
    key_acts.authorise_missing(kazakhstan.desk, authorities("KZ"))
    assert kazakhstan.consent(filed).version == 3


def test_a_retirement_fixes_the_tree_over_all_events_before_it(kazakhstan: OneCountry) -> None:
    """Also over those that are settled in the same batch, and not yet in the file."""
    kazakhstan.register(1, 2)
    (kid,) = [s["kid"] for s in key_acts.seals(kazakhstan.desk) if s["authority"] == "kz-treasury"]
    go_on = kazakhstan.hold()
    filed = kazakhstan.desk.ask(kazakhstan.filing(1))
    desk = Noticed(kazakhstan.desk)
    with ThreadPoolExecutor(1) as pool:
        retiring = pool.submit(key_acts.retire, desk, kid, "rotation")  # type: ignore[arg-type]  # a desk, noticed
        assert desk.was_asked.wait(10)
        go_on()
        size = retiring.result()
    filed.result()
    assert size == kazakhstan.log.size() - 1
    retired = payloads(kazakhstan, size)[0]["data"]
    assert retired["size"] == size
    before = kazakhstan.log.since(0, size)
    assert retired["root"] == b64url(root(leaf(from_b64url(hash_of(row))) for row in before))


def test_what_a_desk_remembers_is_what_the_log_says(kazakhstan: OneCountry) -> None:
    """A stream that was kept while hot, and the same stream read anew, are equal in everything."""
    kazakhstan.register(1, 2, 3)
    seen = [kazakhstan.completed(1), kazakhstan.approved(2), kazakhstan.withdrawn(3)]
    kazakhstan.annul_entry(1)
    kazakhstan.later(**APPEALED_AND_KEPT)
    kazakhstan.erase(seen[0])
    kazakhstan.erase(seen[2])
    kazakhstan.erase_entry(1)
    families = {row[1]: row[3].partition(".")[0] for row in kazakhstan.log.since(0, 1000)}
    with beside(kazakhstan) as other:
        for stream, family in families.items():
            assert as_it_stands(kazakhstan, stream, family) == as_it_stands(other, stream, family)


def test_a_stream_of_another_family_is_not_there(kazakhstan: OneCountry) -> None:
    """Who asks for a case under the id of an entry hears that there is none, and so it goes the other way."""
    kazakhstan.register(1)
    filed = kazakhstan.file(1)
    assert as_it_stands(kazakhstan, kazakhstan.entry(1), "case") == Stream(kazakhstan.entry(1), "case")
    assert as_it_stands(kazakhstan, filed.stream, "entry").seq == 0
    assert as_it_stands(kazakhstan, filed.stream, "case").seq == 2


# --- one append -------------------------------------------------------------------------------------------


def test_an_append_lists_the_other_streams_by_id_and_closes_with_its_lead(kazakhstan: OneCountry) -> None:
    """The lead signs what was appended with it; each of those names the lead."""
    kazakhstan.register(1)
    reviewed = kazakhstan.do(
        c.ProposeApproval, kazakhstan.in_review(1), f"{OFFICE}-officer-1", note="It is in order."
    )
    before = kazakhstan.log.size()
    approved = kazakhstan.do(c.ApproveCase, reviewed, f"{OFFICE}-officer-2", note=None)
    rows = kazakhstan.log.since(before, 10)
    *others, lead = payloads(kazakhstan, before)
    assert [row[3] for row in rows][-1] == "case.CaseApproved.v1"
    assert sorted(row[3] for row in rows[:-1]) == ["claim.ClaimReleased.v1", "entry.EntryChanged.v1"]
    assert [o["stream"] for o in others] == sorted(o["stream"] for o in others)
    assert lead["effects"] == {hash_of(row): ["KZ"] for row in rows[:-1]}
    assert all(
        o["lead"] == {"stream": approved.stream, "seq": approved.version, "to": ["KZ"]} for o in others
    )
    assert "lead" not in lead
    assert all("effects" not in o for o in others)


def test_the_last_event_of_the_case_is_the_lead_where_there_are_several(kazakhstan: OneCountry) -> None:
    """A filing: a claim, then the filing and its fee; the fee closes the append."""
    kazakhstan.register(1)
    before = kazakhstan.log.size()
    kazakhstan.file(1)
    claim, filed, fee = payloads(kazakhstan, before)
    assert [p["type"] for p in (claim, filed, fee)] == [
        "claim.ClaimTaken.v1",
        "case.CaseFiled.v1",
        "case.FeeAssessed.v1",
    ]
    assert claim["lead"]["seq"] == fee["seq"] == 2
    assert "effects" not in filed
    assert list(fee["effects"].values()) == [["KZ"]]


def test_an_append_to_one_stream_has_neither_lead_nor_effects(kazakhstan: OneCountry) -> None:
    kazakhstan.register(1)
    kazakhstan.consent(kazakhstan.file(1))
    assert not {"lead", "effects"} & payloads(kazakhstan)[-1].keys()


# --- the same again ---------------------------------------------------------------------------------------


def test_the_same_key_and_body_get_the_same_answer_and_happen_once(kazakhstan: OneCountry) -> None:
    kazakhstan.register(1)
    answered = kazakhstan.under("1")
    first = kazakhstan.desk.ask(kazakhstan.filing(1), answered).result()
    kazakhstan.consent(first)
    again = kazakhstan.desk.ask(kazakhstan.filing(1), answered).result()
    assert (again.stream, again.version) == (first.stream, 2)
    assert (first.is_repeat, again.is_repeat) == (False, True)


def test_the_same_key_twice_in_one_batch_happens_once(kazakhstan: OneCountry) -> None:
    kazakhstan.register(1)
    go_on = kazakhstan.hold()
    answered = kazakhstan.under("1")
    asked = [kazakhstan.desk.ask(kazakhstan.filing(1), answered) for _ in range(20)]
    go_on()
    outcomes = [future.result() for future in asked]
    assert {(o.stream, o.version) for o in outcomes} == {(kazakhstan.case("1"), 2)}
    assert sum(not o.is_repeat for o in outcomes) == 1


def test_the_same_key_with_another_body_is_refused(kazakhstan: OneCountry) -> None:
    kazakhstan.register(1)
    kazakhstan.desk.ask(kazakhstan.filing(1), kazakhstan.under("1")).result()
    with pytest.raises(Differs) as refused:
        kazakhstan.desk.ask(kazakhstan.filing(1), kazakhstan.under("1", b"another")).result()
    assert refused.value.name == "idempotency_key_reused"


def test_a_key_is_remembered_by_every_process(kazakhstan: OneCountry) -> None:
    kazakhstan.register(1)
    kazakhstan.desk.ask(kazakhstan.filing(1), kazakhstan.under("1")).result()
    with beside(kazakhstan) as other:
        assert other.desk.ask(other.filing(1), other.under("1")).result().is_repeat


def test_after_the_erasure_any_repeat_hears_that_and_which_case_it_was(kazakhstan: OneCountry) -> None:
    kazakhstan.register(1)
    filed = kazakhstan.desk.ask(kazakhstan.filing(1), kazakhstan.under("1")).result()
    withdrawn = kazakhstan.do(c.WithdrawCase, filed, "kz-citizen-1")
    kazakhstan.later(**APPEALED_AND_KEPT)
    kazakhstan.erase(withdrawn)
    for body in (b"body", b"another"):
        with pytest.raises(Erased) as refused:
            kazakhstan.desk.ask(kazakhstan.filing(1), kazakhstan.under("1", body)).result()
        assert refused.value.case == filed.stream


def test_the_same_act_of_the_same_person_is_a_repeat_also_without_a_key(kazakhstan: OneCountry) -> None:
    """rules.md 21: whatever version they think they saw."""
    kazakhstan.register(1)
    seen = kazakhstan.in_review(1)
    again = kazakhstan.do(c.AssignCase, seen, f"{OFFICE}-officer-1")
    assert (again.is_repeat, again.version) == (True, seen.version)


# --- keys -------------------------------------------------------------------------------------------------


def test_people_of_a_case_have_keys_of_their_own_and_so_has_the_entry(kazakhstan: OneCountry) -> None:
    kazakhstan.register(1)
    kazakhstan.approved(1)
    case = as_it_stands(kazakhstan, kazakhstan.case("1"), "case")
    entry = as_it_stands(kazakhstan, kazakhstan.entry(1), "entry")
    assert set(case.keys) == {"seller", "buyer", "case"}
    assert set(entry.keys) == {"entry", "owner"}
    every = [key for keys in (*case.keys.values(), *entry.keys.values()) for key in keys]
    assert len(set(every)) == len(every)


def test_each_owner_of_a_car_has_a_key_and_the_car_keeps_its_own(kazakhstan: OneCountry) -> None:
    """The seller's erasure must not take the buyer's data."""
    kazakhstan.register(1)
    before = as_it_stands(kazakhstan, kazakhstan.entry(1), "entry").keys
    kazakhstan.approved(1)
    after = as_it_stands(kazakhstan, kazakhstan.entry(1), "entry").keys
    assert after["entry"] == before["entry"]
    assert after["owner"][:1] == before["owner"]
    assert len(after["owner"]) == 2


def test_the_erasure_of_one_leaves_the_data_of_the_others(kazakhstan: OneCountry) -> None:
    kazakhstan.register(1)
    withdrawn = kazakhstan.withdrawn(1)
    keys = as_it_stands(kazakhstan, withdrawn.stream, "case").keys
    kazakhstan.later(**APPEALED_AND_KEPT)
    erased = kazakhstan.erase(withdrawn, "seller")
    assert erased.state.request["seller"] is None
    assert erased.state.request["buyer"] is not None
    assert kazakhstan.vault.get(from_b64url(keys["seller"][0])) is None
    assert kazakhstan.vault.get(from_b64url(keys["buyer"][0])) is not None


def test_the_erasure_of_an_entry_takes_the_keys_of_all_whom_it_ever_named(kazakhstan: OneCountry) -> None:
    """Not only those of its owner of today."""
    kazakhstan.register(1)
    kazakhstan.completed(1)
    kazakhstan.annul_entry(1)
    keys = as_it_stands(kazakhstan, kazakhstan.entry(1), "entry").keys
    kazakhstan.later(**APPEALED_AND_KEPT)
    kazakhstan.erase_entry(1)
    named = payloads(kazakhstan)[-1]["data"]["keys"]
    assert set(named) == {key for of_one in keys.values() for key in of_one}
    assert all(kazakhstan.vault.get(from_b64url(key)) is None for key in named)


def test_when_the_answer_comes_the_keys_are_gone(kazakhstan: OneCountry) -> None:
    """And what they sealed cannot be opened, though every signature and chain still stands."""
    kazakhstan.register(1)
    withdrawn = kazakhstan.withdrawn(1)
    kazakhstan.later(**APPEALED_AND_KEPT)
    kazakhstan.erase(withdrawn)
    for row in kazakhstan.log.stream(withdrawn.stream):
        jws, sealed = split(row[4])
        assert not sealed or not open_sealed(
            payload_of(jws), sealed, from_b64url(hash_of(row)), kazakhstan.vault.get
        )


def test_an_event_after_an_erasure_is_sealed_with_a_fresh_key(kazakhstan: OneCountry) -> None:
    kazakhstan.register(1)
    kazakhstan.completed(1)
    kazakhstan.annul_entry(1)
    kazakhstan.later(**APPEALED_AND_KEPT)
    kazakhstan.erase_entry(1)
    gone = set(payloads(kazakhstan)[-1]["data"]["keys"])
    restriction = c.PlaceRestriction(
        by=kazakhstan.actor("kz-bailiffs-officer"),
        cause="cmd:x",
        country="KZ",
        register="vehicles",
        entry=kazakhstan.entry(1),
        restriction="r",
        kind="arrest",
        reference="file 7",
    )
    kazakhstan.desk.ask(restriction).result()
    boxes = payloads(kazakhstan)[-1]["boxes"]
    assert boxes
    assert not gone & boxes.keys()


# --- what breaks ------------------------------------------------------------------------------------------


def test_a_log_that_cannot_be_written_fails_the_batch_and_loses_nothing(kazakhstan: OneCountry) -> None:
    """It works again by itself when there is room; what was answered before is there."""
    kazakhstan.register(1, 2)
    filed = kazakhstan.file(1)
    kazakhstan.log.pragma(f"max_page_count = {kazakhstan.log.pragma('page_count')}")
    futures = [kazakhstan.desk.ask(kazakhstan.filing(2, key=str(n))) for n in range(100, 104)]
    assert all(isinstance(future.exception(), Refusal) for future in futures)
    assert any(isinstance(future.exception(), Unready) for future in futures)
    assert trouble_of(kazakhstan)
    assert kazakhstan.log.stream(filed.stream)
    kazakhstan.log.pragma("max_page_count = 1000000")
    kazakhstan.desk.try_again()
    assert trouble_of(kazakhstan) is None
    assert kazakhstan.file(2).version == 2
    assert kazakhstan.consent(filed).version == 3


def test_without_keys_nothing_is_filed_and_what_needs_none_goes_on(kazakhstan: OneCountry) -> None:
    kazakhstan.register(1, 2)
    seen = kazakhstan.pay(kazakhstan.consent(kazakhstan.file(1)))
    kazakhstan.vault.close()
    with pytest.raises(Unready):
        kazakhstan.desk.ask(kazakhstan.filing(2)).result()
    assert trouble_of(kazakhstan)
    assert kazakhstan.do(c.AssignCase, seen, f"{OFFICE}-officer-1").version == seen.version + 1


@pytest.mark.parametrize("behind", [timedelta(0), timedelta(seconds=1)])
def test_the_newest_position_is_known_to_those_who_wait_for_it(
    kazakhstan: OneCountry, behind: timedelta
) -> None:
    kazakhstan.register(1)
    kazakhstan.at -= behind
    kazakhstan.file(1)
    assert kazakhstan.desk.newest == kazakhstan.log.size() - 1


def test_a_desk_finds_its_place_in_a_log_that_is_there(kazakhstan: OneCountry) -> None:
    """Killed and started again: the next command goes on from the log, whatever was remembered."""
    kazakhstan.register(1)
    filed = kazakhstan.file(1)
    kazakhstan.desk.close()
    with beside(kazakhstan) as again:
        assert again.desk.newest == kazakhstan.log.size() - 1
        assert again.consent(filed).version == 3
