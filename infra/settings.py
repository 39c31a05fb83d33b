"""The settings, from the environment, read once; a wrong value is named at start. Documented in docs/reference."""

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class WrongSetting(Exception):
    """A variable of the environment has a value that cannot be used; the message names it."""


class Settings(BaseSettings):
    """``TAMGA_*`` of the environment; everything has a default that works on one machine."""

    model_config = SettingsConfigDict(env_prefix="TAMGA_", frozen=True, extra="forbid")

    data: Path = Path("var")
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    kafka: str = ""
    clock: Path | None = None
    environment: Literal["development", "production"] = "development"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    origin: str = "log.{cc}.tamga.example/v1"

    @property
    def base_url(self) -> str:
        """Where this house answers."""
        return f"http://{self.host}:{self.port}"


def read_settings() -> Settings:
    """The settings of this process; raises WrongSetting."""
    try:
        settings = Settings()
    except ValidationError as error:
        wrong = "; ".join(f"TAMGA_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors())
        raise WrongSetting(wrong) from None
    if settings.environment == "production" and settings.clock is not None:
        raise WrongSetting("TAMGA_CLOCK: time travel is for development; it is refused in production")
    return settings
