"""The pages of ``docs/law/``, made of the terms and the tables: the same law gives the same bytes."""

import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from api.edge.sentences import english
from domain.countries import country_of
from domain.country import Country, Source, UnitValue, unit_value
from domain.facts import applies
from domain.fees import Fee
from domain.limits import exempt, requirements
from domain.offers import as_json, offers, terms_hash
from domain.procedure import Offer
from domain.terms import Terms
from tests.examples import example_request
from tests.law import Row
from tests.law.answers import Case, money, term_named
from tests.law.law_in_words import CONFIRMED, OPEN, PARTLY, InWords, Said, is_settled, settled, sources_in
from tests.law.tables import HERE, Table, tables

ROOT: Final = Path(__file__).parents[2]
DOCS: Final = ROOT / "docs" / "law"
INDEX: Final = DOCS / "README.md"
SOME_DAY: Final = date(2026, 2, 12)  # for which the example request is shown
_MARK: Final = 16  # characters of a hash that stand on a page: nobody types more
_LABELS: Final = {
    "refused": "refused at filing as",
    "terms": "law of",
    "legal_day": "filed on",
    "fee": "fee",
    "parts": "part",
    "entry_fee": "fee before the entry",
    "limits": "last day",
    "evidence": "to be brought",
    "exempt": "needs none of it",
    "warnings": "the officer is warned",
    "no_warnings": "no warning",
    "obstacles": "in the way",
    "four_eyes": "two persons decide",
    "pay_by": "to be paid by",
    "consent_by": "consent by",
    "due": "decision by",
    "extended": "prolonged to",
    "presumed_served": "counts as served after",
    "appeal": "appeal until",
    "last_days": "last day",
}


def pages() -> dict[Path, str]:
    """Every page that there has to be, by its place: one for each procedure in each country, and the first page."""
    found = {
        DOCS / country.lower() / f"{procedure}.md": page(offer, tables()[country, procedure])
        for (country, procedure), offer in offers().items()
    }
    return {INDEX: index(), **found}


def written() -> set[Path]:
    """Every page that lies there."""
    return set(DOCS.rglob("*.md"))


def mark_of(offer: Offer, table: Table) -> str:
    """What a signature is put under: the terms, the values of their units and the rows, and no words of ours."""
    country = country_of(offer.country)
    values = [as_json(each) for terms in offer.terms for each in InWords(offer, terms, country).values()]
    rows = [as_json(row) for row in table.rows]
    law = [terms_hash(terms) for terms in offer.terms]
    return _mark([law, values, rows, [*_usual(offer)]])


def mark_of_confirmed(offer: Offer, table: Table) -> str:
    """The same of what is confirmed alone, so that a guess that is settled otherwise leaves the signature as it is."""
    country = country_of(offer.country)
    pairs = [pair for terms in offer.terms for pair in InWords(offer, terms, country).values()]
    values = [as_json(pair) for pair in pairs if pair[1].source.confirmed]
    rows = [as_json(row) for _, row in CONFIRMED_PART.examples(offer, table)]
    return _mark([[settled(terms) for terms in offer.terms], values, rows, [*_usual(offer)]])


def _mark(signed: Any) -> str:
    return hashlib.sha256(json.dumps(signed, sort_keys=True).encode()).hexdigest()[:_MARK]


def index() -> str:
    """The first page: what the pages are, how one signs, and which there are."""
    rows = [
        (
            f"[{_country(country)}: {_title(procedure)}]({country.lower()}/{procedure}.md)",
            str(len(tables()[country, procedure].rows)),
            _standing(offer, tables()[country, procedure]),
        )
        for (country, procedure), offer in offers().items()
    ]
    return "\n".join(
        [*(HERE / "first_page.md").read_text("utf-8").splitlines(), "", *_table(_OF_INDEX, rows), ""]
    )


_OF_INDEX: Final = ("page", "examples", "signed")
Line = tuple[str, str, str, str]  # what it is about, what the law says of it, its source, how sure it is


class Part(NamedTuple):
    """One of the two parts of a page; ``word`` tells its headings apart."""

    word: str
    about: str
    is_open: bool

    @property
    def of(self) -> str:
        """What stands in it."""
        return f"what is {self.word}"

    def has(self, line: Line) -> bool:
        """Whether the line stands in this part: what is a rule of this house is no guess."""
        return self.is_open == (line[3] in (OPEN, PARTLY))

    def examples(self, offer: Offer, table: Table) -> list[tuple[int, Row]]:
        """Those of this part, by their place in the table: a guess in one of its answers makes an example one."""
        numbered = enumerate(table.rows, start=1)
        return [(n, row) for n, row in numbered if self.is_open == _is_doubtful(Case(offer, row))]


CONFIRMED_PART: Final = Part(
    "confirmed",
    "A source says each of these; of this house are its own rules, which are the same everywhere. This part can be"
    " signed by itself.",
    is_open=False,
)
OPEN_PART: Final = Part(
    "to be confirmed",
    "Each of these is a guess, or a part of it is. Nobody signs this part before a source is found: then it moves up.",
    is_open=True,
)
PARTS: Final = (CONFIRMED_PART, OPEN_PART)


def page(offer: Offer, table: Table) -> str:
    """The page of a procedure in a country."""
    country, name = country_of(offer.country), offer.procedure.name
    here = f"domain/law/{offer.country.lower()}/{name}.py"
    examples = f"tests/law/{offer.country.lower()}/{name}.py"
    lines = [
        f"# {_country(offer.country)}: {_title(name)}",
        "",
        f"What this house takes for the law, from `{here}`"
        + (f", and worked examples from `{examples}`, counted by hand." if table.rows else ".")
        + " The page is written by `make law`; what is wrong in it is mended there ([how](../README.md)).",
        f"A source that is {OPEN} is a guess with its reason, and is shown as one wherever it counts.",
    ]
    for part in PARTS:
        lines += ["", f"## {part.of.capitalize()}", "", part.about, *_law(offer, country, part)]
        lines += ["", f"### Worked examples of {part.of}", "", *_examples(offer, table, part)]
    lines += ["", "## Sources", "", *_sources(offer, table)]
    lines += [
        "",
        "## Signatures",
        "",
        *_signatures(mark_of_confirmed(offer, table), mark_of(offer, table), table),
    ]
    lines += ["", *_table(("name", "office", "day", "mark", "signature"), [("", "", "", "", "")])]
    return "\n".join((*lines, ""))


# --- the law ----------------------------------------------------------------------------------------------


def _law(offer: Offer, country: Country, part: Part) -> Iterator[str]:
    """Row by row what stands in this part; of a later row what it changes."""
    before, former = dict[str, list[Line]](), None
    for terms in offer.terms:
        words = InWords(offer, terms, country)
        every = {title: [*map(_line, lines)] for title, lines in words.sections()}
        if values := words.values():
            every["Values"] = [_value(unit, value, country) for unit, value in values]
        now = {title: [line for line in lines if part.has(line)] for title, lines in every.items()}
        until = f" to {terms.until}" if terms.until else " on"
        yield from ("", f"### The law from {terms.since}{until}: {part.of}")
        known = {line[0] for lines in every.values() for line in lines}
        yield from _changed(now, before, known, former, f"{terms.since}, {part.word}")
        if part.is_open:
            yield from ("", _not_settled(terms))
        before, former = now, terms.since


def _changed(
    now: Mapping[str, list[Line]],
    before: Mapping[str, list[Line]],
    known: set[str],
    former: date | None,
    of: str,
) -> Iterator[str]:
    """What was not so in the row before, and what is so no more; what stays is named by its section alone."""
    stay = []
    for title in dict.fromkeys((*now, *before)):
        lines, old = now.get(title, []), before.get(title, [])
        new = [line for line in lines if line not in old]
        named = {line[0] for line in new}
        gone = [line[0] for line in old if line not in lines and line[0] not in named]
        if not new and not gone:
            stay += [title] if lines else []
            continue
        ends = [(about, "see the other part" if about in known else "no longer", "", "") for about in gone]
        yield from ("", f"#### {title}, {of}", "")
        yield from _table(("", "what the law says", "source", ""), [*new, *ends])
        if len(new) < len(lines):
            yield from ("", f"All else of it as from {former}.")
    if stay:
        yield from ("", f"As from {former}: {', '.join(stay)}.")


def _not_settled(terms: Terms) -> str:
    members = ", ".join(f"`{name}`" for name in terms.unconfirmed)
    return (
        f"To be confirmed, whole or in part: {members}."
        if members
        else "Everything of this row is confirmed."
    )


def _value(unit: str, value: UnitValue, country: Country) -> Line:
    """What a unit is worth, as a line."""
    until = f" to {value.until}" if value.until else " on, no end named"
    worth = f"{money(value.amount_minor, country)} from {value.since}{until}"
    source = _cited(value.source.law, value.source.url_or_key)
    return f"{unit}, {value.since}", worth, source, CONFIRMED if value.source.confirmed else OPEN


def _line(said: Said) -> Line:
    source = _cited(said.source.law, said.source.url_or_key) if said.source else ""
    return said.about, said.says, source, said.mark


def _cited(law: str, key: str) -> str:
    return f"{law} (`{key}`)" if key else law


# --- the examples -------------------------------------------------------------------------------------------


def _examples(offer: Offer, table: Table, part: Part) -> list[str]:
    if not (numbered := part.examples(offer, table)):
        return ["None yet."]
    country = country_of(offer.country)
    rows = (
        (
            str(n),
            row.given,
            "; ".join(_happened(row, country)),
            "; ".join(_expected(offer, row)),
            row.counted,
            row.law,
        )
        for n, row in numbered
    )
    usual = "; ".join(f"`{path}` {value}" for path, value in _usual(offer))
    return [
        *_table(("", "given", "filed, and what else is so", "expected", "how counted", "law"), rows),
        "",
        f"What a row does not name is as in this request: {usual}.",
    ]


def _usual(offer: Offer) -> Iterator[tuple[str, str]]:
    """The example request, as every row has it that does not say otherwise; its days move with the filing."""
    days_before = {(SOME_DAY - timedelta(days=n)).isoformat(): n for n in range(30)}
    for path, value in _flat(example_request(offer, today=SOME_DAY), country_of(offer.country)):
        yield path, f"{days_before[value]} days before the filing" if value in days_before else value


def _happened(row: Row, country: Country) -> Iterator[str]:
    yield f"filed {row.filed}"
    for name, value in row.happened.items():
        if name == "stops":
            yield from (f"asked {question}, answered {answer}" for question, answer in value)
        elif isinstance(value, tuple):
            yield f"{name} {', '.join(f'`{each}`' for each in value) or 'nothing'}"
        else:
            yield f"{name} {value}"
    yield from (f"`{path}` {value}" for path, value in _flat(row.facts, country))
    if row.in_register is None:
        yield "nothing in the register"
    else:
        yield from (f"in the register `{path}` {value}" for path, value in _flat(row.in_register, country))


def _flat(value: Any, country: Country, path: str = "") -> Iterator[tuple[str, str]]:
    """Way and value of all that is said; money and people in one piece."""
    if isinstance(value, Mapping) and {"amount", "currency"} == value.keys():
        yield path, money(value["amount"], country).replace(country.currency, value["currency"])
    elif isinstance(value, Mapping) and {"surname", "given_names", "personal_number"} <= value.keys():
        yield path, " ".join(filter(None, (value["given_names"], value["surname"])))
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from _flat(each, country, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for n, each in enumerate(value):
            yield from _flat(each, country, f"{path}.{n}")
    else:
        yield path, value if isinstance(value, str) else json.dumps(value)


def _expected(offer: Offer, row: Row) -> Iterator[str]:
    case = Case(offer, row)
    for name, value in row.expected.items():
        label = _LABELS[name]
        if isinstance(value, Mapping):
            for key, last in value.items():
                said = last if isinstance(last, str) else " to ".join(last)
                yield f"{label} `{key}` **{said}**{_doubt(case, name, key)}"
        elif isinstance(value, tuple):
            codes = ", ".join(f"`{code}`" for code in value) or "nothing"
            yield f"{label} {codes}{_doubt(case, name)}"
        elif name == "refused":
            yield f"{label} `{value}`"
        else:
            said = {True: "yes", False: "no"}.get(value, value)
            yield f"{label} **{said}**{_doubt(case, name)}"


def _doubt(case: Case, name: str, key: str = "") -> str:
    return "" if _is_sure(case, name, key) else " (to be confirmed)"


def _is_sure(case: Case, name: str, key: str = "") -> bool:
    return case.terms is None or all(_stands_on(case, case.terms, name, key))


def _is_doubtful(case: Case) -> bool:
    """Whether any of the answers follows from what is not settled, or whoever counted it says so."""
    if "to be confirmed" in f"{case.row.counted} {case.row.law}":
        return True
    expected = case.row.expected.items()
    answers = (
        (name, key) for name, value in expected for key in (value if isinstance(value, Mapping) else ("",))
    )
    return not all(_is_sure(case, name, key) for name, key in answers)


_TIMES: Final[Mapping[str, tuple[str, ...]]] = {
    "due": ("decide",),
    "extended": ("decide", "extend"),
    "presumed_served": ("served",),
    "appeal": ("appeal",),
    "pay_by": ("pay",),
    "consent_by": ("consent",),
}


def _stands_on(case: Case, terms: Terms, name: str, key: str) -> Iterator[bool]:
    """Whether each thing that an answer follows from is settled; what a filing is told says so of itself."""
    if name in ("fee", "parts"):
        yield from _fee_stands_on(case, terms.fee, key)
    if name in ("entry_fee", "parts") and terms.entry_fee:
        yield from _fee_stands_on(case, terms.entry_fee, key)
    if name == "appeal" and case.row.served is None:
        yield is_settled(terms.times.served, terms.source)
    if name == "terms":
        yield (terms.since_source or terms.source).confirmed
    members: Mapping[str, Callable[[], Any]] = {
        "limits": lambda: tuple(limit for limit in terms.filing_limits if limit.code == key),
        "evidence": lambda: requirements(terms, case.facts()),
        "exempt": lambda: exempt(terms, case.facts()),
        "four_eyes": lambda: terms.four_eyes,
        "last_days": lambda: term_named(case.offer, terms, key),
    }
    if name in members:
        yield is_settled(members[name](), terms.source)
    yield from (is_settled(getattr(terms.times, time), terms.source) for time in _TIMES.get(name, ()))
    if name in _OF_CODES:
        said = case.row.expected[name]
        codes = {said} if isinstance(said, str) else {*said}
        yield from (is_settled(each, terms.source) for each in _behind(codes, terms))


def _behind(codes: set[str], terms: Terms) -> Iterator[Any]:
    """What of the terms says these codes: a check by its own, else what stands behind the colon ("late:evidence")."""
    of = {part for code in codes for part in code.split(":")}
    members: tuple[Any, ...] = (*terms.checks, *terms.presumptions, *terms.exemptions)
    yield from (each for each in members if each.code in of)
    kinds: tuple[Any, ...] = (*terms.restrictions, *terms.evidence)
    yield from (each for each in kinds if each.kind in of)
    yield from (
        each for each in terms.filing_limits if {f"late:{each.effect}", f"early:{each.effect}"} & codes
    )


_OF_CODES: Final = ("warnings", "no_warnings", "obstacles", "refused")


def _fee_stands_on(case: Case, fee: Fee, only: str) -> Iterator[bool]:
    """The parts that apply (or the one that is asked for), and the values with which they are counted."""
    day = case.day_of_units(fee)
    if not fee.parts:
        yield fee.source.confirmed
    for part in fee.parts:
        if part.name == only or (not only and applies(part.when, case.facts(day))):
            yield is_settled(part, fee.source)
            value = unit_value(case.country, part.unit, day) if part.unit else None
            yield value is None or value.source.confirmed


# --- the sources ----------------------------------------------------------------------------------------------


@cache
def read_at() -> Mapping[str, str]:
    """Where each source that is named by a key can be read."""
    found: Mapping[str, str] = tomllib.loads((HERE / "sources.toml").read_text("utf-8"))
    return found


def keys_named(offer: Offer, table: Table) -> Mapping[str, tuple[Source, ...]]:
    """Each key that the page names, in order, with what the law says by it; of an example's alone nothing."""
    country, found = country_of(offer.country), dict[str, dict[Source, None]]()
    for terms in offer.terms:
        values = tuple(value for _, value in InWords(offer, terms, country).values())
        for source in sources_in((terms, values, offer.procedure.checks)):
            found.setdefault(source.url_or_key, {})[source] = None
    for row in table.rows:
        for key in _KEY.findall(row.law):
            found.setdefault(key, {})
    return {key: tuple(found[key]) for key in sorted(found) if key}


_KEY: Final = re.compile(r"\b(?:az|cmp|kg|kz|plates|tr|uz)-[a-z0-9]+(?:[.-][a-z0-9]+)*")


def _sources(offer: Offer, table: Table) -> Iterator[str]:
    """What each key stands for; a source without one is said in full where it counts."""
    rows = (
        (
            f"`{key}`",
            " · ".join(dict.fromkeys(each.law for each in said)),
            read_at().get(key, ""),
            _sure(said),
        )
        for key, said in keys_named(offer, table).items()
    )
    yield from _table(("key", "what it says", "where it is read", ""), rows)
    yield ""
    yield "What has no key is said in full where it stands, and can be read nowhere yet."


def _sure(said: tuple[Source, ...]) -> str:
    """How sure all is that the law says by one source; nothing, where an example alone names it."""
    sure = {each.confirmed for each in said}
    return {frozenset({True}): CONFIRMED, frozenset({False}): OPEN, frozenset(): "an example's"}.get(
        frozenset(sure), PARTLY
    )


# --- words ------------------------------------------------------------------------------------------------


def _signatures(sure: str, every: str, table: Table) -> Iterator[str]:
    """The marks of what is confirmed and of the page, and who signed which of them."""
    yield (
        f"What is confirmed bears the mark `{sure}`, the whole page `{every}`: of the law and the examples, not of our"
        " words. Whoever signs the first says nothing of what is to be confirmed."
    )
    yield ""
    if not table.signed:
        yield "Not yet signed."
    of = {every: ": all of it.", sure: ": what is confirmed."}
    for each in table.signed:
        what = of.get(each.page, f": for the mark `{each.page}`; the page has changed since.")
        yield f"- {each.name}, {each.office}, {each.day}{what}"


def _standing(offer: Offer, table: Table) -> str:
    """By whom it is signed as it stands, and whether all of it."""
    if not table.signed:
        return "not yet"
    of = {mark_of(offer, table): "", mark_of_confirmed(offer, table): ": what is confirmed"}
    found = "; ".join(f"{each.name}, {each.day}{of[each.page]}" for each in table.signed if each.page in of)
    return found or "not as it stands now"


def _country(code: str) -> str:
    return english().say("country", code)


def _title(procedure: str) -> str:
    return english().say("procedure", procedure, procedures=(procedure,))


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        cells = (cell.replace("|", r"\|") for cell in row)
        yield f"| {' | '.join(cells)} |"
