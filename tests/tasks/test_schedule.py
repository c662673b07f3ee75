"""How soon the clock finds what nobody told; that each of its tasks exists is tested with the relay."""

from datetime import timedelta

from tasks.app import app

EVERY = {
    "payments.expire_orders": timedelta(seconds=10),
    "orders.tell_expiring": timedelta(seconds=10),
    "payments.reconcile": timedelta(minutes=5),
    "shelf.fold": timedelta(minutes=1),
    "housekeeping.prune": timedelta(hours=1),
}


def test_sweeps_come_round_as_often_as_promised():
    schedules = {entry["task"]: entry["schedule"] for entry in app.conf.beat_schedule.values()}

    assert {task: timedelta(seconds=schedules[task]) for task in EVERY} == EVERY
