"""A Stripe sandbox, the SDK pointed at it, a shop that only collects webhooks; runs of `make run`."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import stripe

from backend.devstack import ports
from backend.devstack.stripe_sandbox import server
from tests.devstack.runs import Run

API_KEY = "sk_test_sandbox"
SECRET = "whsec_sandbox"


@pytest.fixture(scope="package")
def running_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[server.Sandbox]:
    folder = tmp_path_factory.mktemp("stripe")
    with server.start(folder=folder, webhook_url=None, secret=SECRET, api_key=API_KEY) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running_sandbox: server.Sandbox) -> server.Sandbox:
    running_sandbox.reset()
    return running_sandbox


def connect(url: str, api_key: str = API_KEY, retries: int = 0) -> stripe.StripeClient:
    return stripe.StripeClient(api_key, base_addresses={"api": url}, max_network_retries=retries)


@pytest.fixture
def client(sandbox: server.Sandbox) -> stripe.StripeClient:
    return connect(sandbox.url)


@pytest.fixture
def intent(client: stripe.StripeClient) -> stripe.PaymentIntent:
    return client.v1.payment_intents.create(
        {"amount": 2000, "currency": "usd", "metadata": {"order_id": "7"}}
    )


@pytest.fixture
def paid(client: stripe.StripeClient, intent: stripe.PaymentIntent) -> stripe.PaymentIntent:
    return client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})


class Shop:
    """Answers webhooks with the statuses in `answers`, then with 200, and keeps what came."""

    def __init__(self) -> None:
        self.port = ports.find_free()
        self.url = f"http://127.0.0.1:{self.port}/webhook/"
        self.answers: list[int] = []
        self.bodies: list[bytes] = []
        self.signatures: list[str] = []
        self.came = threading.Condition()

    def events(self) -> list[stripe.Event]:
        pairs = zip(self.bodies, self.signatures, strict=True)
        return [stripe.Webhook.construct_event(body, signature, SECRET) for body, signature in pairs]

    def types(self) -> list[str]:
        return [event.type for event in self.events()]

    def wait_for(self, count: int) -> None:
        with self.came:
            assert self.came.wait_for(lambda: len(self.bodies) >= count, timeout=30)


@pytest.fixture
def shop() -> Iterator[Shop]:
    shop = Shop()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            with shop.came:
                shop.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                shop.signatures.append(self.headers["Stripe-Signature"])
                self.send_response(shop.answers.pop(0) if shop.answers else 200)
                self.end_headers()
                shop.came.notify_all()

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", shop.port), Handler) as http:
        threading.Thread(target=http.serve_forever, args=(0.05,), daemon=True).start()
        yield shop
        http.shutdown()


@pytest.fixture
def sending_sandbox(shop: Shop, tmp_path: Path) -> Iterator[server.Sandbox]:
    with server.start(folder=tmp_path, webhook_url=shop.url, secret=SECRET, api_key=API_KEY) as sandbox:
        yield sandbox


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    """Runs end with their test, whatever it found."""
    runs: list[Run] = []

    def start_one(*lines: str, folder: Path = tmp_path, **settings: str) -> Run:
        runs.append(Run(folder, *lines, **settings))
        return runs[-1]

    yield start_one
    for run in runs:
        if run.process.poll() is None:
            run.stop()
