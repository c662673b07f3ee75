"""Buyers over real HTTP, many at one moment, and what they leave behind."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx
from django.db.models import Sum
from django.utils import timezone

from backend.accounts import actions as accounts
from backend.accounts import tokens
from backend.accounts.models import User
from backend.core import audits
from backend.inventory.models import LedgerEntry, Stock
from backend.orders.audit import STOCK
from backend.payments.audit import MONEY
from tests import factories
from tests.cart.lines import put

PATIENCE = 60
type Call = Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]


class Client:
    """Somebody with a token; each call is a Call to be made later, with others."""

    def __init__(self, user: User) -> None:
        now = timezone.now()
        session = accounts.open_session(user=user, now=now)
        self.user = user
        self.token = tokens.access_token(user=user, session=session, now=now)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Call:
        named = {name.replace("_", "-"): value for name, value in headers.items()}

        async def make(client: httpx.AsyncClient) -> httpx.Response:
            sent = {"Authorization": f"Bearer {self.token}", **named}
            return await client.request(method, f"/api/v1/{path}", json=body, headers=sent)

        return make


class Buyer(Client):
    """With an address, and these products in the cart."""

    def __init__(self, *products: Any, quantity: int = 1) -> None:
        super().__init__(factories.user())
        self.address = str(factories.address(self.user).pk)
        self.lines = [put(self.user, product, quantity=quantity) for product in products]

    def add(self, product: Any, variant: Any) -> None:
        self.lines.append(put(self.user, product, variant=variant))

    def check_out(self, **headers: str) -> Call:
        body = {"shipping_address_id": self.address, "billing_address_id": self.address}
        return self.call("POST", "orders/", body, **headers)


def all_at_once(urls: Sequence[str], calls: Sequence[Call]) -> list[httpx.Response]:
    """The answers of the calls, which are all under way together, spread over the web processes."""

    async def run() -> list[httpx.Response]:
        limits = httpx.Limits(max_connections=len(calls))
        clients = [
            httpx.AsyncClient(base_url=url, timeout=PATIENCE, limits=limits, trust_env=False) for url in urls
        ]
        try:
            under_way = [call(clients[place % len(clients)]) for place, call in enumerate(calls)]
            return await asyncio.gather(*under_way)
        finally:
            for client in clients:
                await client.aclose()

    return asyncio.run(run())


def check_out_all(urls: Sequence[str], buyers: Sequence[Buyer]) -> list[httpx.Response]:
    return all_at_once(urls, [buyer.check_out() for buyer in buyers])


def refusals(answers: Sequence[httpx.Response]) -> list[dict[str, Any]]:
    """The bodies of the answers that are no order."""
    return [answer.json() for answer in answers if answer.status_code != 201]


def books(sku: str) -> tuple[dict[str, int], dict[str, int]]:
    """The stock row, and the sums of its ledger beside it."""
    row = Stock.objects.get(sku=sku)
    entries = LedgerEntry.objects.filter(stock=row)
    sums = entries.aggregate(on_hand=Sum("delta_on_hand"), held=Sum("delta_held"))
    return {"on_hand": row.on_hand, "held": row.held}, sums


def mismatches() -> list[str]:
    """What `audit_stock` and `audit_money` find."""
    now = timezone.now()
    reports = [audits.run(audit, now=now) for audit in (STOCK, MONEY)]
    return [f"{finding.check}: {finding.message}" for report in reports for finding in report.findings]
