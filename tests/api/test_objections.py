"""A registry's objection over HTTP and from its own command line; its receipt comes later."""

import json
import subprocess
from typing import Any

import pytest

from tests.town.caller import good, until
from tests.town.people import Town
from tests.town.served import ServedTown

SALE = ("KZ", "car_sale")
REGISTRY = "kz-vehicle-register"
FIRST = "kz-vehicle-registration-officer-1"


def approved(town: Town) -> tuple[str, str]:
    """A case, and the event that its registry cannot apply."""
    case = town.take_to("approved", *SALE)
    (written,) = town.read(case)["entries"]
    return case, until(lambda: town.change(REGISTRY, "KZ", written["entry"]), "the feed")


def objected(town: Town, *objections: str, by: str = REGISTRY) -> list[dict[str, Any]]:
    said = {"objections": list(objections)}
    answers: list[dict[str, Any]] = good(town.as_(by).post("/v1/feeds/kz/objections", said))["objections"]
    return answers


def test_the_officer_sees_what_the_registry_cannot_apply_until_it_did(town: Town) -> None:
    case, event = approved(town)
    no = town.objection("KZ", REGISTRY, "vehicles", event, "plate_unknown")
    (answer,) = objected(town, no)
    assert (answer["status"], answer["case"]) == ("recorded", case)
    waiting = {row["case"]: row for row in good(town.as_(FIRST).get("/v1/queue", limit=100))["items"]}[case]
    assert (waiting["stage"], waiting["flags"], waiting["is_overdue"]) == (
        "approved",
        ["plate_unknown"],
        False,
    )
    assert objected(town, no) == [answer]
    town.acknowledge(case)
    assert town.stage(case) == "completed"
    assert town.read(case)["objections"] == []
    assert case not in {row["case"] for row in good(town.as_(FIRST).get("/v1/queue", limit=100))["items"]}
    later = town.objection("KZ", REGISTRY, "vehicles", event, "owner_unknown")
    assert [answer["code"] for answer in objected(town, later)] == ["receipt_recorded"]


def test_each_objection_is_judged_by_itself(town: Town) -> None:
    _, event = approved(town)
    receipt = town.receipt("KZ", REGISTRY, "vehicles", event)
    by_the_office = town.objection("KZ", "kz-vehicle-registration", "vehicles", event, "no")
    nowhere = town.objection("KZ", REGISTRY, "vehicles", "A" * 43, "no")
    in_words = town.objection("KZ", REGISTRY, "vehicles", event, "The plate is unknown.")
    right = town.objection("KZ", REGISTRY, "vehicles", event, "plate_unknown")
    answers = objected(town, receipt, by_the_office, nowhere, in_words, right)
    assert [(answer["status"], answer["code"]) for answer in answers] == [
        ("refused", "not_signed_by_registry"),
        ("refused", "not_signed_by_registry"),
        ("refused", "event_of_no_log"),
        ("refused", "members_wrong"),
        ("recorded", None),
    ]


def test_nobody_but_a_registry_is_heard(town: Town) -> None:
    for who in (FIRST, "kz-citizen-1", "kz-treasury"):
        answer = town.as_(who).post("/v1/feeds/kz/objections", {"objections": ["x" * 100]})
        assert answer.status_code in (403, 404), who


@pytest.mark.slow
def test_whoever_runs_a_registry_objects_from_the_command_line(served_town: ServedTown) -> None:
    case, event = approved(served_town)
    said = served_town.run("registry", "object", "KZ", "vehicles", event, "plate_unknown", "--json")
    assert json.loads(said)["status"] == "recorded"
    assert [objection["code"] for objection in served_town.read(case)["objections"]] == ["plate_unknown"]
    for register, about in (("vehicles", "A" * 43), ("births", event)):  # nothing that happened; another's
        with pytest.raises(subprocess.CalledProcessError) as refused:
            served_town.run("registry", "object", "KZ", register, about, "plate_unknown")
        assert refused.value.returncode == 1
    with pytest.raises(subprocess.CalledProcessError) as wrong:
        served_town.run("registry", "object", "KZ", "ships", event, "plate_unknown")
    assert wrong.value.returncode == 2
    served_town.run("registry", "run", "KZ", "--from", "http", "--once")
    assert served_town.stage(case) == "completed"
