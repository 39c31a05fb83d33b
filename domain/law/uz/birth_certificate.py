"""Uzbekistan: the registration of a birth at the civil registry (FHDYO), which the maternity hospital feeds."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Annotated, Final, Literal

from pydantic import Field

from domain.checks import told
from domain.country import TO_BE_CONFIRMED, Source
from domain.days.deadlines import Term
from domain.events import Personal
from domain.facts import Choice, Facts, Is, Late, Request, Where
from domain.fees import Fee, FeePart
from domain.forms import Line, Public
from domain.law.uz.names import uzbek
from domain.names import normal_form
from domain.procedures.birth_certificate import (
    ALIVE,
    BORN_ON,
    FOUNDLING,
    SINGLE_MOTHER,
    UNMARRIED,
    BirthForm,
    born_inside,
    born_outside,
    father_known_by,
    is_by_mandate,
    shown_by_court,
)
from domain.terms import (
    Amendments,
    AppealBody,
    Court,
    FilingLimit,
    Forever,
    FourEyes,
    Ground,
    Notices,
    Presumption,
    Requirement,
    Restriction,
    Terms,
    Times,
)


class UzbekBirthForm(BirthForm):
    """The electronic certificate costs nothing; a stamped one does, and a visit at home, but not everybody."""

    mother_nationality: Annotated[Line | None, Personal("mother")] = Field(None, examples=[None])
    father_nationality: Annotated[Line | None, Personal("father")] = Field(None, examples=[None])
    stamped_certificate: Annotated[bool, Public()] = False
    stamp_is_free: Annotated[bool, Public()] = Field(default=False, examples=[False])
    home_visit: Annotated[Literal["no", "tashkent", "regional_centre", "district"], Public()] = "no"
    # Why it is free is a matter of health or age, which stands in no public event.
    visit_is_free: Annotated[bool, Public()] = Field(default=False, examples=[False])


FORM = UzbekBirthForm
FORM_VERSION = 1

_HOSPITAL = Source(
    "Vazirlar Mahkamasining 2022-yil 29-sentabrdagi 540-son qarori (registration from the hospital)",
    "uz-540",
    confirmed=True,
)
_RULES = Source(
    "Vazirlar Mahkamasining 2023-yil 20-oktabrdagi 550-son qarori, 3-ilova (rules of civil status acts)",
    "uz-550",
    confirmed=True,
)
_STAMPED = Source("A stamped certificate: 15 % of the BHM", "uz-550", confirmed=True)
_STAMPED_BEFORE = Source("A stamped certificate, before Resolution 550", "uz-550", confirmed=False)
_FREE = Source(
    "The electronic certificate with a QR code is free; the BHM of the day of filing counts", confirmed=False
)
_VISIT = Source("Home visits of the service centres, 4.9.2023", "uz-home", confirmed=True)
_VISIT_BEFORE = Source("Home visits of the service centres, before 4.9.2023", "uz-home", confirmed=False)
_COURT_LAW = Source("Code of administrative procedure, article 27 I 4", "uz-faq", confirmed=True)
_ABROAD = Source("Births of children abroad, at a consulate", "uz-consul", confirmed=True)
_GUIDE = Source("Tugʻilganlik guvohnomasi, a guide of 13.1.2026", "uz-2026", confirmed=False)
_PAPERS = Source(
    "Papers for a birth: medical form, identity of the parents, marriage", "uz-ext", confirmed=False
)
_FOUNDLING = Source("Rules of 2016 (387), points 28 and 30, which ended in 2023", "uz-550", confirmed=False)
_IN_PERSON = Source(
    "Single mother, acknowledgement, foundling: in person at the FHDYO", "uz-540", confirmed=True
)
_PROXY = Source("An acknowledgement by proxy is not allowed, both come", "uz-consul", confirmed=False)
_SURNAME = Source(
    "Family Code: the surname is that of the parents; a bill of 13.1.2026", "uz-surname", confirmed=False
)
_COURT = Court("uz-court", TO_BE_CONFIRMED)


def _a_parent_is_foreign(facts: Facts) -> bool:
    """By the country of the number, or of the document; who has neither is not known to be."""
    parents = (facts.request.get(name) or {} for name in ("mother", "father"))
    papers = (parent.get("personal_number") or parent.get("document") for parent in parents)
    return any(paper and paper["country"] != "UZ" for paper in papers)


def _born_at_home(facts: Facts) -> bool:
    return bool(facts.request["child"]["place"].get("setting") == "home")


_IS_AT_HOME: Final = Where("born_at_home", _born_at_home)
_IS_FOREIGN: Final = Where("foreign_parent", _a_parent_is_foreign)
_BY_MANDATE: Final = Where("by_mandate", is_by_mandate)
_FROM_ABROAD: Final = born_outside("UZ")


# --- what an officer should see -----------------------------------------------------------------------------


def _comes_in_person(facts: Facts) -> bool:
    """The road of the hospital is closed to a single mother, to an acknowledgement, to a foundling."""
    request = facts.request
    is_of_those = request.get("kind") == "foundling" or request.get("fatherhood") in (
        "joint_application",
        "mothers_word",
    )
    return not (is_of_those and request["relation"] == "medical_organisation")


def _acknowledges_in_person(facts: Facts) -> bool:
    is_joint = facts.request.get("fatherhood") == "joint_application"
    return not (is_joint and is_by_mandate(facts))


def _has_a_parents_surname(facts: Facts) -> bool:
    """Of a child with a surname whose parents have one; Karimov and Karimova are one, in either script."""
    surname = facts.request["child"]["surname"]
    theirs = _surnames(facts.request)
    return surname is None or not theirs or _stem(surname) in theirs


def _surnames(request: Request) -> set[str]:
    parents = (request[name] or {} for name in ("mother", "father"))
    return {_stem(parent["surname"]) for parent in parents if parent.get("surname")}


def _stem(surname: str) -> str:
    return normal_form(surname, uzbek).removesuffix("a")


_CHECKS: Final = (
    told("in_person_only", _comes_in_person, _IN_PERSON),
    told("acknowledged_by_proxy", _acknowledges_in_person, _PROXY),
    told("surname_of_no_parent", _has_a_parents_surname, _SURNAME),
)


# --- the terms ----------------------------------------------------------------------------------------------


def _fee(stamped: Source, visit: Source) -> Fee:
    """A part that is not asked for costs nothing; the rest of the act is free."""
    return Fee(
        parts=(
            FeePart(
                name="certificate",
                units=Fraction(15, 100),
                unit="BHM",
                when=(Is("stamped_certificate"), Is("stamp_is_free", (False,))),
                source=stamped,
            ),
            FeePart(
                name="home_visit",
                units=Choice(
                    "home_visit",
                    {
                        "no": Fraction(),
                        "tashkent": Fraction(50, 100),
                        "regional_centre": Fraction(40, 100),
                        "district": Fraction(30, 100),
                    },
                ),
                unit="BHM",
                when=(
                    Is("home_visit", ("tashkent", "regional_centre", "district")),
                    Is("visit_is_free", (False,)),
                ),
                source=visit,
            ),
        ),
        source=_FREE,
    )


_FROM_THE_HOSPITAL = Terms(
    since=date(2023, 6, 1),
    source=_HOSPITAL,
    authority="uz-civil-registry",
    registry="uz-birth-register",
    fee=_fee(_STAMPED_BEFORE, _VISIT_BEFORE),
    times=Times(
        pay=Term(5, "working_days", TO_BE_CONFIRMED),
        consent=Term(10, "working_days", TO_BE_CONFIRMED),
        answer=Term(10, "working_days", TO_BE_CONFIRMED),
        decide=Term(1, "working_days", _GUIDE),
        served=Term(7, "calendar_days", TO_BE_CONFIRMED, is_moved=False),
        appeal=Term(30, "calendar_days", TO_BE_CONFIRMED),
    ),
    appeals=AppealBody("uz-court", _COURT_LAW),
    numbers={"births": "register"},  # since 2020 twelve digits: kind, office, year, order (uz-no)
    four_eyes=FourEyes(are_asked=False, source=TO_BE_CONFIRMED),
    grounds=(
        Ground("not_entitled", TO_BE_CONFIRMED),
        Ground("documents_missing", TO_BE_CONFIRMED),
        Ground("untrue_data", TO_BE_CONFIRMED),
        Ground("registered_already", TO_BE_CONFIRMED),
        Ground("name_not_allowed", Source("A demeaning or insulting name", confirmed=False)),
    ),
    evidence=(
        Requirement("birth_report", _PAPERS, is_required=False),
        Requirement("parent_identity", _PAPERS, is_required=False),
        Requirement(
            "marriage_certificate",
            _PAPERS,
            is_required=False,
            when=(father_known_by("marriage", "marriage_ended"),),
        ),
        Requirement(
            "joint_application",
            TO_BE_CONFIRMED,
            is_required=False,
            when=(father_known_by("joint_application"),),
        ),
        Requirement(
            "mothers_application",
            TO_BE_CONFIRMED,
            is_required=False,
            when=(father_known_by("mothers_word"),),
        ),
        shown_by_court(TO_BE_CONFIRMED),
        Requirement("mahalla_confirmation", _GUIDE, is_required=False, when=(_IS_AT_HOME,)),
        Requirement("foundling_record", _FOUNDLING, is_required=False, when=(FOUNDLING,)),
        Requirement("power_of_attorney", TO_BE_CONFIRMED, is_required=False, when=(_BY_MANDATE,)),
        # A late birth is always taken: who files is asked for a word more, and is not sent away without it.
        Requirement("late_explanation", _GUIDE, is_required=False, when=(Late("notification"),)),
        Requirement("foreign_birth_document", _ABROAD, when=(_FROM_ABROAD,)),
        Requirement("translation", _ABROAD, when=(_FROM_ABROAD,)),
        Requirement("foreign_parents_consent", _ABROAD, when=(_FROM_ABROAD, _IS_FOREIGN)),
    ),
    filing_limits=(
        FilingLimit(
            code="notification",
            from_member=BORN_ON,
            term=Term(1, "months", _GUIDE),
            effect="evidence",
            source=_GUIDE,
            when=(born_inside("UZ"), ALIVE),  # nothing is known of those abroad, nor of the still-born
        ),
    ),
    presumptions=(
        Presumption(
            code="husband",
            from_member=("marriage_ended_on",),
            to_member=BORN_ON,
            term=Term(300, "calendar_days", TO_BE_CONFIRMED, is_moved=False),
            source=TO_BE_CONFIRMED,
            when=(father_known_by("marriage_ended"),),
        ),
    ),
    checks=_CHECKS,
    notices=Notices(
        "uz-hospitals", _HOSPITAL, declares=True, in_person=(FOUNDLING, UNMARRIED, SINGLE_MOTHER)
    ),
    restrictions=(
        Restriction(kind="paternity_disputed", authority="uz-court", source=TO_BE_CONFIRMED),
        Restriction(kind="adoption_secret", authority="uz-court", source=TO_BE_CONFIRMED),
    ),
    amendments=Amendments(TO_BE_CONFIRMED, _COURT),
    retention=Term(2, "years", TO_BE_CONFIRMED),
    entry_retention=Forever(TO_BE_CONFIRMED),
)

TERMS = (
    _FROM_THE_HOSPITAL,
    # Births, marriages, divorces and deaths alone are entries; an acknowledgement is a note in that of the birth.
    replace(
        _FROM_THE_HOSPITAL,
        since=date(2023, 10, 23),
        source=_RULES,
        fee=_fee(_STAMPED, _VISIT),
        entry_retention=Forever(_RULES),  # 75 years at the office, then an archive: nobody is forgotten
    ),
)
