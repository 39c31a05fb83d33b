"""How somebody in Azerbaijan would fill in the forms: made up, as everybody there."""

from domain.examples import NEWBORN_DAYS, Around, Example, registered_car, represented


def _of_both_parents(around: Around) -> Example:
    """Both say who the father is: she was divorced of another man more than a year before. Of her birthday the month is
    known.
    """
    mother, father = around.people[:2]
    mother = {**mother, "born_on": mother["born_on"][:7]}
    child = {
        "surname": f"{father['surname']}zadə",
        "given_names": "Nərgiz",
        "patronymic": f"{father['given_names']} qızı",
        "other_spelling": {"surname": "Экземплзаде", "given_names": "Наргиз", "patronymic": "Орхан кызы"},
        "sex": "female",
        "born_on": around.ago(NEWBORN_DAYS),
        "born_at": "23:50",
        "place": {"country": "AZ", "city": "Sumqayıt", "facility": "Nümunə doğum evi"},
        "order": 1,
    }
    paper = {
        "issuer": "Nümunə doğum evi",
        "city": "Sumqayıt",
        "number": f"TA-{around.number}",
        "issued_on": child["born_on"],
    }
    request = {
        "applicant": mother,
        "relation": "mother",
        "kind": "live",
        "child": child,
        "mother": mother,
        "father": father,
        "fatherhood": "joint_application",
        "marriage_ended_on": around.ago(400),
        "medical_certificate": paper,
        "child_number": around.newborn,
        "mother_nationality": "azərbaycanlı",
        "father_nationality": "ləzgi",
        "surname_of": "father",
        "surname_ending": "zade",
    }
    return Example(request, ("birth_report", "parent_identity", "parents_birth_certificates"))


def _foundling(around: Around) -> Example:
    """The guardianship body tells it late, of a child that was found at a railway station: it waited for the paper on
    the age.
    """
    child = {
        "surname": around.word,
        "given_names": "Ümid",
        "sex": "male",
        "born_on": around.ago(45),
        "place": {"country": "AZ", "city": "Gəncə", "setting": "other"},
    }
    request = {
        "applicant": represented(around.company, "clerk", around.people[0]),
        "relation": "authority",
        "parents_cannot_because": "Valideynləri məlum deyil.",
        "kind": "foundling",
        "child": child,
        "mother": None,
        "mother_unknown_because": "Uşaq dəmiryol vağzalında tapılıb.",
        "father": None,
        "medical_certificate": None,
        "late_reason": "Yaş haqqında tibbi arayış gözlənilirdi.",
    }
    return Example(request)


def _sold_to_kin(around: Around) -> Example:
    """A man of whose birthday the year alone is known sells his car to his sister, at a notary's."""
    sister, seller = around.people[:2]
    seller = {**seller, "born_on": seller["born_on"][:4]}
    plate = f"10-EX-{around.number[:3]}"
    request = {
        "seller": seller,
        "buyer": sister,
        "vehicle": {"vin": around.vin, "make": "Khazar", "plate": plate},
        "price": {"amount": 9_500_00, "currency": "AZN"},
        "new_plates": False,
        "vehicle_kind": "car",
        "engine_cm3": 1_598,
        "made_in_year": 2019,
        "to_kin": True,
        "notarised": True,
    }
    car = registered_car(around, [seller], plate=plate, make="Khazar", model="SD", year=2019)
    return Example(request, ("identity", "insurance_policy"), (car,), files=1)


def _sold_by_two(around: Around) -> Example:
    """An old car of a woman and a company, by its chassis, with another engine than its certificate says; her husband
    agrees, and she keeps the plates. What several own is registered to one of them, so one buys it.
    """
    seller, husband, head, buyer = around.people[:4]
    chassis = f"A{around.number}"
    plate = f"77-EX-{around.number[:3]}"
    request = {
        "seller": seller,
        "co_sellers": [represented(around.company, "head", head)],
        "buyer": buyer,
        "spouses": [husband],
        "vehicle": {"chassis": chassis, "make": "ГАЗ"},
        "price": {"amount": 4_200_00, "currency": "AZN"},
        "new_plates": True,
        "engine_cm3": 2_445,
        "made_in_year": 1962,
        "seller_takes_plates": True,
        "data_changed": True,
    }
    owners = [seller, around.company]
    car = registered_car(
        around, owners, vin=None, chassis=chassis, plate=plate, make="ГАЗ", model="21", year=1962
    )
    return Example(request, ("identity", "company_papers"), (car,))


EXAMPLES = {
    "birth_certificate": (_of_both_parents, _foundling),
    "car_sale": (_sold_to_kin, _sold_by_two),
}
