"""The sandbox without its HTTP: what it knows, what its customers and their banks do."""

from pathlib import Path
from typing import Any

from backend.devstack.stripe_sandbox import errors, payment_intents, refunds
from backend.devstack.stripe_sandbox.api import Api
from backend.devstack.stripe_sandbox.faults import Faults
from backend.devstack.stripe_sandbox.store import Store
from backend.devstack.stripe_sandbox.webhooks import Postman, Webhook, signed

Json = dict[str, Any]


class Bank:
    """The state behind one address. `webhook_url` None keeps events for `take_webhooks`."""

    def __init__(self, *, folder: Path, url: str, webhook_url: str | None, secret: str, api_key: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.secret = secret
        self.api_key = api_key
        self.faults = Faults()
        self.keys_in_use: set[str] = set()
        self.store = Store(folder / "stripe.sqlite3")
        self.api = Api(store=self.store, faults=self.faults, api_key=api_key, base_url=url)
        self._postman = Postman(store=self.store, url=webhook_url, sign=self._sign) if webhook_url else None

    def open(self) -> None:
        if self._postman:
            self._postman.start()

    def close(self) -> None:
        if self._postman:
            self._postman.stop()
        self.store.close()

    def wake(self) -> None:
        """Deliver new webhooks at once."""
        if self._postman:
            self._postman.wake()

    def reset(self) -> None:
        """Forget everything: a new sandbox at the same address."""
        self.faults.reset()
        self.store.clear()

    def pay(self, intent_id: str, *, payment_method: str = "pm_card_visa") -> Json:
        """Do as the customer's browser does. Raises errors.Refused for a declined card."""
        with self.store.transaction():
            outcome = self._try_to_pay(intent_id, payment_method)
        self.wake()
        if isinstance(outcome, errors.Refused):
            raise outcome
        return outcome

    def settle_refund(self, refund_id: str, *, status: str) -> Json:
        """End a pending refund as `succeeded` or `failed`."""
        with self.store.transaction():
            refund = refunds.settle(self.api.call(params={}), refund_id, status=status)
        self.wake()
        return refund

    def take_webhooks(self) -> list[Webhook]:
        """What is due, signed, and then counted as delivered: for a test that has no server to deliver to."""
        taken = []
        for delivery in self.store.due_deliveries():
            taken.append(self._sign(self.store.find("event", delivery.event)))
            self.store.finish(delivery)
        return taken

    def _sign(self, event: Json) -> Webhook:
        switches = self.faults.switches
        return signed(event, secret=switches.webhook_secret or self.secret, age=switches.webhook_age)

    def _try_to_pay(self, intent_id: str, payment_method: str) -> Json | errors.Refused:
        """A refusal is handed back, not raised, so that the failed charge it leaves behind is kept."""
        try:
            return payment_intents.pay_as_customer(
                self.api.call(params={}), intent_id, payment_method=payment_method
            )
        except errors.Refused as refused:
            return refused
