"""Who keeps the registers that stand by themselves."""

from domain.country import Source
from domain.procedure import Keeper

KEEPERS = {
    "companies": Keeper(
        is_open=True,
        authority="kz-company-registration",
        source=Source(
            law="Law on state registration of legal entities and record registration of branches",
            confirmed=False,
        ),
    ),
}
