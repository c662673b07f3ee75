"""One line of the table."""

from dataclasses import dataclass, field, replace
from typing import Self

from backend.devstack.bench.delays import Delays

NO_DELAYS = Delays(0, 0, 0)
PGBENCH = "by pgbench"
SPENT = ("api ms", "pg ms", "other ms")
VERDICTS = {True: "ok", False: "MISSED", None: ""}


@dataclass(frozen=True)
class Row:
    """What was measured, and its yardstick in the same run. Rates are per second, shares of CPU in cores.

    `ratio` may be bound: `least` it must reach, or `most` it may. `cpu_ms` is of each process, for one
    request. `queries` are those of one request, or where `commits` are given too, all that PostgreSQL was
    sent for one order. Of several measurements it is the middle one, and `spread` is how far apart their
    ratios were, as a part of the middle one's.
    """

    name: str
    ratio: float
    yardstick: str
    rate: float
    yardstick_rate: float
    delays: Delays = NO_DELAYS
    load_cpu: float = 0.0
    cpu_ms: dict[str, float] = field(default_factory=dict)
    queries: float | None = None
    commits: float | None = None
    least: float | None = None
    most: float | None = None
    spread: float = 0.0
    yardstick_load_cpu: float = 0.0
    note: str = ""

    @classmethod
    def middle(cls, measured: list[Self]) -> Self:
        """The one with the median ratio. Raises IndexError for none."""
        rows = sorted(measured, key=lambda row: row.ratio)
        found = rows[len(rows) // 2]
        return replace(found, spread=(rows[-1].ratio - rows[0].ratio) / found.ratio)

    def spent(self) -> dict[str, float | None]:
        """Processor time of a request, by SPENT; None where it was not taken."""
        others = [value for name, value in self.cpu_ms.items() if name not in ("api", "postgres")]
        times = (self.cpu_ms.get("api"), self.cpu_ms.get("postgres"), sum(others) if others else None)
        return dict(zip(SPENT, times, strict=True))

    @property
    def is_by_pgbench(self) -> bool:
        """Whether the yardstick is: `yardstick_load_cpu` is what pgbench took then."""
        return self.yardstick.endswith(PGBENCH)

    @property
    def is_reached(self) -> bool | None:
        """None: nothing is asked of it."""
        if self.least is not None:
            return self.ratio >= self.least
        return self.ratio <= self.most if self.most is not None else None
