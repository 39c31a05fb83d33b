"""How somebody in Kyrgyzstan would fill in the forms: made up, as everybody there."""

from domain.examples import NEWBORN_DAYS, Around, Example, registered_car, represented


def _born_abroad(around: Around) -> Example:
    """A mother who lives in Almaty tells it at the mission; the father, from whom she was divorced two months before,
    is a citizen there, with a passport and no number of ours.
    """
    mother = around.people[0]
    father = {
        "surname": "Үлгібаев",
        "given_names": "Ерлан",
        "patronymic": None,
        "born_on": "1990-08",
        "personal_number": None,
        "document": {"kind": "passport", "country": "KZ", "number": "N 00000017"},
    }
    child = {
        "surname": mother["surname"],
        "given_names": "Айсулуу",
        "patronymic": "Ерлановна",
        "other_spelling": {"surname": "Экзампл", "given_names": "Айсулу", "patronymic": "Ерлановна"},
        "surname_form": "parent",
        "sex": "female",
        "born_on": around.ago(NEWBORN_DAYS),
        "born_at": "04:35",
        "place": {"country": "KZ", "city": "Алматы", "facility": "Үлгі перзентханасы"},
        "order": 1,
    }
    paper = {
        "issuer": "Үлгі перзентханасы",
        "city": "Алматы",
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
        "marriage_ended_on": around.ago(60),
        "medical_certificate": paper,
        "child_number": around.newborn,
        "notified_at": "mission",
        "mother_nationality": "кыргыз",
        "father_nationality": "казак",
    }
    return Example(request, ("parent_identity", "translation", "citizenship_agreement"))


def _told_by_an_aunt(around: Around) -> Example:
    """Of her brother, whom a court found to be the father: he has one name and no papers, and works far away. The
    mother left the hospital before anybody wrote down who she was.
    """
    aunt = around.people[0]
    father = {"surname": None, "given_names": "Улан", "born_on": "1999", "personal_number": None}
    child = {
        "surname": "Улан уулу",
        "given_names": "Нурбек",
        "surname_form": "father_name",
        "kin_suffix": "uulu",
        "sex": "male",
        "born_on": around.ago(NEWBORN_DAYS + 20),
        "place": {"country": "KG", "city": "Нарын", "setting": "on_the_way"},
    }
    paper = {
        "issuer": "Үлгү төрөт үйү",
        "number": f"МС-{around.number}",
        "issued_on": around.ago(NEWBORN_DAYS + 19),
    }
    request = {
        "applicant": aunt,
        "relation": "relative",
        "parents_cannot_because": "Атасы чет жакта иштейт.",
        "kind": "live",
        "child": child,
        "mother": None,
        "mother_unknown_because": "Ал өзүн атабай, төрөт үйүнөн кетип калган.",
        "father": father,
        "fatherhood": "court",
        "medical_certificate": paper,
        "notified_at": "registry",
        "parents_without_papers": True,
    }
    return Example(request, ("court_decision",))


def _sold_by_a_company(around: Around) -> Example:
    """A company sells its truck; a man and a woman buy it in unequal parts, with plates of Bishkek."""
    first, second, head = around.people[:3]
    plate = f"08 KG {around.number[:3]} EX"
    request = {
        "seller": represented(around.company, "head", head),
        "buyer": first,
        "co_buyers": [second],
        "shares": [{"of": 3, "parts": 2}, {"of": 3, "parts": 1}],
        "vehicle": {"vin": around.vin, "make": "КамАЗ", "plate": plate},
        "price": {"amount": 2_450_000_00, "currency": "KGS"},
        "new_plates": True,
        "vehicle_kind": "truck",
        "made_in_year": 2016,
        "assessed_value": {"amount": 1_800_000_00, "currency": "KGS"},
        "inspected_on": around.ago(6),
        "region_code": "01",
    }
    truck = registered_car(
        around, [around.company], kind="truck", plate=plate, make="КамАЗ", model="65115", year=2016
    )
    return Example(request, ("identity", "company_papers"), (truck,), files=2)


def _sold_by_two(around: Around) -> Example:
    """An old car of a woman and her brother, by its chassis and with its old plates; her husband agrees. The buyer has
    one name.
    """
    seller, husband, buyer, brother = around.people[:4]
    chassis = f"A{around.number}"
    plate = f"B {around.number[:4]} E"
    request = {
        "seller": seller,
        "co_sellers": [brother],
        "buyer": {**buyer, "surname": None},
        "spouses": [husband],
        "owner_is_married": True,
        "vehicle": {"chassis": chassis, "make": "Москвич", "plate": plate},
        "price": {"amount": 95_000_00, "currency": "KGS"},
        "new_plates": False,
        "vehicle_kind": "car",
        "engine_cm3": 1_478,
        "made_in_year": 1978,
        "inspected_on": around.ago(2),
    }
    owners = [seller, brother]
    car = registered_car(
        around, owners, vin=None, chassis=chassis, plate=plate, make="Москвич", model="2140", year=1978
    )
    return Example(request, ("marriage_certificate",), (car,))


EXAMPLES = {
    "birth_certificate": (_born_abroad, _told_by_an_aunt),
    "car_sale": (_sold_by_a_company, _sold_by_two),
}
