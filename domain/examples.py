"""What a country's ``development.py`` shows of each procedure (``EXAMPLES``): how somebody would fill in its form. Made
up, as everybody in it; whoever tries the house begins with one of them.

Between them the two examples of a procedure use every member of the form.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple, TypeAlias


class Around(NamedTuple):
    """Who and what there is to fill in an example with, each time others.

    ``people`` are citizens of the country who are of age, a woman, a man, a woman and so on, and ``company`` is one of
    theirs; each as a form names them.
    """

    people: Sequence[Mapping[str, Any]]
    company: Mapping[str, Any]
    today: date
    vin: str
    number: str  # six digits, for papers

    def ago(self, days: int) -> str:
        """The day so many days before today."""
        return (self.today - timedelta(days=days)).isoformat()


class Example(NamedTuple):
    """A request as somebody would file it, who is ``people[files]``; the papers that they bring beside those that the
    law asks for; the entries that have to be in the registers before: (register, content).
    """

    request: Mapping[str, Any]
    evidence: tuple[str, ...] = ()
    entries: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    files: int = 0


Made: TypeAlias = Callable[[Around], Example]
