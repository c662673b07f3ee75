"""Any change ends what guests share; Redis away, or a slow reader, never shows old data."""

import logging

import pytest
from django.db import transaction
from django.utils import timezone
from redis import RedisError

from backend.catalog import actions, generations, shapes
from backend.catalog.models import Category
from backend.core import redis
from backend.inventory import actions as inventory
from backend.reviews import actions as reviews
from tests import factories
from tests.catalog.drafting import create, draft
from tests.catalog.naming import rename, title
from tests.conftest import look_at_the_catalogue_anew

pytestmark = pytest.mark.django_db


class Away:
    """A Redis that does not answer."""

    def __getattr__(self, name):
        raise RedisError("connection refused")


def test_a_missing_page_is_not_kept(as_guest):
    assert as_guest.get("products/lamp/").status_code == 404

    create()

    assert title(as_guest) == "Lamp"


WRITES = {
    "a new product": lambda user: create("DESK"),
    "a change": lambda user: rename("Light"),
    "a deactivation": lambda user: actions.deactivate_product(slug="lamp", now=timezone.now()),
    "stock": lambda user: inventory.adjust(
        sku="LAMP", delta=-1, note="broken", actor_id=None, now=timezone.now()
    ),
    "a review": lambda user: reviews.add_review(
        user=user, slug="lamp", rating=4, title="Good", comment="Yes.", now=timezone.now()
    ),
    "a category": lambda user: actions.ensure_category(names=["Desks"], now=timezone.now()),
    "a renamed category": lambda user: rename_category(),
}


def rename_category():
    category = Category.objects.get(slug="lights")
    with transaction.atomic():
        Category.objects.update(name="Lighting")
        actions.tell_of_category(category=category, is_renamed=True, now=timezone.now())


@pytest.mark.parametrize("write", WRITES.values(), ids=list(WRITES))
def test_after_every_kind_of_write_guests_see_it(
    as_guest, as_bob, as_staff, alice, settle, write, monkeypatch
):
    monkeypatch.setattr("backend.orders.queries.has_bought", lambda **_: True)
    factories.category("lights")
    create(quantity=5, category="lights")
    settle()
    paths = ("products/", "products/lamp/", "products/categories/")
    before = [as_guest.get(path).json() for path in paths]

    write(alice)
    settle()

    after = [as_guest.get(path).json() for path in paths]
    fresh = [as_staff, as_bob, as_staff]
    assert after == [caller.get(path).json() for caller, path in zip(fresh, paths, strict=True)]
    assert after != before


@pytest.mark.about_the_cache
def test_a_reader_that_was_slower_than_a_write_brings_nothing_old_back(as_guest, settle, monkeypatch):
    create()
    settle()
    finish = shapes.finished_detail

    def write_meanwhile(text, **live):
        monkeypatch.undo()
        rename("Light")
        settle()
        return finish(text, **live)

    monkeypatch.setattr(shapes, "finished_detail", write_meanwhile)

    assert title(as_guest) == "Lamp"
    assert title(as_guest) == "Light"


def test_a_lost_generation_revives_nothing(as_guest):
    create()
    assert title(as_guest) == "Lamp"
    rename("Light")

    redis.client().delete(generations.NEWEST)
    look_at_the_catalogue_anew()

    assert title(as_guest) == "Light"


@pytest.mark.about_the_cache
def test_without_redis_the_answer_is_computed_with_one_line(as_guest, monkeypatch, caplog):
    create()
    monkeypatch.setattr(redis, "client", Away)

    with caplog.at_level(logging.WARNING, logger="backend.catalog"):
        assert title(as_guest) == "Lamp"
        assert title(as_guest) == "Lamp"

    assert [record.getMessage() for record in caplog.records if record.name == generations.__name__] == [
        "catalogue answered without its cache: connection refused"
    ]


@pytest.mark.about_the_cache
def test_the_same_draft_keeps_the_cache(as_guest, settle, django_assert_num_queries):
    create()
    settle()
    as_guest.get("products/lamp/")

    actions.update_product(slug="lamp", draft=draft(), actor_id=None, now=timezone.now())
    settle()

    with django_assert_num_queries(0):
        as_guest.get("products/lamp/")
