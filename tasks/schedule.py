"""What beat starts: every so many seconds, or at a time in UTC.

Each entry may run twice, or in parallel with itself.
"""

from typing import Any

from celery.schedules import crontab

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
    "fold what has shifted on the shelf": {
        "task": "shelf.fold",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    # By the clock: after an interval, a beat that is deployed every day would never come to it.
    "audit stock and money": {"task": "audits.run", "schedule": crontab(hour=3, minute=10)},
    "prune what is over": {"task": "housekeeping.prune", "schedule": 3600.0},
}
