"""One line of the table."""

from dataclasses import dataclass

from backend.devstack.bench.delays import Delays


@dataclass(frozen=True)
class Row:
    """What was measured, and its yardstick in the same run. Rates are per second, shares of CPU in cores."""

    name: str
    ratio: float
    yardstick: str
    rate: float
    yardstick_rate: float
    delays: Delays
    load_cpu: float
    server_cpu: float
    server_ms: float  # of CPU, for one request or delivery
    yardstick_load_cpu: float = 0.0
    note: str = ""
