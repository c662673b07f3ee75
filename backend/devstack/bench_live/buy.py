"""Places orders at a pace, by the shop's own action: one commit for each buyer on standard input.

Prints for each, in order, the moment of the commit by the clock that all processes of the machine share.
"""

import json
import sys
import time
from functools import partial
from uuid import UUID

import django
from django.db import transaction
from django.utils import timezone

django.setup()

from backend.accounts.models import User  # noqa: E402  (apps first)
from backend.orders import actions as orders  # noqa: E402


def main(per_second: float) -> None:
    buyers = json.loads(sys.stdin.readline())
    began_at = time.monotonic()
    for place, buyer in enumerate(buyers):
        time.sleep(max(0.0, began_at + place / per_second - time.monotonic()))
        print(json.dumps(_buy(**buyer)), flush=True)


def _buy(*, user: str, address: str) -> float:
    committed_at: list[float] = []
    with transaction.atomic():
        # Registered first, so that it runs right after the commit, before the relay is poked.
        transaction.on_commit(partial(_note, committed_at))
        orders.place_order(
            user=User.objects.get(pk=user),
            shipping_address_id=UUID(address),
            billing_address_id=UUID(address),
            now=timezone.now(),
        )
    return committed_at[0]


def _note(moments: list[float]) -> None:
    moments.append(time.monotonic())


if __name__ == "__main__":
    main(float(sys.argv[1]))
