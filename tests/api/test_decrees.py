"""A decree between two starts of a house, over HTTP: who has a time that runs has it longer, and is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from infra.verification import verify_folder
from infra.verification.replay import replay
from tests.domain.decrees import decree
from tests.town.caller import good, until
from tests.town.fixtures import Furnished, inside
from tests.town.people import Town

SALE: Final = ("KZ", "car_sale")
SELLER, BUYER = "kz-citizen-1", "kz-citizen-2"


@contextmanager
def started_again(town: Town, folder: Path) -> Iterator[Town]:
    """The next start, on what the house left behind."""
    with inside(town.settings, folder, town.now()) as found:
        yield found


def told(town: Town, who: str, case: str) -> list[dict[str, Any]]:
    found = good(town.as_(who).get("/v1/my/notices", country="KZ", limit=100))["items"]
    return [each for each in found if each["case"] == case and each["what"].endswith("_restated")]


def restated(town: Town, case: str) -> list[dict[str, Any]]:
    return [event for event in town.history(case) if event["type"] == "case.DeadlineRestated.v1"]


def test_after_a_decree_each_has_longer_is_told_and_all_of_it_is_verified(
    furnished: Furnished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "first").mkdir()
    (tmp_path / "next").mkdir()
    with inside(furnished("KZ"), tmp_path / "first") as town:
        filed, refused = town.file(*SALE), town.take_to("refused", *SALE)
        asked = town.take_to("returned", *SALE)
        of = town.read(refused)["ending"]["of"]
        good(town.as_(SELLER).post(f"/v1/cases/{refused}/services", {"of": of}))
        before = {case: town.read(case) for case in (filed, refused, asked)}
        town.settle()
    pay_until = before[filed]["fee"]["due"]["due"]
    appeal_until = before[refused]["served"]["p1"]["appeal_until"]["due"]
    decree(monkeypatch, pay_until, appeal_until)
    with started_again(town, tmp_path / "next") as again:
        until(lambda: len(restated(again, refused)) == 1, "the clock to find what a decree has moved")
        again.tick()
        shown = again.read(filed)
        assert shown["fee"]["due"]["due"] > pay_until
        assert {"day": pay_until, "why": "Decree of the tests"} in shown["fee"]["due"]["skipped"]
        assert shown["consent_until"]["due"] > before[filed]["consent_until"]["due"]
        assert [step["what"] for step in shown["timeline"]][-2:] == ["DeadlineRestated"] * 2
        (to_pay,) = told(again, SELLER, filed)
        assert (to_pay["what"], to_pay["until"]) == ("pay_restated", shown["fee"]["due"]["due"])
        assert to_pay["sentence"].startswith(
            "The days off have changed since then: you have more time to pay"
        )
        assert [each["what"] for each in told(again, BUYER, filed)] == ["consent_restated"]
        assert [each["what"] for each in told(again, SELLER, refused)] == ["appeal_restated"]
        assert told(again, BUYER, refused) == []  # who has not opened it has no time to appeal yet
        assert again.read(refused)["served"]["p1"]["appeal_until"]["due"] > appeal_until
        assert [each["what"] for each in told(again, SELLER, asked)] == ["answer_restated"]
        sentence = restated(again, filed)[0]["sentence"]
        assert sentence.startswith(
            "The days off have changed since then: the time to pay the fee ends later."
        )
        again.tick()
        assert len(restated(again, filed)) == 2
        log = again.settings.data / "kz" / "log.sqlite"
        older = replay(log, "KZ", filed, str(before[filed]["version"]))["state"]
        newest = replay(log, "KZ", filed)["state"]
        assert older["consent_until"]["due"] == before[filed]["consent_until"]["due"]
        assert newest["consent_until"]["due"] == shown["consent_until"]["due"]
        report = verify_folder(again.settings.data)
        assert report["ok"], report


def test_nothing_lapses_on_the_old_day_and_all_on_the_new_one(
    furnished: Furnished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "first").mkdir()
    (tmp_path / "next").mkdir()
    with inside(furnished("KZ"), tmp_path / "first") as town:
        case = town.file(*SALE)
        town.pay(case)
        last = town.read(case)["consent_until"]
    decree(monkeypatch, last["due"])
    town.set_clock(town.now().fromisoformat(last["until"]))
    with started_again(town, tmp_path / "next") as again:
        again.tick()
        shown = again.read(case)
        assert shown["stage"] == "filed"
        again.set_clock(again.now().fromisoformat(shown["consent_until"]["until"]))
        again.tick()
        assert again.stage(case) == "lapsed"


def test_a_day_that_stands_on_no_settled_law_is_said_to_when_it_moves(
    furnished: Furnished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time to decide an appeal is not confirmed for Kazakhstan."""
    (tmp_path / "first").mkdir()
    (tmp_path / "next").mkdir()
    with inside(furnished("KZ"), tmp_path / "first") as town:
        case = town.take_to("refused", *SALE)
        said = {"of": town.read(case)["ending"]["of"], "reason": "The tax is paid."}
        (appeal,) = good(town.as_(SELLER).post(f"/v1/cases/{case}/appeals", said))["appeals"]
    decree(monkeypatch, appeal["decide_until"]["due"])
    with started_again(town, tmp_path / "next") as again:
        again.tick()
        (notice,) = told(again, BUYER, case)
        assert (notice["what"], notice["unconfirmed"]) == ("appeal_decision_restated", True)
        assert notice["until"] == again.read(case)["appeals"][0]["decide_until"]["due"]
        for sentence in (notice["sentence"], restated(again, case)[0]["sentence"]):
            assert sentence.endswith("That day stands on no confirmed law yet.")
