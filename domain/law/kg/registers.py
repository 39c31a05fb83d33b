"""Who keeps the registers that stand by themselves."""

from domain.country import Source
from domain.procedure import Keeper

KEEPERS = {
    "companies": Keeper(
        is_open=True,
        authority="kg-justice",
        source=Source(law="Law on state registration of legal entities and branches", confirmed=False),
    ),
}
