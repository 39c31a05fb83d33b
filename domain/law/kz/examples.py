"""How somebody in Kazakhstan would fill in the forms: made up, as everybody there."""

from domain.examples import NEWBORN_DAYS, Around, Example, registered_car, represented


def _told_by_message(around: Around) -> Example:
    """The mother answers the text message of the registry; she was divorced three months before."""
    mother, father = around.people[:2]
    child = {
        "surname": father["surname"],
        "given_names": "Айару",
        "patronymic": None,
        "other_spelling": {"surname": father["surname"], "given_names": "Aiaru", "patronymic": None},
        "name_order": "father_name_first",
        "sex": "female",
        "born_on": around.ago(NEWBORN_DAYS),
        "born_at": "04:35",
        "place": {"country": "KZ", "city": "Қарағанды", "facility": "Үлгі перзентханасы"},
        "order": 1,
    }
    paper = {
        "issuer": "Үлгі перзентханасы",
        "city": "Қарағанды",
        "number": f"T-{around.number}",
        "issued_on": child["born_on"],
    }
    request = {
        "applicant": mother,
        "relation": "mother",
        "kind": "live",
        "child": child,
        "mother": mother,
        "father": father,
        "fatherhood": "marriage_ended",
        "marriage_ended_on": around.ago(90),
        "medical_certificate": paper,
        "child_number": around.newborn,
        "notified_at": "sms",
        "certificate_language": "kk",
        "mother_nationality": "қазақ",
        "father_nationality": "қазақ",
        "mother_education": "жоғары",
        "mother_income_source": "жалақы",
    }
    return Example(request, ("parent_identity",))


def _foundling(around: Around) -> Example:
    """A clerk of a hospital before whose door a child was found tells it at the registry."""
    child = {
        "surname": around.word,
        "given_names": "Үміт",
        "patronymic": "Үлгіұлы",
        "other_spelling": {"surname": around.word, "given_names": "Umit", "patronymic": "Ulgiuly"},
        "sex": "male",
        "born_on": around.ago(NEWBORN_DAYS + 3),
        "place": {"country": "KZ", "city": "Тараз", "setting": "other"},
    }
    request = {
        "applicant": represented(around.company, "clerk", around.people[0]),
        "relation": "medical_organisation",
        "parents_cannot_because": "Ата-анасын ешкім білмейді.",
        "kind": "foundling",
        "child": child,
        "mother": None,
        "mother_unknown_because": "Бала тауып алынған.",
        "father": None,
        "medical_certificate": None,
        "certificate_language": "ru",
    }
    return Example(request)


def _sold_with_chosen_plates(around: Around) -> Example:
    """A woman sells her car, which was hers before she married; the buyer wants plates of their own choice."""
    seller, buyer = around.people[:2]
    plate = f"{around.number[:3]} EXA 02"
    request = {
        "seller": seller,
        "buyer": buyer,
        "vehicle": {"vin": around.vin, "make": "Lada", "plate": plate},
        "price": {"amount": 2_150_000_00, "currency": "KZT"},
        "new_plates": True,
        "plate_choice": "free_10",
        "is_moped": False,
        "contract_signed_on": around.ago(1),
        "bought_in_marriage": False,
    }
    car = registered_car(around, [seller], plate=plate, make="Lada", model="Granta", year=2019)
    return Example(request, ("identity", "sale_contract"), (car,))


def _sold_by_two_to_two(around: Around) -> Example:
    """An old car of a woman and a company, by its chassis; her husband agrees, and two buy it in unequal parts."""
    seller, husband, head, first, second = around.people[:5]
    chassis = f"A{around.number}"
    plate = f"A {around.number[:3]} EXA"
    request = {
        "seller": seller,
        "co_sellers": [represented(around.company, "head", head)],
        "buyer": first,
        "co_buyers": [second],
        "shares": [{"of": 3, "parts": 2}, {"of": 3, "parts": 1}],
        "spouses": [husband],
        "bought_in_marriage": True,
        "vehicle": {"chassis": chassis, "make": "ЗАЗ"},
        "price": {"amount": 350_000_00, "currency": "KZT"},
        "new_plates": False,
    }
    owners = [seller, around.company]
    car = registered_car(
        around, owners, vin=None, chassis=chassis, plate=plate, make="ЗАЗ", model="968", year=1976
    )
    return Example(request, (), (car,))


EXAMPLES = {
    "birth_certificate": (_told_by_message, _foundling),
    "car_sale": (_sold_with_chosen_plates, _sold_by_two_to_two),
}
