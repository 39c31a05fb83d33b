"""The command line: what it prints for people, and what for programs."""

import json
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import tamga
from infra.development import development
from tests.town.fixtures import Furnished


def test_the_people_are_a_table_with_a_line_for_each() -> None:
    heading, *lines = printed("people").splitlines()
    assert heading.split() == ["id", "name", "country", "roles", "personal_number", "born_on"]
    assert [line.split()[0] for line in lines] == list(development.residents())
    officer = next(line for line in lines if line.startswith("kz-vehicle-registration-officer-1 "))
    assert {"KZ", "officer"} <= set(officer.split())


def test_the_people_are_json_only_where_that_is_asked_for() -> None:
    found = json.loads(printed("people", "--json"))
    assert [person["id"] for person in found] == list(development.residents())


def test_a_country_that_is_no_member_is_wrong_usage_and_the_members_are_named() -> None:
    assert "these are: AZ, KG, KZ, TR, UZ" in refused(2, "registry", "run", "XX")


def test_a_country_that_is_kept_elsewhere_is_wrong_usage_and_those_that_are_kept_are_named() -> None:
    said = refused(2, "registry", "run", "UZ", TAMGA_COUNTRIES="KZ,TR")
    assert "this house keeps: KZ, TR" in said


def test_a_wrong_setting_is_named_before_anything_is_begun() -> None:
    assert "TAMGA_PORT" in refused(2, "serve", TAMGA_PORT="many")


@pytest.mark.parametrize(
    "words", [("people",), ("token", "kz-citizen-1"), ("treasury", "sign", "c", "1", "KZT", "r")]
)
def test_nobody_is_made_up_in_production(words: tuple[str, ...]) -> None:
    said = refused(2, *words, TAMGA_ENVIRONMENT="production", TAMGA_ORGANISATION="Example Authority")
    assert "for development only" in said


@pytest.mark.parametrize(
    "words",
    [("keys", "retire", "XX", "-Nh_Q3n09"), ("registry", "object", "XX", "vehicles", "-Nh_Q3n09", "unknown")],
)
def test_a_hash_may_begin_with_a_dash(words: tuple[str, ...], furnished: Furnished) -> None:
    """One in sixty-four does; here it is the country that is wrong."""
    said = refused(2, *words, TAMGA_DATA=str(furnished("KZ").data), TAMGA_COUNTRIES="KZ")
    assert "XX is not a member country" in said


@pytest.mark.parametrize("text", ["cafe\u0301", "\ufffe", "two\nlines", " ", "x" * 201, "\udcff"])
def test_what_is_typed_to_be_signed_is_a_line_that_every_verifier_reads(text: str) -> None:
    """A decomposed letter, as some keyboards type it, would stand in the log of the keys for ever."""
    assert "haracter" in refused(2, "keys", "retire", "KZ", "any", text)
    assert "haracter" in refused(2, "treasury", "sign", "any", "1", "KZT", text)


@pytest.mark.parametrize("words", [("0", "KZT"), ("1" + "0" * 20, "KZT"), ("1", "kzt")])
def test_a_payment_is_an_amount_of_a_currency(words: tuple[str, str]) -> None:
    assert "Invalid value" in refused(2, "treasury", "sign", "any", *words, "reference")


def test_an_address_that_another_process_serves_on_is_held() -> None:
    with socket.create_server(("127.0.0.1", 0)) as another:
        port = str(another.getsockname()[1])
        assert f"127.0.0.1:{port} cannot be served on" in refused(3, "serve", TAMGA_PORT=port)


def test_a_file_that_is_not_there_is_named(furnished: Furnished) -> None:
    words = ("registers", "import", "KZ", "vehicles", "no-such-file")
    said = refused(3, *words, TAMGA_DATA=str(furnished("KZ").data), TAMGA_COUNTRIES="KZ")
    assert said == "tamga: no-such-file: No such file or directory\n"


def test_a_refused_import_names_each_line_that_is_wrong(furnished: Furnished, tmp_path: Path) -> None:
    """In a process of its own, as it writes log lines."""
    settings = furnished("KZ")
    cars = tmp_path / "cars.ndjson"
    car = Path("docs/examples/vehicle.ndjson").read_text("utf-8").strip()
    lower = car.replace(json.loads(car)["vehicle"]["vin"], "xta210990Y2766389")
    cars.write_text(f'{{"vehicle": 7}}\nnot JSON\n{lower}\n', "utf-8")
    done = subprocess.run(
        [sys.executable, tamga.__file__, "registers", "import", "KZ", "vehicles", str(cars)],
        env={"TAMGA_DATA": str(settings.data), "TAMGA_COUNTRIES": "KZ"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert re.findall("^line .*: ", done.stderr, re.MULTILINE) == [
        "line 1: /vehicle: ",
        "line 1: /owner: ",
        "line 2: ",
        "line 3: /vehicle/vin: ",
    ]
    assert "vin_" not in done.stderr  # it is said in the words of the procedure that writes there


def printed(*words: str) -> str:
    """What the command says on standard output."""
    result = CliRunner().invoke(tamga.app, list(words), catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def refused(code: int, *words: str, **settings: str) -> str:
    """What the command says on standard error, where it ends with this code and prints nothing else."""
    result = CliRunner().invoke(tamga.app, list(words), env=settings, catch_exceptions=False)
    assert (result.exit_code, result.stdout) == (code, "")
    return result.stderr
