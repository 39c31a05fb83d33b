"""Whether the house can do its work, country by country, and what lags; for ``/readyz``, the metrics and the command line."""

from typing import Any

from infra.house import CountryHouse, House


def readiness(house: House) -> dict[str, Any]:
    """``ready`` is whether every log takes filings; ``countries`` say how each stands."""
    states = {code: _state(country) for code, country in house.countries.items()}
    return {"ready": all(s["trouble"] is None for s in states.values()), "countries": states}


def _state(house: CountryHouse) -> dict[str, Any]:
    size = house.log.size()
    return {
        "events": size,
        "trouble": house.desk.trouble,
        "read_models_behind": size - house.views.position(),
        "parked": [{"stream": s, "seq": p[0], "why": p[2]} for s, p in house.views.parked().items()],
        "relay_behind": house.feed.relay_behind(),
        "relay_trouble": house.feed.relay_trouble(),
    }
