"""A birth is registered once, and the certificate follows from the entry; a late birth is always taken.

A parent who files claims the delivery of the mother; whoever is no parent claims nothing of hers, and waits for a
parent's word or an officer (rules.md 26). What proves the birth is claimed when it is entered.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Final, Literal, get_args

from pydantic import Field

from domain import birth_notice
from domain.checks import Check, Likeness
from domain.countries import countries
from domain.country import Source
from domain.days.deadlines import Term, after
from domain.events import As, Personal
from domain.facts import Content, Facts, Is, Request, Where
from domain.forms import (
    AnyPerson,
    CountryCode,
    Day,
    DocumentKind,
    Form,
    Line,
    Name,
    Named,
    PersonalNumber,
    Public,
    RepresentedKnownPersonOrCompany,
    RepresentedPerson,
    Sex,
    Value,
)
from domain.key_kinds import (
    KeyKind,
    country,
    day,
    hard,
    in_form,
    number_of_a_certificate,
    number_of_a_document,
    number_of_a_person,
    spelt,
)
from domain.lookup_keys import Key, claim_key, entry_key, notice_key
from domain.names import Spelling, likeness, normal_form, plainly, written_number
from domain.parentage import child_of, claim_of
from domain.persons import (
    acts_by_mandate,
    are_alike,
    is_company,
    is_same,
    itself,
    key_of,
    name_of,
    parent_warnings,
    representative_of,
)
from domain.procedure import Notified, Party, Procedure
from domain.refusals import Fault, WrongValue
from domain.register import Create, Effect, Register
from domain.terms import Requirement

FIRST_CERTIFICATE_NUMBER: Final = "[0-9A-Z-]{3,30}"  # of the first entries, which are found by it still
TimeOfDay = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]  # local
Kind = Literal["live", "still_born", "foundling"]
Relation = Literal["mother", "father", "relative", "guardian", "medical_organisation", "authority", "other"]
Fatherhood = Literal["marriage", "marriage_ended", "joint_application", "court", "mothers_word", "none"]


class MedicalCertificate(Value):
    """The paper of the hospital, or of whoever helped at the birth; ``number`` as it stands there, null for none.

    ``city``: where the issuer is; null: where the child was born.
    """

    issuer: Line
    city: Line | None = None
    number: Line | None
    issued_on: Day


class Place(Value):
    """Where the child was born; a foundling, where it was found."""

    country: CountryCode
    city: Line
    facility: Line | None = None
    setting: Literal["hospital", "home", "on_the_way", "other"] = "hospital"


class OtherSpelling(Value):
    """The child's name in the other script or language of the country, as the parents wish it."""

    surname: Name | None
    given_names: Name | None
    patronymic: Name | None = None


class Child(Named):
    """The child; ``order`` is the order in the delivery, 1 for a single birth."""

    patronymic: Name | None = None
    other_spelling: OtherSpelling | None = None
    sex: Sex
    born_on: Day
    born_at: TimeOfDay | None = None
    place: Place
    order: Annotated[int, Field(ge=1, le=12)] = 1


class EnteredChild(Named):
    """A child whose birth stands in the register, as it was first entered: by that, and by the mother, it is found,
    also where the day was corrected since.
    """

    born_on: Day
    country: CountryCode  # where it was born
    order: Annotated[int, Field(ge=1, le=12)] = 1


class BirthForm(Form):
    """What every country asks about a birth. Nobody has to invent a mother or a father: null is an answer.

    ``parents_cannot_because``: why no parent files. ``fatherhood``: by what the father is known.
    """

    applicant: Annotated[RepresentedKnownPersonOrCompany, Personal("applicant")]
    relation: Annotated[Relation, Public()]
    parents_cannot_because: Annotated[Line | None, Personal("case")] = Field(None, examples=[None])
    kind: Annotated[Kind, Public()] = "live"
    child: Annotated[Child, Personal("child")]
    mother: Annotated[RepresentedPerson | None, Personal("mother")]
    mother_unknown_because: Annotated[Line | None, Personal("case")] = None
    father: Annotated[RepresentedPerson | None, Personal("father")]
    fatherhood: Annotated[Fatherhood | None, Personal("child")] = Field(None, examples=["marriage"])
    marriage_ended_on: Annotated[Day | None, Personal("case")] = Field(None, examples=[None])
    medical_certificate: Annotated[MedicalCertificate | None, Personal("child")]
    child_number: Annotated[PersonalNumber | None, Personal("child"), Field(examples=[None])] = None


class FirstBirthEntry(Form):
    """The first content of a birth entry: nobody could be found by their own birth."""

    child: Annotated[Child, Personal("entry")]
    mother: Annotated[AnyPerson | None, Personal("entry")]
    father: Annotated[AnyPerson | None, Personal("entry")]
    medical_certificate: Annotated[MedicalCertificate | None, Personal("entry")]


class SecondBirthEntry(Form):
    """The second content: whoever was found, or born dead, was in no entry of their own kind."""

    child: Annotated[Child, Personal("entry")]
    mother: Annotated[AnyPerson | None, Personal("entry")]
    father: Annotated[AnyPerson | None, Personal("entry")]
    medical_certificate: Annotated[MedicalCertificate | None, Personal("entry")]
    child_number: Annotated[PersonalNumber | None, Personal("entry"), Field(examples=[None])] = None


class BirthEntry(Form):
    """The content of a birth entry; ``child_number`` is null as long as nobody told the register."""

    kind: Annotated[Kind, Public()] = "live"
    child: Annotated[Child, Personal("entry")]
    mother: Annotated[AnyPerson | None, Personal("entry")]
    father: Annotated[AnyPerson | None, Personal("entry")]
    fatherhood: Annotated[Fatherhood | None, Personal("entry")] = None
    mother_nationality: Annotated[Line | None, Personal("entry")] = None
    father_nationality: Annotated[Line | None, Personal("entry")] = None
    medical_certificate: Annotated[MedicalCertificate | None, Personal("entry")]
    child_number: Annotated[PersonalNumber | None, Personal("entry"), Field(examples=[None])] = None


# --- what the terms of a country may ask of a birth -----------------------------------------------------------

ALIVE: Final = Where("not_still_born", lambda facts: facts.request.get("kind") != "still_born")
STILL_BORN: Final = Is("kind", ("still_born",))
FOUNDLING: Final = Is("kind", ("foundling",))
BY_MOUTH: Final = Where("without_certificate", lambda facts: facts.request["medical_certificate"] is None)
UNMARRIED: Final = Where(
    "joint_application", lambda facts: facts.request.get("fatherhood") == "joint_application"
)
SINGLE_MOTHER: Final = Where("single_mother", lambda facts: _is_single(facts.request))
BORN_ON: Final = ("child", "born_on")


def _is_single(request: Request) -> bool:
    """No father is named, or by the mother's word alone."""
    return request["father"] is None or request.get("fatherhood") in {"mothers_word", "none"}


def born_outside(code: str) -> Where:
    """The child was born in another country than this one."""
    return Where("born_abroad", lambda facts: facts.request["child"]["place"]["country"] != code)


def born_inside(code: str) -> Where:
    """The child was born in this country."""
    return Where("born_in_the_country", lambda facts: facts.request["child"]["place"]["country"] == code)


def father_known_by(*ways: str, code: str | None = None) -> Where:
    """By what the father is known, where anybody says so: the child's own business, and no public code of the form."""
    code = code or f"father_by_{'_or_'.join(ways)}"
    return Where(code, lambda facts: facts.request.get("fatherhood") in ways)


def shown_by_court(source: Source) -> Requirement:
    """Who is the father by a court shows what it decided: nothing else says that he is, and nobody is asked."""
    return Requirement("court_decision", source, when=(father_known_by("court"),))


def is_represented(facts: Facts) -> bool:
    """Whether somebody acts for the applicant."""
    return representative_of(facts.request["applicant"]) is not None


def is_by_mandate(facts: Facts) -> bool:
    """Whether somebody acts by a mandate for the applicant, the mother or the father."""
    return any(acts_by_mandate(facts.request.get(name)) for name in ("applicant", "mother", "father"))


def older_than(months: int) -> Where:
    """The child is older than so many months on the day that counts, which is that of the filing."""
    term = Term(months, "months", is_moved=False)

    def is_older(facts: Facts) -> bool:
        return facts.day > after(term, date.fromisoformat(facts.request["child"]["born_on"]))

    return Where(f"child_older_than_{months}_months", is_older)


# --- keys -------------------------------------------------------------------------------------------------------


def _spelling_at(code: str) -> Spelling:
    """How names are compared at the place of birth: how a hospital is written follows the language there."""
    there = countries().get(code)
    return there.spelling if there else plainly


def _certificate(request: Request) -> tuple[str, ...] | None:
    """The certificate, and the order in the delivery; None: there is no number."""
    found = certificate_of(request)
    return ("certificate", *found) if found else None


def certificate_of(request: Request) -> tuple[str, ...] | None:
    """The issuer with its place, the certificate's number, the order in the delivery; None: there is no number."""
    child, certificate = request["child"], request["medical_certificate"]
    number = certificate and certificate["number"] and written_number(certificate["number"])
    if not number:
        return None
    place = child["place"]
    spelling = _spelling_at(place["country"])
    city = normal_form(certificate.get("city") or place["city"], spelling)
    issuer = normal_form(certificate["issuer"], spelling)
    return (place["country"], city, issuer, number, str(child["order"]))


def _first_certificate(request: Request) -> tuple[str, ...] | None:
    """As the first entries have it: hospitals of one name are in every town, so nothing is claimed by it any more."""
    child, certificate = request["child"], request["medical_certificate"]
    number = ((certificate and certificate["number"]) or "").upper()
    if not re.fullmatch(FIRST_CERTIFICATE_NUMBER, number):
        return None
    issuer = normal_form(certificate["issuer"], _spelling_at(child["place"]["country"]))
    return ("medical_certificate", issuer, number, str(child["order"]))


def _delivery(request: Request) -> tuple[str, ...]:
    """The mother, the day and the order; where no number or document tells who she is, names do.

    One name is the same name in either member.
    """
    child, mother = request["child"], request["mother"]
    born = (child["born_on"], str(child["order"]))
    match key_of(mother):
        case ("person", _, *number):
            return ("delivery", *map(str, number), *born)
        case ("document", _, *document):
            return ("delivery_by_document", *map(str, document), *born)
    spelling = _spelling_at(child["place"]["country"])
    names = (normal_form(name, spelling) for name in name_of(child).values())
    if mother is None:
        return ("mother_unknown", *names, *born)
    return ("mother_by_name", normal_form(" ".join(name_of(mother).values()), spelling), *names, *born)


def _of_kind(request: Request, key: tuple[str, ...]) -> tuple[str, ...]:
    """A stillbirth and a foundling are entries of another kind."""
    kind = request.get("kind") or "live"
    return key if kind == "live" else (kind, *key)


def _keys(request: Request) -> list[tuple[str, ...]]:
    """All by which a birth is entered once: its delivery, and its certificate."""
    certificate = _certificate(request)
    return [_of_kind(request, key) for key in (_delivery(request), certificate) if key]


def _entered(request: Request) -> tuple[Key, ...]:
    """Of a delivery and a certificate there is one entry, and of whose number is known, too."""
    return (*(claim_key("birth", *key) for key in _keys(request)), *claim_of(request))


def _claims(request: Request) -> tuple[Key, ...]:
    """While it is open: the delivery, of a parent who files; and of anybody else, that they told of it themselves: a
    hospital tells of many on one day.
    """
    delivery = _of_kind(request, _delivery(request))
    if _is_a_parents(request) and key_of(request["mother"]) is not None:
        return (claim_key("birth", *delivery), *claim_of(request))
    applicant = key_of(request["applicant"])
    told_by = (applicant,) if applicant else ()
    return (claim_key("birth_told_by", *told_by, *delivery),)


def _claims_by_notice(request: Request) -> tuple[Key, ...]:
    """Of what a hospital files: the delivery, as a parent's; it tells of no mother but the one who gave birth there."""
    if key_of(request["mother"]) is None:
        return _claims(request)
    return (claim_key("birth", *_of_kind(request, _delivery(request))), *claim_of(request))


def _notice(request: Request) -> Key | None:
    """What the office of the hospitals told of this certificate, if it did."""
    found = certificate_of(request)
    return notice_key(*found) if found else None


def _is_a_parents(request: Request) -> bool:
    """Whether a parent files, as the request names them."""
    return any(is_same(request[parent], request["applicant"]) for parent in ("mother", "father"))


def _entry(request: Request) -> Key:
    return entry_key("births", *_keys(request)[0])


def asked_of(content: Content) -> tuple[Key, ...]:
    """What a parent claims who asks for a change of this entry, until it is written: one asks at a time."""
    return (claim_key("birth_change", *_of_kind(content, _delivery(content))),)


def asked_by(applicant: Content, content: Content) -> tuple[Key, ...]:
    """What anybody else claims: that they asked themselves, which keeps no parent out."""
    known = key_of(applicant)
    asked = (known,) if known else ()
    return (claim_key("birth_change_asked_by", *asked, *_of_kind(content, _delivery(content))),)


def named_birth(request: Request) -> Content:
    """The entry that a request is about, as far as an ``EnteredChild``, the ``kind`` and the ``mother`` tell it."""
    child = request["child"]
    place = {"country": child["country"]}
    return {"kind": request.get("kind"), "child": {**child, "place": place}, "mother": request["mother"]}


def birth_key(content: Content) -> Key:
    """The entry of this birth, by the delivery."""
    return entry_key("births", *_of_kind(content, _delivery(content)))


def delivery_claim(content: Content) -> Key:
    """The claim on being entered once, by the delivery."""
    return claim_key("birth", *_of_kind(content, _delivery(content)))


def _claimed_as(key: Key) -> Key:
    """A birth is found by what it claims: its mother, its day and its certificate may have been corrected."""
    return claim_key("birth", *key.parts[1:])


def the_birth(request: Request) -> Mapping[str, Key]:
    """The entry of the birth that a request names, for checks that ask for it as ``birth``."""
    return {"birth": birth_key(named_birth(request))}


def _found_by(content: Content) -> tuple[Key, ...]:
    first = _first_certificate(content)
    keys = (entry_key("births", *key) for key in (*_keys(content), *((first,) if first else ())))
    child = child_of(content)
    return (*keys, *((entry_key("births", "child", child),) if child else ()))


def _cannot_be(content: Content, day: date) -> tuple[Fault, ...]:
    """Nobody is born on a day to come."""
    is_to_come = date.fromisoformat(content["child"]["born_on"]) > day
    return (Fault("/child/born_on", "in_the_future"),) if is_to_come else ()


def _is_the_same_birth(before: Content, now: Content) -> bool:
    """Who the mother is, or what the certificate says, may have been typed wrong; not both."""
    return any(key in _keys(now) for key in _keys(before))


def _document_kind(text: str) -> str:
    known = get_args(DocumentKind)
    if text not in known:
        raise WrongValue("not_in_list", known=known)
    return text


# --- what is like another birth ----------------------------------------------------------------------------------

BETWEEN_BIRTHS: Final = timedelta(days=270)  # no law: hardly any mother bears again within that time
_TOLD_AWRY: Final = timedelta(days=3)  # by so much two who tell of one birth may differ
_MADE_OLDER: Final = timedelta(
    days=3 * 366
)  # so much older or younger a child is made, for a school or a pension


def _of_mother(request: Request) -> tuple[Key, ...]:
    """Of whom nothing but a name is known, nothing is told."""
    mother = key_of(request["mother"])
    return (entry_key("births", "borne_by", mother),) if mother else ()


def _named(child: Content, born_on: date) -> Iterator[Key]:
    """By the likeness of all names of the child, in either script."""
    written = (" ".join(name_of(each).values()) for each in (child, child.get("other_spelling")) if each)
    for like in sorted({like for name in written for like in likeness(name)}):
        yield entry_key("births", "named", like, born_on.isoformat())


def _marks(request: Request) -> tuple[Key, ...]:
    child = request["child"]
    return (*_of_mother(request), *_named(child, date.fromisoformat(child["born_on"])))


def _of_the_mother_asked(facts: Facts) -> tuple[Key, ...]:
    return _of_mother(facts.request)


def _of_the_name_asked(facts: Facts) -> tuple[Key, ...]:
    child = facts.request["child"]
    born_on, most = date.fromisoformat(child["born_on"]), _TOLD_AWRY.days
    days = (born_on + timedelta(days=n) for n in range(-most, most + 1))
    return tuple(key for day in days for key in _named(child, day))


def _is_another_delivery(facts: Facts, found: Content) -> bool:
    """Near to this one, and not it: twins may be born before and after midnight, each by their order."""
    one, other = facts.request["child"], found["child"]
    apart = abs(date.fromisoformat(one["born_on"]) - date.fromisoformat(other["born_on"]))
    if apart <= timedelta(days=1) and one["order"] != other["order"]:
        return False
    return timedelta(0) < apart <= BETWEEN_BIRTHS


def _is_told_with_another_day(facts: Facts, found: Content) -> bool:
    """A child of this mother and of this name, of another time than her deliveries are apart."""
    one, other = facts.request["child"], found["child"]
    apart = abs(date.fromisoformat(one["born_on"]) - date.fromisoformat(other["born_on"]))
    names = (" ".join(name_of(child).values()) for child in (one, other))
    return BETWEEN_BIRTHS < apart <= _MADE_OLDER and are_alike(*names)


# --- consents, checks, effects, warnings ------------------------------------------------------------------------


def _mother_is_asked(request: Request) -> bool:
    """By whoever is no parent and does not say why none files; and where both say who the father is."""
    if is_same(request["mother"], request["applicant"]):
        return False
    return _waits_for_a_parent(request) or _is_joint(request)


def _father_is_asked(request: Request) -> bool:
    """Beside the mother, whom the law asks for both; and where a human names him and does not say by what he is it."""
    if is_same(request["father"], request["applicant"]):
        return False
    is_unsaid = (
        "fatherhood" in request and request["fatherhood"] is None and not is_company(request["applicant"])
    )
    return is_unsaid or _is_joint(request) or (_waits_for_a_parent(request) and request["mother"] is None)


def _is_joint(request: Request) -> bool:
    return request.get("fatherhood") == "joint_application"


def _waits_for_a_parent(request: Request) -> bool:
    return not _is_a_parents(request) and request.get("parents_cannot_because") is None


def _before(request: Request) -> Mapping[str, Key]:
    """What stands in the register by the certificate, as the first entries have it."""
    first = _first_certificate(request)
    return {"first": entry_key("births", *first)} if first else {}


def _is_another_birth(facts: Facts) -> bool:
    """A certificate of the same name and number is another one where it is of another town."""
    found = facts.entries.get("first")
    return found is None or _certificate(found.content) != _certificate(facts.request)


def _effects(facts: Facts) -> tuple[Effect, ...]:
    request = facts.request
    child = {name: request["child"].get(name) for name in Child.model_fields}
    parents = {name: request[name] and itself(request[name]) for name in ("mother", "father")}
    said = ("fatherhood", "mother_nationality", "father_nationality", "medical_certificate", "child_number")
    registered = Create(
        register=BIRTHS,
        key=_entry(request),
        title="registration",
        content={
            "kind": request.get("kind") or "live",
            "child": child,
            **parents,
            **{name: request.get(name) for name in said},
        },
        settles=_entered(request),
        is_told=_is_a_parents(request),
    )
    return (registered,)


def _warnings(request: Request) -> tuple[str, ...]:
    said = []
    kind, certificate, child = request.get("kind"), request["medical_certificate"], request["child"]
    if request["mother"] is None and kind != "foundling":
        known = request["mother_unknown_because"]
        said.append("mother_unknown" if known else "mother_missing_without_reason")
    if kind == "foundling" and (request["mother"] or request["father"]):
        said.append("foundling_with_a_parent")
    if certificate is None:
        said.append("told_by_mouth")
    elif certificate["issued_on"] < child["born_on"]:
        said.append("certificate_before_birth")
    relation = request["relation"]
    if relation in ("mother", "father") and not is_same(request[relation], request["applicant"]):
        said.append("applicant_is_not_that_parent")
    elif not _is_a_parents(request):
        said.append("applicant_is_no_parent")
    if is_same(request["mother"], request["father"]):
        said.append("mother_and_father_are_one")
    numbers = [request[parent]["personal_number"] for parent in ("mother", "father") if request[parent]]
    if request["child_number"] is not None and request["child_number"] in numbers:
        said.append("childs_number_is_a_parents")
    said.extend(_warnings_of_fatherhood(request))
    for parent in ("mother", "father"):
        said.extend(parent_warnings(parent, request[parent], child["born_on"]))
    return tuple(said)


def _warnings_of_fatherhood(request: Request) -> Iterator[str]:
    """Where a man is named and not by what he is the father, or the other way round, or the day of a divorce is odd."""
    if "fatherhood" not in request:  # a former form did not ask
        return
    by, ended_on = request["fatherhood"], request.get("marriage_ended_on")
    if request["father"] is not None and by in {None, "none"}:
        yield "fatherhood_unsaid"
    if request["father"] is None and by not in {None, "none", "mothers_word"}:
        yield "fatherhood_without_father"
    if by == "marriage_ended" and ended_on is None:
        yield "marriage_end_unknown"
    if by == "marriage_ended" and ended_on is not None and ended_on > request["child"]["born_on"]:
        yield "marriage_ended_after_birth"


_ORDER = hard("order", in_form("[1-9]|1[0-2]"))
_CHILD = (spelt("child_name"), spelt("child_other_name", is_optional=True), day("born_on"), _ORDER)
BIRTHS = Register(
    name="births",
    content=BirthEntry,
    content_version=3,
    former={1: FirstBirthEntry, 2: SecondBirthEntry},
    key=_entry,
    claims=_entered,
    kinds=(
        KeyKind(
            "certificate",
            (
                country("country"),
                spelt("city"),
                spelt("issuer"),
                number_of_a_certificate("number"),
                _ORDER,
            ),
        ),
        KeyKind(
            "medical_certificate",
            (spelt("issuer"), hard("number", in_form(FIRST_CERTIFICATE_NUMBER)), _ORDER),
        ),
        KeyKind(
            "delivery", (country("country"), number_of_a_person("mother_number"), day("born_on"), _ORDER)
        ),
        KeyKind(
            "delivery_by_document",
            (
                hard("document_kind", _document_kind),
                country("country"),
                number_of_a_document("document_number"),
                day("born_on"),
                _ORDER,
            ),
        ),
        KeyKind("mother_by_name", (spelt("mother_name"), *_CHILD)),
        KeyKind("mother_unknown", _CHILD),
        KeyKind("child", (country("country"), number_of_a_person("child_number")), is_of_human=True),
    ),
    claimed=asked_of,
    found_by=_found_by,
    elsewhere=claim_of,
    marks=_marks,
    stays=_is_the_same_birth,
    claimed_as=_claimed_as,
    cannot_be=_cannot_be,
)
_ACT: Final[tuple[As, ...]] = ("guardian", "mandate")


def parents(
    mother_is_asked: Callable[[Request], bool], father_is_asked: Callable[[Request], bool]
) -> tuple[Party, Party]:
    """Both, as parties; the mother stops what another one files. Who judges hears of each who is a minor."""
    mother, father = (
        Party(role=role, member=role, consents=True, asked=asked, minds_age=True, acts_by=_ACT)
        for role, asked in (("mother", mother_is_asked), ("father", father_is_asked))
    )
    return replace(mother, may_stop=True), father


PROCEDURE = Procedure(
    name="birth_certificate",
    form=BirthForm,
    parties=(
        Party(
            role="applicant",
            member="applicant",
            is_applicant=True,
            acts_by=("head", "clerk", "parent", *_ACT),
        ),
        *parents(_mother_is_asked, _father_is_asked),
        Party(role="child", member="child"),
    ),
    registers=(BIRTHS,),
    claims=_claims,
    effects=_effects,
    checks=(Check(code="certificate_known", sees=_before, holds=_is_another_birth, moments=("decision",)),),
    warnings=_warnings,
    further=("claim_taken", "claim_yours", "entry_exists"),
    happened=(("medical_certificate", "issued_on"), ("marriage_ended_on",)),
    warned=(
        "mother_unknown",
        "mother_missing_without_reason",
        "foundling_with_a_parent",
        "told_by_mouth",
        "certificate_before_birth",
        "applicant_is_not_that_parent",
        "applicant_is_no_parent",
        "mother_and_father_are_one",
        "childs_number_is_a_parents",
        "fatherhood_unsaid",
        "fatherhood_without_father",
        "marriage_end_unknown",
        "marriage_ended_after_birth",
        *birth_notice.TOLD,
    ),
    notified=Notified(
        key=_notice,
        proves=birth_notice.proves,
        differs=birth_notice.differs,
        declared=birth_notice.declared,
        claims=_claims_by_notice,
    ),
    likenesses=(
        Likeness(code="another_birth_of_mother", marks=_of_the_mother_asked, is_meant=_is_another_delivery),
        Likeness(code="child_of_this_name", marks=_of_the_name_asked),
        Likeness(
            code="told_with_another_day", marks=_of_the_mother_asked, is_meant=_is_told_with_another_day
        ),
    ),
    marks=_marks,
)
