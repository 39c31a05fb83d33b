"""Commands about the seals of the authorities."""

from typing import Annotated

import typer

from domain.authorities import authorities
from infra.command_line.opening import WrongUsage, kept_country, line, opened
from infra.command_line.printing import AsJson, Country, said
from infra.desk import key_acts


def init(*, as_json: AsJson = False) -> None:
    """Make the keys of every country, where there are none, and open their logs."""
    with opened() as house:
        said({code: str(c.folder / "keys") for code, c in house.countries.items()}, as_json=as_json)


def list_seals(country: Country, *, as_json: AsJson = False) -> None:
    """Every seal of a country, live and retired."""
    with opened() as house:
        said(key_acts.seals(kept_country(house, country).desk), as_json=as_json)


def rotate(country: Country, authority: str, *, as_json: AsJson = False) -> None:
    """A new seal for an authority; the old one stays valid until it is retired."""
    with opened() as house:
        desk, known = kept_country(house, country).desk, authorities(country)
        if authority not in known:
            raise WrongUsage(f"{country} has no such authority; it has: {', '.join(known)}")
        kid = key_acts.rotate(desk, authority, known[authority])
        said({"authority": authority, "kid": kid}, as_json=as_json)


def retire(
    country: Country,
    kid: str,
    reason: Annotated[str, typer.Argument(parser=line)] = "rotation",
    *,
    as_json: AsJson = False,
) -> None:
    """No event from here on is signed with this key."""
    with opened() as house:
        size = key_acts.retire(kept_country(house, country).desk, kid, reason)
        said({"kid": kid, "size": size}, as_json=as_json)
