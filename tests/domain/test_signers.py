"""Whose business an event is by the law, held against what the offices may sign by their keys."""

import pytest

from domain.authorities import AMENDMENTS, APPEALS
from domain.offers import offers
from domain.procedure import Offer
from domain.signers import signers_of_case, signers_of_entry
from domain.terms import Terms

ALL = [(offer, terms) for offer in offers().values() for terms in offer.terms]


@pytest.mark.parametrize(("offer", "terms"), ALL)
def test_what_an_appeal_body_or_a_court_may_sign_is_its_business_by_the_law(
    offer: Offer, terms: Terms
) -> None:
    """So nothing that an office writes in good faith is an alarm to whoever verifies the log."""
    court = terms.amendments.court if terms.amendments else None
    named = {terms.appeals.authority: APPEALS} | ({court.authority: AMENDMENTS} if court else {})
    procedure = offer.procedure
    for office, types in named.items():
        for name in types:
            if name.startswith("case."):
                since = terms.since.isoformat()
                assert office in signers_of_case(offer.country, procedure.name, since, name), name
            for register in procedure.registers if name.startswith("entry.") else ():
                assert office in signers_of_entry(offer.country, register.name, name, terms.since), name
