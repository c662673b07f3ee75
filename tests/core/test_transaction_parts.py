"""A part of an action has no transaction of its own: the outermost one tries again, and ends as a whole."""

from contextlib import suppress
from functools import partial

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backend.core import transactions
from backend.inventory import actions as inventory
from backend.inventory.actions import StockUnavailable
from tests.core.taking import AS_BEFORE, lock, state, take

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_nested_action_leaves_trying_again_to_the_outermost(goods, other, impatient):
    outer_tries: list[str] = []
    inner_tries: list[str] = []
    lock(other, "B")

    @transactions.retried
    def outer() -> None:
        outer_tries.append("try")
        take({"A": 1, "B": 2}, inner_tries)

    with pytest.raises(OperationalError):
        outer()

    assert (len(outer_tries), len(inner_tries)) == (3, 3)
    assert state() == AS_BEFORE


def test_in_a_transaction_of_the_caller_nothing_is_tried_again(goods, other, impatient):
    tries: list[str] = []
    lock(other, "B")

    with pytest.raises(OperationalError), transaction.atomic():
        take({"A": 1, "B": 2}, tries)

    assert len(tries) == 1


def test_a_part_of_an_action_sends_no_savepoint(goods, django_assert_num_queries):
    adjust = partial(inventory.adjust, sku="A", delta=-1, note="", actor_id=None, now=timezone.now())
    with CaptureQueriesContext(connection) as alone:
        adjust()

    with django_assert_num_queries(len(alone)):
        transactions.retried(adjust)()


def test_a_part_that_is_refused_can_not_be_passed_over(goods):
    @transactions.retried
    def outer() -> None:
        inventory.adjust(sku="A", delta=-1, note="", actor_id=None, now=timezone.now())
        with suppress(StockUnavailable):
            inventory.adjust(sku="B", delta=-99, note="", actor_id=None, now=timezone.now())

    with pytest.raises(RuntimeError):
        outer()

    assert state() == AS_BEFORE
