"""Türkiye: the registration of a birth at the civil registry (nüfus müdürlüğü)."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from domain.country import TO_BE_CONFIRMED, Source
from domain.days.deadlines import Term
from domain.events import Personal
from domain.facts import Facts, Where
from domain.fees import Fee
from domain.forms import AnyPerson, Form, Line, Person, PersonalNumber, Public
from domain.procedure import (
    Amendments,
    AppealBody,
    Court,
    Exemption,
    FilingLimit,
    Forever,
    FourEyes,
    Ground,
    Requirement,
    Terms,
    Times,
)
from domain.procedures.birth_certificate import BirthForm, Child, MedicalCertificate


class FirstTurkishBirthForm(Form):
    """The first form: the child had no number."""

    applicant: Annotated[Person, Personal("applicant")]
    relation: Annotated[Literal["mother", "father", "relative", "guardian"], Public()]
    child: Annotated[Child, Personal("child")]
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
    child: Annotated[Child, Personal("child")]
    mother: Annotated[AnyPerson | None, Personal("mother")]
    mother_unknown_because: Annotated[Line | None, Personal("case")] = None
    father: Annotated[AnyPerson | None, Personal("father")]
    medical_certificate: Annotated[MedicalCertificate | None, Personal("child")]
    child_number: Annotated[PersonalNumber | None, Personal("child"), Field(examples=[None])] = None
    oral_statement: Annotated[bool, Public()]
    still_born: Annotated[bool, Personal("child"), Field(examples=[False])] = False


class TurkishBirthForm(BirthForm):
    """A birth may be told by mouth, where there is no report. Who was born dead is not registered."""

    oral_statement: Annotated[bool, Public()] = False


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
_SINCE = Source("Day of the Population Services Law (5490), general knowledge", confirmed=False)
_PROPOSED = Source("Follows from what a registration is; the article is to be confirmed", confirmed=False)


def _is_still_born(facts: Facts) -> bool:
    return facts.request.get("kind") == "still_born" or bool(facts.request.get("still_born"))


TERMS = (
    Terms(
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
    ),
)
