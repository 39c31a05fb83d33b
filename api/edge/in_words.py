"""A case in words: its next steps and the way to appeal, in the language of the answer; the codes stand beside them."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from api.edge.sentences import Language
from domain.awaited import OFFICES, YOU
from domain.refusals import Amount, Named, Value

AFTER: Final = ("until", "unconfirmed")  # sentences that follow another one
# What may stand in braces, by the kind of sentence.
VALUES: Final[Mapping[str, frozenset[str]]] = {"awaited": frozenset({"who", "until", "office", "amount"})}


def in_words(found: dict[str, Any], language: Language) -> dict[str, Any]:
    """The case as it is shown, with its sentences."""
    next_steps = [{**each, "sentence": said(each, found["procedure"], language)} for each in found["next"]]
    appeals = [each for each in next_steps if each["what"] == "appeal"]
    mine = [each for each in appeals if each["who"] == YOU] or appeals
    return {**found, "next": next_steps, "way_to_appeal": mine[0]["sentence"] if mine else None}


def said(step: Mapping[str, Any], procedure: str, language: Language) -> str:
    """Who must act and what, the last day for it, and that this is no settled law, where it is none."""
    values: dict[str, Value] = {}
    if step["until"]:
        values["until"] = date.fromisoformat(step["until"])
    if step["amount"] is not None:
        values["amount"] = Amount(step["amount"], step["currency"])
    if step["office"]:
        values["office"] = step["office"]
    is_mine = step["who"] == YOU
    if not is_mine and step["who"] not in OFFICES:
        values["who"] = Named("role", step["who"])
    codes = [f"{step['what']}_{YOU}" if is_mine else step["what"]]
    codes += [code for code in AFTER if step[code]]
    return " ".join(language.say("awaited", code, values, (procedure,)) for code in codes)
