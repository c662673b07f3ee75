"""Every address of a socket."""

from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import URLRouter
from django.urls import path, re_path

from consumers import frames
from consumers.cart import CartSocket
from consumers.centrifuge import AppSocket
from consumers.codes import Code
from consumers.orders import OrderSocket, OrdersSocket
from consumers.staff import StaffSocket
from consumers.stock import StockSocket


class NoSuchSocket(AsyncWebsocketConsumer):  # type: ignore[misc]
    """Any other address: accepted, so that the client can read that there is nothing here."""

    async def connect(self) -> None:
        await self.accept()
        await self.send(frames.error(code="not_found", message="There is no socket at this address"))
        await self.close(code=int(Code.BAD_REQUEST), reason=Code.BAD_REQUEST.reason)

    async def dispatch(self, message: dict[str, Any]) -> None:
        """As in consumers/socket.py."""
        await getattr(self, message["type"].replace(".", "_"))(message)


sockets = URLRouter(
    [
        path("ws/", AppSocket.as_asgi()),
        path("ws/cart/", CartSocket.as_asgi()),
        path("ws/orders/", OrdersSocket.as_asgi()),
        path("ws/orders/<str:order_id>/", OrderSocket.as_asgi()),
        path("ws/staff/", StaffSocket.as_asgi()),
        path("ws/stock/", StockSocket.as_asgi()),
        re_path("", NoSuchSocket.as_asgi()),
    ]
)
