"""The tour of a demonstration: each procedure that a country shows examples of, in each country, to its end."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import partial
from typing import Any, Final, Protocol

from consumers.play import Play
from domain.countries import country_of, legal_day
from domain.forms import plain
from domain.offers import offer
from domain.parties import parties_of
from domain.persons import key_of, representative_of
from domain.procedure import Offer
from infra.development import examples
from infra.house import House, provider_of
from infra.settings import Settings

SAID: Final = 1_000_00  # what an officer says that an act costs of which no rate is known, in minor units


class Console(Protocol):
    """Where the story is told."""

    def print(self, text: str) -> None:
        """One line."""


class Tour:
    """Files two examples of each, has them consented to, paid and decided, and waits for the registries."""

    def __init__(self, settings: Settings, console: Console) -> None:
        self._settings = settings
        self._console = console
        self._play = Play(settings)

    def play(self) -> int:
        """How many cases were completed."""
        with closing(House(self._settings)) as house:
            cases = [
                self._case(house, code, procedure, nth)
                for code in house.countries
                for procedure in examples.examples_of(code)
                for nth in range(2)
            ]
        for who, case in cases:
            self._play.until(partial(self._is_completed, who, case), f"the receipt of {case}")
        return len(cases)

    def _case(self, house: House, code: str, procedure: str, nth: int) -> tuple[str, str]:
        """Who files, and the case, which is decided."""
        shown = examples.example(
            house.countries[code], procedure, provider_of(self._settings), nth, house.clock()
        )
        found = offer(code, procedure)
        if found is None:
            raise LookupError(f"{code} offers no {procedure}")
        case = self._play.file(shown.person, shown.body)
        request = plain(found.form.model_validate(shown.body["request"]))
        authority = self._authority(house, found)
        told = [
            "filed",
            *self._agree(case, shown, found, request),
            *self._pay(code, shown.person, case, f"{authority}-supervisor"),
            self._decide(case, authority),
        ]
        self._console.print(f"{procedure} in {code}, example {nth + 1}: {', '.join(told)}")
        return shown.person, case

    def _agree(self, case: str, shown: examples.Shown, found: Offer, request: Mapping[str, Any]) -> list[str]:
        """By whoever is asked, and what is told of it."""
        seen = self._play.read(shown.person, case)
        places = parties_of(found.procedure, request)
        asked = [each for each in seen["consents"] if each["answer"] == "open"]
        for consent in asked:
            named = places[consent["party"]].named_in(request)
            who = next(self._who(shown, each) for each in _acting(named))
            said: dict[str, Any] = {"answer": "give", "of": seen["request_hash"], "party": consent["party"]}
            if (representative := representative_of(named)) is not None:
                said["acting"] = {"as": representative["as"]}
            self._play.post(who, f"/v1/cases/{case}/consents", said)
        return [f"agreed to by {len(asked)}"] if asked else []

    @staticmethod
    def _who(shown: examples.Shown, person: Mapping[str, Any]) -> str:
        return next(name for name, each in shown.people.items() if key_of(each) == key_of(person))

    def _pay(self, code: str, payer: str, case: str, officer: str) -> list[str]:
        """The fee, which this officer says where the law leaves it open, and what is told of it."""
        told = []
        fee = self._play.read(payer, case)["fee"]
        if fee["provisional"]:
            told.append("the fee said by an officer")
            self._play.judge(officer, case, "assessments", {"amount": fee["amount"] or SAID})
            fee = self._play.read(payer, case)["fee"]
        if fee["amount"]:
            told.append("paid")
            self._play.pay(code, payer, case)
        return told

    def _decide(self, case: str, authority: str) -> str:
        """By a supervisor, and by a second one where two decide: so it is right whatever the law asks."""
        first, second = f"{authority}-supervisor", f"{authority}-officer-1"
        self._play.judge(first, case, "assignments", {})
        if "ApproveCase" in self._play.read(first, case)["fits"]:
            self._play.judge(first, case, "approvals", {})
            return "decided"
        self._play.judge(first, case, "proposals", {})
        self._play.judge(second, case, "approvals", {})
        return "decided by two"

    def _authority(self, house: House, found: Offer) -> str:
        terms = found.on(legal_day(house.clock(), country_of(found.country)))
        if terms is None:
            raise LookupError(f"{found.country} offers no {found.procedure.name} today")
        return terms.authority

    def _is_completed(self, who: str, case: str) -> bool:
        return bool(self._play.read(who, case)["stage"] == "completed")


def _acting(named: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Who acts: whoever the request names for the party, or the party."""
    representative = representative_of(named)
    yield representative["person"] if representative else named
