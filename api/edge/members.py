"""A form as a JSON Schema with the titles and hints of its members in one language; not what the form takes.

A member's sentence is looked for under ``part.member`` ("document.number": the class that it stands in), then under
the member alone.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from api.edge.sentences import Language, english
from domain.forms import Form

_CAPITAL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def in_words(form: type[Form], language: Language, procedure: str) -> dict[str, Any]:
    """The schema that a filing is read with; each member has its title and, where there is one, its hint."""
    schema = form.model_json_schema()
    for part, members in _parts(schema):
        for name, member in members.items():
            for keyword, kind in (("title", "member"), ("description", "hint")):
                member.pop(keyword, None)
                if said := _said(language, kind, part, name, procedure):
                    member[keyword] = said
    return schema


def members_of(form: type[Form]) -> Iterator[tuple[str, str]]:
    """Each member as (part, name); part is "" for the form itself."""
    for part, members in _parts(form.model_json_schema()):
        yield from ((part, name) for name in members)


def _parts(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The form and each of its parts; the validator's own titles and descriptions go: they are words of the source."""
    for name, part in {"": schema, **schema.get("$defs", {})}.items():
        part.pop("title", None)
        part.pop("description", None)
        yield _CAPITAL.sub("_", name).lower(), part.get("properties", {})


def _said(language: Language, kind: str, part: str, name: str, procedure: str) -> str | None:
    """Looked for before it is said: what nobody wrote is said in no language, nor in another procedure's words."""
    for code in (f"{part}.{name}", name) if part else (name,):
        if any(each.written(kind, code, (procedure,)) for each in (language, english())):
            return language.say(kind, code, procedures=(procedure,))
    return None
