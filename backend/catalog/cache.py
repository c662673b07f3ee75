"""Anonymous answers of the catalogue, kept in Redis under a generation that any change ends."""

import time
from typing import Any

GENERATION = "catalog:generation"
MADE_STALE_BY = {"stock.changed", "catalog.changed", "review.added"}


def forget(client: Any) -> None:
    """End the generation: what was cached under it is never served again. `client` may be a pipeline."""
    client.set(GENERATION, time.time_ns())
