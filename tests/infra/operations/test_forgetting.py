"""The clock forgets once, whenever it is killed and however late the read models are; and it looks at what is due."""

import logging
import multiprocessing
import os
import random
import shutil
import signal
import sqlite3
import time
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Final

import pytest

from domain import commands as c
from domain.days.deadlines import Term
from domain.offers import offers
from infra.desk.desk import Outcome
from infra.formats.canonical import from_b64url
from infra.formats.envelope import payload_of, split
from infra.operations.forgetting import forgettable
from infra.operations.ticking import Ticker
from infra.stores.evidence import EvidenceStore
from infra.verification import verify_folder
from tests.domain.made_up import LAW
from tests.infra.one_country import OFFICE, OneCountry, one_country
from tests.infra.read_models.test_follower import A_PDF, poison

SALE: Final = ("KZ", "car_sale")
KILLS: Final = 20
SEED: Final = 20261130


def confirmed_law(patch: pytest.MonkeyPatch) -> None:
    """Cases of a sale are kept for a year, and that is confirmed."""
    sale = offers()[SALE]
    terms = replace(sale.terms[-1], retention=Term(1, "years", LAW))
    patch.setitem(offers(), SALE, replace(sale, terms=(terms,)))


@pytest.fixture(autouse=True)
def law(monkeypatch: pytest.MonkeyPatch) -> None:
    confirmed_law(monkeypatch)


def ticked(country: OneCountry) -> int | None:
    return Ticker(country.country, country.clock).tick()


def with_evidence(country: OneCountry, n: int) -> Outcome:
    """A sale with a piece of evidence that was taken back."""
    store: EvidenceStore = country.evidence
    upload = store.upload(A_PDF, None, "owner", country.at)
    piece = store.file(upload.id, "proof", upload.sha256, "owner", "", case=country.case(str(n)))
    seen = country.answered(country.in_review(n), (piece,))
    seen = country.do(c.WithdrawCase, seen, "kz-citizen-1")
    return country.pay_back(seen)


def erased(country: OneCountry) -> dict[str, list[bytes]]:
    """Case -> the keys that its erasures name; an erasure more would show as a key that is named twice."""
    found: dict[str, list[bytes]] = {}
    for row in country.log.since(0, 100_000):
        if row[3].endswith(".PersonalDataErased.v1"):
            said = payload_of(split(row[4])[0])["data"]["keys"]
            found.setdefault(row[1], []).extend(map(from_b64url, said))
    return found


def pieces(country: OneCountry) -> list[Path]:
    """What was filed; uploads go after a day."""
    folders = (country.folder / "evidence" / name for name in ("new", "kept"))
    return [path for folder in folders for path in folder.iterdir()]


def count_of(country: OneCountry, name: str) -> Counter[str]:
    return Counter(row[1] for row in country.log.since(0, 100_000) if row[3].endswith(f".{name}.v1"))


def test_who_is_killed_when_the_erasure_is_in_the_log_ends_it_and_does_not_begin_again(
    kazakhstan_keys: Path, tmp_path: Path
) -> None:
    """All keys and files are there still, and the read models know of nothing."""
    with one_country(kazakhstan_keys, tmp_path) as country:
        country.register(1)
        case = with_evidence(country, 1).stream
        country.follow()
        country.later(days=400)
        shutil.copytree(tmp_path, before := tmp_path / "before")
        assert ticked(country) == 1
        named = erased(country)[case]
    for file in (before / "kz").glob("log.sqlite*"):
        file.unlink()
    shutil.copy(tmp_path / "kz" / "log.sqlite", before / "kz")
    again = OneCountry(before, at=country.at)
    try:
        assert all(again.vault.get(key) for key in named)
        assert again.read_models.one("case_retention", case) is not None
        assert ticked(again) == 0
        again.follow()
        assert again.read_models.one("case_retention", case) is None
        assert (erased(again)[case], count_of(again, "PersonalDataErased")) == (named, Counter({case: 1}))
        assert not any(again.vault.get(key) for key in named)
        assert pieces(again) == []
        assert ticked(again) == 0
    finally:
        again.close()


def test_two_clocks_forget_what_one_would(kazakhstan: OneCountry) -> None:
    kazakhstan.register(1, 2, 3)
    cases = [kazakhstan.withdrawn(n).stream for n in (1, 2, 3)]
    kazakhstan.follow()
    kazakhstan.later(days=400)
    other = OneCountry(kazakhstan.place, at=kazakhstan.at)
    try:
        done = [ticked(country) for country in (kazakhstan, other, kazakhstan)]
    finally:
        other.close()
    assert done == [3, 0, 0]
    assert count_of(kazakhstan, "PersonalDataErased") == dict.fromkeys(cases, 1)


def test_all_that_is_due_goes_in_one_go_and_nothing_else(
    kazakhstan: OneCountry, caplog: pytest.LogCaptureFixture
) -> None:
    """Three ended a year ago, of one of which the read models know nothing new; and three yesterday."""
    kazakhstan.register(*range(6))
    broken, *old = [kazakhstan.withdrawn(n) for n in range(3)]
    kazakhstan.follow()
    kazakhstan.later(days=400)
    kazakhstan.erase(broken, "seller")
    poison(kazakhstan, broken.stream, broken.version + 1)
    for n in range(3, 6):
        kazakhstan.withdrawn(n)
    with caplog.at_level(logging.CRITICAL + 1):
        kazakhstan.follow()
    assert list(kazakhstan.read_models.parked()) == [broken.stream]
    assert ticked(kazakhstan) == 2
    said = count_of(kazakhstan, "PersonalDataErased")
    assert said == dict.fromkeys([broken.stream, *(seen.stream for seen in old)], 1)


def test_where_the_law_is_not_confirmed_nobody_is_asked(
    kazakhstan: OneCountry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits for the officer is not asked for again each minute."""
    kazakhstan.register(1)
    case = kazakhstan.withdrawn(1).stream
    kazakhstan.follow()
    kazakhstan.later(days=400)
    (commands,) = forgettable(kazakhstan.country, kazakhstan.clock())
    assert [command.stream for command in commands] == [case]
    monkeypatch.undo()
    assert list(forgettable(kazakhstan.country, kazakhstan.clock())) == []


BY_LAW: Final = "procedure = 'p' AND terms = 't'"
FREE: Final = "waits_for IS NULL"


@pytest.mark.parametrize(
    "asked",
    [
        f"case_retention WHERE {BY_LAW} AND {FREE} AND since <= 'x' ORDER BY since, \"case\"",
        f"case_retention WHERE {BY_LAW} AND since <= 'x' ORDER BY since, \"case\"",
        f"entry_retention WHERE register = 'r' AND {FREE} AND since <= 'x' ORDER BY since, entry",
        "entry_retention WHERE register = 'r' AND since <= 'x' ORDER BY since, entry",
        "case_entries WHERE entry = 'e' ORDER BY \"case\"",
    ],
)
def test_what_is_not_due_is_never_looked_at(kazakhstan: OneCountry, asked: str) -> None:
    """Each question is answered from an index, in its order: it costs the same after a million cases."""
    with closing(sqlite3.connect(kazakhstan.folder / "read_models.sqlite")) as door:
        plan = [row[3] for row in door.execute(f"EXPLAIN QUERY PLAN SELECT 1 FROM {asked}")]  # noqa: S608
    assert len(plan) == 1, plan
    assert "SEARCH" in plan[0]
    assert "INDEX" in plan[0]


@pytest.mark.slow
def test_killed_at_any_moment_each_case_is_forgotten_once_and_wholly(
    kazakhstan_keys: Path, tmp_path: Path
) -> None:
    """A case more is due each day; on each day the clock, and whoever follows the log, are killed on the way."""
    chance = random.Random(SEED)  # noqa: S311 - when to kill
    with one_country(kazakhstan_keys, tmp_path) as country:
        country.appoint(f"{OFFICE}-officer-1", f"{OFFICE}-officer-2")
        country.register(*range(KILLS))
        days, cases = [], []
        for n in range(KILLS):
            cases.append(with_evidence(country, n).stream)
            country.follow()
            days.append(country.at)
            country.later(days=1)
        assert len(pieces(country)) == KILLS
    context = multiprocessing.get_context("spawn")
    for day in days:
        at = day.replace(year=day.year + 1) + timedelta(days=4)  # whatever day off it ends on
        is_open = context.Event()
        clock = context.Process(target=forget_for_ever, args=(tmp_path, at, is_open))
        clock.start()
        assert is_open.wait(60)
        time.sleep(chance.uniform(0, 0.15))  # the moment of the kill
        assert clock.pid is not None
        os.kill(clock.pid, signal.SIGKILL)
        clock.join()
    again = OneCountry(tmp_path, at=days[-1].replace(year=days[-1].year + 2))
    try:
        again.follow()
        ticked(again)
        again.follow()
        assert count_of(again, "PersonalDataErased") == dict.fromkeys(cases, 1)
        assert not any(again.vault.get(key) for keys in erased(again).values() for key in keys)
        assert pieces(again) == []
        assert again.read_models.rows("case_retention") == []
        live = again.read_models.digests()
        again.follower.rebuild()
        assert again.read_models.digests() == live
    finally:
        again.close()
    report = verify_folder(tmp_path)
    assert report["ok"], report


def forget_for_ever(place: Path, at: datetime, is_open: Event) -> None:
    """A process that follows the log, and whose clock looks all the time."""
    confirmed_law(pytest.MonkeyPatch())
    country = OneCountry(place, at=at)
    is_open.set()
    for _ in count():
        ticked(country)
        country.follow()
