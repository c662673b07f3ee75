"""Order numbers: dated in UTC, readable over the telephone."""

import secrets
from datetime import UTC, datetime

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ23456789"


def order_number(now: datetime) -> str:
    """Like ORD-20241202-ABC234. Unique by the table's constraint: two may collide, then another is drawn."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(6))
    return f"ORD-{now.astimezone(UTC):%Y%m%d}-{letters}"
