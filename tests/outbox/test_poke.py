"""The relay is poked once a commit, whatever was undone on the way."""

import pytest
from django.db import transaction
from django.utils import timezone

from backend.outbox import actions, poke

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pokes(monkeypatch):
    pokes = []

    def count():
        pokes.append("poke")

    monkeypatch.setattr(poke, "relay", count)
    return pokes


def tell():
    actions.publish_internally(event="alert.raised", data={"alert_id": "a"}, now=timezone.now())


def undone():
    with transaction.atomic():
        tell()
        transaction.set_rollback(True)


def test_many_events_poke_once(pokes):
    with transaction.atomic():
        tell()
        tell()
        actions.publish_to_feeds(topics=["orders:all"], event="a", data={}, now=timezone.now())
        assert pokes == []

    assert pokes == ["poke"]


def test_an_event_after_an_undone_one_still_pokes(pokes):
    with transaction.atomic():
        undone()
        tell()

    assert pokes == ["poke"]


def test_an_undone_event_takes_no_other_poke_with_it(pokes):
    with transaction.atomic():
        tell()
        undone()

    assert pokes == ["poke"]


def test_where_all_is_undone_nobody_is_poked(pokes):
    undone()

    assert pokes == []
