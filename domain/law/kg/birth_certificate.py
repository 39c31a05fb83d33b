"""Kyrgyzstan: the registration of a birth at the civil registry (ЖААК, ЗАГС), or at a mission abroad."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from domain.checks import told
from domain.country import TO_BE_CONFIRMED, Source
from domain.days.deadlines import Term
from domain.events import Personal
from domain.facts import Facts, Is, Late, Where
from domain.fees import Fee, FeePart
from domain.forms import Line, Public
from domain.names import likeness
from domain.procedures.birth_certificate import (
    ALIVE,
    BORN_ON,
    BirthForm,
    born_inside,
    born_outside,
    father_known_by,
    is_by_mandate,
    older_than,
    shown_by_court,
)
from domain.procedures.birth_certificate import Child as AnyChild
from domain.refusals import WrongValue
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

SurnameForm = Literal["parent", "father_name", "grandfather_name", "tegin", "ancestor"]


class Child(AnyChild):
    """The child; its surname is a parent's, or made of a first name: the father's (Bakyt uulu, or Bakyt alone), the
    grandfather's (alone, or with tegin), an ancestor's. Where it is the father's, no patronymic is recorded.

    ``kin_suffix``: uulu of a boy, kyzy of a girl, beside the father's first name.
    """

    surname_form: SurnameForm = "parent"
    kin_suffix: Annotated[Literal["uulu", "kyzy"] | None, Field(examples=[None])] = None

    @model_validator(mode="after")
    def _fathers_name_stands_once(self) -> Self:
        spellings = [spelt for spelt in (self, self.other_spelling) if spelt is not None]
        if self.surname_form == "father_name" and any(spelt.patronymic for spelt in spellings):
            raise WrongValue("patronymic_not_recorded")
        return self


class KyrgyzBirthForm(BirthForm):
    """``parents_without_papers``: neither parent has an identity document; until the child is one year old the medical
    certificate is enough. ``notified_at``: what a mission abroad asks follows the consular rates.
    """

    child: Annotated[Child, Personal("child")]
    notified_at: Annotated[Literal["registry", "mission"], Public()] = "registry"
    parents_without_papers: Annotated[bool, Personal("case"), Field(examples=[False])] = False
    mother_nationality: Annotated[Line | None, Personal("mother")] = Field(None, examples=[None])
    father_nationality: Annotated[Line | None, Personal("father")] = Field(None, examples=[None])


FORM = KyrgyzBirthForm
FORM_VERSION = 1

_LAW = Source(
    "Жарандык абалдын актылары жөнүндө мыйзам (Law 110 of 1 August 2020), in force since 7 November 2020",
    "kg-110",
    confirmed=True,
)
_INSTRUCTION = Source("Instruction of Resolution 686 of 20 October 2025", "kg-686", confirmed=True)
_INSTRUCTION_SINCE = Source(
    "The day of Resolution 686; its first day of effect is to be confirmed", "kg-686", confirmed=False
)
_FREE = Source("Free; what the service costs is to be confirmed", confirmed=False)
_CONSULAR = Source(
    "Consular rates: within three working days or out of hours + 100 %, on days off + 200 %; the rate of a birth is to "
    "be confirmed",
    "kg-cons",
    confirmed=False,
)
_MONTH = Source(
    "One month, by the law of 2005; under Law 110 it is to be confirmed", "kg-tok", confirmed=False
)
_APPEAL = Source(
    "30 working days from receipt, to the same or the higher body, before any court",
    "kg-appeal",
    confirmed=True,
)
_PAPERS = Source("What is brought to register a birth, of 11 November 2020", "kg-grs", confirmed=True)
_TRANSLATION = Source(
    "Notarised translation into Kyrgyz or Russian, an older page", "nomad-kg", confirmed=False
)
_ENTITLED = Source(
    "One parent, a relative, an authorised person, an official of the medical organisation",
    "kg-tok",
    confirmed=True,
)
_BY_COURT = Source(
    "Without a medical certificate the law of 2005 had the court; what Law 110 has is to be confirmed",
    confirmed=False,
)
_CITIZENSHIP = Source(
    "Notarised agreement of the parents on the citizenship of the child, by the law of 2005", confirmed=False
)
_WITHOUT_PAPERS = Source(
    "Parents without identity documents: the medical certificate is enough until the child is one year old",
    "kg-noid",
    confirmed=True,
)
_NAMES = Source(
    "The surname of a parent; no double surname; the mother's where nobody acknowledges",
    "kg-name",
    confirmed=True,
)
_SURNAMES = Source("Law of 2025 on surnames, adopted on 11 June 2025", "kg-surname", confirmed=True)
_HUSBAND = Source("Үй-бүлө кодекси, article 51: 300 days", "cmp-family", confirmed=False)
_PROPOSED = Source(
    "Follows from what a registration is; the list of the law is to be confirmed", confirmed=False
)
_COURT = Court("kg-court", TO_BE_CONFIRMED)

# --- conditions -----------------------------------------------------------------------------------------------

_HERE: Final = born_inside("KG")
_ELSEWHERE: Final = born_outside("KG")
_OVER_A_YEAR: Final = older_than(12)


def _has_a_certificate(facts: Facts) -> bool:
    return facts.request["medical_certificate"] is not None


def _nothing_proves_it(facts: Facts) -> bool:
    """That the child was born here; where a court said who the father is, its decision is asked for that."""
    is_by_mouth = _HERE.holds(facts) and not _has_a_certificate(facts)
    return is_by_mouth and facts.request.get("fatherhood") != "court"


def _parents_have_papers(facts: Facts) -> bool:
    return not facts.request.get("parents_without_papers")


def _is_of_ancestors(facts: Facts) -> bool:
    return bool(facts.request["child"].get("surname_form") == "ancestor")


def _citizenships_differ(facts: Facts) -> bool:
    """By the country of the number, or of the document; of who has neither nothing is known."""
    parents = (facts.request[name] or {} for name in ("mother", "father"))
    papers = (parent.get("personal_number") or parent.get("document") for parent in parents)
    countries = {paper["country"] for paper in papers if paper}
    return "KG" in countries and len(countries) > 1


_OF_MARRIAGE: Final = father_known_by("marriage", "marriage_ended")

# --- what an officer should see -------------------------------------------------------------------------------

_IN_ONE_SURNAME: Final = frozenset({"uulu", "kyzy", "tegin", "уулу", "кызы", "тегин"})


def _has_one_surname(facts: Facts) -> bool:
    """What is said of kin belongs to it; any other second word, or a hyphen, makes it a double one."""
    surname = facts.request["child"]["surname"] or ""
    words = surname.casefold().replace("-", " ").split()
    return len([word for word in words if word not in _IN_ONE_SURNAME]) <= 1


def _has_a_parents_surname(facts: Facts) -> bool:
    """In whatever script, and Asanov and Asanova are one; the mother's where she alone says who the father is."""
    request, child = facts.request, facts.request["child"]
    whose = ("mother",) if request.get("fatherhood") == "mothers_word" else ("mother", "father")
    theirs = [parent["surname"] for name in whose if (parent := request[name]) and parent["surname"]]
    if child.get("surname_form") != "parent" or child["surname"] is None or not theirs:
        return True
    return any(_stems(child["surname"]) & _stems(surname) for surname in theirs)


def _stems(surname: str) -> set[str]:
    return {key.removesuffix("a") for key in likeness(surname)}


def _suffix_fits(facts: Facts) -> bool:
    """Uulu is of a boy, kyzy of a girl; and neither stands beside another name than the father's."""
    child = facts.request["child"]
    suffix = child.get("kin_suffix")
    if suffix is None:
        return True
    sexes = {"uulu": ("male", "undetermined"), "kyzy": ("female", "undetermined")}[suffix]
    return child["surname_form"] == "father_name" and child["sex"] in sexes


def _certificate_is_enough(facts: Facts) -> bool:
    return _parents_have_papers(facts) or not _OVER_A_YEAR.holds(facts)


# --- the terms ------------------------------------------------------------------------------------------------

_BY_LAW_110 = Terms(
    since=date(2020, 11, 7),
    source=_LAW,
    authority="kg-civil-registry",
    registry="kg-birth-register",
    fee=Fee(
        parts=(
            # No amount is known: an officer says it, so no day is named for which this would be the rate.
            FeePart(
                name="consular_act",
                units=Fraction(),
                when=(Is("notified_at", ("mission",)),),
                until=date(2020, 11, 6),
                source=_CONSULAR,
            ),
        ),
        source=_FREE,
    ),
    times=Times(
        pay=Term(10, "working_days", TO_BE_CONFIRMED),
        consent=Term(10, "working_days", TO_BE_CONFIRMED),
        answer=Term(10, "working_days", TO_BE_CONFIRMED),
        decide=Term(1, "working_days", TO_BE_CONFIRMED),
        served=Term(7, "calendar_days", TO_BE_CONFIRMED, is_moved=False),
        appeal=Term(30, "working_days", _APPEAL),
    ),
    appeals=AppealBody("kg-digital-ministry", TO_BE_CONFIRMED),
    four_eyes=FourEyes(are_asked=False, source=TO_BE_CONFIRMED),
    grounds=(
        Ground("no_basis", _PROPOSED),
        Ground("not_entitled", _PROPOSED),
        Ground("double_surname", _NAMES),
        Ground("registered_already", _PROPOSED),
    ),
    evidence=(
        # The form names the hospital's paper, and what the population register holds is not asked again.
        Requirement(
            "birth_report",
            _PAPERS,
            is_required=False,
            when=(_HERE, Where("with_certificate", _has_a_certificate)),
        ),
        Requirement(
            "parent_identity",
            _PAPERS,
            is_required=False,
            when=(Where("parents_have_papers", _parents_have_papers),),
        ),
        Requirement("marriage_certificate", _PAPERS, is_required=False, when=(_OF_MARRIAGE,)),
        Requirement("foreign_birth_document", _PAPERS, when=(_ELSEWHERE,)),
        Requirement("translation", _TRANSLATION, is_required=False, when=(_ELSEWHERE,)),
        Requirement(
            "court_decision", _BY_COURT, is_required=False, when=(Where("unproven", _nothing_proves_it),)
        ),
        shown_by_court(TO_BE_CONFIRMED),
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
        Requirement(
            "power_of_attorney",
            _ENTITLED,
            is_required=False,
            when=(Where("by_mandate", is_by_mandate),),
        ),
        Requirement("kinship_proof", _SURNAMES, when=(Where("surname_of_ancestors", _is_of_ancestors),)),
        Requirement(
            "citizenship_agreement",
            _CITIZENSHIP,
            is_required=False,
            when=(Where("citizenships_differ", _citizenships_differ),),
        ),
        # A late birth is always taken: who files may say why, and is not sent away without a word.
        Requirement("late_explanation", TO_BE_CONFIRMED, is_required=False, when=(Late("notification"),)),
    ),
    filing_limits=(
        FilingLimit(
            code="notification",
            term=Term(1, "months", _MONTH),
            from_member=BORN_ON,
            effect="evidence",
            source=_MONTH,
            when=(_HERE, ALIVE),  # nothing is known of those abroad, nor of the still-born
        ),
    ),
    notices=Notices("kg-hospitals", TO_BE_CONFIRMED),
    presumptions=(
        Presumption(
            code="husband",
            from_member=("marriage_ended_on",),
            to_member=BORN_ON,
            term=Term(300, "calendar_days", _HUSBAND, is_moved=False),
            source=_HUSBAND,
            when=(_OF_MARRIAGE,),
        ),
    ),
    checks=(
        told("double_surname", _has_one_surname, _NAMES),
        told("surname_of_no_parent", _has_a_parents_surname, _NAMES),
        told("kin_suffix", _suffix_fits, _SURNAMES),
        told("without_papers_after_a_year", _certificate_is_enough, _WITHOUT_PAPERS),
    ),
    restrictions=(
        Restriction(kind="paternity_disputed", authority="kg-court", source=TO_BE_CONFIRMED),
        Restriction(kind="adoption_secret", authority="kg-court", source=TO_BE_CONFIRMED),
    ),
    amendments=Amendments(TO_BE_CONFIRMED, _COURT),
    retention=Term(2, "years", TO_BE_CONFIRMED),
    entry_retention=Forever(TO_BE_CONFIRMED),
)
TERMS = (
    _BY_LAW_110,
    replace(_BY_LAW_110, since=date(2025, 10, 20), since_source=_INSTRUCTION_SINCE, source=_INSTRUCTION),
)
