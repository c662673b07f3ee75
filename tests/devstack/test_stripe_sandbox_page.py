"""The customer's page of the sandbox."""

import json
import urllib.error
import urllib.request


def open_page(url: str, form: str | None = None, accept: str = "text/html") -> tuple[int, str]:
    request = urllib.request.Request(url, form.encode() if form else None, {"Accept": accept})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_page_shows_two_buttons(sandbox, intent):
    status, html = open_page(f"{sandbox.url}/pay/{intent.id}")

    assert status == 200
    assert "20.00 USD" in html
    assert html.count("<button") == 2


def test_visa_button_pays(sandbox, client, intent):
    status, html = open_page(f"{sandbox.url}/pay/{intent.id}", form="payment_method=pm_card_visa")

    assert status == 200
    assert "<button" not in html
    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"


def test_declined_button_says_so_and_leaves_a_second_try(sandbox, client, intent):
    status, html = open_page(f"{sandbox.url}/pay/{intent.id}", form="payment_method=pm_card_chargeDeclined")

    assert status == 402
    assert "Your card was declined." in html
    assert html.count("<button") == 2
    assert client.v1.payment_intents.retrieve(intent.id).status == "requires_payment_method"


def test_script_gets_json(sandbox, intent):
    url = f"{sandbox.url}/pay/{intent.id}"
    declined = open_page(url, form="payment_method=pm_card_chargeDeclined", accept="application/json")
    paid = open_page(url, form="payment_method=pm_card_visa", accept="application/json")

    assert (declined[0], json.loads(declined[1])["error"]["code"]) == (402, "card_declined")
    assert (paid[0], json.loads(paid[1])["status"]) == (200, "succeeded")


def test_index_lists_payments_and_unknown_ones_are_404(sandbox, intent):
    status, html = open_page(f"{sandbox.url}/pay/")

    assert (status, f'href="/pay/{intent.id}"' in html) == (200, True)
    assert open_page(f"{sandbox.url}/pay/pi_none")[0] == 404
