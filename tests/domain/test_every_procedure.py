"""What is true of every procedure: each file in ``domain/procedures/`` has these tests by being there."""

import re
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Annotated, Any, get_args, get_origin

import pytest

from domain import events as e
from domain.countries import countries
from domain.events import Personal
from domain.forms import Company, Form, Named, Person, RepresentedCompany, may_be_acted_for, owners_of
from domain.names import plainly
from domain.offers import content_owners, offers
from domain.parties import is_keyed
from domain.procedure import Offer, Party, Procedure
from domain.procedures import procedures, registers
from domain.refusals import Invalid
from domain.register import Create, Register
from tests.domain.acts import bring, file
from tests.domain.story import a_story, given
from tests.examples import effects_of, example_content, is_person, unnumbered
from tests.founders import FOUNDING, FoundingForm
from tests.json_values import has_no_float

every_procedure = pytest.mark.parametrize("procedure", procedures().values(), ids=procedures())
every_offer = pytest.mark.parametrize("offer", offers().values(), ids=("-".join(key) for key in offers()))
every_register = pytest.mark.parametrize("register", registers().values(), ids=registers())

NAME = re.compile(r"[a-z][a-z0-9_]*")  # of procedures, roles, members, kinds: they stand in events for ever
IN_PATHS = re.compile(r"[a-z][a-z0-9-]*")


def forms_of(procedure: Procedure) -> list[type[Form]]:
    """The form that all countries share, and those of the countries."""
    return [procedure.form, *(o.form for o in offers().values() if o.procedure is procedure)]


# --- the procedure ----------------------------------------------------------------------------------------


@every_procedure
def test_a_procedure_has_a_name(procedure: Procedure) -> None:
    assert NAME.fullmatch(procedure.name)


@every_procedure
def test_somebody_offers_it(procedure: Procedure) -> None:
    assert any(o.procedure is procedure for o in offers().values())


@every_procedure
def test_one_party_files_and_every_role_is_there_once(procedure: Procedure) -> None:
    (applicant,) = (party for party in procedure.parties if party.is_applicant)
    assert not applicant.many
    roles = [party.role for party in procedure.parties]
    assert len(set(roles)) == len(roles)
    assert all(NAME.fullmatch(role) for role in roles)
    assert not {"case", "entry"} & set(roles), "these are whose, but nobody"


@every_procedure
def test_who_files_is_not_asked_for_consent(procedure: Procedure) -> None:
    assert not any(party.is_applicant and party.consents for party in procedure.parties)


@every_procedure
def test_each_party_is_named_in_the_form(procedure: Procedure) -> None:
    for form in forms_of(procedure):
        assert {party.member for party in procedure.parties} <= set(form.model_fields)


@every_procedure
def test_each_member_of_the_form_says_whose_it_is(procedure: Procedure) -> None:
    """A party's, or the case's; owners_of refuses a member that is not marked, or marked twice."""
    whose = {"case", *(party.role for party in procedure.parties if not party.many)}
    lists = {party.member for party in procedure.parties if party.many}
    for form in forms_of(procedure):
        assert {owner for name, owner in owners_of(form).items() if name not in lists} <= whose


@every_procedure
def test_what_names_a_party_is_personal_and_theirs(procedure: Procedure) -> None:
    for form in forms_of(procedure):
        for party in procedure.parties:
            assert owners_of(form).get(party.member) == party.role


@every_procedure
def test_what_names_a_party_has_the_names_of_a_human_or_is_a_company_with_a_head_who_acts(
    procedure: Procedure,
) -> None:
    """Nobody else can file or consent for a company, and the form has to name them."""
    assert wrong_parties(procedure, forms_of(procedure)) == []


def wrong_parties(procedure: Procedure, forms: list[type[Form]]) -> list[str]:
    """The roles whose member is neither a human nor a company that can do what it is asked for."""
    return [
        party.role
        for form in forms
        for party in procedure.parties
        if not _is_right(party, [k for k in _models(form, party.member) if k is not type(None)])
    ]


def _is_right(party: Party, kinds: list[type]) -> bool:
    companies = [kind for kind in kinds if not issubclass(kind, Named)]
    if party.is_applicant or party.consents:
        has_heads = not companies or "head" in party.acts_by
        return bool(kinds) and has_heads and all(issubclass(kind, RepresentedCompany) for kind in companies)
    return bool(kinds) and all(issubclass(kind, Company) for kind in companies)


def _models(form: type[Form], member: str) -> Iterator[type]:
    yield from _inside(form.model_fields[member].annotation)


def _inside(hint: Any) -> Iterator[type]:
    """The classes in a hint, without ``Annotated``, ``list`` and ``|`` around them."""
    inside = get_args(hint)[:1] if get_origin(hint) is Annotated else get_args(hint)
    yield from (kind for each in inside for kind in _inside(each)) if inside else (hint,)


def test_a_company_that_consents_without_a_head_is_a_mistake() -> None:
    class WithoutHead(FoundingForm):
        """A company of which nobody says who acts for it."""

        founders: Annotated[list[Person | Company], Personal("founder")]  # type: ignore[assignment]

    assert wrong_parties(FOUNDING, [FoundingForm]) == []
    assert wrong_parties(FOUNDING, [WithoutHead]) == ["founder"]
    nobody = replace(FOUNDING, parties=tuple(replace(party, acts_by=()) for party in FOUNDING.parties))
    assert wrong_parties(nobody, [FoundingForm]) == ["founder", "applicant"]


@every_procedure
def test_the_form_has_a_place_for_who_acts_where_the_law_lets_somebody_act(procedure: Procedure) -> None:
    """What is sealed follows from the form, which is frozen; as what somebody may act, from the procedure."""
    for form in forms_of(procedure):
        for party in procedure.parties:
            assert may_be_acted_for(form, party.member) == bool(party.acts_by)
            assert "counter" not in party.acts_by, "that is an officer, whom no form names"


@every_offer
def test_nobody_but_who_signs_in_needs_a_number_or_two_names_or_a_birth_day(offer: Offer) -> None:
    """Each other party is taken as they are; what it means is said to the officer."""
    as_they_are: Any = unnumbered(surname=None, born_on=None)
    story = a_story(offer.country, offer.procedure.name)
    others = [p for p in offer.procedure.parties if not p.is_applicant and is_person(story.request[p.member])]
    for party in others:
        asked = a_story(offer.country, offer.procedure.name, **{party.member: as_they_are})
        given(asked, file(evidence=[bring(r.kind) for r in asked.terms.evidence if r.is_required]))
        assert asked.now.request[party.member] == as_they_are
        assert f"one_name:{party.role}" in asked.now.warnings


@every_procedure
def test_a_member_of_the_form_is_told_apart_from_the_events_own(procedure: Procedure) -> None:
    """They are laid flat beside each other in the signed event."""
    taken = {f.name for f in fields(e.CaseFiled)}
    for form in forms_of(procedure):
        assert not taken & set(form.model_fields)
        assert all(NAME.fullmatch(name) for name in form.model_fields)
        assert not any(re.search("_[0-9]+$", name) for name in form.model_fields), "so are those in a list"
        assert not any(is_keyed(name) for name in form.model_fields), "keyed ids are called so"


@every_procedure
def test_the_form_can_be_told_as_a_json_schema(procedure: Procedure) -> None:
    for form in forms_of(procedure):
        schema = form.model_json_schema()
        assert schema["additionalProperties"] is False
        assert has_no_float(schema)


@every_procedure
def test_what_must_hold_has_a_code(procedure: Procedure) -> None:
    codes = [check.code for check in procedure.checks]
    assert len(set(codes)) == len(codes)
    for check in procedure.checks:
        assert NAME.fullmatch(check.code)
        assert check.moments


# --- the register -----------------------------------------------------------------------------------------


@every_procedure
def test_procedures_that_share_a_register_mean_the_same_one(procedure: Procedure) -> None:
    assert procedure.registers
    assert all(registers()[register.name] is register for register in procedure.registers)


@every_register
def test_a_register_has_a_name_for_paths(register: Register) -> None:
    assert IN_PATHS.fullmatch(register.name)
    assert register.content_version >= 1


@every_register
def test_each_member_of_the_content_says_whose_it_is(register: Register) -> None:
    owners = content_owners(register.name, register.content_version)
    assert all(NAME.fullmatch(whose) for whose in owners.values())
    assert "case" not in owners.values(), "an entry outlives its case"
    taken = {f.name for f in fields(e.EntryCreated)} | {f.name for f in fields(e.EntryChanged)}
    assert not taken & set(register.content.model_fields)
    assert has_no_float(register.content.model_json_schema())


@every_register
def test_an_entry_is_read_with_the_content_that_it_was_written_with(register: Register) -> None:
    """A released content stays: ``former`` has every version before the present one."""
    assert set(register.former) == set(range(1, register.content_version))
    for version, content in register.former.items():
        assert owners_of(content) == content_owners(register.name, version)


@every_register
def test_a_version_of_the_content_that_nobody_knows_is_a_mistake(register: Register) -> None:
    with pytest.raises(LookupError):
        content_owners(register.name, register.content_version + 1)


@every_register
def test_an_imported_line_has_the_keys_of_a_filing(register: Register) -> None:
    """Imports take the same keys as filings (rules.md 27)."""
    for country in countries():
        key = register.key(example_content(register.content, country))
        assert key.family == "entry"
        assert key.kind == register.name
        assert all(type(part) is str for part in key.parts)
        assert all(key.parts)
        assert {k.family for k in register.claims(example_content(register.content, country))} <= {"claim"}


@every_offer
def test_who_asks_for_an_entry_is_found_by_what_they_claim(offer: Offer) -> None:
    """Whoever buys a thing does not judge it: from the entry, the register leads to the claim of the open case."""
    story = a_story(offer.country, offer.procedure.name)
    changed = [each for each in effects_of(offer, story.request) if not isinstance(each, Create)]
    for effect in changed:
        content = story.entries[effect.key].content
        claims = effect.register.claims_on(content)
        assert claims
        assert set(claims) <= {*offer.procedure.claims(story.request)}
        assert effect.register.claims_on(dict.fromkeys(content)) == (), "what is erased is claimed by nobody"


@every_register
def test_what_an_entry_is_found_by_is_searched_in_the_same_form(register: Register) -> None:
    """Each key of a content is of a kind that the register declares, and finds itself; as its number does."""
    for country in countries():
        content = example_content(register.content, country)
        keys = register.keys_of(content, "No. 17/a")
        assert register.key(content) in keys
        for _, kind, *parts in (key.parts for key in keys):
            spellings = [each.spelling for each in countries().values()]
            assert set(register.keys_searched(kind, parts, spellings)) & set(keys), kind
        assert register.keys_of(dict.fromkeys(content), None) == (), "what is erased is found by nothing"


@every_register
def test_a_search_that_no_register_takes_says_what_there_is(register: Register) -> None:
    spelling = [plainly]
    with pytest.raises(Invalid) as refused:
        register.keys_searched("no_such_kind", ["x"], spelling)
    (fault,) = refused.value.errors
    assert (fault.pointer, fault.code) == ("/kind", "unknown_key")
    known = fault.values["known"]
    assert isinstance(known, tuple)
    for kind in map(str, known):
        assert NAME.fullmatch(kind)
        with pytest.raises(Invalid) as refused:
            register.keys_searched(kind, ["x"] * 20, spelling)
        assert [(f.pointer, f.code) for f in refused.value.errors] == [("/parts", "wrong_parts")]
    assert set(register.thing) <= set(register.content.model_fields)


@every_register
def test_two_things_have_two_keys(register: Register) -> None:
    keys = {register.key(example_content(register.content, "KZ", n)) for n in range(5)}
    assert len(keys) == 5


def test_a_form_without_a_mark_is_a_mistake_that_is_seen_at_once() -> None:
    class Unmarked(Form):
        """Nobody said whose this is."""

        secret: str

    with pytest.raises(TypeError, match="secret"):
        owners_of(Unmarked)
