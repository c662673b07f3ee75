"""Every row of the bench is known by a number of twelve digits, which stands in its ids and names.

So a request can name rows without asking for them, and a recorded statement becomes one about another user
or SKU by exchanging digits.
"""

from collections.abc import Iterator
from typing import Literal
from uuid import UUID

Kind = Literal["user", "session", "address", "cart", "product", "variant"]

FIRST_USER = 200_000_000_000  # a user's session, address and cart share the number
FIRST_PRODUCT = 300_000_000_000
FIRST_SKU = 400_000_000_000
VARIANTS = 3  # of every product, and only they are sold
STRIDE = 7919  # a prime: neighbours in the queue buy far apart
_KINDS = {"user": 1, "session": 2, "address": 3, "cart": 4, "product": 5, "variant": 6}


def row_id(kind: Kind, number: int) -> UUID:
    """Like a random UUID, but known beforehand."""
    return UUID(f"00000000-0000-4000-800{_KINDS[kind]}-{number}")


def category_id(place: int) -> UUID:
    """Of the catalogue's categories by their places."""
    return UUID(f"00000000-0000-4000-8000-{place:012}")


def sku(number: int) -> str:
    return f"SKU-{number}"


def skus(*, products: int) -> Iterator[tuple[int, int]]:
    """Each SKU's number with its product's."""
    for index in range(products * VARIANTS):
        yield FIRST_SKU + index, FIRST_PRODUCT + index // VARIANTS


def products_on_sale(products: int) -> int:
    """How many of them; the others, every twelfth, are sold out, and have the last numbers."""
    return products - products // 12


def bought(*, place: int, products: int, is_hot: bool) -> tuple[int, int]:
    """Which SKU, of which product, the buyer at this place of the queue takes."""
    index = 0 if is_hot else place * STRIDE % (products_on_sale(products) * VARIANTS)
    return FIRST_SKU + index, FIRST_PRODUCT + index // VARIANTS
