"""Who keeps the registers that stand by themselves."""

from domain.country import Source
from domain.procedure import Keeper

KEEPERS = {
    "companies": Keeper(
        is_open=True,
        authority="az-tax-service",
        source=Source(
            law="Law on state registration and the state register of legal entities", confirmed=False
        ),
    ),
}
