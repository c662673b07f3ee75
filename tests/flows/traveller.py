"""The journey itself: done once, and everything that was said on the way kept for the tests to look at."""

import contextlib
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from backend.devstack.demo import client as rest
from backend.devstack.demo import mailbox, places, staff
from backend.devstack.demo.client import Client
from backend.devstack.demo.screen import Screen
from backend.devstack.demo.sockets import Socket
from tests.flows.stack import Stack

SLUG, VARIANT = "clay-plant-pot", "Large"
PASSWORD = "Secret-pass-1!"
ADDRESS = {
    "full_name": "Ina Import",
    "street_address": "123 Main St",
    "city": "New York",
    "state": "NY",
    "country": "USA",
    "zip_code": "10001",
}


@dataclass
class Diary:
    """What happened: answers by name, frames by socket, mails."""

    email: str = field(default_factory=lambda: f"ina-{secrets.token_hex(4)}@shopwire.example")
    sku: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    frames: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    mails: list[mailbox.Mail] = field(default_factory=list)

    def events(self, socket: str) -> list[str]:
        """In the order in which they came; a snapshot is called so."""
        return [frame.get("event", frame["type"]) for frame in self.frames[socket]]

    def versions(self, socket: str) -> list[int]:
        return [frame["version"] for frame in self.frames[socket]]


class Traveller:
    """Buys two large clay pots, of three, after staff have put nine more on the shelf."""

    def __init__(self, shop: Stack) -> None:
        self.shop = shop
        self.diary = Diary()
        self.post = mailbox.Mailbox(shop.mail)
        source = rest.own_address(shop.url)
        self.buyer = Client(url=shop.url, who="buyer", screen=Screen(), source=source)
        self.staff = Client(url=shop.url, who="staff", screen=Screen(), source=source)
        self.sockets: dict[str, Socket] = {}

    def travel(self) -> Diary:
        with contextlib.ExitStack() as opened:
            self._register()
            self._look_around()
            self._watch(opened)
            self._fill_cart()
            self._check_out(opened)
            self._pay()
            self._serve()
            self._review()
            self._hear_of_low_stock()
        self.diary.frames = {name: socket.frames for name, socket in self.sockets.items()}
        self.diary.mails = self.post.mails()
        return self.diary

    def _register(self) -> None:
        account = {"email": self.diary.email.upper(), "password": PASSWORD}
        self.diary.answers["register"] = self.buyer.post(
            "auth/register/", {**account, "password_confirm": PASSWORD, "first_name": "Ina"}, expect=201
        )
        mail = self.post.wait_for(to=self.diary.email, about=["confirm"])
        self.buyer.post("auth/verify-email/", {"token": mailbox.token_in(mail)})
        signed_in = self.buyer.post("auth/login/", account)
        self.diary.answers["login"] = signed_in["user"]
        self.buyer.token = signed_in["tokens"]["access"]

    def _look_around(self) -> None:
        self.diary.answers["search"] = self.buyer.get("products/?search=clay%20pot")
        self.product = self.buyer.get(f"products/{SLUG}/")
        self.variant = next(one for one in self.product["variants"] if one["name"] == VARIANT)
        self.diary.sku = self.variant["sku"]
        self.buyer.post(f"products/{SLUG}/wishlist/", expect=201)
        self.diary.answers["wishlist"] = self.buyer.get("products/wishlist/me/")

    def _watch(self, opened: contextlib.ExitStack) -> None:
        staff.sign_in(self.staff, self._places())
        self._open("cart", "cart/", self.buyer.token, opened)
        self._open("orders", "orders/", self.buyer.token, opened)
        self._open("stock", f"stock/?sku={quote(self.diary.sku)}", "", opened)
        self._open("staff", "staff/", self.staff.token, opened)
        path = f"staff/stock/{quote(self.diary.sku, safe='')}/adjust/"
        self.staff.post(path, {"delta": 9, "reason": "A pallet came"})
        self.sockets["stock"].update("stock.changed", lambda data: data["quantity"] == 12)

    def _fill_cart(self) -> None:
        item = {"product_id": self.product["id"], "variant_id": self.variant["id"], "quantity": 1}
        line = self.buyer.post("cart/items/", item, expect=201)
        self.buyer.call("PUT", f"cart/items/{line['id']}/", {"quantity": 2}, expect=200)
        self.diary.answers["cart"] = self.buyer.get("cart/")

    def _check_out(self, opened: contextlib.ExitStack) -> None:
        address = self.buyer.post("auth/me/addresses/", {**ADDRESS, "address_type": "other"}, expect=201)
        body = {"shipping_address_id": address["id"], "billing_address_id": address["id"]}
        self.order = self.buyer.post("orders/", body, expect=201)
        self.path = f"orders/{self.order['id']}/"
        self._open("order", self.path, self.buyer.token, opened)
        self.sockets["cart"].update("cart.checked_out")
        self.sockets["stock"].update("stock.changed", lambda data: data["quantity"] == 10)
        self.sockets["orders"].update("order.created")
        self.sockets["staff"].update("order.created")
        self.alert = self.sockets["staff"].update("stock.low")["data"]

    def _pay(self) -> None:
        """Nobody calls confirm before the order has moved: it is Stripe's event that moves it."""
        order = {"order_id": self.order["id"]}
        intent = self.buyer.post("payments/create-intent/", order)["payment_intent_id"]
        declined = rest.post_form(
            f"{self.shop.sandbox}/pay/{intent}", "payment_method=pm_card_chargeDeclined"
        )
        assert declined in (200, 402)
        assert rest.post_form(f"{self.shop.sandbox}/pay/{intent}", "payment_method=pm_card_visa") == 200
        self.sockets["order"].update("order.processing")
        self.sockets["orders"].update("order.processing")
        self.diary.answers["confirm"] = self.buyer.post(
            "payments/confirm/", {**order, "payment_intent_id": intent}
        )
        self.post.wait_for(to=self.diary.email, about=["paid"])

    def _serve(self) -> None:
        parcel = {"tracking_number": f"1Z-{self.order['order_number']}", "carrier": "UPS"}
        self.staff.post(f"staff/{self.path}ship/", parcel)
        self.sockets["order"].update("order.shipped")
        self.post.wait_for(to=self.diary.email, about=["on its way"])
        staff.carrier_delivers(self.buyer, self._places(), parcel["tracking_number"])
        self.sockets["order"].update("order.delivered")
        self.sockets["orders"].update("order.delivered")
        self.post.wait_for(to=self.diary.email, about=["delivered"])
        self.diary.answers["order"] = self.buyer.get(self.path)

    def _review(self) -> None:
        words = {"rating": 4, "title": "Large indeed", "comment": "Holds a small tree."}
        self.diary.answers["review"] = self.buyer.post(f"products/{SLUG}/reviews/", words, expect=201)
        self.diary.answers["product"] = self.buyer.get(f"products/{SLUG}/")

    def _hear_of_low_stock(self) -> None:
        self.post.wait_for(to=staff.EMAIL, about=[self.diary.sku])
        self.staff.post(f"staff/alerts/{self.alert['id']}/acknowledge/")
        self.sockets["staff"].update("alert.acknowledged")
        self.diary.answers["ledger"] = self.staff.get(f"staff/stock/{quote(self.diary.sku, safe='')}/ledger/")

    def _open(self, name: str, path: str, token: str, opened: contextlib.ExitStack) -> None:
        address = f"{self.shop.url.replace('http', 'ws')}/ws/{path}"
        socket = Socket(name=name, url=address, token=token, screen=Screen())
        self.sockets[name] = opened.enter_context(socket)
        socket.snapshot()

    def _places(self) -> places.Places:
        return places.Places(
            shop=self.shop.url,
            sandbox=self.shop.sandbox,
            mail=self.shop.mail,
            carrier_secret=self.shop.secret("shipping_webhook_secret"),
            staff_session=self.shop.folder / "journey-staff-session",
        )
