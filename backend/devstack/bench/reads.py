"""The rows that read: the product list, a product's page, and search."""

from collections.abc import Iterator
from functools import partial

from backend.devstack import ports, processes
from backend.devstack.bench import measuring, shop, sql
from backend.devstack.bench.measuring import Measure
from backend.devstack.bench.row import Row
from backend.devstack.bench.shop import Failed

EMPTY = "empty endpoint"
LIST_CACHED, LIST = "product list, cached", "product list, uncached"
DETAIL_CACHED, DETAIL = "product detail, cached", "product detail, uncached"
LIST_SIGNED_IN, DETAIL_SIGNED_IN = "product list, signed in", "product detail, signed in"
SEARCH = "search with facets, uncached"
_BESIDE = 0.4  # of a row's time, for guests beside who is signed in
_MOST_A_SECOND = 3000
_START_SECONDS = 20


def rows(measure: Measure) -> Iterator[Row]:
    """The table's, in its order. Raises Failed."""
    yield measure.row(EMPTY, partial(_empty, measure))
    yield measure.row("trivial responder", partial(_trivial, measure))
    yield measure.row(LIST_CACHED, partial(cached, measure, LIST_CACHED, "popular lists", 0.70))
    yield measure.row(LIST, partial(uncached, measure, LIST, "lists", 0.15))
    yield measure.row(
        LIST_SIGNED_IN, partial(signed_in, measure, LIST_SIGNED_IN, LIST_CACHED, "popular lists", 0.70)
    )
    yield measure.row(DETAIL_CACHED, partial(cached, measure, DETAIL_CACHED, "popular details", None))
    yield measure.row(DETAIL, partial(uncached, measure, DETAIL, "details", 0.20))
    yield measure.row(
        DETAIL_SIGNED_IN, partial(signed_in, measure, DETAIL_SIGNED_IN, DETAIL, "details", 0.70)
    )
    yield measure.row(SEARCH, partial(search, measure))


def needed(seconds: float) -> int:
    """How many different requests of a kind are made ready for so many seconds."""
    return round(_MOST_A_SECOND * seconds * (1 + measuring.WARM_UP))


def cached(measure: Measure, name: str, file: str, least: float | None) -> Row:
    """Few addresses, again and again."""
    empty = measuring.rate(measure.empty())
    result = measure.drive(file, is_circle=True)
    return measuring.row(
        name, result, yardstick=EMPTY, yardstick_rate=empty, queries=measure.queries(file), least=least
    )


def uncached(measure: Measure, name: str, file: str, least: float | None) -> Row:
    """No address twice."""
    empty = measuring.rate(measure.empty())
    result = measure.drive(file)
    return measuring.row(
        name, result, yardstick=EMPTY, yardstick_rate=empty, queries=measure.queries(file), least=least
    )


def signed_in(measure: Measure, name: str, anonymous: str, file: str, least: float) -> Row:
    """Beside guests: the same lists again and again, or pages, which are kept for nobody who is signed in."""
    is_circle = file == "popular lists"
    guests = measuring.rate(measure.drive(file, is_circle=is_circle, seconds=_BESIDE * measure.seconds))
    result = measure.drive(f"{file} signed in", is_circle=True)
    queries = measure.queries(f"{file} signed in")
    return measuring.row(
        name, result, yardstick=anonymous, yardstick_rate=guests, queries=queries, least=least
    )


def search(measure: Measure) -> Row:
    """Beside its statements alone."""
    scripts = [measure.file(f"search-{place}.sql") for place in range(sql.READ_SCRIPTS)]
    alone = sql.run_reads(scripts=scripts, url=measure.shop.copy_url, seconds=measure.seconds)
    queries = measure.queries("searches")
    result = measure.drive("searches")
    return measuring.beside_sql(SEARCH, result, alone=alone, queries=queries, least=0.30)


def _empty(measure: Measure) -> Row:
    result = measure.empty()
    return measuring.row(EMPTY, result, yardstick="itself", yardstick_rate=measuring.rate(result), queries=0)


def _trivial(measure: Measure) -> Row:
    """How fast the load generator is where the server costs next to nothing."""
    port = ports.find_free()
    words = shop.module("trivial", str(port))
    log = measure.file("trivial.log")
    with shop.process(*words, settings=measure.shop.settings, log=log):
        if not processes.wait_until(lambda: not ports.is_free(port), seconds=_START_SECONDS):
            raise Failed(f"the trivial responder did not start:\n{log.read_text()}")
        result = measure.drive("empty", is_circle=True, seconds=measure.seconds / 2, port=port)
    empty = measuring.rate(measure.empty())
    return measuring.row("trivial responder", result, yardstick=EMPTY, yardstick_rate=empty)
