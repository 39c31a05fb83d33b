"""What a form says of people is compared with what is known of them; the officer is told, and nobody is refused."""

from typing import Any

import pytest

from tests.domain.acts import file
from tests.domain.story import a_sale, given
from tests.examples import person


def warned(**changes: Any) -> set[str]:
    story = a_sale()
    request = {**story.request, **{name: {**story.request[name], **said} for name, said in changes.items()}}
    story.request = request
    return {*given(story, file()).now.warnings}


def test_an_ordinary_sale_has_no_warning() -> None:
    assert warned() <= {"vin_check_digit"}, "the example has no such digit"


@pytest.mark.parametrize(
    ("member", "said", "code"),
    [
        ("buyer", {"born_on": "2021-03-01"}, "not_of_age:buyer"),
        ("buyer", {"born_on": "2021"}, "not_of_age:buyer"),
        ("buyer", {"born_on": "2026-11-23"}, "not_of_age:buyer"),
        ("buyer", {"born_on": "0001-01-01"}, "born_long_ago:buyer"),
        ("seller", {"surname": "Otherwise"}, "seller_differs"),
        ("seller", {"born_on": "1961-01-01"}, "seller_differs"),
    ],
)
def test_what_can_hardly_be_right_is_told_to_the_officer(
    member: str, said: dict[str, Any], code: str
) -> None:
    assert code in warned(**{member: said})


def test_a_child_for_whom_somebody_acts_is_no_surprise() -> None:
    acts_by = {"as": "parent", "person": person("KZ", 900)}
    assert "not_of_age:buyer" not in warned(buyer={"born_on": "2021-03-01", "acts_by": acts_by})


def test_the_owner_in_another_script_or_with_a_part_of_the_day_is_the_owner() -> None:
    story = a_sale()
    day = story.request["seller"]["born_on"]
    assert "seller_differs" not in warned(seller={"born_on": day[:4]})
