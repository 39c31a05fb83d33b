"""How somebody in Uzbekistan would fill in the forms: made up, as everybody there."""

from domain.examples import NEWBORN_DAYS, Around, Example, registered_car, represented


def _told_by_the_hospital(around: Around) -> Example:
    """The second of twins, whose father died before they were born; the hospital tells it, and the mother agrees. She
    wants a certificate with a stamp, and is visited at home.
    """
    mother, father, clerk = around.people[:3]
    child = {
        "surname": father["surname"],
        "given_names": "Zaynab",
        "patronymic": f"{father['given_names']} qizi",
        "other_spelling": {"surname": "Экземпл", "given_names": "Зайнаб", "patronymic": "Шерзод қизи"},
        "sex": "female",
        "born_on": around.ago(NEWBORN_DAYS),
        "born_at": "06:10",
        "place": {"country": "UZ", "city": "Fargʻona", "facility": "Namuna tugʻruqxonasi"},
        "order": 2,
    }
    paper = {
        "issuer": "Namuna tugʻruqxonasi",
        "city": "Fargʻona",
        "number": f"TM-{around.number}",
        "issued_on": child["born_on"],
    }
    request = {
        "applicant": represented(around.company, "clerk", clerk),
        "relation": "medical_organisation",
        "kind": "live",
        "child": child,
        "mother": mother,
        "father": father,
        "fatherhood": "marriage_ended",
        "marriage_ended_on": around.ago(150),
        "medical_certificate": paper,
        "child_number": around.newborn,
        "mother_nationality": "oʻzbek",
        "father_nationality": "tojik",
        "stamped_certificate": True,
        "stamp_is_free": False,
        "home_visit": "regional_centre",
        "visit_is_free": False,
    }
    return Example(request, ("birth_report", "parent_identity", "marriage_certificate"), files=2)


def _foundling(around: Around) -> Example:
    """Whoever found the child tells it: an old woman with one name, of whose birthday the year alone is known."""
    finder = around.people[0]
    child = {
        "surname": around.word,
        "given_names": "Umid",
        "sex": "male",
        "born_on": around.ago(NEWBORN_DAYS + 3),
        "place": {"country": "UZ", "city": "Nukus", "setting": "other"},
    }
    request = {
        "applicant": {**finder, "surname": None, "born_on": finder["born_on"][:4]},
        "relation": "other",
        "parents_cannot_because": "Ularni hech kim tanimaydi.",
        "kind": "foundling",
        "child": child,
        "mother": None,
        "mother_unknown_because": "Bola masjid eshigi oldidan topilgan.",
        "father": None,
        "medical_certificate": None,
    }
    return Example(request, ("foundling_record",))


def _sold_at_the_notary(around: Around) -> Example:
    """A man sells an electric car that he bought in marriage, and his wife agrees; the buyer wants a number of her own
    choice, at home and within a day.
    """
    buyer, seller, wife = around.people[:3]
    plate = f"01 E {around.number[:3]} EX"
    request = {
        "seller": seller,
        "buyer": buyer,
        "spouses": [wife],
        "bought_in_marriage": True,
        "vehicle": {"vin": around.vin, "make": "BYD", "plate": plate},
        "price": {"amount": 245_000_000_00, "currency": "UZS"},
        "new_plates": True,
        "propulsion": "electric",
        "vehicle_kind": "car",
        "chosen_plates": True,
        "contract": "notarised",
        "notary_act": f"2026-{around.number}",
        "contract_signed_on": around.ago(3),
        "inspected_on": around.ago(4),
        "home_service": "one_day",
    }
    car = registered_car(around, [seller], plate=plate, make="BYD", model="Song Plus", year=2023)
    papers = ("identity", "inspection_report", "marriage_certificate", "spouse_consent")
    return Example(request, papers, (car,), files=1)


def _sold_at_an_auction(around: Around) -> Example:
    """An antique car of a company and a woman, by its chassis; two buy it in unequal parts."""
    head, first, owner, second = around.people[:4]
    chassis = f"A{around.number}"
    plate = f"30 E {around.number[:4]}"
    request = {
        "seller": represented(around.company, "head", head),
        "co_sellers": [owner],
        "buyer": first,
        "co_buyers": [second],
        "shares": [{"of": 4, "parts": 3}, {"of": 4, "parts": 1}],
        "vehicle": {"chassis": chassis, "make": "ГАЗ"},
        "price": {"amount": 90_000_000_00, "currency": "UZS"},
        "new_plates": False,
        "is_antique": True,
        "contract": "auction",
        "contract_signed_on": around.ago(1),
    }
    owners = [around.company, owner]
    car = registered_car(
        around, owners, vin=None, chassis=chassis, plate=plate, make="ГАЗ", model="21", year=1965
    )
    return Example(request, ("sale_contract",), (car,))


EXAMPLES = {
    "birth_certificate": (_told_by_the_hospital, _foundling),
    "car_sale": (_sold_at_the_notary, _sold_at_an_auction),
}
