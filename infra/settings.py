"""The settings, from the environment, read once; a wrong value is named at start. See
docs/reference/settings.md.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal, Self, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from domain.countries import countries
from infra.identity.tokens import Issuer
from infra.runtime.clock import WrongClock, clock_of

DEVELOPMENT: Final = "Tamga development"
PREFIX: Final = "TAMGA_"
TESTS: Final = "TAMGA_TEST_"  # what the tests ask for is no setting
_SERVERS: Final = re.compile(r"([^\s,:]+|\[[0-9a-fA-F:]+\]):[0-9]{1,5}")
_ORIGIN: Final = re.compile(r"[a-z0-9.-]*\{cc\}[a-z0-9.-]*(/[a-z0-9._-]+)*")


Issuers: TypeAlias = Mapping[str, Issuer]
_ISSUERS: Final = TypeAdapter[Issuers](Issuers)


class WrongSetting(Exception):
    """A variable of the environment has a value that cannot be used; the message names the variable."""


def _folder(path: Path) -> Path:
    if path.exists() and not path.is_dir():
        raise ValueError("this is a file; name a folder, which need not exist yet")
    return path


def _servers(text: str) -> str:
    if text and not all(_SERVERS.fullmatch(server) for server in text.split(",")):
        raise ValueError("name servers with their ports, such as 127.0.0.1:9092, with commas between them")
    return text


def _origin(text: str) -> str:
    if not _ORIGIN.fullmatch(text):
        raise ValueError("write a name like log.{cc}.example.org/v1; {cc} stands for the country")
    return text


def _members(text: str) -> str:
    for code in text.split(",") if text else ():
        if code not in countries():
            raise ValueError(f"{code!r} is no member country; these are: {','.join(countries())}")
    return text


def _issuers(path: object) -> Issuers:
    try:
        found = _ISSUERS.validate_json(Path(str(path)).read_bytes())
    except (OSError, ValidationError):
        says = '{"https://issuer.example": {"countries": ["KZ"], "keys": [...]}}'
        raise ValueError(f"name a JSON file that says {says}") from None
    for name, issuer in found.items():
        unknown = set(issuer["countries"]) - set(countries())
        if unknown or not issuer["countries"]:
            raise ValueError(f"{name} vouches for no member country, or not for one only: {sorted(unknown)}")
    return found


class Settings(BaseSettings):
    """``TAMGA_*`` of the environment; everything has a default that works on one machine."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    data: Annotated[Path, AfterValidator(_folder)] = Path("var")
    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    kafka: Annotated[str, AfterValidator(_servers)] = ""
    clock: Path | None = None
    environment: Literal["development", "production"] = "development"
    countries: Annotated[str, AfterValidator(_members)] = ""
    issuers: Annotated[Issuers | None, NoDecode, BeforeValidator(_issuers), Field(validate_default=False)] = (
        None
    )
    organisation: Annotated[str, Field(min_length=1, max_length=64)] = DEVELOPMENT
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    origin: Annotated[str, AfterValidator(_origin)] = "log.{cc}.tamga.example/v1"

    @model_validator(mode="after")
    def _stays_in_time(self) -> Self:
        if self.environment == "production" and self.clock is not None:
            raise ValueError("TAMGA_CLOCK: time travel is for development; it is refused in production")
        if self.environment == "production" and self.organisation == DEVELOPMENT:
            raise ValueError("TAMGA_ORGANISATION: say who keeps this house; its certificates name them")
        return self

    @property
    def kept(self) -> tuple[str, ...]:
        """The codes of the countries that this house keeps."""
        named = self.countries.split(",") if self.countries else countries()
        return tuple(sorted(set(named)))

    @property
    def base_url(self) -> str:
        """Where this house answers."""
        return f"http://{self.host}:{self.port}"


def read_settings() -> Settings:
    """The settings of this process; raises WrongSetting, also for a name that is no setting: a slip of the
    pen.

    Who writes TAMGA_ENVIROMENT=production would otherwise get the house in which anybody may be anybody.
    """
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and not name.startswith(TESTS) and name not in known:
            raise WrongSetting(f"{name} is no setting; these are: {', '.join(sorted(known))}")
    try:
        settings = Settings()
        clock_of(settings.clock)()
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        raise WrongSetting("; ".join(map(_said, found))) from None
    except WrongClock as error:
        raise WrongSetting(f"TAMGA_CLOCK: {error}") from None
    return settings


def _said(error: ErrorDetails) -> str:
    message = error["msg"].removeprefix("Value error, ")
    return f"{PREFIX}{str(error['loc'][0]).upper()}: {message}" if error["loc"] else message
