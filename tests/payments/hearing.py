"""Webhooks that are heard, and what a payment leaves behind then."""

import json

from django.utils import timezone

from backend.payments import inbox

PAID = [("pending", "Order created"), ("processing", "Payment confirmed. Order processing started.")]


def hear(*hooks):
    """What the webhook and then its task do with each."""
    for hook in hooks:
        inbox.receive(payload=hook.body, signature=hook.signature, now=timezone.now())
        inbox.process(event_id=json.loads(hook.body)["id"], now=timezone.now())
