"""The requests of each row, whole, as they go over the wire: the load generator only has to send them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from backend.devstack.bench import numbering
from backend.devstack.bench.questions import PRODUCTS

EMPTY = "/api/bench/empty/"  # urls.py, which needs Django's settings
ADD = "/api/v1/cart/items/"
CHECKOUT = "/api/v1/orders/"
INTENT = "/api/v1/payments/create-intent/"
WEBHOOK = "/api/v1/payments/webhook/"
HOST = "127.0.0.1"
OTHER_HOSTS = ".bench.localhost"


def get(path: str, *, host: str = HOST, token: str = "") -> str:
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Accept: application/json"]
    lines += [f"Authorization: Bearer {token}"] if token else []
    return "\r\n".join([*lines, "", ""])


def post(path: str, *, body: Mapping[str, Any] | str, headers: Mapping[str, str]) -> str:
    """JSON, from values or as a text that must stay as it is."""
    text = body if isinstance(body, str) else json.dumps(body)
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: {HOST}",
        *(f"{name}: {value}" for name, value in headers.items()),
        "Content-Type: application/json",
        f"Content-Length: {len(text.encode())}",
    ]
    return "\r\n".join([*lines, "", text])


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def write(file: Path, requests: Iterable[str]) -> None:
    """One a line, as load.py reads them."""
    with file.open("w") as lines:
        lines.writelines(f"{json.dumps(request)}\n" for request in requests)


def details(count: int, *, products: int, token: str = "") -> Iterator[str]:
    """Products' pages, no two alike: an answer is cached for its address, and each asks at another host."""
    for place in range(count):
        number = numbering.FIRST_PRODUCT + place * numbering.STRIDE % products
        yield get(f"{PRODUCTS}product-{number}/", host=f"h{place}{OTHER_HOSTS}", token=token)


def popular_details(*, products: int) -> Iterator[str]:
    """The pages of fifty products."""
    for place in range(50):
        yield get(f"{PRODUCTS}product-{numbering.FIRST_PRODUCT + place * numbering.STRIDE % products}/")
