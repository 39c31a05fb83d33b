"""What a command works on: the settings, the house, its countries.

WrongUsage    what was asked for cannot be; the message says what can
WrongSetting  of infra/settings.py
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Final

import typer

from domain.countries import countries
from domain.names import WrongName, check
from infra.house import CountryHouse, House
from infra.runtime.garbage import collect_less
from infra.runtime.log_lines import write_logs
from infra.settings import Settings, read_settings

LONGEST_LINE: Final = 200


def line(text: str) -> str:
    """A line of text that may be signed: an argument's parser."""
    try:
        check(text)
    except WrongName as wrong:
        what = f"{wrong}: write characters that can be seen, composed (Unicode NFC)"
        raise typer.BadParameter(what) from None
    if not 0 < len(text.strip()) == len(text) <= LONGEST_LINE:
        raise typer.BadParameter(f"write 1 to {LONGEST_LINE} characters, without a space at either end")
    return text


class WrongUsage(Exception):
    """What was asked for cannot be."""


def development_settings() -> Settings:
    """The settings, for what is refused in production."""
    settings = read_settings()
    if settings.environment != "development":
        raise WrongUsage("this is for development only")
    return settings


@contextmanager
def opened(settings: Settings | None = None) -> Iterator[House]:
    """The house, until the block ends."""
    settings = settings or read_settings()
    write_logs(settings.log_level)
    with closing(House(settings)) as house:
        collect_less()
        yield house


def kept_country(house: House, code: str) -> CountryHouse:
    """A country that this house keeps."""
    if code not in house.countries:
        raise not_kept(code, house.settings)
    return house.countries[code]


def country_of_stream(house: House, stream: str, what: str) -> CountryHouse:
    """The country whose log holds it: ``what`` is what is looked for, such as a case."""
    country = house.where(stream)
    if country is None:
        raise WrongUsage(f"there is no such {what}")
    return country


def not_kept(code: str, settings: Settings) -> WrongUsage:
    """The country is none of this house's."""
    if code in countries():
        kept = ", ".join(settings.kept)
        return WrongUsage(f"{code} is not kept here (TAMGA_COUNTRIES); this house keeps: {kept}")
    return WrongUsage(f"{code} is not a member country; these are: {', '.join(countries())}")
