"""How long things took, in milliseconds."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Delays:
    """Half of them, 95 and 99 in a hundred took no longer than this."""

    p50: float
    p95: float
    p99: float

    @classmethod
    def of(cls, seconds: Iterable[float]) -> Self:
        """Raises ValueError when there are none."""
        ordered = sorted(seconds)
        if not ordered:
            raise ValueError("nothing was measured")
        return cls(
            *(1000 * ordered[min(len(ordered) - 1, len(ordered) * part // 100)] for part in (50, 95, 99))
        )
