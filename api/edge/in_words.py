"""A case in words: its next steps and the way to appeal, in the language of the answer; the codes stand beside them."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

from api.edge.sentences import Language, languages
from domain.awaited import OFFICES, YOU
from domain.obstacles import STOPS
from domain.refusals import Amount, Named, Value

AFTER: Final = ("until", "until_at", "unconfirmed", "amount_until")  # sentences that follow another one
BEFORE: Final = ("in_the_way", "stops")  # those that are said of what the caller should know first
_DAY: Final = len("2026-01-01")
UNCONFIRMED_WAY: Final = "unconfirmed_appeal"  # said of an appeal: who decides it, or until when
# What may stand in braces, by the kind of sentence.
VALUES: Final[Mapping[str, frozenset[str]]] = {
    "awaited": frozenset({"who", "until", "until_at", "office", "amount", "amount_until", "obstacles"})
}


def in_words(found: dict[str, Any], language: Language) -> dict[str, Any]:
    """The case as it is shown, with its sentences."""
    procedure, way = found["procedure"], found["way_to_appeal"]
    codes = dict.fromkeys(code.partition(":")[0] for code in found["obstacles"])
    obstacles = tuple(Named("obstacle", code) for code in codes)
    next_steps = [
        {**each, "sentence": said(each, procedure, language, obstacles if _goes_on(each) else ())}
        for each in found["next"]
    ]
    return {**found, "next": next_steps, "way_to_appeal": way and said(way, procedure, language)}


def _goes_on(step: Mapping[str, Any]) -> bool:
    """Whether by this step the caller would go on with what something may stand in the way of."""
    return step["who"] == YOU and step["what"] in _GO_ON


_GO_ON: Final = frozenset({"consent", "fee", "fee_unknown", "entry_fee", "entry_fee_unknown"})


def said(
    step: Mapping[str, Any], procedure: str, language: Language, obstacles: tuple[Named, ...] = ()
) -> str:
    """Who must act and what, the last day for it, that this is no settled law, where it is none, how long an amount is
    sure, and what they have to know before they do it.

    Who decides an appeal may be unsettled, too, and that is said before any day is known.
    """
    amount = None if step["amount"] is None else Amount(step["amount"], step["currency"])
    after = tuple(code for code in AFTER if step[code] and not (code == "until" and step["until_at"]))
    sentence, tags = _sentence(
        language.tag,
        step["who"],
        step["what"],
        after,
        step["until_at"] or step["until"],
        amount,
        step["office"],
        procedure,
        step["amount_until"],
        obstacles,
    )
    language.said.update(tags)
    return sentence


@lru_cache(maxsize=4096)  # every answer says a few of them, and most say the same
def _sentence(  # noqa: PLR0913, PLR0917 - what is said of a step
    tag: str,
    who: str,
    what: str,
    after: tuple[str, ...],
    until: str | None,
    amount: Amount | None,
    office: str | None,
    procedure: str,
    amount_until: str | None,
    obstacles: tuple[Named, ...],
) -> tuple[str, frozenset[str]]:
    """The sentence, and the tags of the languages in which it is said."""
    values: dict[str, Value] = {}
    if until:
        values |= {"until": date.fromisoformat(until[:_DAY]), "until_at": datetime.fromisoformat(until)}
    if amount_until:
        values["amount_until"] = date.fromisoformat(amount_until)
    if amount is not None:
        values["amount"] = amount
    if office:
        values["office"] = Named("office", office)
    is_mine = who == YOU
    if not is_mine and who not in OFFICES:
        values["who"] = Named("role", who)
    language = languages()[tag].anew()
    follows = tuple(UNCONFIRMED_WAY if (what, code) == ("appeal", "unconfirmed") else code for code in after)
    if obstacles:
        values["obstacles"] = obstacles
        do_stop = any(each.code in STOPS for each in obstacles)
        follows = (*follows, *(BEFORE if do_stop else BEFORE[:1]))
    codes = (f"{what}_{YOU}" if is_mine else what, *follows)
    sentence = " ".join(language.say("awaited", code, values, (procedure,)) for code in codes)
    return sentence, frozenset(language.said)
