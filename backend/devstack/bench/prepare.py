"""`python -m backend.devstack.bench.prepare FOLDER`: tables, goods, buyers, pgbench scripts and requests."""

import argparse
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

django.setup()

from backend.devstack.bench import (  # noqa: E402  (apps first)
    buyers,
    catalogue,
    goods,
    numbering,
    recording,
    requests,
)
from backend.devstack.bench.buyers import Queue  # noqa: E402


def main() -> None:
    """Writes to FOLDER, for each queue, NAME.sql for pgbench and NAME.requests for load.py."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--products", type=int, required=True)
    parser.add_argument("--buyers", type=int, required=True)
    given = parser.parse_args()
    call_command("migrate", interactive=False, verbosity=0)
    now = timezone.now()
    paper = catalogue.make(products=given.products)
    goods.load(paper, now=now)
    queues = buyers.queues(count=given.buyers)
    for queue in queues:
        buyers.load(queue=queue, paper=paper, now=now)
    # What a shop of some age has: statistics, and no row to freeze on the way.
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    counts = {queue.name: _write(queue, given.folder, given.products, now) for queue in queues}
    (given.folder / "statements.json").write_text(json.dumps(counts))


def _write(queue: Queue, folder: Path, products: int, now: datetime) -> int:
    """How many statements one request of the queue sends."""
    asked = [_asked(queue, place, products) for place in range(queue.count)]
    tokens = [buyers.access_token(number=number, now=now) for number in queue.numbers]
    path, body = asked[0]
    script = recording.record(queue=queue, products=products, path=path, body=body, token=tokens[0])
    (folder / f"{queue.name}.sql").write_text(script.text)
    requests.write(
        folder / f"{queue.name}.requests",
        (
            requests.post(path, body=body, token=token)
            for (path, body), token in zip(asked[1:], tokens[1:], strict=True)
        ),
    )
    return script.statements


def _asked(queue: Queue, place: int, products: int) -> tuple[str, dict[str, Any]]:
    if queue.has_cart:
        address = str(numbering.row_id("address", queue.first + place))
        return requests.CHECKOUT, {"shipping_address_id": address, "billing_address_id": address}
    sku, product = numbering.bought(place=place, products=products, is_hot=queue.is_hot)
    ids = {"product_id": numbering.row_id("product", product), "variant_id": numbering.row_id("variant", sku)}
    return requests.ADD, {**{name: str(row) for name, row in ids.items()}, "quantity": 1}


if __name__ == "__main__":
    main()
