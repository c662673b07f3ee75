"""The customer's side in plain HTML: the list of intents, and the two buttons of one of them."""

from html import escape
from typing import Any

Json = dict[str, Any]

BUTTONS = {"pm_card_visa": "Pay with Visa 4242", "pm_card_chargeDeclined": "Declined card"}


def index(intents: list[Json]) -> str:
    rows = "".join(
        f'<li><a href="/pay/{escape(one["id"])}">{_price(one)}</a> {escape(one["status"])}</li>'
        for one in intents
    )
    return _frame(f"<h1>Payments</h1><ul>{rows or '<li>None yet.</li>'}</ul>")


def payment(intent: Json, *, problem: str = "") -> str:
    parts = [f"<h1>{_price(intent)}</h1><p>{escape(intent['id'])}: <b>{escape(intent['status'])}</b></p>"]
    if problem:
        parts.append(f"<p role=alert>{escape(problem)}</p>")
    if intent["status"] not in {"succeeded", "canceled"}:
        parts.append(f'<form method="post">{_buttons()}</form>')
    return _frame("".join(parts))


def not_found() -> str:
    return _frame("<h1>No such payment</h1>")


def _buttons() -> str:
    return " ".join(
        f'<button name="payment_method" value="{value}">{label}</button>' for value, label in BUTTONS.items()
    )


def _price(intent: Json) -> str:
    return f"{intent['amount'] / 100:.2f} {escape(intent['currency'].upper())}"


def _frame(content: str) -> str:
    head = '<!doctype html><html lang="en"><title>Stripe sandbox</title>'
    return f'{head}<body>{content}<p><a href="/pay/">All</a></p>'
