"""Stripe signs with the old and the new secret while one is rolled, and only with ours is it Stripe."""

import json
import time

import pytest
from stripe import WebhookSignature

from backend.payments.models import StripeEvent

pytestmark = pytest.mark.django_db
BODY = json.dumps({"id": "evt_1", "object": "event", "type": "x.y", "data": {}})


def sign(*secrets, body=BODY, seconds_ago=0):
    """Stripe's header, with one signature by each secret."""
    at = int(time.time()) - seconds_ago
    signatures = [WebhookSignature._compute_signature(f"{at}.{body}", secret) for secret in secrets]
    return ",".join([f"t={at}", *(f"v1={signature}" for signature in signatures), "v0=test"])


def post(caller, header):
    answer = caller.post("payments/webhook/", BODY, Stripe_Signature=header)
    return answer.status_code, answer.json().get("code"), StripeEvent.objects.count()


ACCEPTED = (200, None, 1)
REFUSED = (400, "invalid_signature", 0)


@pytest.mark.parametrize("signers", [["whsec_old"], ["whsec_new"], ["whsec_new", "whsec_old"]])
def test_while_a_secret_is_rolled_both_are_known(as_guest, settings, signers):
    settings.STRIPE_WEBHOOK_SECRET = "whsec_old, whsec_new"

    assert post(as_guest, sign(*signers)) == ACCEPTED


@pytest.mark.parametrize("known", ["whsec_old", "whsec_new"])
def test_one_of_two_signatures_is_enough(as_guest, settings, known):
    settings.STRIPE_WEBHOOK_SECRET = known

    assert post(as_guest, sign("whsec_new", "whsec_old")) == ACCEPTED


def test_the_old_secret_is_refused_once_it_is_not_named_any_more(as_guest, settings):
    settings.STRIPE_WEBHOOK_SECRET = "whsec_new"

    assert post(as_guest, sign("whsec_old")) == REFUSED


@pytest.mark.parametrize("configured", ["whsec_old,whsec_new", ",whsec_new", " , ", ""])
@pytest.mark.parametrize("signer", ["", " ", "whsec_old,whsec_new", "whsec_other"])
def test_what_is_no_secret_signs_nothing(as_guest, settings, configured, signer):
    settings.STRIPE_WEBHOOK_SECRET = configured

    assert post(as_guest, sign(signer)) == REFUSED


@pytest.mark.parametrize("flaw", [{"seconds_ago": 301}, {"body": BODY + " "}])
def test_each_secret_signs_this_body_and_not_long_ago(as_guest, settings, flaw):
    settings.STRIPE_WEBHOOK_SECRET = "whsec_b,whsec_a"

    assert post(as_guest, sign("whsec_a", **flaw)) == REFUSED
