"""POST payments/webhook/ takes what Stripe has signed, and nothing else."""

import json
import time

import pytest
from stripe import WebhookSignature

from backend.payments.models import StripeEvent
from tests.payments.posting import event, sign

pytestmark = pytest.mark.django_db


def test_the_guides_header_is_read_too(as_guest):
    body = json.dumps(event())

    answer = as_guest.post("payments/webhook/", body, X_Stripe_Signature=sign(body))

    assert (answer.status_code, answer.json()) == (200, {"status": "success"})
    assert StripeEvent.objects.get().payload == event()


SIGNATURES = {
    "missing": lambda body: None,
    "empty": lambda body: "",
    "nonsense": lambda body: "nonsense",
    "without a signature": lambda body: "t=1,v1=",
    "without a time": lambda body: "t=x,v1=y",
    "not ASCII": lambda body: f"t={int(time.time())},v1=é",
    "by another secret": lambda body: sign(body, secret="whsec_other"),
    "too old": lambda body: sign(body, at=int(time.time()) - 301),
    "of another body": lambda body: sign(body + " "),
}


@pytest.mark.parametrize("kind", SIGNATURES)
def test_a_missing_wrong_or_old_signature_is_refused(as_guest, kind):
    body = json.dumps(event())
    signature = SIGNATURES[kind](body)
    headers = {} if signature is None else {"Stripe_Signature": signature}

    answer = as_guest.post("payments/webhook/", body, **headers)

    assert answer.status_code == 400
    assert answer.json() == {
        "error": "The signature is missing, wrong or too old",
        "code": "invalid_signature",
        "details": None,
    }
    assert not StripeEvent.objects.exists()


def test_without_a_secret_of_our_own_nothing_is_signed(as_guest, settings):
    settings.STRIPE_WEBHOOK_SECRET = ""
    body = json.dumps(event())
    signature = WebhookSignature.generate_signature_header(body, "")

    answer = as_guest.post("payments/webhook/", body, Stripe_Signature=signature)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_signature")
    assert not StripeEvent.objects.exists()
