"""Who keeps the registers that stand by themselves."""

from domain.country import Source
from domain.procedure import Keeper

KEEPERS = {
    "companies": Keeper(
        is_open=True,
        authority="uz-public-services-centre",
        source=Source(law="Regulation on the state registration of business entities", confirmed=False),
    ),
}
