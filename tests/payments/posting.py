"""Events, posted and signed as Stripe does it."""

import json

from django.conf import settings
from stripe import WebhookSignature


def sign(body, *, at=None, secret=None):
    secret = secret or settings.STRIPE_WEBHOOK_SECRET
    return WebhookSignature.generate_signature_header(body, secret, at)


def post(caller, event, **headers):
    body = json.dumps(event)
    return caller.post("payments/webhook/", body, **(headers or {"Stripe_Signature": sign(body)}))


def event(about=None, **changes):
    return {"id": "evt_1", "object": "event", "type": "x.y", "data": {"object": about or {}}, **changes}


def about(payment, kind="payment_intent.succeeded", **changes):
    return event({"id": payment.intent_id, "object": "payment_intent"}, type=kind, **changes)
