"""The member of staff in the demo: signs in once a week, counts the shelf, packs, and hears of low stock."""

import hmac
import json
import time
import uuid

from backend.devstack.demo.client import Client
from backend.devstack.demo.places import Places
from backend.devstack.demo.screen import Failed, Json

EMAIL = "staff@shopwire.example"
_PASSWORD = "Staff-demo-1!"  # noqa: S105 - of the demo shop, and printed by make run
_SPARE_UNITS = 2


def sign_in(client: Client, places: Places) -> None:
    """With the session of an earlier demo, else with the password. Raises Failed."""
    if places.staff_session.exists():
        kept = places.staff_session.read_text()
        status, answer = client.ask("POST", "auth/refresh/", {"refresh": kept})
        if status == 200:
            client.token = answer["access"]
            return
    answer = client.post("auth/login/", {"email": EMAIL, "password": _PASSWORD})
    client.token = answer["tokens"]["access"]
    places.staff_session.touch(mode=0o600)
    places.staff_session.write_text(answer["tokens"]["refresh"])


def prepare_shelf(client: Client, sku: str) -> Json:
    """The SKU's row, two units above its threshold: a buyer of two makes it run low. Raises Failed."""
    row = stock_row(client, sku)
    delta = row["threshold"] + _SPARE_UNITS - row["quantity"]
    if not delta:
        return row
    body = {"delta": delta, "reason": "Counted for the demo"}
    return client.post(f"staff/stock/{sku}/adjust/", body)


def stock_row(client: Client, sku: str) -> Json:
    """Raises Failed, also when the shop does not know the SKU."""
    rows = client.get(f"staff/stock/?search={sku}")["results"]
    found: Json | None = next((row for row in rows if row["sku"] == sku), None)
    if found is None:
        raise Failed(f"staff's stock list does not know {sku}")
    return found


def carrier_delivers(client: Client, places: Places, tracking_number: str) -> None:
    """The carrier's signed message that the parcel has arrived. Raises Failed."""
    now = time.time()
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
    message = {"event_id": str(uuid.uuid4()), "tracking_number": tracking_number, "status": "delivered"}
    body = json.dumps({**message, "at": at}).encode()
    stamp = str(int(now))
    made = hmac.new(places.carrier_secret.encode(), stamp.encode() + b"." + body, "sha256").hexdigest()
    client.post("shipping/webhook/", body, headers={"X-Shipping-Signature": f"t={stamp},v1={made}"})
