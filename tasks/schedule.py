"""What beat starts, and how often in seconds. Each entry may run twice, or in parallel with itself."""

from typing import Any

BEAT: dict[str, dict[str, Any]] = {
    "tell of payment windows that end": {"task": "orders.tell_expiring", "schedule": 10.0},
    "prune what is over": {"task": "housekeeping.prune", "schedule": 3600.0},
}
