"""What is true of all terms: each file in ``domain/law/<country>/`` has these tests by being there."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any, get_args

import pytest

from domain.authorities import authorities, registrar_of
from domain.countries import countries, country_of, legal_day
from domain.country import Source
from domain.facts import Choice, Content, Facts, Is, Late, Request, Where, applies
from domain.fees import Fee, Table, assess
from domain.forms import Money, may_be_acted_for, owners_of
from domain.limits import SENIOR, day_in, facts_of
from domain.offers import as_json, offers, request_owners, restrictions_of, terms_hash
from domain.parties import places
from domain.procedure import Offer, Procedure
from domain.register import Change, Create, Effect, End
from domain.terms import Terms
from infra.formats.canonical import b64url, encode
from tests.domain.acts import (
    FINAL,
    OFFICER,
    SECOND,
    SUPERVISOR,
    acknowledge,
    approve,
    ask_for_opinion,
    assign,
    bring,
    consent,
    erase,
    file,
    give_opinion,
    later,
    pay,
    propose,
    refuse,
    withdraw,
)
from tests.domain.acts import assess as says_the_fee
from tests.domain.story import MONDAY, Story, a_story, given
from tests.examples import effects_of, example_entry, example_request
from tests.json_values import has_no_float

every_offer = pytest.mark.parametrize("offer", offers().values(), ids=("-".join(key) for key in offers()))
every_row = pytest.mark.parametrize(
    ("offer", "terms"),
    [(offer, terms) for offer in offers().values() for terms in offer.terms],
    ids=[f"{'-'.join(key)}-{terms.since}" for key, offer in offers().items() for terms in offer.terms],
)
NAME = re.compile(r"[a-z][a-z0-9_]*")
AUTHORITY = re.compile(r"[a-z]{2}(-[a-z0-9]+)+")


# --- the terms --------------------------------------------------------------------------------------------


@every_offer
def test_rows_follow_each_other_and_never_hold_together(offer: Offer) -> None:
    assert offer.terms
    for before, after_it in pairwise(offer.terms):
        assert before.since < after_it.since
        assert before.until is None or before.until < after_it.since
    for terms in offer.terms:
        assert terms.until is None or terms.since <= terms.until
        assert offer.on(terms.since) is terms
        assert offer.since(terms.since.isoformat()) is terms
    assert offer.on(offer.terms[0].since - timedelta(days=1)) is None
    with pytest.raises(KeyError):
        offer.since("1900-01-01")


@every_offer
def test_the_form_has_a_version_by_which_a_filed_case_is_read(offer: Offer) -> None:
    assert offer.form_version >= 1
    assert issubclass(offer.form, offer.procedure.form)
    roles = one_of_each(offer.procedure)
    owners = request_owners(offer.country, offer.procedure.name, offer.form_version, roles)
    parties = places(offer.procedure, roles)
    persons = {f"person_{party}": place.whose for party, place in parties.items()}
    represented = {
        f"representative_{party}": place.whose
        for party, place in parties.items()
        if may_be_acted_for(offer.form, place.shape.member)
    }
    lists = {place.shape.member: place for place in parties.values() if place.shape.many}
    named = {n: whose for n, whose in owners_of(offer.form).items() if n not in lists}
    of_lists = {place.member: place.whose for place in lists.values()}
    assert owners == {**named, **of_lists, **persons, **represented}
    with pytest.raises(LookupError):
        request_owners(offer.country, offer.procedure.name, offer.form_version + 1, roles)
    with pytest.raises(LookupError):
        request_owners(offer.country, offer.procedure.name, offer.form_version, (*roles, "nobody"))


@every_offer
def test_a_case_is_read_with_the_form_that_it_was_filed_with(offer: Offer) -> None:
    """A released form stays: ``FORMER_FORMS`` has every version before the present one."""
    assert set(offer.former) == set(range(1, offer.form_version))
    for version, form in offer.former.items():
        owners = request_owners(offer.country, offer.procedure.name, version, one_of_each(offer.procedure))
        lists = {party.member for party in offer.procedure.parties if party.many}
        assert {n: w for n, w in owners_of(form).items() if n not in lists}.items() <= owners.items()


def one_of_each(procedure: Procedure) -> tuple[str, ...]:
    """The roles of a case in which there is one party of each."""
    return tuple(party.role for party in procedure.parties)


@every_row
def test_every_number_of_the_law_has_its_source(offer: Offer, terms: Terms) -> None:
    """A term or a fee without a source of its own has that of its terms."""
    sources = list(_all(terms, Source))
    assert terms.source in sources
    for source in sources:
        assert source.law.strip()
        assert isinstance(source.confirmed, bool)
    assert offer.country in countries()


@every_row
def test_what_is_not_settled_law_says_so(offer: Offer, terms: Terms) -> None:
    """A guess is never shown as settled law: what is unconfirmed follows from the sources alone."""
    doubtful = {
        name
        for name in {f.name for f in fields(Terms)} - {"source"}
        if any(not source.confirmed for source in _all(getattr(terms, name), Source))
    }
    said = {name.partition(".")[0] for name in terms.unconfirmed}
    assert {"since" if name == "since_source" else name for name in doubtful} <= said, offer.country
    assert len(set(terms.unconfirmed)) == len(terms.unconfirmed)


@every_row
def test_nothing_in_the_law_is_a_float(offer: Offer, terms: Terms) -> None:
    assert has_no_float(as_json(terms))
    assert offer.form_version == int(offer.form_version)


@every_row
def test_what_a_case_names_is_the_hash_of_the_canonical_row(offer: Offer, terms: Terms) -> None:
    assert terms_hash(terms) == b64url(hashlib.sha256(encode(as_json(terms))).digest())
    assert terms_hash(terms) != terms_hash(replace(terms, authority=terms.registry))
    assert offer.on(terms.since) is terms


@every_row
def test_offices_are_named_after_their_country_and_may_sign(offer: Offer, terms: Terms) -> None:
    named = {terms.authority, terms.registry, *(r.authority for r in terms.restrictions)}
    for authority in named:
        assert AUTHORITY.fullmatch(authority)
        assert authority.startswith(f"{offer.country.lower()}-")
        assert authorities(offer.country)[authority]
    assert terms.registry != terms.authority, "nobody gives themselves a receipt"


@every_row
def test_grounds_evidence_and_restrictions_have_codes_titles_and_sources(offer: Offer, terms: Terms) -> None:
    assert terms.grounds, f"{offer.country}: a refusal needs a ground of the law"
    for codes in (
        [g.code for g in terms.grounds],
        [r.kind for r in terms.evidence if r.is_required],
        [r.kind for r in terms.evidence if not r.is_required],
        [r.kind for r in terms.restrictions],
    ):
        assert len(set(codes)) == len(codes)
        assert all(NAME.fullmatch(code) for code in codes)


@every_row
def test_a_fee_speaks_of_members_and_units_that_exist(offer: Offer, terms: Terms) -> None:
    members = offer.form.model_fields
    country = country_of(offer.country)
    for fee in fees_of(terms):
        names = [part.name for part in fee.parts]
        assert len(set(names)) == len(names)
        for part in fee.parts:
            assert NAME.fullmatch(part.name)
            assert part.unit is None or country.units[part.unit]
            if part.ad_valorem is not None:
                hint = members[part.ad_valorem].annotation
                assert Money in (hint, *get_args(hint))


@every_row
def test_conditions_and_choices_speak_of_public_codes_of_the_form(offer: Offer, terms: Terms) -> None:
    """What decides about time and money survives an erasure, and no code of the form is forgotten."""
    codes = codes_of(offer)
    for condition in _all(terms, Is):
        said = set(condition.values) - {None}  # nobody said it, or a former form lacks it
        assert said <= codes[condition.member]
    for choice in _all(terms, Choice):
        assert set(choice.of) == codes[choice.by]
    limits = [limit.code for limit in terms.filing_limits]
    assert {code for condition in _all(terms, Late) for code in condition.limits} <= set(limits)
    named = [where.code for where in set(_all(terms, Where))]
    for some in (limits, named, [exemption.code for exemption in terms.exemptions]):
        assert len(set(some)) == len(some)
        assert all(NAME.fullmatch(code) for code in some)


@every_row
def test_tables_rise_and_find_integers(offer: Offer, terms: Terms) -> None:
    request = example_request(offer)
    for table in _all(terms, Table):
        ends = [step.up_to for step in table.steps]
        assert all(end is not None for end in ends[:-1]), "only the last step has no end"
        assert ends[:-1] == sorted(set(ends[:-1]), key=int)
        value: Any = request
        for member in table.by:
            value = value[member]
        assert type(value) is int


@every_row
def test_a_limit_and_the_age_of_evidence_find_their_day_in_the_form(offer: Offer, terms: Terms) -> None:
    """A limit runs forward from a day, or backwards from an end; never both."""
    request = example_request(offer)
    for limit in terms.filing_limits:
        assert day_in(request, limit.from_member)
        assert (limit.term is None) == bool(limit.opens or limit.closes)
    for requirement in terms.evidence:
        assert bool(requirement.not_older_than) == bool(requirement.dated_by)
        assert not requirement.dated_by or day_in(request, requirement.dated_by)
        assert requirement.not_older_than is None or not requirement.not_older_than.is_moved


@every_row
def test_a_time_is_there_where_there_is_something_to_wait_for(offer: Offer, terms: Terms) -> None:
    """No "to be confirmed" of what the law does not have: no time to pay without a fee, none to consent."""
    times = terms.times
    assert bool(times.pay) == bool(terms.fee.parts)
    assert bool(times.pay_entry) == bool(terms.entry_fee)
    assert bool(times.consent) == any(party.consents for party in offer.procedure.parties)


@every_row
def test_the_law_of_a_register_is_told_once(offer: Offer, terms: Terms) -> None:
    """Procedures that share a register name the same offices and reaches for its restrictions."""
    for register in offer.procedure.registers:
        known = restrictions_of(offer.country, register.name, terms.since)
        for restriction in terms.restrictions if offer.on(terms.since) is terms else ():
            assert known[restriction.kind].authority == restriction.authority
            assert known[restriction.kind].reach == restriction.reach


@every_row
def test_a_registry_of_its_own_is_that_of_a_register_of_the_procedure(offer: Offer, terms: Terms) -> None:
    assert {*terms.registries, *terms.numbers} <= {register.name for register in offer.procedure.registers}


@every_row
def test_quotas_have_a_name_for_their_sizes(offer: Offer, terms: Terms) -> None:
    """How large it is may be unknown, which is a warning; a size of no quota is a mistake."""
    names = {quota.name for quota in terms.quotas}
    assert all(NAME.fullmatch(name) for name in names)
    if terms is offer.terms[-1]:
        known = {quota.name for row in offer.terms for quota in row.quotas}
        assert {name for name, *_ in offer.quota_sizes} <= known
    for sizes in offer.quota_sizes.values():
        assert [size.since for size in sizes] == sorted({size.since for size in sizes})


@every_row
def test_an_investigation_has_a_code_and_somebody_to_ask(offer: Offer, terms: Terms) -> None:
    """An opinion is asked of another office than the one that decides, each once."""
    asked = [consultation.authority for consultation in terms.opinions]
    assert len(set(asked)) == len(asked)
    assert terms.authority not in asked
    assert all(NAME.fullmatch(investigation.code) for investigation in terms.investigations)
    assert asked or not terms.investigations, offer.country


@every_row
def test_a_fee_before_the_entry_has_a_time_to_be_paid(offer: Offer, terms: Terms) -> None:
    """And no time is given where nothing is asked: it would never run."""
    assert (terms.entry_fee is None) == (terms.times.pay_entry is None), offer.country


# --- an example of a request --------------------------------------------------------------------------------


@every_offer
@pytest.mark.parametrize("is_bare", [False, True])
def test_the_keys_of_a_request_are_of_its_register(offer: Offer, is_bare: bool) -> None:  # noqa: FBT001
    request = example_request(offer, is_bare=is_bare)
    keys = [effect.key for effect in effects_of(offer, request)]
    claims = offer.procedure.claims(request)
    assert len(set(claims)) == len(claims)
    assert {claim.family for claim in claims} <= {"claim"}
    for part in (part for key in (*keys, *claims) for part in key.parts):
        assert isinstance(part, str | tuple)  # a human, as ``persons.key_of`` has them
        assert part


@every_offer
@pytest.mark.parametrize("is_bare", [False, True])
def test_an_effect_is_on_an_entry_of_its_register(offer: Offer, is_bare: bool) -> None:  # noqa: FBT001
    request = example_request(offer, is_bare=is_bare)
    effects = effects_of(offer, request)
    assert effects
    assert len({effect.key for effect in effects}) == len(effects), "one effect for each entry"
    for effect in effects:
        register = effect.register
        assert register in offer.procedure.registers
        assert (effect.key.family, effect.key.kind) == ("entry", register.name)
        assert re.fullmatch(r"[a-z][a-z_]*", effect.title)
        content = _after(offer, request, effect)
        register.content.model_validate(content)
        assert set(content) == set(register.content.model_fields), "absent members are nulls"
        assert register.key(content) == effect.key, "the entry is found again by its content"


def _after(offer: Offer, request: Request, effect: Effect) -> Content:
    match effect:
        case Create(content=content):
            return content
        case Change(content=anew):
            return anew(example_entry(offer, request, effect=effect))
    return example_entry(offer, request, effect=effect)


@every_offer
@pytest.mark.parametrize("is_bare", [False, True])
def test_the_keys_of_the_effects_are_the_same_on_any_day(offer: Offer, is_bare: bool) -> None:  # noqa: FBT001
    """They are loaded before anybody decides."""
    request = example_request(offer, is_bare=is_bare)
    days = (date(2026, 11, 23), date(2031, 2, 28))
    first, later_ = ([f.key for f in offer.procedure.effects(Facts(request, day))] for day in days)
    assert first == later_


@every_offer
def test_an_approval_is_told_to_members_only(offer: Offer) -> None:
    told = offer.procedure.concerns(Facts(example_request(offer), MONDAY.date()))
    assert set(told) <= set(countries())


@every_offer
def test_a_claim_is_settled_by_one_effect(offer: Offer) -> None:
    """An entry that is changed holds nothing for good that the next change would need; what it settles it claims."""
    request = example_request(offer)
    effects = effects_of(offer, request)
    settled = [key for effect in effects for key in effect.settles]
    assert len(set(settled)) == len(settled)
    for effect in effects:
        if isinstance(effect, Create):
            assert set(effect.settles) == set(effect.register.claims(effect.content))
    assert not any(effect.settles for effect in effects if isinstance(effect, End))


@every_offer
def test_the_fee_of_an_example_is_certain_or_says_why_not(offer: Offer) -> None:
    terms = offer.on(legal_day(MONDAY, country_of(offer.country))) or offer.terms[-1]
    fee = assess(terms.fee, Facts(example_request(offer), MONDAY.date()), country_of(offer.country))
    assert has_no_float(fee)
    assert fee["currency"] == country_of(offer.country).currency


@every_offer
def test_two_examples_are_two_requests(offer: Offer) -> None:
    keys = {effects_of(offer, example_request(offer, n))[0].key for n in range(5)}
    assert len(keys) == 5


# --- the whole life, for every offer ------------------------------------------------------------------------


def _now(offer: Offer) -> datetime:
    """A working day on which it is offered."""
    first = offer.terms[-1].since
    return MONDAY if first <= MONDAY.date() else datetime(first.year, first.month, first.day, 9, tzinfo=UTC)


def _filed(offer: Offer, *, is_bare: bool = False) -> Story:
    story = a_story(offer.country, offer.procedure.name, at=_now(offer))
    if is_bare:
        story = a_story(
            offer.country,
            offer.procedure.name,
            at=_now(offer),
            **example_request(offer, today=_now(offer).date(), is_bare=True),
        )
    evidence = [bring(r.kind, n) for n, r in enumerate(story.terms.evidence) if r.is_required]
    return given(story, file(evidence=evidence))


def _complete(story: Story) -> Story:
    for party in story.now.consents_asked:
        given(story, consent(party))
    if story.now.fee and story.now.fee["provisional"]:  # nobody said what it is measured by
        given(story, says_the_fee(amount=5_000))
    if story.now.fee and story.now.fee["amount"]:
        given(story, pay())
    assert story.now.stage == "in_review"
    return given(story, assign(OFFICER))


def _inquired(story: Story) -> Story:
    """What the law wants to be looked into before anything is approved."""
    facts = facts_of(story.terms, story.request, MONDAY, country_of(story.offer.country))
    for each in story.terms.investigations:
        if each.before_approval and applies(each.when, facts):
            office = story.terms.opinions[0].authority
            given(story, ask_for_opinion(office, investigation=each.code), give_opinion(authority=office))
    return story


@every_offer
@pytest.mark.parametrize("is_bare", [False, True])
def test_a_case_goes_all_the_way(offer: Offer, is_bare: bool) -> None:  # noqa: FBT001
    story = _inquired(_complete(_filed(offer, is_bare=is_bare)))
    facts = facts_of(story.terms, story.request, _now(offer), country_of(offer.country))
    is_senior = SENIOR in story.now.warnings
    if story.terms.four_eyes.apply_to(facts):
        given(story, propose(OFFICER), approve(SUPERVISOR if is_senior else SECOND))
    elif is_senior:
        given(story, assign(SUPERVISOR), approve(SUPERVISOR))
    else:
        given(story, approve(OFFICER))
    written = [story.entries[key] for key in story.keys_of_entries]
    assert [w["entry"] for w in story.now.entries] == [entry.entry for entry in written]
    for entry in written:
        assert story.now.stage == "approved"
        given(story, acknowledge(entry=entry, number="A-17"))  # which is kept where the law asks for it
    assert story.now.stage == "completed"
    given(story, later(days=36_500)).when(erase()).then("PersonalDataErased")


@every_offer
def test_a_case_is_refused_on_each_ground_of_its_law(offer: Offer) -> None:
    for ground in offer.terms[-1].grounds:
        story = _complete(_filed(offer))
        given(story, refuse(ground.code))
        assert story.now.stage == "refused"
        given(story, *FINAL)
        assert not any(claim.holder and not claim.is_settled for claim in story.claims.values())


@every_offer
def test_a_case_is_withdrawn_and_filed_again(offer: Offer) -> None:
    story = given(_filed(offer), withdraw())
    story.case, story.case_id = None, "case-2"
    evidence = [bring(r.kind, n) for n, r in enumerate(story.terms.evidence) if r.is_required]
    given(story, file(evidence=evidence))


# --- offices ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("country", countries())
def test_every_country_has_its_own_three_offices_and_a_registrar(country: str) -> None:
    found = authorities(country)
    prefix = country.lower()
    assert {f"{prefix}-treasury", f"{prefix}-feed", f"{prefix}-access-register"} <= set(found)
    assert registrar_of(country) not in found, "who authorises keys signs nothing else"
    assert not any(types == () for types in found.values())
    assert not any("keys.*" in types for types in found.values())


def fees_of(terms: Terms) -> list[Fee]:
    return [fee for fee in (terms.fee, terms.entry_fee) if fee]


def codes_of(offer: Offer) -> dict[str, set[Any]]:
    """The values that each public choice of the form may have."""
    members = {n: f for n, f in offer.form.model_fields.items() if n not in owners_of(offer.form)}
    return {
        name: {True, False} if found.annotation is bool else set(get_args(found.annotation))
        for name, found in members.items()
    }


def _all(value: Any, kind: type[Any]) -> Any:
    """Everything of that kind in a row of law."""
    if isinstance(value, kind):
        yield value
    if isinstance(value, tuple):
        for each in value:
            yield from _all(each, kind)
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _all(each, kind)
    elif hasattr(value, "__dataclass_fields__"):
        for f in fields(value):
            yield from _all(getattr(value, f.name), kind)
