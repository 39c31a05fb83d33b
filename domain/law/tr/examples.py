"""How somebody in Türkiye would fill in the forms: made up, as everybody there."""

from domain.examples import NEWBORN_DAYS, Around, Example, registered_car, represented


def _born_in_wedlock(around: Around) -> Example:
    """The mother tells it at the registry; her divorce was three months before."""
    mother, father = around.people[:2]
    child = {
        "surname": father["surname"],
        "given_names": "Deniz Nur",
        "other_spelling": {"surname": "Exampleoglu", "given_names": "Deniz Nur", "patronymic": "Mehmetovna"},
        "sex": "female",
        "born_on": around.ago(NEWBORN_DAYS),
        "born_at": "04:35",
        "place": {"country": "TR", "city": "Çankaya", "facility": "Örnek Hastanesi"},
        "order": 1,
    }
    paper = {
        "issuer": "Örnek Hastanesi",
        "city": "Çankaya",
        "number": f"DR-{around.number}",
        "issued_on": child["born_on"],
    }
    house = {"province": "Ankara", "district": "Çankaya", "volume": "17", "family_number": "423"}
    maiden = {"province": "Sivas", "district": "Zara", "volume": "4", "family_number": "88"}
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
        "oral_statement": False,
        "notified_at": "registry",
        "family_register": house,
        "mother_maiden_register": maiden,
    }
    return Example(request, ("birth_report", "parent_identity"))


def _foundling(around: Around) -> Example:
    """A hospital before whose door a child was found tells it by mouth, and wrote first."""
    child = {
        "surname": around.word,
        "given_names": "Umut",
        "sex": "male",
        "born_on": around.ago(NEWBORN_DAYS + 3),
        "place": {"country": "TR", "city": "Bolu", "setting": "other"},
    }
    request = {
        "applicant": represented(around.company, "clerk", around.people[0]),
        "relation": "medical_organisation",
        "parents_cannot_because": "Anne babasını kimse bilmiyor.",
        "kind": "foundling",
        "child": child,
        "mother": None,
        "mother_unknown_because": "Çocuk bulunmuştur.",
        "father": None,
        "medical_certificate": None,
        "oral_statement": False,
        "posted_on": around.ago(1),
    }
    return Example(request)


def _sold_between_two(around: Around) -> Example:
    """A car with its plates, insured and paid for as the law asks."""
    seller, buyer = around.people[:2]
    plate = f"06 ORN {around.number[:3]}"
    request = {
        "seller": seller,
        "buyer": buyer,
        "vehicle": {"vin": around.vin, "make": "Tofaş", "plate": plate},
        "price": {"amount": 650_000_00, "currency": "TRY"},
        "new_plates": False,
        "between_private_persons": True,
        "secure_payment_reference": f"GOS-{around.number}",
        "insurance_policy": f"TRF-{around.number}",
        "inspection_until": around.ago(-200),
    }
    car = registered_car(around, [seller], plate=plate, make="Tofaş", model="Doğan", year=2009)
    return Example(request, ("identity", "secure_payment"), (car,))


def _sold_by_two_to_two(around: Around) -> Example:
    """An old car of a woman and a company, by its chassis; her husband agrees, and two buy it in unequal parts."""
    seller, husband, head, first, second = around.people[:5]
    chassis = f"A{around.number}"
    plate = f"34 ORN {around.number[:3]}"
    request = {
        "seller": seller,
        "co_sellers": [represented(around.company, "head", head)],
        "buyer": first,
        "co_buyers": [second],
        "shares": [{"of": 3, "parts": 2}, {"of": 3, "parts": 1}],
        "spouses": [husband],
        "vehicle": {"chassis": chassis, "make": "Anadol"},
        "price": {"amount": 120_000_00, "currency": "TRY"},
        "new_plates": True,
    }
    owners = [seller, around.company]
    car = registered_car(
        around, owners, vin=None, chassis=chassis, plate=plate, make="Anadol", model="A1", year=1971
    )
    return Example(request, (), (car,))


EXAMPLES = {
    "birth_certificate": (_born_in_wedlock, _foundling),
    "car_sale": (_sold_between_two, _sold_by_two_to_two),
}
