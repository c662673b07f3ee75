"""What beat starts, and how often in seconds. Each entry may run twice, or in parallel with itself."""

from typing import Any

BEAT: dict[str, dict[str, Any]] = {
    "end orders that were not paid in time": {
        "task": "payments.expire_orders",
        "schedule": 10.0,
        "options": {"expires": 10},  # behind a slow Stripe, runs do not pile up
    },
    "reconcile with Stripe": {
        "task": "payments.reconcile",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "tell of payment windows that end": {"task": "orders.tell_expiring", "schedule": 10.0},
    "prune what is over": {"task": "housekeeping.prune", "schedule": 3600.0},
}
