"""Settings come from the environment, are named where they are wrong, and are all documented."""

import os
import re
from pathlib import Path

import pytest

from domain.countries import countries
from infra.settings import PREFIX, Settings, WrongSetting, read_settings

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"


@pytest.fixture(autouse=True)
def _without_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(PREFIX):
            monkeypatch.delenv(name)


def test_with_nothing_set_everything_has_a_value_that_works_on_one_machine() -> None:
    settings = read_settings()
    assert (settings.data, settings.base_url, settings.kafka) == (Path("var"), "http://127.0.0.1:8000", "")
    assert settings.environment == "development"
    assert settings.kept == tuple(countries())


def test_the_environment_decides(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    issuers = tmp_path / "issuers.json"
    issuers.write_text('{"https://id.example": {"countries": ["KZ"], "keys": [{"kid": "one"}]}}')
    said = {
        "TAMGA_DATA": str(tmp_path),
        "TAMGA_HOST": "0.0.0.0",  # noqa: S104 - asked for
        "TAMGA_PORT": "9000",
        "TAMGA_KAFKA": "127.0.0.1:9092,[::1]:9093",
        "TAMGA_ENVIRONMENT": "production",
        "TAMGA_COUNTRIES": "TR,KZ",
        "TAMGA_ISSUERS": str(issuers),
        "TAMGA_ORGANISATION": "Fictional State Centre",
        "TAMGA_LOG_LEVEL": "DEBUG",
        "TAMGA_ORIGIN": "tamga.{cc}.example.org/2026",
    }
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    settings = read_settings()
    assert (settings.data, settings.port, settings.environment) == (tmp_path, 9000, "production")
    assert settings.origin.format(cc="kz") == "tamga.kz.example.org/2026"
    assert settings.kept == ("KZ", "TR")
    assert settings.issuers == {"https://id.example": {"countries": ["KZ"], "keys": [{"kid": "one"}]}}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TAMGA_PORT", "0"),
        ("TAMGA_PORT", "eighty"),
        ("TAMGA_HOST", ""),
        ("TAMGA_KAFKA", "broker"),
        ("TAMGA_KAFKA", "broker:9092, other:9092"),
        ("TAMGA_COUNTRIES", "KZ,XX"),
        ("TAMGA_COUNTRIES", "KZ, TR"),
        ("TAMGA_COUNTRIES", "kz"),
        ("TAMGA_ISSUERS", "/nowhere/issuers.json"),
        ("TAMGA_ISSUERS", __file__),
        ("TAMGA_ORGANISATION", ""),
        ("TAMGA_ENVIRONMENT", "test"),
        ("TAMGA_LOG_LEVEL", "loud"),
        ("TAMGA_ORIGIN", "log.example.org/v1"),
        ("TAMGA_ORIGIN", "log.{cc}.{0}/v1"),
        ("TAMGA_ORIGIN", "log.{cc}.example org"),
        ("TAMGA_DATA", __file__),
        ("TAMGA_CLOCK", "/nowhere/clock"),
    ],
)
def test_a_wrong_value_is_named_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(WrongSetting, match=f"^{name}: "):
        read_settings()


def test_a_clock_without_an_instant_is_named_at_the_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "clock").write_text("2026-11-23")
    monkeypatch.setenv("TAMGA_CLOCK", str(tmp_path / "clock"))
    with pytest.raises(WrongSetting, match=r"^TAMGA_CLOCK: .*zone"):
        read_settings()


def test_nobody_travels_in_time_in_production(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "clock").write_text("2026-11-23T10:00:00Z")
    monkeypatch.setenv("TAMGA_CLOCK", str(tmp_path / "clock"))
    assert read_settings().clock == tmp_path / "clock"
    monkeypatch.setenv("TAMGA_ENVIRONMENT", "production")
    with pytest.raises(WrongSetting, match="TAMGA_CLOCK"):
        read_settings()


def test_in_production_somebody_keeps_the_house(monkeypatch: pytest.MonkeyPatch) -> None:
    """The certificates are made out to them, and not to "Tamga development"."""
    monkeypatch.setenv("TAMGA_ENVIRONMENT", "production")
    with pytest.raises(WrongSetting, match="TAMGA_ORGANISATION"):
        read_settings()


def test_a_slip_of_the_pen_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """TAMGA_ENVIROMENT=production would otherwise open the house in which anybody may be anybody."""
    monkeypatch.setenv("TAMGA_ENVIROMENT", "production")
    with pytest.raises(WrongSetting, match=r"TAMGA_ENVIROMENT is no setting.*TAMGA_ENVIRONMENT"):
        read_settings()


def test_what_the_tests_ask_for_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAMGA_TEST_REQUIRE", "kafka")
    assert read_settings() == Settings()


def test_every_setting_has_its_line_in_the_documentation() -> None:
    """With its default; and no line is about a setting that is no more."""
    rows = dict(re.findall(r"^\| `(TAMGA_[A-Z_]+)` \| ([^|]*) \|", PAGE.read_text("utf-8"), re.MULTILINE))
    assert set(rows) == {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else str(field.default)
        assert rows[f"{PREFIX}{name.upper()}"].strip().strip("`") == default
