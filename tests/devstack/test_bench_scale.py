"""`make bench`'s small shop and its large one: which rows, of which of them, and what is a ratio to what."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from backend.devstack.bench import scale
from backend.devstack.bench.delays import Delays
from backend.devstack.bench.row import Row
from backend.devstack.bench.scale import Scale
from backend.devstack.console import Console

DEEP = "middle page, 90 products, p50 in ms"
P95 = {60: [10.0, 20.0, 40.0], 90: [18.0, 30.0, 120.0]}  # one measurement after the other, in each shop


class Measured:
    """Stands for what drives a shop, whose rows are known beforehand."""

    def __init__(self, products: int, *_: object) -> None:
        self.products = products
        self._p95 = iter(P95[products])

    def row(self, name: str, once: Any) -> Row:
        return once()

    def once(self, name: str) -> Row:
        delays = Delays(1, next(self._p95), 200)
        return Row(name, 0.5, "empty endpoint", 100, 200, delays=delays, queries=self.products, least=0.15)

    def plans(self) -> str:
        return f"plans of {self.products}"


class Pages:
    """Stands for Deep."""

    def __init__(self, measure: Measured) -> None:
        self._products = measure.products

    def rows(self, *, suffix: str) -> Iterator[Row]:
        yield Row(f"middle page{suffix}, p50 in ms", self._products, "its first page", 1, 1)


@pytest.fixture
def shops(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What happened to which shop."""
    happened: list[str] = []

    @contextmanager
    def running(*, products: int, **_: object) -> Iterator[int]:
        happened.append(f"{products} open")
        yield products
        happened.append(f"{products} closed")

    class Writing:
        def __init__(self, measure: Measured, *, buyers: int) -> None:
            self._products = measure.products

        def audit(self) -> None:
            happened.append(f"{self._products} audited")

    monkeypatch.setattr(scale.shop, "running", running)
    for name, stand_in in (("Measure", Measured), ("Writes", Writing), ("Deep", Pages)):
        monkeypatch.setattr(scale, name, stand_in)
    monkeypatch.setattr(scale, "PEERS", {"list": lambda measure, _: measure.once("list")})
    monkeypatch.setattr(scale, "COMPARED", {"search": lambda measure, _: measure.once("search")})
    return happened


def measured(*kinds: str, repeats: int = 2) -> tuple[dict[str, Row], Scale]:
    scaled = Scale(0.1, repeats, Console([]), small=60, large=90)
    return {row.name: row for row in scaled.rows(kinds)}, scaled


def test_a_large_shop_is_measured_beside_a_small_one(shops):
    rows, scaled = measured("scale", repeats=3)

    assert list(rows) == ["p95 of search, 90 products, ms", DEEP]
    row = rows["p95 of search, 90 products, ms"]
    # 18 to 10, 30 to 20, 120 to 40: the middle one of the ratios.
    assert (row.ratio, row.rate, row.yardstick_rate, row.yardstick) == (1.8, 18.0, 10.0, "60 products")
    assert (row.most, row.queries, row.is_reached) == (1.5, 90, False)
    assert rows[DEEP].ratio == 90
    assert scaled.plans == {90: "plans of 90"}
    assert shops == ["60 open", "90 open", "90 audited", "90 closed", "60 audited", "60 closed"]


def test_other_shops_are_compared_without_a_large_one(shops):
    rows, scaled = measured("peers")

    assert list(rows) == ["list, 60 products"]
    assert rows["list, 60 products"].is_reached is None  # peers.py has the bound of this size
    assert scaled.plans == {}
    assert shops == ["60 open", "60 audited", "60 closed"]


def test_both_share_the_small_shop(shops):
    rows, _ = measured("peers", "scale")

    assert list(rows) == ["list, 60 products", "p95 of search, 90 products, ms", DEEP]
    assert shops.count("60 open") == shops.count("90 open") == 1
