"""Kazakhstan: the registration of a birth by the State Corporation (АХАТ, РАГС), or by a mission abroad."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Annotated, Final, Literal, Self

from pydantic import model_validator

from domain.checks import told
from domain.country import TO_BE_CONFIRMED, Source
from domain.days.deadlines import Term
from domain.events import Personal
from domain.facts import Choice, Facts, Is, Late, Request, Where
from domain.fees import Fee, FeePart
from domain.forms import Line, Public
from domain.persons import representative_of
from domain.procedures.birth_certificate import (
    ALIVE,
    BORN_ON,
    BY_MOUTH,
    STILL_BORN,
    BirthForm,
    born_inside,
    born_outside,
    father_known_by,
    is_represented,
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
    FourEyes,
    Ground,
    Notices,
    Presumption,
    Requirement,
    Restriction,
    Terms,
    Times,
)

NOT_IN_A_SURNAME: Final = ("тегі", "ұрпағы", "немересі", "шөбересі", "келіні")


class Child(AnyChild):
    """The child; where the father's name comes first it stands for a surname, and no patronymic is recorded."""

    name_order: Literal["surname_first", "father_name_first"] = "surname_first"

    @model_validator(mode="after")
    def _is_named_by_article_194(self) -> Self:
        spellings = [spelt for spelt in (self, self.other_spelling) if spelt is not None]
        if self.name_order == "father_name_first" and any(spelt.patronymic for spelt in spellings):
            raise WrongValue("patronymic_beside_fathers_name")
        words = {word for spelt in spellings for word in (spelt.surname or "").casefold().split()}
        if words & {*NOT_IN_A_SURNAME}:
            raise WrongValue("word_not_in_surname")
        return self


class KazakhBirthForm(BirthForm):
    """``notified_at``: at the counter or the portal of the registry, by a text message that a mother answers, or at a
    mission abroad. A parent's nationality is recorded only where their identity document has it; what is asked of the
    mother for statistics stands in no entry.
    """

    child: Annotated[Child, Personal("child")]
    notified_at: Annotated[Literal["registry", "sms", "mission"], Public()] = "registry"
    certificate_language: Annotated[Literal["kk", "ru"], Public()] = "kk"
    mother_nationality: Annotated[Line | None, Personal("mother")] = None
    father_nationality: Annotated[Line | None, Personal("father")] = None
    mother_education: Annotated[Line | None, Personal("mother")] = None
    mother_income_source: Annotated[Line | None, Personal("mother")] = None


FORM = KazakhBirthForm
FORM_VERSION = 1

_CODE = Source(
    "Кодекс «О браке (супружестве) и семье» 518-IV of 26 December 2011, articles 177 to 194; Order 112 of 25 February "
    "2015",
    "kz-code",
    confirmed=True,
)
_SINCE_2021 = Source(
    "3 working days, as a text of 10 August 2021 has it; perhaps earlier", "kz-690", confirmed=False
)
_SINCE_2023 = Source("Price list in force since 1 July 2023", "kz-fee23", confirmed=True)
_SINCE_2026 = Source("Price list in force since 10 March 2026", "kz-fee26", confirmed=True)
_FREE_2021 = Source(
    "Free, as the price lists say since 1 July 2023; before that to be confirmed", "kz-fee23", confirmed=False
)
_FREE_2023 = Source("A birth is registered free, also late, abroad, of the dead", "kz-fee23", confirmed=True)
_FREE_2026 = Source("A birth is registered free, also late, abroad, of the dead", "kz-fee26", confirmed=True)
_CONSULAR = Source(
    "At a mission by the consular rates, whose amount is to be confirmed", "kz-abroad", confirmed=False
)
_THREE_DAYS = Source("3 working days from the birth", "kz-690", confirmed=True)
_ABROAD = Source(
    "MFA Order 11-1-4/192 of 12 June 2020: 2 months abroad; 5 working days to decide; later with an explanation and a "
    "certificate of health",
    "kz-abroad",
    confirmed=True,
)
_STILLBIRTH = Source(
    "Still-born, or dead in the first week: by the medical organisation, 1 working day; entry within 5 days",
    "kz-690",
    confirmed=True,
)
_DECIDED = Source("2 working days; extended by 15 calendar days, as an older list has it", confirmed=False)
_SMS = Source("Asked by a message of 1414: 3 working days", "kz-zhaik", confirmed=True)
_TOLD = Source("A message of 1414 asks the mother, whose hospital has told", "kz-zhaik", confirmed=False)
_APPEAL = Source(
    "Административный процедурно-процессуальный кодекс, articles 91, 92: 3 months from knowing, to the higher body",
    "kz-appc",
    confirmed=True,
)
_PROOF = Source(
    "Code, article 187: медицинское свидетельство о рождении, or a decision of a court on the fact of birth",
    "kz-sms",
    confirmed=True,
)
_SHOWN_LATER = Source(
    "The medical certificate itself is shown later where somebody files electronically", confirmed=False
)
_COURT_PAPER = Source(
    "Code, article 187: without a certificate a court decides; a birth told by mouth is taken, and the officer asks",
    "kz-sms",
    confirmed=True,
)
_IDENTITY = Source(
    "Identity document of the parents. Not asked here, as every child is registered whatever papers its parents have",
    "kz-2019",
    confirmed=False,
)
_MARRIAGE = Source(
    "Свидетельство о браке if the marriage was abroad or is not in the system", confirmed=False
)
_POWER = Source("Notarised power of attorney of who is represented", "kz-690", confirmed=True)
_FOREIGNERS = Source("Foreigners: residence permit, or passport with notarised translation", confirmed=False)
_RECEIPT = Source("Consular receipt; the treasury tells the house of payments", "kz-abroad", confirmed=True)
_UNMARRIED = Source(
    "Unmarried parents apply together in person, nobody represents them", "kz-pat", confirmed=True
)
_FATHER_BY_COURT = Source(
    "Unmarried: both apply together, the father alone where the mother cannot; else a court",
    "kz-pat",
    confirmed=True,
)
_PRESUMED = Source(
    "Code, article 47: the husband up to 280 days after the end of the marriage",
    "cmp-family",
    confirmed=False,
)
_REASONS = Source("Law «О государственных услугах», article 19-1: the closed list", confirmed=False)
_DEAD = Source("Code, article 177: acts of a dead person are not registered", "kz-177", confirmed=True)
_MISSIONS = Source("Grounds of missions abroad, as an older list has them", confirmed=False)
_ANNULLED = Source("A court annuls, as an older list has it", confirmed=False)

STILLBIRTH_ENTRY: Final = Term(5, "calendar_days", _STILLBIRTH)
"""Within which the entry is made, counted from the birth; ``times.decide`` runs from completeness."""

_NOT_BY_COURT: Final = Where("not_by_court", lambda facts: facts.request.get("fatherhood") != "court")
_HERE: Final = born_inside("KZ")
_ELSEWHERE: Final = born_outside("KZ")
_AT_A_MISSION: Final = Is("notified_at", ("mission",))
_AT_THE_REGISTRY: Final = Is("notified_at", ("registry",))
_WITH_A_CERTIFICATE: Final = Where(
    "with_certificate", lambda facts: facts.request["medical_certificate"] is not None
)


UNMARRIED: Final = father_known_by("joint_application", code="both_say_who_the_father_is")
_BY_MARRIAGE: Final = father_known_by("marriage", "marriage_ended", code="father_by_marriage")
_AFTER_A_MARRIAGE: Final = father_known_by("marriage_ended", code="marriage_ended")


def _countries(person: Request) -> set[str]:
    """The countries that know this person by a number or a document."""
    return {known["country"] for name in ("personal_number", "document") if (known := person.get(name))}


def _has_a_foreign_parent(facts: Facts) -> bool:
    parents = (facts.request[name] for name in ("mother", "father"))
    return any(_countries(parent) - {"KZ"} for parent in parents if parent is not None)


def _come_in_person(facts: Facts) -> bool:
    """Both parents, where they say together who the father is."""
    if not UNMARRIED.holds(facts):
        return True
    said = (facts.request[name] for name in ("applicant", "mother", "father"))
    return all(representative_of(person) is None for person in said)


_FOREIGN_PARENT: Final = Where("foreign_parent", _has_a_foreign_parent)
_REPRESENTED: Final = Where("represented", is_represented)


def _fee(since: date, source: Source) -> Fee:
    """Free, but at a mission; nobody knows its rates, so that its part waits for an officer."""
    before = since - timedelta(days=1)
    unknown = FeePart(name="duty", units=Fraction(), when=(_AT_A_MISSION,), until=before, source=_CONSULAR)
    return Fee(parts=(unknown,), source=source)


_FIRST = Terms(
    since=date(2021, 8, 10),
    since_source=_SINCE_2021,
    source=_CODE,
    authority="kz-civil-registry",
    registry="kz-birth-register",
    fee=_fee(date(2021, 8, 10), _FREE_2021),
    times=Times(
        pay=Term(10, "working_days", TO_BE_CONFIRMED),
        consent=Term(10, "working_days", TO_BE_CONFIRMED),
        answer=Term(10, "working_days", TO_BE_CONFIRMED),
        decide=Choice(
            "notified_at",
            {
                "registry": Term(2, "working_days", _DECIDED),
                "sms": Term(3, "working_days", _SMS),
                "mission": Term(5, "working_days", _ABROAD),
            },
        ),
        served=Term(7, "calendar_days", TO_BE_CONFIRMED, is_moved=False),
        appeal=Term(3, "months", _APPEAL),
        extend=Term(15, "calendar_days", _DECIDED),
    ),
    appeals=AppealBody("kz-justice-ministry", TO_BE_CONFIRMED, Term(20, "working_days", TO_BE_CONFIRMED)),
    four_eyes=FourEyes(are_asked=True, source=TO_BE_CONFIRMED, when=(older_than(12),)),
    grounds=(
        Ground("untrue_documents", _REASONS),
        Ground("requirements_not_met", _REASONS),
        Ground("court_ban", _REASONS),
        Ground("no_data_consent", _REASONS),
        Ground("person_dead", _DEAD),
        Ground("wrong_mission", _MISSIONS),
        Ground("no_fee_receipt", _MISSIONS),
    ),
    evidence=(
        Requirement("birth_report", _SHOWN_LATER, is_required=False, when=(_WITH_A_CERTIFICATE, _HERE)),
        Requirement("foreign_birth_document", _PROOF, when=(_WITH_A_CERTIFICATE, _ELSEWHERE)),
        Requirement("court_decision", _COURT_PAPER, is_required=False, when=(BY_MOUTH, _NOT_BY_COURT)),
        shown_by_court(_FATHER_BY_COURT),
        Requirement("parent_identity", _IDENTITY, is_required=False),
        Requirement("marriage_certificate", _MARRIAGE, is_required=False, when=(_BY_MARRIAGE,)),
        Requirement("joint_application", _UNMARRIED, is_required=False, when=(UNMARRIED,)),
        Requirement("power_of_attorney", _POWER, is_required=False, when=(_REPRESENTED,)),
        Requirement("residence_proof", _FOREIGNERS, is_required=False, when=(_FOREIGN_PARENT,)),
        Requirement("translation", _ABROAD, when=(_ELSEWHERE, _FOREIGN_PARENT)),
        Requirement("foreign_parents_consent", _ABROAD, when=(_ELSEWHERE, _FOREIGN_PARENT)),
        # Inside the country the same is a candidate: there the officer asks, and nothing is wanted at filing.
        Requirement("late_explanation", _ABROAD, when=(Late("abroad"),)),
        Requirement("health_certificate", _ABROAD, when=(Late("abroad"),)),
        Requirement("fee_receipt", _RECEIPT, is_required=False, when=(_AT_A_MISSION,)),
    ),
    filing_limits=(
        FilingLimit(
            code="notification",
            term=Term(3, "working_days", _THREE_DAYS),
            from_member=BORN_ON,
            effect="evidence",
            source=_THREE_DAYS,
            when=(_HERE, ALIVE),
        ),
        FilingLimit(
            code="abroad",
            term=Term(2, "months", _ABROAD),
            from_member=BORN_ON,
            effect="evidence",
            source=_ABROAD,
            when=(_ELSEWHERE, ALIVE),
        ),
        FilingLimit(
            code="stillbirth",
            term=Term(1, "working_days", _STILLBIRTH),
            from_member=BORN_ON,
            effect="evidence",
            source=_STILLBIRTH,
            when=(STILL_BORN,),
        ),
    ),
    notices=Notices("kz-hospitals", _TOLD),
    presumptions=(
        Presumption(
            code="husband",
            from_member=("marriage_ended_on",),
            to_member=BORN_ON,
            term=Term(280, "calendar_days", _PRESUMED, is_moved=False),
            source=_PRESUMED,
            when=(_AFTER_A_MARRIAGE,),
        ),
    ),
    checks=(told("joint_application_by_proxy", _come_in_person, _UNMARRIED),),
    restrictions=(
        Restriction(kind="paternity_disputed", authority="kz-court", source=TO_BE_CONFIRMED),
        Restriction(kind="adoption_secret", authority="kz-court", source=TO_BE_CONFIRMED),
    ),
    amendments=Amendments(_ANNULLED, Court("kz-court", _ANNULLED)),
    retention=Term(1, "years", TO_BE_CONFIRMED),
    entry_retention=Term(75, "years", TO_BE_CONFIRMED),
)
TERMS = (
    _FIRST,
    replace(
        _FIRST,
        since=date(2023, 7, 1),
        since_source=_SINCE_2023,
        fee=_fee(date(2023, 7, 1), _FREE_2023),
    ),
    replace(
        _FIRST,
        since=date(2026, 3, 10),
        since_source=_SINCE_2026,
        fee=_fee(date(2026, 3, 10), _FREE_2026),
    ),
)
