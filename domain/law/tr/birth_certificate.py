"""Türkiye: the registration of a birth at the civil registry (nüfus müdürlüğü)."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from domain.checks import told
from domain.country import TO_BE_CONFIRMED, Source
from domain.days.deadlines import Term
from domain.events import Personal
from domain.facts import Facts, Is, Late, Where
from domain.fees import Fee, FeePart
from domain.forms import AnyPerson, Day, Form, Line, Name, Person, PersonalNumber, Public, Value
from domain.names import with_dotless_i
from domain.procedures.birth_certificate import (
    ALIVE,
    BORN_ON,
    BY_MOUTH,
    BirthForm,
    MedicalCertificate,
    born_inside,
    born_outside,
    is_represented,
    older_than,
    shown_by_court,
)
from domain.procedures.birth_certificate import Child as AnyChild
from domain.refusals import WrongValue
from domain.terms import (
    Amendments,
    AppealBody,
    Consultation,
    Court,
    Exemption,
    FilingLimit,
    Forever,
    FourEyes,
    Ground,
    Investigation,
    Notices,
    Presumption,
    Requirement,
    Restriction,
    Terms,
    Times,
)


class FirstTurkishBirthForm(Form):
    """The first form: the child had no number."""

    applicant: Annotated[Person, Personal("applicant")]
    relation: Annotated[Literal["mother", "father", "relative", "guardian"], Public()]
    child: Annotated[AnyChild, Personal("child")]
    mother: Annotated[AnyPerson | None, Personal("mother")]
    mother_unknown_because: Annotated[Line | None, Personal("case")] = None
    father: Annotated[AnyPerson | None, Personal("father")]
    medical_certificate: Annotated[MedicalCertificate | None, Personal("child")]
    oral_statement: Annotated[bool, Public()]
    still_born: Annotated[bool, Personal("child"), Field(examples=[False])] = False


class SecondTurkishBirthForm(Form):
    """The second form: nobody but a human applied, and whoever was born dead was a member of its own."""

    applicant: Annotated[Person, Personal("applicant")]
    relation: Annotated[Literal["mother", "father", "relative", "guardian"], Public()]
    child: Annotated[AnyChild, Personal("child")]
    mother: Annotated[AnyPerson | None, Personal("mother")]
    mother_unknown_because: Annotated[Line | None, Personal("case")] = None
    father: Annotated[AnyPerson | None, Personal("father")]
    medical_certificate: Annotated[MedicalCertificate | None, Personal("child")]
    child_number: Annotated[PersonalNumber | None, Personal("child"), Field(examples=[None])] = None
    oral_statement: Annotated[bool, Public()]
    still_born: Annotated[bool, Personal("child"), Field(examples=[False])] = False


def no_patronymic(patronymic: str | None) -> str | None:
    """The father's name is no part of a name."""
    if patronymic is not None:
        raise WrongValue("patronymic_not_recorded")
    return None


class Child(AnyChild):
    """A child has no patronymic in Türkiye: the father's name is no part of a name."""

    given_names: Name | None = Field(examples=["Elif Defne"])
    patronymic: Annotated[Name | None, AfterValidator(no_patronymic)] = Field(None, examples=[None])


class FamilyRegister(Value):
    """Where a family stands in the registers: il, ilçe, cilt, aile sıra no."""

    province: Line
    district: Line
    volume: Line | None = None
    family_number: Line | None = None


class TurkishBirthForm(BirthForm):
    """A birth may be told by mouth, where there is no report. Who was born dead is not registered.

    ``posted_on``: when a notification to a mission was posted. ``family_register``: of the house that the child comes
    into; ``mother_maiden_register``: of the mother's before her marriage.
    """

    child: Annotated[Child, Personal("child")]
    oral_statement: Annotated[bool, Public()] = Field(default=False, examples=[False])
    notified_at: Annotated[Literal["registry", "hospital", "mission"], Public()] = "registry"
    posted_on: Annotated[Day | None, Personal("case")] = Field(None, examples=[None])
    family_register: Annotated[FamilyRegister | None, Personal("child")] = Field(None, examples=[None])
    mother_maiden_register: Annotated[FamilyRegister | None, Personal("mother")] = Field(
        None, examples=[None]
    )


FORM = TurkishBirthForm
FORM_VERSION = 3
FORMER_FORMS = {1: FirstTurkishBirthForm, 2: SecondTurkishBirthForm}

_NOTIFICATION = Source("Birth notification within 30 days", "tr-sariv", confirmed=True)
_PROOF = Source("Official birth report or oral statement", "tr-edevlet", confirmed=True)
_IDENTITY = Source("A parent's identity", "tr-sever", confirmed=True)
_GOVERNOR = Source("Late: by order of the district governor", "tr-sariv", confirmed=True)
_FREE = Source(
    "Birth registration is free; a late one is fined, and a fine is no fee", "tr-roman", confirmed=True
)
_NOTICE = Source(
    "Notification Law (7201), article 7/a: a notice by electronic mail counts as served at the end of the fifth day",
    confirmed=False,
)
_STILL_BORN = Source("A stillbirth is not registered", "tr-reg20", confirmed=True)
_COPYING = Source(
    "An error of copying is mended by the registry, all else by the court", "tr-fix", confirmed=True
)
_SINCE = Source(
    "Nüfus Hizmetleri Kanunu (5490), Resmî Gazete 26153 of 29 April 2006", "tr-5490", confirmed=True
)
_PROPOSED = Source("Follows from what a registration is; the article is to be confirmed", confirmed=False)


def _is_still_born(facts: Facts) -> bool:
    return facts.request.get("kind") == "still_born" or bool(facts.request.get("still_born"))


_FROM_2006 = Terms(
    since=date(2006, 4, 29),
    since_source=_SINCE,
    source=_NOTIFICATION,
    authority="tr-civil-registry",
    registry="tr-birth-register",
    fee=Fee(parts=(), source=_FREE),
    times=Times(
        answer=Term(30, "calendar_days", TO_BE_CONFIRMED),
        consent=Term(10, "working_days", TO_BE_CONFIRMED),
        decide=Term(5, "working_days", TO_BE_CONFIRMED),
        served=Term(5, "calendar_days", _NOTICE, is_moved=False),
        appeal=Term(60, "calendar_days", TO_BE_CONFIRMED),
        extend=Term(15, "calendar_days", TO_BE_CONFIRMED),
    ),
    appeals=AppealBody(
        "tr-population-directorate", TO_BE_CONFIRMED, Term(30, "calendar_days", TO_BE_CONFIRMED)
    ),
    four_eyes=FourEyes(are_asked=False, source=TO_BE_CONFIRMED),
    grounds=(
        Ground("registered_already", _PROPOSED),
        Ground("not_entitled", _PROPOSED),
        Ground("not_proven", _PROOF),
    ),
    evidence=(
        Requirement("birth_report", _PROOF, is_required=False),
        Requirement("parent_identity", _IDENTITY, is_required=False),
    ),
    filing_limits=(
        FilingLimit(
            code="notification",
            term=Term(30, "calendar_days", _NOTIFICATION),
            from_member=("child", "born_on"),
            effect="officer",
            source=_GOVERNOR,
        ),
    ),
    amendments=Amendments(_COPYING, Court("tr-court", _COPYING)),
    exemptions=(Exemption("still_born", _STILL_BORN, (Where("still_born", _is_still_born),)),),
    retention=Term(2, "years", TO_BE_CONFIRMED),
    entry_retention=Forever(TO_BE_CONFIRMED),
)

# --- since 27 January 2016: nobody is fined for a late birth, and its card is paid --------------------------------

_LAW = Source("Nüfus Hizmetleri Kanunu (5490), articles 15 to 19", "tr-5490", confirmed=True)
_NO_FINE = Source("Law 6661 of 27 January 2016: no fine for a late birth", "tr-nofine", confirmed=True)
_CARD = Source("The identity card that comes with a late birth is paid", "tr-card26", confirmed=True)
_COURTS = Source("İdari Yargılama Usulü Kanunu (2577), article 7", "tr-2577", confirmed=True)
_ABROAD = Source(
    "Born abroad: the original document and its notarised translation", "tr-oral", confirmed=False
)
_ENTITLED = Source("Uygulama Yönetmeliği, article 14: who may tell a birth", "tr-reg20", confirmed=True)
_AGE = Source("From 72 months on the age is found medically", "tr-nvi", confirmed=True)
_HIDDEN = Source("Saklı nüfus: who was never registered, from 18 years on", "tr-std", confirmed=True)
_TOGETHER = Source("Born before the marriage: mother and father come together", "tr-std", confirmed=True)
_STATUS = Source("The civil status of a foreign mother on the day of birth", "tr-std", confirmed=True)
_FATHER_BY_COURT = Source(
    "A father is known by recognition, or by a court; that its decision is brought is to be confirmed",
    "tr-300",
    confirmed=False,
)
_HUSBAND = Source("Born in marriage or within 300 days of its end", "tr-300", confirmed=True)
_SURNAME = Source(
    "Türk Medenî Kanunu (4721), article 321: the surname of the child", "tr-300", confirmed=True
)
_LETTERS = Source("Letters outside of the alphabet with a foreign parent only, of 2004", confirmed=False)
_POSTED = Source("The day of posting to a mission counted by article 15 of 2006", confirmed=False)

_HERE, _ELSEWHERE = born_inside("TR"), born_outside("TR")
_OVER_72_MONTHS, _OVER_18_YEARS = older_than(72), older_than(216)
_NOT_BY_MOUTH = Is("oral_statement", (False,))
_ALPHABET = frozenset("abcçdefgğhıijklmnoöprsştuüvyzâîû")
_MOST_NAMES = 3


def _is_foreign(parent: object) -> bool:
    """Of whom no number is known, or one of another country, or one that Türkiye gives to foreigners."""
    number = parent.get("personal_number") if isinstance(parent, dict) else None
    return number is None or number["country"] != "TR" or number["number"].startswith("99")


def _mother_is_foreign(facts: Facts) -> bool:
    return facts.request["mother"] is not None and _is_foreign(facts.request["mother"])


def _kinship_is_open(facts: Facts) -> bool:
    """Told by mouth where the mother cannot be asked or at a mission; and whoever was registered nowhere."""
    request = facts.request
    is_alone = request["mother"] is None or request["notified_at"] == "mission"
    return bool(request["oral_statement"] and is_alone) or _OVER_18_YEARS.holds(facts)


def _age_is_known(facts: Facts) -> bool:
    return not (_OVER_72_MONTHS.holds(facts) and BY_MOUTH.holds(facts))


def _is_no_adult(facts: Facts) -> bool:
    return not _OVER_18_YEARS.holds(facts)


def _letters_are_turkish(facts: Facts) -> bool:
    request, child = facts.request, facts.request["child"]
    if any(_is_foreign(request[parent]) for parent in ("mother", "father") if request[parent]):
        return True
    return set(filter(str.isalpha, with_dotless_i(child["given_names"] or ""))) <= _ALPHABET


def _surname_is_the_houses(facts: Facts) -> bool:
    """Of the husband's house in marriage, else of the mother's; nothing is said where one of them is not known."""
    request = facts.request
    if request["fatherhood"] is None:
        return True
    parent = request["father" if request["fatherhood"] in {"marriage", "marriage_ended"} else "mother"]
    child, house = request["child"]["surname"], parent and parent["surname"]
    return child is None or house is None or with_dotless_i(child) == with_dotless_i(house)


def _father_may_tell(facts: Facts) -> bool:
    """Out of wedlock the mother tells it, and the father only with custody."""
    request = facts.request
    return request["relation"] != "father" or request["fatherhood"] not in {"mothers_word", "none"}


def _was_not_posted(facts: Facts) -> bool:
    return facts.request["posted_on"] is None


_FROM_2016 = replace(
    _FROM_2006,
    since=date(2016, 1, 27),
    since_source=_NO_FINE,
    source=_LAW,
    fee=Fee(
        parts=(
            FeePart(name="card", units=Fraction(1), unit="ID_CARD", when=(Late("notification"),)),
            FeePart(name="card_abroad", units=Fraction(1), unit="ID_CARD", when=(Late("abroad"),)),
        ),
        unit_day="payment",
        source=_CARD,
    ),
    times=replace(
        _FROM_2006.times,
        pay=Term(10, "working_days", TO_BE_CONFIRMED),
        appeal=Term(60, "calendar_days", _COURTS),
    ),
    grounds=(
        Ground("registered_already", _PROPOSED),
        Ground("not_entitled", _ENTITLED),
        Ground("not_proven", _PROOF),
        Ground("age_not_determined", _AGE),
        Ground("both_parents_needed", _TOGETHER),
    ),
    evidence=(
        Requirement("birth_report", _PROOF, is_required=False),
        Requirement("parent_identity", _IDENTITY, is_required=False),
        shown_by_court(_FATHER_BY_COURT),
        Requirement(
            "power_of_attorney", _ENTITLED, is_required=False, when=(Where("represented", is_represented),)
        ),
        Requirement("foreign_birth_document", _ABROAD, when=(_ELSEWHERE, _NOT_BY_MOUTH)),
        Requirement("translation", _ABROAD, is_required=False, when=(_ELSEWHERE,)),
        Requirement(
            "marriage_certificate",
            _STATUS,
            is_required=False,
            when=(Where("mother_is_foreign", _mother_is_foreign),),
        ),
        Requirement("age_report", _AGE, is_required=False, when=(BY_MOUTH, _OVER_72_MONTHS)),
        Requirement(
            "genetic_report", _HIDDEN, is_required=False, when=(Where("kinship_is_open", _kinship_is_open),)
        ),
    ),
    filing_limits=(
        FilingLimit(
            code="notification",
            term=Term(30, "calendar_days", _LAW),
            from_member=BORN_ON,
            effect="evidence",
            source=_LAW,
            when=(ALIVE, _HERE),
        ),
        FilingLimit(
            code="abroad",
            term=Term(60, "calendar_days", _LAW),
            from_member=BORN_ON,
            effect="evidence",
            source=_LAW,
            when=(ALIVE, _ELSEWHERE),
        ),
    ),
    presumptions=(
        Presumption(
            code="husband",
            from_member=("marriage_ended_on",),
            to_member=BORN_ON,
            term=Term(300, "calendar_days", _HUSBAND, is_moved=False),
            source=_HUSBAND,
        ),
    ),
    checks=(
        told("child_to_be_shown", _age_is_known, _AGE),
        told("over_18_years", _is_no_adult, _HIDDEN),
        told("name_letters", _letters_are_turkish, _LETTERS),
        told("surname_form", _surname_is_the_houses, _SURNAME),
        told("father_without_custody", _father_may_tell, _ENTITLED),
        told("posted_earlier", _was_not_posted, _POSTED),
    ),
    restrictions=(
        Restriction(kind="paternity_disputed", authority="tr-court", source=TO_BE_CONFIRMED),
        Restriction(kind="adoption_secret", authority="tr-court", source=TO_BE_CONFIRMED),
    ),
)

# --- since 3 November 2017: told at the hospital, three names, and every oral statement is looked into -----------

_LAW_7039 = Source("Law 7039 of 3 November 2017", "tr-7039", confirmed=True)
_HOSPITAL = Source("Told at the hospital: 5 working days, and before leaving it", "tr-reg20", confirmed=True)
_THREE_NAMES = Source("At most three names, none abbreviated", "tr-3names", confirmed=True)
_ORAL = Source("An oral statement is investigated by order of the governor", "tr-15", confirmed=True)
_MISSION = Source("No oral statement at a mission without a genetic report", "tr-oral", confirmed=True)


def _are_three_names(facts: Facts) -> bool:
    names = (facts.request["child"]["given_names"] or "").split()
    return len(names) <= _MOST_NAMES and all(len(name) > 1 and "." not in name for name in names)


def _is_oral(facts: Facts) -> bool:
    """Said to be so, or told here without any paper of who was there; whoever was found has a record of that."""
    request = facts.request
    is_without = request["medical_certificate"] is None and request.get("kind", "live") == "live"
    return bool(request["oral_statement"] or (is_without and _HERE.holds(facts)))


def _is_told_on_paper(facts: Facts) -> bool:
    return not _is_oral(facts)


def _mouth_is_at_home(facts: Facts) -> bool:
    return facts.request["notified_at"] != "mission" or _is_told_on_paper(facts)


_TOLD = Source("Who was born at a hospital is told to the registry by it", "tr-reg20", confirmed=False)

_FROM_2017 = replace(
    _FROM_2016,
    since=date(2017, 11, 3),
    since_source=_LAW_7039,
    grounds=(
        *_FROM_2016.grounds,
        Ground("statement_untrue", _ORAL),
        Ground("name_form", _THREE_NAMES),
    ),
    filing_limits=(
        *_FROM_2016.filing_limits,
        FilingLimit(
            code="hospital",
            term=Term(5, "working_days", _HOSPITAL),
            from_member=BORN_ON,
            effect="evidence",
            source=_HOSPITAL,
            when=(ALIVE, _HERE, Is("notified_at", ("hospital",))),
        ),
    ),
    checks=(
        *_FROM_2016.checks,
        told("name_form", _are_three_names, _THREE_NAMES),
        told("investigation_needed", _is_told_on_paper, _ORAL),
        told("oral_at_mission", _mouth_is_at_home, _MISSION),
    ),
    opinions=(Consultation("tr-district-governor", _ORAL),),
    notices=Notices("tr-hospitals", _TOLD),
    investigations=(
        Investigation(
            "oral_statement", _ORAL, when=(Where("oral_statement", _is_oral),), before_approval=True
        ),
    ),
)

# --- since 9 May 2020: the health directorate looks into it ----------------------------------------------------

_REGULATION = Source(
    "Nüfus Hizmetleri Uygulama Yönetmeliği, Decision 2505, articles 13 to 15", "tr-reg20", confirmed=True
)

_FROM_2020 = replace(
    _FROM_2017,
    since=date(2020, 5, 9),
    since_source=_REGULATION,
    source=_REGULATION,
    opinions=(
        Consultation("tr-health-directorate", _REGULATION),
        Consultation("tr-district-governor", _ORAL),
    ),
)

TERMS = (_FROM_2006, _FROM_2016, _FROM_2017, _FROM_2020)
