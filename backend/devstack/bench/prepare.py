"""`python -m backend.devstack.bench.prepare FOLDER`: tables, goods, buyers, and all that will be asked.

FOLDER gets NAME.requests for load.py, NAME.sql for pgbench, `statements.json` (how many each sends) and
`explained.json` (one question of each kind, that nobody asks meanwhile). What it is at, it says line by line.
"""

import argparse
import json
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

django.setup()

from backend.devstack.bench import buyers, catalogue, goods, keeping  # noqa: E402  (apps first)
from backend.devstack.bench.asking import Asking  # noqa: E402


def main() -> None:
    given = _parser().parse_args()
    _say("making the tables")
    call_command("migrate", interactive=False, verbosity=0)
    now = timezone.now()
    _say(f"making up {given.products:,} products")
    paper = catalogue.make(products=given.products)
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")  # here only
    goods.load(paper, now=now, say=_say)
    keeping.run(products=given.products)
    queues = buyers.queues(count=given.buyers)
    for queue in queues:
        _say(f"copying {queue.count:,} buyers with their carts: {queue.name}")
        buyers.load(queue=queue, paper=paper, now=now)
    _say("vacuuming and analyzing")
    # What a shop of some age has: statistics, and no row to freeze on the way.
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    asking = Asking(paper, folder=given.folder, now=now, say=_say)
    for queue in queues:
        asking.write_queue(queue)
    if given.reads:
        asking.write_reads(given.reads)
    (given.folder / "statements.json").write_text(json.dumps(asking.statements))


def _say(line: str) -> None:
    """To whoever waits for the shop."""
    print(line, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    for name in ("products", "buyers", "reads"):
        parser.add_argument(f"--{name}", type=int, required=True)
    return parser


if __name__ == "__main__":
    main()
