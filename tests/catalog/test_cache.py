"""Guests share cached answers, each address its own; whoever is signed in gets what is theirs fresh."""

from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from api import links
from backend.catalog import cache
from backend.catalog.answers import Answers
from backend.core import redis
from tests import factories
from tests.catalog.drafting import create
from tests.catalog.naming import rename, title
from tests.conftest import look_at_the_catalogue_anew, tell_of_a_change

pytestmark = pytest.mark.django_db


@pytest.mark.about_the_cache
@pytest.mark.parametrize("path", ["products/", "products/lamp/", "products/categories/"])
def test_a_guests_second_look_needs_no_query(as_guest, django_assert_num_queries, path):
    create()
    first = as_guest.get(path)

    with django_assert_num_queries(0):
        second = as_guest.get(path)

    assert second.content == first.content
    assert second.headers["Content-Type"] == "application/json"


def kept_for(as_guest, monkeypatch, path):
    """How many seconds of life an answer has in Redis."""
    monkeypatch.setattr(cache, "_memory", Answers(most_bytes=100_000))
    create()
    for _ in range(2):  # what is asked for once is kept in this process only
        look_at_the_catalogue_anew()
        tell_of_a_change()
        as_guest.get(path)
    (place,) = redis.client().keys("catalog:*")
    return redis.client().ttl(place)


@pytest.mark.about_the_cache
@pytest.mark.parametrize(
    ("path", "seconds"), [("products/", 300), ("products/lamp/", 300), ("products/categories/", 3600)]
)
def test_answers_are_kept_so_long(as_guest, monkeypatch, path, seconds):
    assert seconds - 5 <= kept_for(as_guest, monkeypatch, path) <= seconds


@pytest.mark.about_the_cache
def test_an_address_that_is_signed_outlives_the_answer(as_guest, monkeypatch):
    bucket = SimpleNamespace(url=lambda path: f"https://bucket.example/{path}?signature=1")
    bucket.querystring_expire = 90
    monkeypatch.setattr(links, "default_storage", bucket)

    # In Redis, and then as long again in a process that took it from there.
    assert 0 < kept_for(as_guest, monkeypatch, "products/categories/") <= 30


@pytest.mark.about_the_cache
def test_whoever_is_signed_in_gets_their_own_page_fresh(as_guest, as_alice):
    create()
    assert (title(as_guest), title(as_alice)) == ("Lamp", "Lamp")

    rename("Light")

    assert (title(as_guest), title(as_alice)) == ("Lamp", "Light")


@pytest.mark.about_the_cache
@pytest.mark.parametrize("path", ["products/?ordering=name", "products/categories/"])
def test_customers_share_lists_with_guests_and_nobody_keeps_theirs(as_guest, as_alice, path):
    create()
    kept = as_guest.get(path)

    with CaptureQueriesContext(connection) as asked:
        shared = as_alice.get(path, headers={"If-None-Match": kept.headers["ETag"]})

    assert [query["sql"] for query in asked if "accounts_session" not in query["sql"]] == []
    assert (shared.status_code, shared.content) == (200, kept.content)
    assert shared.headers["Cache-Control"] == "private, no-store"
    assert "ETag" not in shared.headers


@pytest.mark.about_the_cache
def test_staff_see_in_lists_what_they_have_just_written(as_guest, as_alice, as_staff):
    create()

    def names():
        lists = [caller.get("products/").json()["results"] for caller in (as_guest, as_alice, as_staff)]
        return [found[0]["name"] for found in lists]

    assert names() == ["Lamp", "Lamp", "Lamp"]

    rename("Light")

    assert names() == ["Lamp", "Lamp", "Light"]


def test_each_address_has_its_own_answer(as_guest):
    create(price="10.00")

    counts = [as_guest.get(f"products/{query}").json()["count"] for query in ("", "?search=desk", "?page=1")]
    here = as_guest.get("products/?page=1&page_size=1").json()
    elsewhere = as_guest.client.get("/api/v1/products/lamp/", headers={"host": "shop.example"})

    assert counts == [1, 0, 1]
    assert here["count"] == 1
    assert elsewhere.status_code == 200


def test_images_are_linked_by_the_host_that_was_asked(as_guest):
    factories.category("lights", image="lights.png")

    hosts = [
        as_guest.client.get("/api/v1/products/categories/", headers={"host": host}).json()["results"][0][
            "image"
        ]
        for host in ("a.example", "b.example", "a.example")
    ]

    assert hosts == [f"http://{host}.example/media/lights.png" for host in "aba"]
