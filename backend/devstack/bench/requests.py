"""The requests of each row, whole, as they go over the wire: the load generator only has to send them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from backend.devstack.bench import numbering

ADD = "/api/v1/cart/items/"
CHECKOUT = "/api/v1/orders/"
PRODUCTS = "/api/v1/products/"
HOST = "127.0.0.1"
OTHER_HOSTS = ".bench.localhost"
_ORDERINGS = ("", "&ordering=price", "&ordering=-price", "&ordering=name", "&ordering=-created_at")


def get(path: str, *, host: str = HOST) -> str:
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: application/json\r\n\r\n"


def post(path: str, *, body: Mapping[str, Any], token: str) -> str:
    text = json.dumps(body)
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: {HOST}",
        f"Authorization: Bearer {token}",
        "Content-Type: application/json",
        f"Content-Length: {len(text)}",
    ]
    return "\r\n".join([*lines, "", text])


def write(file: Path, requests: Iterable[str]) -> None:
    """One a line, as load.py reads them."""
    with file.open("w") as lines:
        lines.writelines(f"{json.dumps(request)}\n" for request in requests)


def filtered_lists(count: int) -> Iterator[str]:
    """Lists of 20, no two alike, so that none comes from the cache: each another price range and order."""
    for place in range(count):
        low = place % 4000
        high = 10_000 + place
        ordering = _ORDERINGS[place % len(_ORDERINGS)]
        yield get(f"{PRODUCTS}?min_price={low / 100:.2f}&max_price={high / 100:.2f}{ordering}")


def details(count: int, *, products: int) -> Iterator[str]:
    """Products' pages, no two alike: an answer is cached for its address, and each asks at another host."""
    for place in range(count):
        number = numbering.FIRST_PRODUCT + place * numbering.STRIDE % products
        yield get(f"{PRODUCTS}product-{number}/", host=f"h{place}{OTHER_HOSTS}")
