"""The pages of ``docs/law/``, made of the terms and the tables: the same law gives the same bytes."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from api.edge.sentences import english
from domain.countries import country_of
from domain.country import Country, UnitValue, unit_value
from domain.facts import applies
from domain.fees import Fee
from domain.law.read_at import READ_AT
from domain.limits import exempt, requirements
from domain.offers import as_json, offers, terms_hash
from domain.procedure import Offer
from domain.terms import Terms
from tests.examples import example_request
from tests.law import Row
from tests.law.answers import Case, money, term_named
from tests.law.law_in_words import CONFIRMED, OPEN, InWords, Said, is_settled
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
    signed = json.dumps([law, values, rows, [*_usual(offer)]], sort_keys=True)
    return hashlib.sha256(signed.encode()).hexdigest()[:_MARK]


def index() -> str:
    """The first page: what the pages are, how one signs, and which there are."""
    rows = [
        (
            f"[{_country(country)}: {_title(procedure)}]({country.lower()}/{procedure}.md)",
            str(len(tables()[country, procedure].rows)),
            _standing(mark_of(offer, tables()[country, procedure]), tables()[country, procedure]),
        )
        for (country, procedure), offer in offers().items()
    ]
    return "\n".join(
        [*(HERE / "first_page.md").read_text("utf-8").splitlines(), "", *_table(_OF_INDEX, rows), ""]
    )


_OF_INDEX: Final = ("page", "examples", "signed")


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
    for before, terms in zip((None, *offer.terms), offer.terms, strict=False):
        lines += ["", *_row_of_law(offer, terms, before, country)]
    lines += ["", "## Worked examples", "", *_examples(offer, table)]
    lines += ["", "## Where the sources were read", "", *_read_at("\n".join(lines))]
    mark = mark_of(offer, table)
    lines += ["", "## Signatures", ""]
    lines += [f"This page bears the mark `{mark}`: of its law and its examples, not of its words.", ""]
    lines += _signatures(mark, table)
    lines += ["", *_table(("name", "office", "day", "signature"), [("", "", "", "")])]
    return "\n".join((*lines, ""))


# --- the law ----------------------------------------------------------------------------------------------


def _row_of_law(offer: Offer, terms: Terms, before: Terms | None, country: Country) -> Iterator[str]:
    """All of the first row; of each later one what it says otherwise than the one before it."""
    words = InWords(offer, terms, country)
    as_before = InWords(offer, before, country) if before else None
    former = dict(as_before.sections()) if as_before else {}
    known = as_before.values() if as_before else []
    until = f" to {terms.until}" if terms.until else " on"
    yield f"## The law from {terms.since}{until}"
    if before:
        yield from ("", f"What is not said here is as in the law from {before.since}.")
    for title, lines in words.sections():
        anew = [said for said in lines if said not in former.get(title, ())]
        gone = [said for said in former.pop(title, ()) if said.about not in {each.about for each in lines}]
        if anew or gone:
            yield from ("", f"### {title}, {terms.since}", "")
            yield from _table(_OF_LAW, [*map(_line, anew), *map(_gone, gone)])
        if title == "Fee" and (values := [each for each in words.values() if each not in known]):
            yield ""
            yield from _values(values, country)
    for title, lines in former.items():
        yield from ("", f"### {title}, {terms.since}", "", *_table(_OF_LAW, map(_gone, lines)))
    yield from ("", f"### Not settled, {terms.since}", "")
    open_members = ", ".join(f"`{name}`" for name in terms.unconfirmed)
    yield (
        f"To be confirmed, whole or in part: {open_members}." if open_members else "Everything is confirmed."
    )


_OF_LAW: Final = ("", "what the law says", "source", "")


def _gone(said: Said) -> tuple[str, str, str, str]:
    return said.about, "no more", "", ""


def _values(values: Iterable[tuple[str, UnitValue]], country: Country) -> Iterator[str]:
    """What the units are worth, whichever row counts in them."""
    return _table(
        ("unit", "worth", "from", "to", "source", ""),
        (
            (
                unit,
                money(value.amount_minor, country),
                value.since.isoformat(),
                value.until.isoformat() if value.until else "no end named",
                _cited(value.source.law, value.source.url_or_key),
                CONFIRMED if value.source.confirmed else OPEN,
            )
            for unit, value in values
        ),
    )


def _line(said: Said) -> tuple[str, str, str, str]:
    source = _cited(said.source.law, said.source.url_or_key) if said.source else ""
    return said.about, said.says, source, said.mark


def _cited(law: str, key: str) -> str:
    return f"{law} (`{key}`)" if key else law


def _read_at(text: str) -> Iterator[str]:
    """Each key that the page names."""
    keys = sorted(set(_KEY.findall(text)))
    return _table(("key", "where"), [(f"`{key}`", READ_AT[key]) for key in keys])


_KEY: Final = re.compile(r"\(`([a-z]+-[a-z0-9.-]+)`\)")


# --- the examples -------------------------------------------------------------------------------------------


def _examples(offer: Offer, table: Table) -> list[str]:
    if not table.rows:
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
        for n, row in enumerate(table.rows, start=1)
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
    if case.terms is None or all(_stands_on(case, case.terms, name, key)):
        return ""
    return " (to be confirmed)"


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


# --- words ------------------------------------------------------------------------------------------------


def _signatures(mark: str, table: Table) -> list[str]:
    if not table.signed:
        return ["Not yet signed."]
    return [
        f"- {each.name}, {each.office}, {each.day}"
        + ("." if each.page == mark else f": for the mark `{each.page}`; the page has changed since.")
        for each in table.signed
    ]


def _standing(mark: str, table: Table) -> str:
    """By whom it is signed as it stands."""
    found = ", ".join(f"{each.name}, {each.day}" for each in table.signed if each.page == mark)
    return found or ("not as it stands now" if table.signed else "not yet")


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
