"""Who keeps the registers that stand by themselves."""

from domain.country import Source
from domain.procedure import Keeper

KEEPERS = {
    "companies": Keeper(
        is_open=True,
        authority="tr-trade-registry",
        source=Source(law="Turkish Commercial Code, articles 24 to 38", confirmed=False),
    ),
}
