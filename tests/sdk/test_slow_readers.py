"""The published clients when they do not read: sent away before they cost much, and back they know all."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from django.utils import timezone

from backend.cart.models import Cart
from backend.devstack import processes
from tasks import telling
from tests import factories
from tests.consumers.test_cart import add
from tests.consumers.test_centrifuge_topics import cart_topic
from tests.consumers.test_metrics import Metrics
from tests.sdk.programs import COMMANDS, Program
from tests.wire import oracle, proxy

pytestmark = pytest.mark.slow
LAST = 200
SENT_AWAY = ("sockets_closed_total", "3008", "too slow")


@dataclass
class Change:
    """A version of a cart that is too much to wait unread."""

    topic: str
    version: int
    event: str = "cart.item_added"
    text: str = f'"{"x" * 60_000}"'
    at: datetime = field(default_factory=timezone.now)


@pytest.fixture
def narrow_line(web):
    """With little room for what nobody reads."""
    with proxy.before(web.port, receive_buffer=4096) as made:
        yield made


@pytest.fixture
def readers(narrow_line, alice, as_alice):
    """Both clients, in both forms, at alice's cart."""
    with ExitStack() as opened:
        made = [opened.enter_context(Program(language)) for language in COMMANDS]
        for app in made:
            app.connect(narrow_line.port, as_alice.token)
            app.subscribe(cart_topic(alice))
        yield made


def test_who_stops_reading_is_sent_away_and_told_honestly(web, narrow_line, readers, alice, tell):
    topic, shown = cart_topic(alice), Metrics(web.port)
    before = shown.read()
    narrow_line.stop_reading()
    Cart.objects.update(version=LAST)
    for version in range(2, LAST + 1):
        telling.publish([Change(topic, version)])

    assert processes.wait_until(lambda: shown.rises(before).get(SENT_AWAY) == len(readers), seconds=20), (
        shown.read()
    )
    narrow_line.flow()
    for app in readers:
        back = app.wait("subscribed", number=2, channel=topic)
        assert (back["wasRecovering"], back["recovered"]) == (True, False)
        assert back["data"]["version"] == LAST
    add(alice, factories.product(sku="MUG"))
    tell()
    for app in readers:
        app.wait("publication", channel=topic, offset=LAST + 1)
        assert [told["code"] for told in app.heard("connecting")][1:] in ([3008], [1], [3])
        oracle.check(oracle.by_sdk(app.events), topics=[topic])
