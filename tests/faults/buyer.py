"""Customers over HTTP, who take any answer as it comes."""

import secrets
from typing import Any, Self

import httpx

from tests.faults.shop import Shop

ALICE = {"email": "alice@shopwire.example", "password": "Alice-demo-1!"}
STAFF = {"email": "staff@shopwire.example", "password": "Staff-demo-1!"}
HOME = {
    "address_type": "shipping",
    "full_name": "Fay Fire",
    "phone_number": "+1234567890",
    "street_address": "1 Loopback Lane",
    "city": "New York",
    "state": "NY",
    "country": "USA",
    "zip_code": "10001",
}
LONGEST_REQUEST = 15  # seconds: no request may hang longer


class Buyer:
    """Signed in, with an address, who buys one lantern at a time."""

    def __init__(self, shop: Shop, account: dict[str, str]) -> None:
        self.shop = shop
        # A second more than allowed, so that a longer request fails the test.
        self.http = httpx.Client(
            base_url=f"{shop.stack.url}/api/v1/", timeout=LONGEST_REQUEST + 1, trust_env=False
        )
        self.account = account
        token = self.post("auth/login/", account).json()["tokens"]["access"]
        self.http.headers["Authorization"] = f"Bearer {token}"
        self.product = self.http.get("products/trail-lantern/").json()["id"]
        known = self.http.get("auth/me/addresses/").json()["results"]
        address = (known or [self.post("auth/me/addresses/", HOME).json()])[0]["id"]
        self.addresses = {"shipping_address_id": address, "billing_address_id": address}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.http.close()

    def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return self.http.post(path, json=body if body is not None else {}, headers=headers)

    def fill_cart(self) -> httpx.Response:
        return self.post("cart/items/", {"product_id": self.product, "quantity": 1})

    def cart(self) -> dict[str, Any]:
        return self.http.get("cart/").json()

    def check_out(self, key: str = "") -> httpx.Response:
        return self.post("orders/", self.addresses, **({"Idempotency-Key": key} if key else {}))

    def intent_for(self, order_id: str) -> httpx.Response:
        return self.post("payments/create-intent/", {"order_id": order_id})

    def pay(self, intent_id: str) -> None:
        """In Stripe's own form."""
        form = {"payment_method": "pm_card_visa"}
        url = f"{self.shop.stack.sandbox}/pay/{intent_id}"
        assert httpx.post(url, data=form, timeout=20, trust_env=False).status_code == 200

    def order(self) -> dict[str, Any]:
        """A new order that waits for payment, with its intent under `intent`."""
        assert self.fill_cart().status_code in (200, 201)
        placed = self.check_out()
        assert placed.status_code == 201, placed.text
        intent = self.intent_for(placed.json()["id"])
        assert intent.status_code == 200, intent.text
        return {**placed.json(), "intent": intent.json()["payment_intent_id"]}

    def ship(self, order: dict[str, Any]) -> None:
        """As staff."""
        told = {"tracking_number": order["order_number"], "carrier": "Owl"}
        assert self.post(f"staff/orders/{order['id']}/ship/", told).status_code == 200

    def stock_up(self, units: int) -> None:
        """As staff."""
        sku = self.shop.rows("SELECT sku FROM inventory_stock WHERE sku LIKE '%LANTERN%'")[0]
        assert self.post(f"staff/stock/{sku}/adjust/", {"delta": units, "reason": "tests"}).status_code == 200

    def look(self, order: dict[str, Any]) -> dict[str, Any]:
        """The order as it is now."""
        return self.http.get(f"orders/{order['id']}/").json()

    def statuses(self, order: dict[str, Any]) -> list[str]:
        """The order's history, row by row."""
        query = "SELECT status FROM orders_statuschange WHERE order_id = %s ORDER BY id"
        return self.shop.rows(query, order["id"])


def stranger(shop: Shop) -> Buyer:
    """Somebody new."""
    account = {"email": f"fire-{secrets.token_hex(4)}@shopwire.example", "password": "Buyer-demo-1!"}
    names = {"first_name": "Fay", "last_name": "Fire", "password_confirm": account["password"]}
    url = f"{shop.stack.url}/api/v1/auth/register/"
    assert httpx.post(url, json=account | names, timeout=20, trust_env=False).status_code == 201
    return Buyer(shop, account)
