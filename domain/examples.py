"""What a country's ``examples.py`` shows of each procedure (``EXAMPLES``): how somebody would fill in its form.

Made up, as everybody in it; whoever tries the house begins with one of them.

Between them the two examples of a procedure use every member of the form.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple, TypeAlias


class Around(NamedTuple):
    """Who and what there is to fill in an example with, each time others.

    ``people`` are citizens of the country who are of age, a woman, a man, a woman and so on, and ``company`` is one of
    theirs, of whose head no register says anything; each as a form names them. ``newborn``: the number of a child who
    was born ``NEWBORN_DAYS`` ago.
    """

    people: Sequence[Mapping[str, Any]]
    company: Mapping[str, Any]
    newborn: Mapping[str, str]
    today: date
    vin: str
    number: str  # six digits, for papers

    @property
    def word(self) -> str:
        """A name that nobody has: made of the digits, two a syllable."""
        pairs = zip(self.number[::2], self.number[1::2], strict=True)
        return "".join("bdgklmnrst"[int(a)] + "aeiouaeiou"[int(b)] for a, b in pairs).capitalize()

    def ago(self, days: int) -> str:
        """The day so many days before today."""
        return (self.today - timedelta(days=days)).isoformat()


NEWBORN_DAYS = 2


class Example(NamedTuple):
    """A request as somebody would file it, who is ``people[files]``; the papers that they bring beside those that the
    law asks for; the entries that have to be in the registers before: (register, content).
    """

    request: Mapping[str, Any]
    evidence: tuple[str, ...] = ()
    entries: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    files: int = 0


Made: TypeAlias = Callable[[Around], Example]


def represented(party: Mapping[str, Any], as_: str, person: Mapping[str, Any]) -> dict[str, Any]:
    """The party with whoever acts for it."""
    return {**party, "acts_by": {"as": as_, "person": person}}


def registered_car(
    around: Around, owners: Sequence[Mapping[str, Any]], **vehicle: Any
) -> tuple[str, dict[str, Any]]:
    """An entry of a car with these members, of owners who have equal parts."""
    first, *others = owners
    share = {"of": len(owners), "parts": 1}
    content = {
        "vehicle": {"vin": around.vin, "colour": "white", "kind": "car", **vehicle},
        "owner": first,
        "share": share if others else None,
        "co_owners": [{"owner": other, "share": share} for other in others],
    }
    return "vehicles", content
