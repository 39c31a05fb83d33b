"""What a command works on: the settings, the house, its countries; what hinders it is said, and ends it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import NoReturn

from domain.countries import countries
from domain.refusals import Refusal
from infra.command_line.printing import held, wrong
from infra.house import CountryHouse, House
from infra.operations.readiness import TROUBLES
from infra.runtime.garbage import collect_less
from infra.runtime.log_lines import write_logs
from infra.settings import Settings, WrongSetting, read_settings


def settings_now() -> Settings:
    """The settings, read from the environment."""
    try:
        return read_settings()
    except WrongSetting as error:
        wrong(str(error))


def development_settings() -> Settings:
    """The settings, for what is refused in production."""
    settings = settings_now()
    if settings.environment != "development":
        wrong("this is for development only")
    return settings


@contextmanager
def opened(settings: Settings | None = None) -> Iterator[House]:
    """The house; its troubles, also those of the block, end the command."""
    settings = settings or settings_now()
    write_logs(settings.log_level)
    try:
        with closing(House(settings)) as house:
            collect_less()
            yield house
    except WrongSetting as error:
        wrong(str(error))
    except (Refusal, ChildProcessError, *TROUBLES) as trouble:
        held(trouble)


def kept_country(house: House, code: str) -> CountryHouse:
    """A country that this house keeps."""
    if code not in house.countries:
        not_kept(code, house.settings)
    return house.countries[code]


def country_of_case(house: House, case: str) -> CountryHouse:
    """The country whose log holds the case."""
    country = house.where(case)
    if country is None:
        wrong("there is no such case")
    return country


def not_kept(code: str, settings: Settings) -> NoReturn:
    """End: the country is none of this house's."""
    if code in countries():
        wrong(f"{code} is not kept here (TAMGA_COUNTRIES); this house keeps: {', '.join(settings.kept)}")
    wrong(f"{code} is not a member country; these are: {', '.join(countries())}")
