"""The command line: what it prints for people, and what for programs."""

import json

from typer.testing import CliRunner

from infra.development import development
from tamga import app


def test_the_people_are_a_table_with_a_line_for_each() -> None:
    heading, *lines = printed("people").splitlines()
    assert heading.split() == ["id", "name", "country", "roles", "personal_number"]
    assert [line.split()[0] for line in lines] == list(development.residents())
    officer = next(line for line in lines if line.startswith("kz-vehicle-registration-officer-1 "))
    assert {"KZ", "officer"} <= set(officer.split())


def test_the_people_are_json_only_where_that_is_asked_for() -> None:
    found = json.loads(printed("people", "--json"))
    assert [person["id"] for person in found] == list(development.residents())


def printed(*words: str) -> str:
    """What the command says on standard output."""
    result = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout
