"""Every address of a socket."""

from typing import Any

from django.urls.resolvers import RoutePattern

from consumers import frames
from consumers.cart import CartSocket
from consumers.centrifuge import AppSocket
from consumers.codes import Code
from consumers.dialects import PLAIN
from consumers.orders import OrderSocket, OrdersSocket
from consumers.socket import Socket
from consumers.staff import StaffSocket
from consumers.stock import StockSocket


class NoSuchSocket(Socket):
    """Any other address: accepted, so that the client can read that there is nothing here."""

    async def connect(self) -> None:
        await self.enter(dialect=PLAIN)
        if self.client.ended is None:
            await self.send(frames.error(code="not_found", message="There is no socket at this address"))
            self.client.end(Code.BAD_REQUEST)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Nobody listens."""


_SOCKETS: dict[str, type[Socket]] = {
    "ws/": AppSocket,
    "ws/cart/": CartSocket,
    "ws/orders/": OrdersSocket,
    "ws/orders/<str:order_id>/": OrderSocket,
    "ws/staff/": StaffSocket,
    "ws/stock/": StockSocket,
}
_ROUTES = [(RoutePattern(address, is_endpoint=True), consumer) for address, consumer in _SOCKETS.items()]


def socket_at(scope: dict[str, Any]) -> Socket:
    """The consumer of the address, with what varies in it noted in the scope."""
    address = scope["path"].removeprefix("/")
    for pattern, consumer in _ROUTES:
        if found := pattern.match(address):
            scope["url_route"] = {"kwargs": found[2]}
            return consumer()
    return NoSuchSocket()
