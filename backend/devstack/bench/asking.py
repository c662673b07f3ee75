"""Files of requests, ready-made, and of the SQL that such requests send."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from statistics import mean
from typing import Any

from backend.devstack.bench import buyers, kinds, numbering, recording, requests
from backend.devstack.bench.buyers import Queue
from backend.devstack.bench.catalogue import Catalogue
from backend.devstack.bench.questions import PRODUCTS, Guests, Question
from backend.devstack.bench.searches import searches
from backend.devstack.bench.sql import READ_SCRIPTS

_RECORDED = 40  # of each kind of read, for the mean number of statements
_SIGNED_IN = 2000  # requests of a kind by somebody who is signed in: nobody caches them, they may come again
_LATEST_OF_A_KIND = 2000  # searches that are looked through for one of each kind


class Asking:
    """What it writes of one catalogue, `statements` has counted; `say` hears which file is next."""

    def __init__(self, paper: Catalogue, *, folder: Path, now: datetime, say: Callable[[str], None]) -> None:
        self._paper = paper
        self._say = say
        self._folder = folder
        self._now = now
        self.statements: dict[str, float] = {}

    def write_queue(self, queue: Queue) -> None:
        """For load.py and pgbench; of those who buy from beginning to end, for journey.py."""
        if queue.name == "whole":
            lines = (json.dumps(self._buyer(queue, place)) for place in range(1, queue.count))
            (self._folder / "whole.buyers").write_text("\n".join(lines))
            return
        path, name = (requests.CHECKOUT, "addresses") if queue.has_cart else (requests.ADD, "item")
        first = self._buyer(queue, 0)
        script = recording.written(
            queue=queue, products=len(self._paper.items), path=path, body=first[name], token=first["token"]
        )
        (self._folder / f"{queue.name}.sql").write_text(script.text)
        self.statements[queue.name] = script.statements
        everybody = (self._buyer(queue, place) for place in range(1, queue.count))
        self._write(
            queue.name,
            (requests.post(path, body=it[name], headers=requests.bearer(it["token"])) for it in everybody),
        )

    def write_reads(self, count: int) -> None:
        """So many of each kind, no two alike, and the few that everybody asks."""
        guests, products = Guests(self._paper), len(self._paper.items)
        popular = [question.path for question in guests.popular()]
        found = searches(self._paper, guests, count)
        lists = list(self._recorded("lists", guests.lists(count)))
        self._write("lists", map(requests.get, lists))
        self._write("searches", map(requests.get, self._recorded("searches", found)))
        self._write("popular lists", map(requests.get, popular))
        self._write("details", requests.details(2 * count, products=products))
        self._write("popular details", requests.popular_details(products=products))
        self._write_signed_in(popular)
        self._write_yardstick(guests)
        self._write_kinds(guests)
        self._record_popular(popular)

    def _write_signed_in(self, popular: list[str]) -> None:
        """By somebody with a name: the popular lists, which are everybody's, and pages of their own."""
        token = buyers.access_token(number=numbering.FIRST_USER, now=self._now)
        pages = requests.details(_SIGNED_IN, products=len(self._paper.items), token=token)
        self._write("popular lists signed in", (requests.get(path, token=token) for path in popular))
        self._write("details signed in", pages)
        recording.read(popular, token=token)
        self.statements["popular lists signed in"] = _mean(recording.read(popular, token=token))
        self._count_uncached("details signed in", recording.read(_pages(), token=token))

    def _record_popular(self, lists: list[str]) -> None:
        """And the same product's page at another host, which must not be cached there."""
        pages = _pages()
        others = [recording.read(pages, host=f"{name}{requests.OTHER_HOSTS}") for name in ("one", "other")]
        self._count_uncached("details", others[0] + others[1])
        for name, paths in (("popular lists", lists), ("popular details", pages)):
            recording.read(paths)
            self.statements[name] = _mean(recording.read(paths))

    def _recorded(self, name: str, questions: Iterator[Question]) -> Iterator[str]:
        """The paths but for the first ones, which are recorded and count how many statements it takes."""
        self._count_uncached(name, recording.read(question.path for question in islice(questions, _RECORDED)))
        return (question.path for question in questions)

    def _write_yardstick(self, guests: Guests) -> None:
        """For pgbench, which takes one of these searches at random each time."""
        found = searches(self._paper, guests, READ_SCRIPTS)
        for place, statements in enumerate(recording.read(question.path for question in found)):
            text = "".join(f"{statement};\n" for statement in statements)
            (self._folder / f"search-{place}.sql").write_text(text)

    def _write_kinds(self, guests: Guests) -> None:
        """All that can be asked together, and whatever hands type."""
        explained: dict[str, str] = {}
        typed = searches(self._paper, guests, _LATEST_OF_A_KIND)
        for question in chain(kinds.every(self._paper, guests), typed):
            explained.setdefault(question.kind, question.path)
        (self._folder / "explained.json").write_text(json.dumps(explained))

    def _buyer(self, queue: Queue, place: int) -> dict[str, Any]:
        number, products = queue.first + place, len(self._paper.items)
        sku, product = numbering.bought(place=place, products=products, is_hot=queue.is_hot)
        address = str(numbering.row_id("address", number))
        return {
            "token": buyers.access_token(number=number, now=self._now),
            "item": {
                "product_id": str(numbering.row_id("product", product)),
                "variant_id": str(numbering.row_id("variant", sku)),
                "quantity": 1,
            },
            "addresses": {"shipping_address_id": address, "billing_address_id": address},
        }

    def _count_uncached(self, name: str, recorded: list[list[str]]) -> None:
        """Raises RuntimeError when one was answered without the database: a cache has it."""
        if not all(recorded):
            raise RuntimeError(f"{name}: no statement was sent for some that should not be cached")
        self.statements[name] = _mean(recorded)

    def _write(self, name: str, asked: Iterable[str]) -> None:
        self._say(f"writing down what is asked: {name}")
        requests.write(self._folder / f"{name}.requests", asked)


def _pages() -> list[str]:
    return [f"{PRODUCTS}product-{numbering.FIRST_PRODUCT + place}/" for place in range(_RECORDED)]


def _mean(recorded: list[list[str]]) -> float:
    return mean(len(statements) for statements in recorded)
