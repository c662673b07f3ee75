"""Two at once: the constraints let one of them win, and nobody sees an error that is not in the contract."""

import threading

import pytest
from django.db import connection, transaction
from django.utils import timezone

from backend.catalog import actions
from backend.catalog.models import Category, Product, Wish
from backend.core.errors import Conflict
from backend.inventory.models import Stock
from backend.reviews import actions as reviews
from backend.reviews.models import Review
from tests.catalog.drafting import create, variant
from tests.concurrency.rivals import PATIENCE, wait_until_waiting

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls):
    """What each call returned or raised, all of them started together on connections of their own."""
    barrier = threading.Barrier(len(calls))
    outcomes = [None] * len(calls)

    def run(place, call):
        barrier.wait(timeout=PATIENCE)
        try:
            outcomes[place] = call()
        except Conflict as error:
            outcomes[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=PATIENCE)
    return outcomes


def test_an_sku_goes_to_one_of_many_as_product_or_variant():
    outcomes = at_once(
        *(lambda n=n: create("SAME", slug=f"p{n}") for n in range(2)),
        *(lambda n=n: create(f"V{n}", variants=(variant("SAME"),)) for n in range(2)),
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict"] * 3 + ["Product"]
    assert Product.objects.count() == 1
    assert Stock.objects.filter(sku="SAME").count() == 1


def test_a_slug_goes_to_one_of_many():
    outcomes = at_once(*(lambda n=n: create(f"S{n}", slug="same") for n in range(4)))

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict"] * 3 + ["Product"]


def ensure_lights(name="Lights"):
    return actions.ensure_category(names=["Home", name], now=timezone.now())


def test_a_category_is_made_by_one_of_many_and_had_by_all():
    outcomes = at_once(*([ensure_lights] * 4))

    assert {outcome.pk for outcome in outcomes} == {ensure_lights().pk}
    assert Category.objects.count() == 2


def while_uncommitted(first, second):
    """What each returns: the second begins when the first has acted, and waits for it to be committed."""
    outcomes = []

    def run():
        outcomes.append(second())
        connection.close()

    other = threading.Thread(target=run)
    with transaction.atomic():
        outcomes.append(first())
        other.start()
        wait_until_waiting()
    other.join(timeout=PATIENCE)
    return outcomes


@pytest.mark.parametrize(
    ("second", "made"), [("Lights", ["lights"] * 2), ("Lights!", ["lights", "home-lights"])]
)
def test_who_waits_for_a_category_takes_it_or_makes_one_of_another_name(second, made):
    ensure_lights("Desks")

    outcomes = while_uncommitted(ensure_lights, lambda: ensure_lights(second))

    assert [outcome.slug for outcome in outcomes] == made


def test_two_products_of_one_name_made_at_once_get_an_address_each():
    first, second = while_uncommitted(lambda: create("A", name="Lamp"), lambda: create("B", name="Lamp"))

    assert (first.slug, second.slug) == ("lamp", "lamp-2")
    assert set(Stock.objects.values_list("sku", "product")) == {("A", "lamp"), ("B", "lamp-2")}


def test_a_slug_that_was_asked_for_is_not_another_ones():
    def taken():
        with pytest.raises(Conflict) as refused:
            create("B", slug="lamp")
        return refused.value.details

    assert while_uncommitted(lambda: create("A", slug="lamp"), taken)[1] == {"slug": ["It is taken."]}
    assert Product.objects.count() == 1


def test_toggles_alternate(alice):
    create()

    wished = at_once(
        *(lambda: actions.toggle_wish(user=alice, slug="lamp", now=timezone.now()) for _ in range(6))
    )

    assert sorted(wished) == [False] * 3 + [True] * 3
    assert not Wish.objects.exists()


def test_one_review_of_many_is_written(alice, monkeypatch):
    monkeypatch.setattr("backend.orders.queries.has_bought", lambda **_: True)
    create()
    fields = {"rating": 5, "title": "Good", "comment": "Yes."}

    outcomes = at_once(
        *(lambda: reviews.add_review(user=alice, slug="lamp", now=timezone.now(), **fields) for _ in range(4))
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AlreadyReviewed"] * 3 + ["Review"]
    assert Review.objects.count() == 1
    assert Product.objects.get().review_count == 1
