"""The people of the bench, signed in, in queues: each row of the table that writes has buyers of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from backend.accounts import tokens
from backend.accounts.models import Address, Session, User
from backend.cart.models import Cart, CartItem
from backend.devstack.bench import numbering
from backend.devstack.bench.catalogue import Catalogue
from backend.devstack.bench.copying import write

_SIGNED_IN = timedelta(days=1)

type Values = dict[str, Any]


@dataclass(frozen=True)
class Queue:
    """Buyers in a row. The first is kept for the recording (recording.py), the others are the bench's."""

    name: str
    first: int  # the first one's number
    count: int
    has_cart: bool  # filled with one line
    is_hot: bool  # everybody wants the same SKU

    @property
    def numbers(self) -> range:
        return range(self.first, self.first + self.count)


def queues(*, count: int) -> list[Queue]:
    """One for adding to carts, two for checking out, one for all of it (journey.py)."""
    first = numbering.FIRST_USER
    return [
        Queue("add", first, count, has_cart=False, is_hot=False),
        Queue("many", first + count, count, has_cart=True, is_hot=False),
        Queue("hot", first + 2 * count, count, has_cart=True, is_hot=True),
        Queue("whole", first + 3 * count, count, has_cart=False, is_hot=False),
    ]


def load(*, queue: Queue, paper: Catalogue, now: datetime) -> None:
    """The queue's people, each with a sign-in, an address and a cart."""
    write(User, (_user(number, now) for number in queue.numbers))
    write(Session, (_session(number, now) for number in queue.numbers))
    write(Address, (_address(number, now) for number in queue.numbers))
    write(Cart, (_cart(number, now) for number in queue.numbers))
    if queue.has_cart:
        write(CartItem, _lines(queue, [item.price for item in paper.items], now))


def access_token(*, number: int, now: datetime) -> str:
    """As signing in would have given it."""
    user, session = User(**_user(number, now)), Session(**_session(number, now))
    return tokens.access_token(user=user, session=session, now=now)


def _user(number: int, now: datetime) -> Values:
    return {
        "id": numbering.row_id("user", number),
        "email": f"buyer{number}@bench.example",
        "password": "!",  # nobody's: they are signed in already
        "created_at": now,
    }


def _session(number: int, now: datetime) -> Values:
    return {
        "id": numbering.row_id("session", number),
        "user_id": numbering.row_id("user", number),
        "created_at": now,
        "expires_at": now + _SIGNED_IN,
    }


def _address(number: int, now: datetime) -> Values:
    return {
        "id": numbering.row_id("address", number),
        "user_id": numbering.row_id("user", number),
        "address_type": "shipping",
        "full_name": "Bea Buyer",
        "street_address": "18 Harbor Street",
        "city": "New York",
        "state": "NY",
        "country": "USA",
        "zip_code": "10004",
        "is_default": True,
        "created_at": now,
    }


def _cart(number: int, now: datetime) -> Values:
    return {
        "id": numbering.row_id("cart", number),
        "user_id": numbering.row_id("user", number),
        "created_at": now,
        "updated_at": now,
    }


def _lines(queue: Queue, prices: list[Decimal], now: datetime) -> Iterator[Values]:
    for place, number in enumerate(queue.numbers):
        sku, product = numbering.bought(place=place, products=len(prices), is_hot=queue.is_hot)
        yield {
            "cart_id": numbering.row_id("cart", number),
            "product_id": numbering.row_id("product", product),
            "variant_id": numbering.row_id("variant", sku),
            "sku": numbering.sku(sku),
            "quantity": 1,
            "price_when_added": prices[product - numbering.FIRST_PRODUCT],
            "created_at": now,
        }
