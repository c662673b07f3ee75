"""Who listens: prints the buyers of a queue and a member of staff, with tokens, as JSON.

`python -m backend.devstack.bench_live.people` reads `{"count": …}`, as the queues were loaded with.
"""

import json
import sys
from datetime import datetime, timedelta
from typing import Any

import django
from django.utils import timezone

django.setup()

from backend.accounts import tokens  # noqa: E402  (apps first)
from backend.accounts.models import Session, User  # noqa: E402
from backend.devstack.bench import buyers, numbering  # noqa: E402


def main(count: int) -> None:
    now = timezone.now()
    queue = next(queue for queue in buyers.queues(count=count) if queue.name == "many")
    listening = [_buyer(number, now) for number in queue.numbers]
    print(json.dumps({"staff": _staff(now), "buyers": listening}))


def _buyer(number: int, now: datetime) -> dict[str, Any]:
    rows = {name: str(numbering.row_id(name, number)) for name in ("user", "cart", "address")}
    return {**rows, "token": buyers.access_token(number=number, now=now)}


def _staff(now: datetime) -> str:
    user = User.objects.create(
        email="staff@bench.example",
        password="!",  # noqa: S106  (nobody's: signed in already)
        is_staff=True,
        created_at=now,
    )
    session = Session.objects.create(user=user, created_at=now, expires_at=now + timedelta(days=1))
    return tokens.access_token(user=user, session=session, now=now)


if __name__ == "__main__":
    main(**json.load(sys.stdin))
