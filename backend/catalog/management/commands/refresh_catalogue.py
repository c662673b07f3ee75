"""manage.py refresh_catalogue: bring what is kept of products up to what this version of the shop writes."""

from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from backend.catalog import anew, representations, shelving


class Command(BaseCommand):
    """Batch by batch, beside a running shop; until then readers make what is missing themselves."""

    help = "Write kept JSON and words that are missing, or of an older version. Safe to run twice."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--all", action="store_true", help="write every product's, and all places in lists"
        )

    def handle(self, **options: Any) -> None:
        outdated = not options["all"]
        represented = _in_batches(representations.batch, anew.represent, outdated=outdated)
        shelved = _in_batches(shelving.batch, anew.shelve, outdated=outdated)
        if options["all"]:
            anew.count_anew(now=timezone.now())
        if done := max(represented, shelved):
            self.stdout.write(f"catalogue: {done} products written anew")


def _in_batches(batch: Callable[..., Any], write: Callable[..., None], *, outdated: bool) -> int:
    """Write all that `batch` finds; returns how many."""
    after, done = None, 0
    while some := batch(after=after, outdated=outdated):
        write(product_ids=some, now=timezone.now())
        after, done = some[-1], done + len(some)
    return done
