"""The catalogues as they are written: what tests hold against the sources and the pages."""

from collections.abc import Mapping
from functools import cache
from io import BytesIO
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from api.edge.sentences import MESSAGES

LANGUAGES: Final = tuple(sorted(path.name for path in MESSAGES.iterdir() if any(path.glob("*.po"))))
NAMES: Final = {tag: tuple(sorted(p.stem for p in (MESSAGES / tag).glob("*.po"))) for tag in LANGUAGES}


@cache
def catalogue(language: str, name: str) -> Catalog:
    """One file; raises PoFileError for what is wrong in it."""
    with (MESSAGES / language / f"{name}.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


@cache
def written(language: str, name: str) -> Mapping[tuple[str, str], str]:
    """(kind, code) -> sentence."""
    return {(str(m.context), str(m.id)): str(m.string) for m in catalogue(language, name) if m.id}


@cache
def all_written(language: str) -> Mapping[tuple[str, str, str], str]:
    """(name of the catalogue, kind, code) -> sentence."""
    return {(name, *key): text for name in NAMES[language] for key, text in written(language, name).items()}


def catalogue_of(language: str, words: Mapping[str, Mapping[str, str]]) -> str:
    """The text of a catalogue with these words: kind -> code -> sentence."""
    made = Catalog(locale=language, charset="utf-8", fuzzy=False)
    made.header_comment = "# Looked at by a native reader: not yet."
    for kind, sentences in words.items():
        for code, sentence in sentences.items():
            made.add(code, sentence, context=kind)
    text = BytesIO()
    write_po(text, made)
    return text.getvalue().decode()
