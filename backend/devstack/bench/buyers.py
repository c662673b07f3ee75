"""The people of the bench, signed in, in queues: each row of the table that writes has buyers of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.accounts import tokens
from backend.accounts.models import Address, Session, User
from backend.cart.models import Cart, CartItem
from backend.devstack.bench import goods, numbering

_SIGNED_IN = timedelta(days=1)


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
    """One for adding to carts, two for checking out."""
    first = numbering.FIRST_USER
    return [
        Queue("add", first, count, has_cart=False, is_hot=False),
        Queue("many", first + count, count, has_cart=True, is_hot=False),
        Queue("hot", first + 2 * count, count, has_cart=True, is_hot=True),
    ]


def load(*, queue: Queue, products: int, now: datetime) -> None:
    """The queue's people, each with a sign-in, an address and a cart."""
    goods.write(User, (_user(number, now) for number in queue.numbers))
    goods.write(Session, (_session(number, now) for number in queue.numbers))
    goods.write(Address, (_address(number, now) for number in queue.numbers))
    goods.write(Cart, (_cart(number, now) for number in queue.numbers))
    if queue.has_cart:
        goods.write(CartItem, _lines(queue, products, now))


def access_token(*, number: int, now: datetime) -> str:
    """As signing in would have given it."""
    return tokens.access_token(user=_user(number, now), session=_session(number, now), now=now)


def _user(number: int, now: datetime) -> User:
    return User(
        id=numbering.row_id("user", number),
        email=f"buyer{number}@bench.example",
        password="!",  # noqa: S106  (nobody's: they are signed in already)
        created_at=now,
    )


def _session(number: int, now: datetime) -> Session:
    return Session(
        id=numbering.row_id("session", number),
        user_id=numbering.row_id("user", number),
        created_at=now,
        expires_at=now + _SIGNED_IN,
    )


def _address(number: int, now: datetime) -> Address:
    return Address(
        id=numbering.row_id("address", number),
        user_id=numbering.row_id("user", number),
        address_type="shipping",
        full_name="Bea Buyer",
        street_address="18 Harbor Street",
        city="New York",
        state="NY",
        country="USA",
        zip_code="10004",
        is_default=True,
        created_at=now,
    )


def _cart(number: int, now: datetime) -> Cart:
    return Cart(
        id=numbering.row_id("cart", number),
        user_id=numbering.row_id("user", number),
        created_at=now,
        updated_at=now,
    )


def _lines(queue: Queue, products: int, now: datetime) -> Iterator[CartItem]:
    for place, number in enumerate(queue.numbers):
        sku, product = numbering.bought(place=place, products=products, is_hot=queue.is_hot)
        yield CartItem(
            cart_id=numbering.row_id("cart", number),
            product_id=numbering.row_id("product", product),
            variant_id=numbering.row_id("variant", sku),
            sku=numbering.sku(sku),
            quantity=1,
            price_when_added=goods.price(product - numbering.FIRST_PRODUCT),
            created_at=now,
        )
