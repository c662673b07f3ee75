"""One line of the table: what was seen, beside what is wanted of it."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    """`is_floor`: at least so much is wanted, else at most. `beside`: what it is beside.

    Rows of one run have their faults in common.
    """

    run: str
    name: str
    server: str
    seen: float
    wanted: float
    unit: str = ""
    is_floor: bool = False
    beside: str = ""
    faults: dict[str, int] = field(default_factory=dict)
    load_average: float = 0.0

    @property
    def is_met(self) -> bool:
        return self.seen >= self.wanted if self.is_floor else self.seen <= self.wanted
