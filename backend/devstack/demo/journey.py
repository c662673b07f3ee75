"""One buyer's journey, from registering to the review, watched on every socket."""

import contextlib
import secrets
from urllib.parse import quote

from backend.devstack.demo import client as rest
from backend.devstack.demo import mailbox, staff
from backend.devstack.demo.client import Client
from backend.devstack.demo.places import Places
from backend.devstack.demo.screen import Failed, Json, Screen
from backend.devstack.demo.sockets import Socket

_PASSWORD = "Buyer-demo-1!"  # noqa: S105 - of an account that the demo makes up
_SEARCH = "trail lantern"
_ADDRESS = {
    "full_name": "Dana Demo",
    "phone_number": "+1234567890",
    "street_address": "1 Loopback Lane",
    "city": "New York",
    "state": "NY",
    "country": "USA",
    "zip_code": "10001",
}


class Journey:
    """Each step leaves what the next one needs. Every method raises Failed."""

    def __init__(self, *, places: Places, screen: Screen) -> None:
        self._places = places
        self._screen = screen
        self._mailbox = mailbox.Mailbox(places.mail)
        source = rest.own_address(places.shop)
        self._buyer = Client(url=places.shop, who="buyer", screen=screen, source=source)
        self._staff = Client(url=places.shop, who="staff", screen=screen, source=source)
        self._carrier = Client(url=places.shop, who="carrier", screen=screen, source=source)
        self._email = f"buyer-{secrets.token_hex(4)}@shopwire.example"
        self._sockets: list[Socket] = []

    def run(self) -> None:
        """The whole journey."""
        with contextlib.ExitStack() as stack:
            self._register()
            product = self._look_around()
            self._open_sockets(product, stack)
            order = self._check_out(product, self._fill_cart(product), stack)
            self._pay(order)
            self._ship(order)
            self._review(product)
            self._hear_of_low_stock(product)
            self._check_versions()

    def _register(self) -> None:
        self._screen.title("1. A buyer registers, confirms the e-mail, and signs in")
        account = {"email": self._email, "password": _PASSWORD}
        names = {"first_name": "Dana", "last_name": "Demo"}
        self._buyer.post("auth/register/", {**account, **names, "password_confirm": _PASSWORD}, expect=201)
        token = mailbox.token_in(self._mail("confirm your e-mail"))
        self._buyer.post("auth/verify-email/", {"token": token})
        answer = self._buyer.post("auth/login/", account)
        self._check("is_verified after the mail's link", answer["user"]["is_verified"], True)
        self._buyer.token = answer["tokens"]["access"]

    def _look_around(self) -> Json:
        self._screen.title("2. The buyer looks for a lantern, and wishes for it")
        found = self._buyer.get(f"products/?search={quote(_SEARCH)}")["results"]
        if not found:
            raise Failed(f"nothing found for {_SEARCH!r}: is this the demo shop?")
        slug = found[0]["slug"]
        product = self._buyer.get(f"products/{slug}/")
        self._buyer.post(f"products/{slug}/wishlist/", expect=201)
        wished = self._buyer.get("products/wishlist/me/")["results"]
        self._check("the wishlist", [row["product"]["slug"] for row in wished], [slug])
        return product

    def _open_sockets(self, product: Json, stack: contextlib.ExitStack) -> None:
        self._screen.title("3. Staff count the shelf; from now on both watch it live")
        staff.sign_in(self._staff, self._places)
        self._shelf = staff.prepare_shelf(self._staff, product["sku"])
        self._cart = self._open("cart", "cart/", self._buyer, stack)
        self._orders = self._open("orders", "orders/", self._buyer, stack)
        self._stock = self._open("stock", f"stock/?sku={quote(product['sku'])}", None, stack)
        self._desk = self._open("staff", "staff/", self._staff, stack)
        seen = self._stock.frames[0]["data"]["quantity"]
        self._check("the stock socket's quantity", seen, self._shelf["quantity"])

    def _fill_cart(self, product: Json) -> int:
        """How many units were put in: enough to cross the threshold."""
        self._screen.title("4. The buyer fills the cart")
        units = int(self._shelf["quantity"]) - int(self._shelf["threshold"])
        for quantity, status in ((1, 201), (units - 1, 200)):
            item = {"product_id": product["id"], "quantity": quantity}
            self._buyer.post("cart/items/", item, expect=status)
        self._cart.wait_for(
            f"a cart of {units} units",
            lambda frame: frame["type"] == "update" and frame["data"]["total_items"] == units,
        )
        return units

    def _check_out(self, product: Json, units: int, stack: contextlib.ExitStack) -> Json:
        self._screen.title(
            "5. The buyer checks out: stock is held, staff hear of the order, and of low stock"
        )
        body = {f"{kind}_address_id": self._new_address(kind) for kind in ("shipping", "billing")}
        headers = {"Idempotency-Key": secrets.token_hex(8)}
        order = self._buyer.post("orders/", body, expect=201, headers=headers)
        self._order = self._open("order", f"orders/{order['id']}/", self._buyer, stack)
        self._cart.update("cart.checked_out", lambda data: data["total_items"] == 0)
        left = self._shelf["quantity"] - units
        self._stock.update("stock.changed", lambda data: data["quantity"] == left)
        self._orders.update("order.created", lambda data: data["id"] == order["id"])
        self._desk.update("order.created", lambda data: data["id"] == order["id"])
        self._alert = self._desk.update("stock.low", lambda data: data["sku"] == product["sku"])["data"]
        return order

    def _pay(self, order: Json) -> None:
        self._screen.title("6. The buyer pays at Stripe's sandbox; Stripe's event comes back through Celery")
        ids = {"order_id": order["id"]}
        intent = self._buyer.post("payments/create-intent/", ids)["payment_intent_id"]
        address = f"{self._places.sandbox}/pay/{intent}"
        self._check(f"POST {address}", rest.post_form(address, "payment_method=pm_card_visa"), 200)
        self._screen.call("buyer", "pays at the sandbox's page", 200, "Visa 4242")
        paid = self._order.update("order.processing", lambda data: data["payment"]["status"] == "completed")
        self._check("the amount paid", paid["data"]["payment"]["amount"], order["total_amount"])
        self._orders.update("order.processing", lambda data: data["id"] == order["id"])
        self._buyer.post("payments/confirm/", {**ids, "payment_intent_id": intent})
        self._mail(order["order_number"], "paid")

    def _ship(self, order: Json) -> None:
        self._screen.title("7. Staff ship the order, the carrier delivers it")
        number = f"1Z{secrets.token_hex(8).upper()}"
        parcel = {"tracking_number": number, "carrier": "UPS"}
        self._staff.post(f"staff/orders/{order['id']}/ship/", parcel)
        self._order.update("order.shipped", lambda data: data["tracking_number"] == number)
        self._orders.update("order.shipped")
        self._mail(order["order_number"], "on its way")
        staff.carrier_delivers(self._carrier, self._places, number)
        self._order.update("order.delivered", lambda data: data["delivered_at"] is not None)
        self._orders.update("order.delivered")
        self._mail(order["order_number"], "delivered")

    def _review(self, product: Json) -> None:
        self._screen.title("8. The buyer writes a review")
        review = {"rating": 5, "title": "Lights the way", "comment": "Two of them light a whole path."}
        written = self._buyer.post(f"products/{product['slug']}/reviews/", review, expect=201)
        self._check("is_verified_purchase", written["is_verified_purchase"], True)

    def _hear_of_low_stock(self, product: Json) -> None:
        self._screen.title("9. The low-stock alert is in the staff's list and their mail")
        listed = self._staff.get("staff/alerts/?open=true&kind=low_stock")["results"]
        self._check("the alert is listed", self._alert["id"] in [row["id"] for row in listed], True)
        mail = self._mailbox.wait_for(to=staff.EMAIL, about=[product["sku"]])
        self._screen.mail(mail.to, mail.subject)
        self._staff.post(f"staff/alerts/{self._alert['id']}/acknowledge/")
        self._desk.update("alert.acknowledged", lambda data: data["id"] == self._alert["id"])

    def _check_versions(self) -> None:
        for socket in (self._cart, self._order, self._orders, self._desk):
            socket.check_versions()
        frames = sum(len(socket.frames) for socket in self._sockets)
        self._screen.title(f"Done: order delivered, alert heard; {frames} frames, no version missing.")

    def _open(self, name: str, path: str, client: Client | None, stack: contextlib.ExitStack) -> Socket:
        """An open socket that has sent its snapshot."""
        address = f"ws{self._places.shop.removeprefix('http')}/ws/{path}"
        token = client.token if client else ""
        socket = stack.enter_context(Socket(name=name, url=address, token=token, screen=self._screen))
        self._sockets.append(socket)
        socket.snapshot()
        return socket

    def _new_address(self, kind: str) -> str:
        made = self._buyer.post("auth/me/addresses/", {**_ADDRESS, "address_type": kind}, expect=201)
        return str(made["id"])

    def _mail(self, *words: str) -> mailbox.Mail:
        mail = self._mailbox.wait_for(to=self._email, about=words)
        self._screen.mail(mail.to, mail.subject)
        return mail

    def _check(self, what: str, found: object, wanted: object) -> None:
        if found != wanted:
            raise Failed(f"{what}: {found!r} instead of {wanted!r}")
