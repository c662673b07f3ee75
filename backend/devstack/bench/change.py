"""Changes stock on demand, by the shop's own action: one commit for each line on standard input.

Answers each with the version it made and the moment of the commit, by the clock that all processes of the
machine share.
"""

import json
import sys
import time
from functools import partial

import django
from django.db import transaction
from django.utils import timezone

django.setup()

from backend.inventory import actions as inventory  # noqa: E402  (apps first)


def main(sku: str) -> None:
    for _ in sys.stdin:
        committed_at: list[float] = []
        with transaction.atomic():
            # Registered first, so that it runs right after the commit, before the relay is poked.
            transaction.on_commit(partial(_note, committed_at))
            stock = inventory.adjust(sku=sku, delta=1, note="bench", actor_id=None, now=timezone.now())
        print(json.dumps({"version": stock.version, "at": committed_at[0]}), flush=True)


def _note(moments: list[float]) -> None:
    moments.append(time.monotonic())


if __name__ == "__main__":
    main(sys.argv[1])
