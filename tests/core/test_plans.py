"""A statement that is written once is planned once a connection, and answers as if it were not."""

import pytest
from django.db import DataError, connection

from backend.cart.models import Cart
from backend.core import roundtrips, rows
from backend.core.statements import Statement
from backend.outbox.models import FeedEntry
from tests.core.acting import NOW, act, entry, topics

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("is_planned_once", [True, False])
def test_a_plan_that_is_kept_makes_no_difference(settings, alice, is_planned_once):
    settings.DATABASE_PREPARES = is_planned_once
    wanted = [{"a": 50}, None, "%s %%"]

    for version in range(1, 4):
        cart = Cart(user=alice, version=version, created_at=NOW, updated_at=NOW)
        [(found,)] = rows.insert(
            [cart],
            otherwise="ON CONFLICT (user_id) DO UPDATE SET version = 10 * excluded.version RETURNING version",
        )
        rows.insert([FeedEntry(topic=f"100 %s {version}", event="e", at=NOW, data=wanted)])

    assert found == 30
    assert topics() == ["100 %s 1", "100 %s 2", "100 %s 3"]
    assert rows.select(FeedEntry, "topic LIKE '100 %%' AND topic = %(it)s", it="100 %s 2")[0].data == wanted


def prepared():
    return roundtrips.ask(Statement("SELECT count(*) FROM pg_prepared_statements"))[0][0][0]


def test_it_is_made_once_a_connection(settings):
    settings.DATABASE_PREPARES = True
    connection.close()

    for topic in "abc":
        rows.insert([entry(topic)])

    assert prepared() == 1
    connection.close()
    rows.insert([entry("d")])
    assert prepared() == 1


def test_a_text_that_failed_takes_no_plan_with_it(settings, alice):
    """What was prepared for it may be there or not; the next text does not rely on it."""
    settings.DATABASE_PREPARES = True
    cart = [Cart(user=alice, created_at=NOW, updated_at=NOW)]
    connection.close()
    with pytest.raises(DataError):
        act(lambda: roundtrips.ask(Statement("SELECT 1 / 0"), *rows.insertion(cart)))

    act(lambda: rows.insert(cart))

    assert Cart.objects.count() == 1
