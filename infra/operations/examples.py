"""An example of a request in a development house: the people, the cars and the papers that it needs are there when it
is given away. Never in production.
"""

import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

from domain import law
from domain.countries import country_of, legal_day
from domain.examples import NEWBORN_DAYS, Around, Example, Made
from domain.facts import Facts
from domain.limits import facts_of, requirements
from domain.numbers import vin_warnings
from domain.offers import offer
from domain.procedure import Offer
from domain.terms import Terms
from infra.development.development import DevelopmentProvider, number_of, resident
from infra.house import CountryHouse
from infra.operations.register_import import import_file

PEOPLE: Final = 8
FIRST: Final = 100  # those of lower numbers, citizens and companies, the house knows from its beginning
_NEWBORN: Final = timedelta(days=NEWBORN_DAYS)
_PAPER: Final = b"%PDF-1.4\n% A paper of an example: nothing stands in it.\n%%EOF\n"
_VIN: Final = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"


class NoExample(LookupError):
    """The country offers nothing of that name today, or shows no example of it."""


class Shown(NamedTuple):
    """What this ``person`` sends to ``POST /v1/cases``; ``people``: whoever may be named in it, by their ids."""

    person: str
    body: dict[str, Any]
    people: Mapping[str, Mapping[str, Any]]


def example(
    country: CountryHouse, procedure: str, provider: DevelopmentProvider, nth: int, at: datetime
) -> Shown:
    """An example that can be filed at that moment.

    ``nth``: how many of the procedure were given away before: each has other people, and is filled in in another way.
    Raises NoExample.
    """
    code = country.code
    found = offer(code, procedure)
    terms = found.on(legal_day(at, country_of(code))) if found else None
    made = examples_of(code).get(procedure)
    if found is None or terms is None or not made:
        raise NoExample(f"{code} offers no {procedure} today, or shows no example of it")
    ids = [f"{code.lower()}-citizen-{FIRST + 2 * PEOPLE * nth + n}" for n in range(1, PEOPLE + 1)]
    people = {each: resident(each).as_person() for each in ids}
    shown = made[nth % len(made)](
        Around(
            people=[*people.values()],
            company={
                "country": code,
                "number": f"EXAMPLE-{code}-{FIRST + nth}",
                "name": f"Example {FIRST + nth} of {code}",
            },
            newborn=number_of(country_of(code), ids[-1], legal_day(at, country_of(code)) - _NEWBORN),
            today=legal_day(at, country_of(code)),
            vin=_vin(),
            number=f"{secrets.randbelow(10**6):06d}",
        )
    )
    who = ids[shown.files]
    for register, content in shown.entries:
        _import(country, register, content)
    facts = facts_of(terms, _as_the_form_reads(found, shown), at, country_of(code))
    owner = country.ids.uploader(provider.issuer, who)
    papers = [_uploaded(country, kind, owner, at) for kind in _kinds(terms, facts, shown)]
    body = {"country": code, "procedure": procedure, "request": dict(shown.request), "evidence": papers}
    return Shown(who, body, people)


def examples_of(country: str) -> Mapping[str, tuple[Made, ...]]:
    """What the country shows, by procedure."""
    folder = import_module(f"{law.__name__}.{country.lower()}")
    if "examples" not in (module.name for module in iter_modules(folder.__path__)):
        return {}
    shown: Mapping[str, tuple[Made, ...]] = import_module(f"{folder.__name__}.examples").EXAMPLES
    return shown


def counted(folder: Path) -> int:
    """How many examples were given away here before this one."""
    folder.mkdir(parents=True, exist_ok=True)
    nth = sum(1 for _ in folder.iterdir())
    while True:
        try:
            (folder / str(nth)).touch(exist_ok=False)
        except FileExistsError:  # somebody else took it
            nth += 1
        else:
            return nth


def _as_the_form_reads(found: Offer, shown: Example) -> dict[str, Any]:
    return found.form.model_validate(shown.request).model_dump(mode="json")


def _kinds(terms: Terms, facts: Facts, shown: Example) -> list[str]:
    asked = [each.kind for each in requirements(terms, facts) if each.is_required]
    return list(dict.fromkeys((*asked, *shown.evidence)))


def _uploaded(country: CountryHouse, kind: str, owner: str, at: datetime) -> dict[str, Any]:
    kept = country.evidence.upload(_PAPER, "application/pdf", owner, at)
    return {"kind": kind, "id": kept.id, "sha256": kept.sha256}


def _vin() -> str:
    """One that no car has, with its check digit."""
    start, end = ("".join(secrets.choice(_VIN) for _ in range(8)) for _ in range(2))
    return next(vin for digit in "0123456789X" if not vin_warnings(vin := f"{start}{digit}{end}"))


def _import(country: CountryHouse, register: str, content: Mapping[str, Any]) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "entry.ndjson"
        file.write_text(json.dumps(content) + "\n", "utf-8")
        import_file(country, register, file, others=())
