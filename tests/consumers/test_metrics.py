"""/metrics tells what the sockets did, and what waits in the shop."""

import json
from contextlib import ExitStack
from urllib.request import urlopen

import pytest
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from backend.alerts import actions as alerts
from backend.cart.models import Cart
from backend.core import redis
from backend.devstack import processes
from backend.outbox import counters, wire
from backend.outbox.models import Event, Job
from consumers.codes import Code
from consumers.counters import BOUNDS
from tests import factories
from tests.consumers.ears import Shop
from tests.consumers.test_cart import add
from tests.consumers.test_centrifuge_holes import unheard
from tests.consumers.test_orders import place
from tests.wire import proxy


class Metrics:
    """What one web process shows, by sample name and labels."""

    def __init__(self, port):
        self.port = port

    def read(self):
        with urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=30) as answer:
            families = list(text_string_to_metric_families(answer.read().decode()))
        return {
            (sample.name.removeprefix("shopwire_"), *sample.labels.values()): sample.value
            for family in families
            for sample in family.samples
        }

    def rises(self, before):
        """What is more now than before, of counters."""
        now = self.read()
        rises = {key: value - before.get(key, 0) for key, value in now.items() if "created" not in key[0]}
        return {key: rise for key, rise in rises.items() if rise and key[0].startswith("sockets_")}

    def have(self, **gauges):
        """Wait until these have these values; sockets of another test may still be on their way out."""
        wanted = {(f"sockets_{name}",): value for name, value in gauges.items()}
        return processes.wait_until(lambda: wanted.items() <= self.read().items(), seconds=30)


@pytest.fixture
def shown(shop):
    """Nobody is connected at first."""
    found = Metrics(shop.port)
    assert found.have(clients=0, places=0)
    return found


def test_deliveries_are_counted_with_their_delay(shop, apps, shown, alice, tell):
    mug = factories.product(sku="MUG")
    before = shown.read()
    ears = [shop.listen("stock/?sku=MUG") for _ in range(2)]
    app = apps.open()
    app.subscribe("stock:MUG")
    for ear in ears:
        ear.frame()

    assert shown.have(clients=3, topics=1, places=3, queued_frames=0, queued_bytes=0)
    place(alice, mug)
    tell()
    for ear in ears:
        ear.frame()
    app.hear()
    rises = shown.rises(before)

    buckets = {key: rises.pop(key) for key in list(rises) if key[0] == "sockets_delay_seconds_bucket"}
    assert 0 < rises.pop(("sockets_delay_seconds_sum",)) < 3 * BOUNDS[-1]
    assert buckets[("sockets_delay_seconds_bucket", "+Inf")] == 3
    assert rises.pop(("sockets_snapshots_total",)) >= 1  # those who ask together share one
    assert rises == {
        ("sockets_clients",): 3,
        ("sockets_topics",): 1,
        ("sockets_places",): 3,
        ("sockets_opened_total", "plain"): 2,
        ("sockets_opened_total", "apps"): 1,
        ("sockets_delivered_total",): 3,
        ("sockets_delay_seconds_count",): 3,
    }


def test_closes_and_recoveries_are_counted_by_their_kind(shop, apps, shown, alice):
    factories.product(sku="MUG")
    before = shown.read()
    assert shop.listen("staff/", alice).code() == Code.PERMISSION_DENIED
    assert shop.listen("nope/").code() == Code.BAD_REQUEST
    app = apps.open()
    epoch = app.subscribe("stock:MUG")["epoch"]
    for known, flag in ((epoch, 1), ("other", 1), ("other", 3)):
        app.ask("unsubscribe", channel="stock:MUG")
        app.subscribe("stock:MUG", recover=True, epoch=known, offset=1, flag=flag)
    app.say("no JSON")
    assert app.farewell() == Code.BAD_REQUEST
    assert shown.have(clients=0)

    rises = shown.rises(before)
    assert rises.pop(("sockets_snapshots_total",)) >= 2
    assert rises == {
        ("sockets_opened_total", "plain"): 2,
        ("sockets_opened_total", "apps"): 1,
        ("sockets_closed_total", "3507", "permission denied"): 1,
        ("sockets_closed_total", "3501", "bad request"): 2,
        ("sockets_recoveries_total", "recovered"): 1,
        ("sockets_recoveries_total", "snapshot"): 1,
        ("sockets_recoveries_total", "refused"): 1,
    }


def test_what_waits_for_a_slow_reader_and_what_it_skips_is_told(shop, shown):
    factories.product(sku="MUG")
    last, news = 200, json.dumps({"type": "update", "data": "x" * 60_000})
    with proxy.before(shop.port, receive_buffer=4096) as line, ExitStack() as opened:
        ears = Shop(line.port, opened).listen("stock/?sku=MUG")
        ears.frame()
        before = shown.read()
        line.stop_reading()
        for version in range(2, last):
            redis.client().publish(wire.channel("stock:MUG"), f"{version} e\n{news}")
        assert processes.wait_until(
            lambda: shown.rises(before).get(("sockets_delivered_total",)) == last - 2, seconds=30
        )
        assert shown.have(queued_frames=1, queued_bytes=len(news))

        line.flow()
        assert shown.have(queued_frames=0, queued_bytes=0)
        end = news.replace("update", "end")
        redis.client().publish(wire.channel("stock:MUG"), f"{last} e\n{end}")
        heard = list(iter(lambda: ears.frame()["type"], "end"))

    skipped = shown.rises(before)[("sockets_conflated_total",)]
    assert skipped > 0
    assert len(heard) + skipped == last - 2


def test_holes_are_counted_by_what_became_of_them(shop, shown, alice, tell):
    mug, before = factories.product(sku="MUG"), shown.read()
    ears = shop.listen("cart/", alice)
    unheard(ears.frame()["topic"], 2)
    Cart.objects.update(version=2)
    add(alice, mug)
    tell()
    assert [frame["version"] for frame in ears.frames(2)] == [2, 3]
    assert gaps(shown.rises(before)) == {"healed": 1}

    add(alice, mug)
    Event.objects.all().delete()
    add(alice, mug)
    tell()

    assert ears.end() == (3010, [])
    assert gaps(shown.rises(before)) == {"healed": 1, "lost": 1}


def gaps(rises):
    return {name[1]: rise for name, rise in rises.items() if name[0] == "sockets_gaps_total"}


def test_what_waits_in_the_shop_is_told(shown, alice, tell):
    alerts.raise_alert(kind="low_stock", message="MUG is low", event="stock.low", now=timezone.now())
    Job.objects.create(task="mail.send")
    Job.objects.create(task="mail.send", failed_at=timezone.now())
    counters.add({"told": 5, "superseded": 2, "batches": 3, "batch_seconds": 0.5, "wait_seconds": 0.25})
    waiting = shown.read()
    number = Event.objects.count()
    tell()
    told = shown.read()

    assert waiting["database_answers",] == 1
    assert waiting["outbox_events",] == number > 0
    assert waiting["outbox_oldest_seconds",] > 0
    assert (told["outbox_events",], told["outbox_oldest_seconds",]) == (0, 0)
    assert (waiting["jobs", "waiting"], waiting["jobs", "failed"]) == (1, 1)
    kinds = ("low_stock", "payment_attention", "stock_mismatch", "money_mismatch")
    assert [waiting["alerts_open", kind] for kind in kinds] == [1, 0, 0, 0]
    results = ("told", "repeated", "superseded")
    assert [waiting["relay_events_total", result] for result in results] == [5, 0, 2]
    names = ("batches", "batch_seconds", "wait_seconds")
    assert [waiting[f"relay_{name}_total",] for name in names] == [3, 0.5, 0.25]
    assert waiting["process_resident_memory_bytes",] > 10_000_000
