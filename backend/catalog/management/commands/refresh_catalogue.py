"""manage.py refresh_catalogue: bring each product's kept JSON up to what this version of the shop writes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from backend.catalog import actions, representations


class Command(BaseCommand):
    """Batch by batch, beside a running shop; until then readers make what is missing themselves."""

    help = "Write the kept JSON of products that have none, or one of an older shape. Safe to run twice."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--all", action="store_true", help="write every product's, and all places in lists"
        )

    def handle(self, **options: Any) -> None:
        after, done = None, 0
        while some := representations.batch(after=after, outdated=not options["all"]):
            actions.represent(product_ids=some)
            if options["all"]:
                actions.shelve(product_ids=some)
            after, done = some[-1], done + len(some)
        if options["all"]:
            actions.count_anew()
        if done:
            self.stdout.write(f"catalogue: {done} products written anew")
