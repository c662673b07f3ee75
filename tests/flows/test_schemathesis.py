"""Schemathesis over the whole schema, on a real api process: no 500, no undocumented status, no odd shape."""

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from backend.devstack.stripe_sandbox import server as stripe
from backend.orders.models import Order
from backend.reviews.models import Review
from tests import factories, live

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.django_db(transaction=True)]

EXAMPLES = 10
SECONDS = 300  # the whole machine may be busy; alone, each run takes about 35 s
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)


@pytest.fixture(scope="module")
def shop(django_db_setup, tmp_path_factory):
    folder = tmp_path_factory.mktemp("schemathesis")
    with (
        stripe.start(
            folder=folder / "stripe",
            webhook_url="http://127.0.0.1:9/",
            secret="whsec_tests",
            api_key="sk_test_shopwire",
        ) as sandbox,
        live.web(log=folder / "api.log", module=live.REST, STRIPE_API_BASE=sandbox.url) as url,
    ):
        yield url


@pytest.fixture
def things(alice, as_alice):
    """One of each thing, Alice's, by the names that the paths give them."""
    product = factories.product(sku="MBPRO-16-512", slug="macbook-pro-16", name="MacBook Pro", quantity=500)
    variants = factories.product(sku="PHONE", slug="phone", name="Phone")
    factories.variant(variants, sku="PHONE-BLUE")
    home = str(factories.address(alice).pk)
    as_alice.post("cart/items/", {"product_id": str(product.pk), "quantity": 2})
    order = as_alice.post("orders/", {"shipping_address_id": home, "billing_address_id": home}).json()["id"]
    line = as_alice.post("cart/items/", {"product_id": str(product.pk), "quantity": 1}).json()["id"]
    Order.objects.filter(pk=order).update(status="processing")
    Review.objects.create(user=factories.user(), product=product, rating=5, title="Good", comment="Really")
    return {
        "path.slug": product.slug,
        "path.sku": product.sku,
        "path.address_id": home,
        "path.item_id": line,
        "path.order_id": order,
        "path.user_id": str(factories.user().pk),
    }


def run(url, *, caller, folder, parameters):
    """Schemathesis' exit code and report. `parameters` are fixed values, else it makes all of them up."""
    config = folder / "schemathesis.toml"
    schema = folder / "schema.json"
    # Read here, since Schemathesis waits for it ten seconds and no longer.
    schema.write_bytes(httpx.get(f"{url}/api/schema/", timeout=SECONDS).raise_for_status().content)
    lines = [f"{json.dumps(name)} = {json.dumps(value)}" for name, value in parameters.items()]
    config.write_text("\n".join(["[parameters]", *lines, ""]))
    command = [str(Path(sys.executable).parent / "st"), "--config-file", str(config), "run"]
    command += [str(schema), "--url", url, "--checks", ",".join(CHECKS), "--max-examples", str(EXAMPLES)]
    command += ["--phases", "examples,coverage,fuzzing", "--suppress-health-check", "all"]
    command += ["--generation-database", "none", "--workers", "2", "--request-timeout", "60", "--no-color"]
    for name, value in caller.headers.items():
        command += ["--header", f"{name}: {value}"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False)
    return done.returncode, done.stdout + done.stderr


def test_a_guest_who_makes_up_every_id_gets_only_documented_answers(shop, things, as_guest, tmp_path):
    code, report = run(shop, caller=as_guest, folder=tmp_path, parameters={})

    assert code == 0, report[-8000:]


def test_a_customer_among_her_own_things_gets_only_documented_answers(shop, things, as_alice, tmp_path):
    code, report = run(shop, caller=as_alice, folder=tmp_path, parameters=things)

    assert code == 0, report[-8000:]
    assert as_alice.get("auth/me/").status_code == 200, "still signed in, so every call was"


def test_staff_among_all_things_get_only_documented_answers(shop, things, as_staff, tmp_path):
    code, report = run(shop, caller=as_staff, folder=tmp_path, parameters=things)

    assert code == 0, report[-8000:]
    assert as_staff.get("staff/users/").status_code == 200, "still signed in, so every call was"
