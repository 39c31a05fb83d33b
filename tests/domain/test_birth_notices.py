"""What hospitals tell of births: who may, what counts, and how a request stands to it."""

from typing import Any, Final

import pytest

from domain.about import about_of
from domain.birth_notice import STATED_AS, declared, differs, proves, stated_as
from domain.commands import FileCase
from domain.decide import decide
from domain.decisions.situation import NotSeen, Situation
from domain.events import BirthNotified
from domain.refusals import NotAllowed, Unknown
from tests.domain.acts import HOSPITALS, OFFICER, TOLD, file, office, stranger, tell
from tests.domain.story import Act, Story, a_birth, a_sale, given
from tests.examples import person

DECLARED: Final[dict[str, Any]] = {
    **TOLD,
    "declaration": {
        "hospital": {"country": "UZ", "number": "200123456", "name": "Example hospital"},
        "surname": "Example",
        "given_names": "Lola",
        "patronymic": None,
        "other_spelling": None,
        "father": None,
        "fatherhood": "none",
        "marriage_ended_on": None,
    },
}


def born(story: Story, **changes: Any) -> dict[str, Any]:
    """What the hospital says of the birth that the story declares."""
    request = story.request
    child = request["child"]
    return {
        **TOLD,
        **request["medical_certificate"],
        "city": "Ankara",
        "order": child["order"],
        "child": {name: child.get(name) for name in ("sex", "born_on", "born_at", "place")},
        "mother": request["mother"],
        **changes,
    }


def told(story: Story, **changes: Any) -> Act:
    notified = story.offer.procedure.notified
    assert notified is not None
    return tell(born(story, **changes), key=notified.key(story.request))


# --- who tells ----------------------------------------------------------------------------------------------


def test_the_office_of_the_hospitals_tells_and_its_keeper_signs() -> None:
    story = given(a_birth(), told(a_birth()))
    (recorded,) = story.log
    assert recorded.authority == "tr-notice-register"
    assert recorded.actor == {"id": "hospital", "role": "hospital"}
    assert recorded.owners == {"said": "notice", "statement": "notice"}


@pytest.mark.parametrize("who", [stranger, OFFICER])
def test_nobody_else_does(who: Any) -> None:
    a_sale().when(tell(by=who)).then_refused(Unknown)


def test_an_office_of_no_hospital_does_not_either() -> None:
    """The law gives the role to one office alone."""
    other = office("hospital", authority="kz-police", person=None)
    story = a_sale().when(tell(by=other))
    assert isinstance(story.refusal, Unknown | NotAllowed)


# --- what counts --------------------------------------------------------------------------------------------


def test_the_same_again_is_ignored_and_what_was_made_later_counts() -> None:
    story = given(a_sale(), tell())
    story.when(tell()).then()
    later = {**TOLD, "made_at": "2026-11-23T08:30:00.000000Z", "kind": "still_born"}
    story.when(tell(later)).then("BirthNotified")
    assert story.the(BirthNotified).kind == "still_born"
    story.when(tell()).then()
    (notice,) = story.notices.values()
    assert (notice.version, notice.kind, notice.said) == (2, "still_born", later)


# --- a declaration that names it ----------------------------------------------------------------------------


def test_it_proves_the_birth_to_a_parent_who_names_the_mother_whom_it_names() -> None:
    story = a_birth()
    assert proves(story.request, born(story))
    assert not proves({**story.request, "applicant": person("TR", 77)}, born(story))
    assert not proves(story.request, born(story, mother=person("TR", 77)))
    assert not proves(story.request, born(story, mother=None))


def test_a_filing_looks_at_the_notice_that_it_names() -> None:
    """What its row forgot would read as if nobody had told."""
    story = given(a_birth(), told(a_birth()))
    command = file()(story)
    assert isinstance(command, FileCase)
    whole = story.situation(command)
    assert whole.notice is not None
    about = about_of(command, story.at, None)
    assert about is not None
    others = {key: each for key, each in story.loaded(command)["beside"].items() if key.family != "notice"}
    part = Situation(command, story.at, None, beside=others, ids=whole.ids, id_of=whole.id_of)
    with pytest.raises(NotSeen, match="FileCase"):
        decide(part)


def test_where_no_law_has_hospitals_tell_nothing_is_looked_for() -> None:
    story = a_sale()
    command = file()(story)
    assert isinstance(command, FileCase)
    assert "notice" not in {key.family for key in story.loaded(command)["beside"]}
    assert story.situation(command).notice is None


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, ()),
        ({"mother": None}, ("mother",)),
        ({"mother": person("TR", 77)}, ("mother",)),
        ({"kind": "still_born"}, ("kind",)),
    ],
)
def test_what_differs_is_named(changes: dict[str, Any], found: tuple[str, ...]) -> None:
    story = a_birth()
    assert differs(story.request, born(story, **changes)) == found


def test_a_day_and_a_sex_that_differ_are_named() -> None:
    story = a_birth()
    child = {**born(story)["child"], "sex": "undetermined", "born_on": "2026-11-01"}
    assert differs(story.request, born(story, child=child)) == ("born_on", "sex")


def test_a_name_that_parents_told_the_hospital_otherwise_is_named() -> None:
    """In whatever script; where they told it none, there is nothing to compare."""
    story = a_birth()
    child, declaration = story.request["child"], born(story)["declaration"]
    assert declaration is None
    told = {"hospital": None, "surname": child["surname"], "given_names": child["given_names"]}
    assert differs(story.request, born(story, declaration=told)) == ()
    other = {**told, "given_names": "Otherwise"}
    assert differs(story.request, born(story, declaration=other)) == ("names",)


def test_every_member_of_what_was_declared_stands_somewhere_in_the_statement() -> None:
    """What is wrong with it is shown to the hospital where it said it."""
    assert set(STATED_AS) >= set(declared(DECLARED) or ()) - {"relation"}
    for pointer, place in (
        ("/child/surname", "/declaration/surname"),
        ("/child/place/city", "/child/place/city"),
        ("/medical_certificate/number", "/number"),
        ("/medical_certificate", ""),
        ("/father/born_on", "/declaration/father/born_on"),
        ("/nowhere", ""),
    ):
        assert stated_as(pointer) == place


def test_a_hospital_that_knows_a_mother_by_name_alone_tells_of_the_same_one() -> None:
    story = a_birth()
    mother = {**story.request["mother"], "personal_number": None}
    assert differs(story.request, born(story, mother=mother)) == ()
    assert differs(story.request, born(story, mother={**mother, "surname": "Otherwise"})) == ("mother",)
    assert not proves(story.request, born(story, mother=mother))  # a name is nobody's alone


# --- the hospital files -------------------------------------------------------------------------------------


def test_what_the_parents_declared_there_is_a_request_of_the_hospitals() -> None:
    found = declared(DECLARED)
    assert found is not None
    assert found["applicant"] == {**DECLARED["declaration"]["hospital"], "acts_by": None}
    assert found["child"]["given_names"] == "Lola"
    assert found["medical_certificate"] == {
        "issuer": "City hospital",
        "city": "Almaty",
        "number": "17",
        "issued_on": "2026-11-20",
    }
    assert declared(TOLD) is None


def test_nobody_files_as_the_hospitals_where_the_law_does_not_have_them_do_so() -> None:
    story = given(a_birth(), told(a_birth()))
    (notice,) = story.notices.values()
    story.when(file(by=HOSPITALS, notice=notice.notice)).then_refused(Unknown)


def test_people_do_not_file_for_a_notice() -> None:
    story = a_birth()
    story.when(file(notice="notice/birth/TR/x")).then_refused(Unknown)
