"""The apps' socket: what was missed is told in full, or it is said that it is not."""

import threading

from django.db import connection

from backend.core import redis
from backend.outbox import wire
from tests.consumers.test_history import sell


def fresh(reply, version):
    """Whether the reply says that nothing could be recovered, and shows how it stands."""
    assert "publications" not in reply
    assert (reply["was_recovering"], reply["recovered"], reply["offset"]) == (True, False, version)
    return reply["data"]["type"] == "snapshot" and reply["data"]["version"] == version


def versions(reply):
    """Of what was recovered."""
    assert (reply["was_recovering"], reply["recovered"], "data" in reply) == (True, True, False)
    for publication in reply["publications"]:
        assert publication["data"]["version"] == publication["offset"]
    return [publication["offset"] for publication in reply["publications"]]


def test_what_was_missed_comes_in_order_and_life_goes_on(apps, alice, position, change):
    topic, since = position
    change(3)

    app = apps.open(alice)
    reply = app.subscribe(topic, **since)
    change()

    assert versions(reply) == [3, 4, 5]
    assert (reply["offset"], reply["epoch"]) == (2, since["epoch"])
    assert reply["publications"][0]["data"]["type"] == "update"
    assert app.pub(topic)[0] == 6


def test_who_missed_nothing_is_told_so(apps, alice, position):
    topic, since = position

    assert versions(apps.open(alice).subscribe(topic, **since)) == []


def test_a_history_that_has_run_out_is_no_loss_if_nothing_happened(apps, alice, position):
    topic, since = position
    redis.client().delete(wire.log_key(topic))

    assert versions(apps.open(alice).subscribe(topic, **since)) == []


def test_a_history_that_has_run_out_or_begins_too_late_is_a_loss(apps, alice, position, change):
    topic, since = position
    change(2)
    redis.client().xtrim(wire.log_key(topic), maxlen=1, approximate=False)
    assert fresh(apps.open(alice).subscribe(topic, **since), 4)

    redis.client().delete(wire.log_key(topic))
    assert fresh(apps.open(alice).subscribe(topic, **since), 4)


def test_an_emptied_redis_is_another_epoch(apps, alice, position, change):
    topic, since = position
    redis.client().flushall()
    change()

    reply = apps.open(alice).subscribe(topic, **since)

    assert fresh(reply, 3)
    assert reply["epoch"] not in (since["epoch"], "", "_")


def test_an_offset_that_never_was_is_not_recovered(apps, alice, position):
    topic, since = position

    assert fresh(apps.open(alice).subscribe(topic, **{**since, "offset": 99}), 2)
    assert fresh(apps.open(alice).subscribe(topic, **{**since, "epoch": "_", "offset": 0}), 2)
    assert fresh(apps.open(alice).subscribe(topic, recover=True), 2)


def test_who_wants_to_be_told_of_a_loss_gets_an_error(apps, alice, position):
    topic, since = position
    app = apps.open(alice)
    lost = {"error": {"code": 112, "message": "unrecoverable position"}}

    assert app.subscribe(topic, **{**since, "epoch": "other"}, flag=3) == lost
    assert versions(app.subscribe(topic, **since, flag=3)) == []


def test_of_stock_the_newest_state_is_all_there_is_to_recover(apps, mug, tell):
    first = apps.open()
    reply = first.subscribe("stock:MUG")
    first.close()
    for _ in range(3):
        sell()
        tell()

    app = apps.open()
    recovered = app.subscribe("stock:MUG", recover=True, epoch=reply["epoch"], offset=reply["offset"])

    assert versions(recovered) == [4]
    assert recovered["offset"] == 1
    assert app.is_silent()


def test_whoever_comes_back_while_it_changes_misses_nothing(apps, alice, position, change):
    topic, since = position
    stop = threading.Event()
    ahead = threading.Semaphore(100)  # of what was heard: the history keeps no more than 200

    def changes():
        while not stop.is_set():
            if ahead.acquire(timeout=0.1):
                change()
        connection.close()

    changing = threading.Thread(target=changes)
    changing.start()
    try:
        for _ in range(10):
            app = apps.open(alice)
            heard = versions(app.subscribe(topic, **since))
            ahead.release(len(heard) + 5)
            heard += [app.pub(topic)[0] for _ in range(5)]
            assert heard == list(range(since["offset"] + 1, since["offset"] + 1 + len(heard)))
            since["offset"] = heard[-1]
            app.close()
    finally:
        stop.set()
        changing.join()
