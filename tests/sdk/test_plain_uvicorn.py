"""uvicorn by its own command, as an operator may run it who does not know ours (docs/realtime.md)."""

import signal
import time
from contextlib import ExitStack

import pytest

from backend.devstack import ports, processes
from tests import factories, live
from tests.consumers.ears import Shop
from tests.consumers.test_cart import add
from tests.consumers.test_centrifuge_topics import cart_topic
from tests.sdk.programs import COMMANDS, Program

pytestmark = pytest.mark.slow
ENDED_SECONDS = 6


@pytest.fixture
def opened():
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def uvicorn(transactional_db, tmp_path):
    """Its port, and its process."""
    port, log = ports.find_free(), tmp_path / "uvicorn.log"
    words = ["uvicorn", "backend.config.asgi:application", "--port", str(port)]
    process = live.start(port=port, log=log, environment={}, module=words)
    yield port, process
    processes.stop(process, first=signal.SIGTERM, grace=ENDED_SECONDS)
    assert "Traceback" not in log.read_text(), log.read_text()


def test_all_hear_all_and_at_the_end_are_sent_elsewhere(uvicorn, opened, alice, as_alice, tell):
    mug, topic, (port, process) = factories.product(sku="MUG"), cart_topic(alice), uvicorn
    apps = [opened.enter_context(Program(language)) for language in COMMANDS]
    for app in apps:
        app.connect(port, as_alice.token)
        app.subscribe(topic)
    plain = [Shop(port, opened).listen("cart/", alice) for _ in range(3)]
    assert [ears.frame()["version"] for ears in plain] == [1, 1, 1]
    add(alice, mug)
    tell()
    for app in apps:
        assert app.wait("publication", channel=topic)["data"]["data"] == as_alice.get("cart/").json()
    assert [ears.frame()["version"] for ears in plain] == [2, 2, 2]

    asked_at = time.monotonic()
    process.send_signal(signal.SIGTERM)

    assert [ears.end() for ears in plain] == [(3001, [])] * 3
    for app in apps:
        app.wait("connecting", code=3001)
    assert process.wait(ENDED_SECONDS) == -signal.SIGTERM  # by the signal, as uvicorn always ends
    assert time.monotonic() - asked_at < ENDED_SECONDS
