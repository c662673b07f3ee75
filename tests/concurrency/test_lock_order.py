"""Every action locks cart, product, order, payment, stock by SKU, in this order."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from types import ModuleType

import pytest

from tests import locks
from tests.concurrency import lock_cases_catalog, lock_cases_money, lock_cases_shop
from tests.concurrency.stall import CASES, Case, Stall

pytestmark = pytest.mark.django_db

DECLARED_IN = [lock_cases_shop, lock_cases_catalog, lock_cases_money]
# What sits below them can't lock what these lock: it may not import them (import-linter).
DOMAINS = ["shelf", "inventory", "catalog", "cart", "orders", "payments", "reviews"]
OPENS_A_TRANSACTION = re.compile(
    r"^ *@transactions\.retried|transactions\.again\(|\batomic\(|@.*atomic$", re.M
)
LOCK_FREE = {
    "cart.actions.empty": "runs in the transaction of its caller, who has locked the cart: place_order",
    "orders.actions.mark_paid": "runs in the transaction of the arbiter, who has locked the order",
    "orders.actions.payment_changed": "runs in the transactions of payments, who have locked the order",
    "orders.carrier.prune": "deletes old messages, which nobody else changes",
    "catalog.actions.ensure_category": "makes a category; the unique constraint decides who was first",
    "catalog.actions.record_rating": "one UPDATE in the transaction of a review",
    "catalog.actions.tell_of_category": "tells of a row that the caller has changed",
    "catalog.actions.toggle_wish": "one row; the unique constraint decides who was first",
    "catalog.anew.fold": "locks the table of blocks alone",
    "catalog.anew.count_anew": "locks the tables of ladders and of blocks alone, which come last",
    "catalog.importer.loading.load": "a transaction a product: create_product, update_product",
    "catalog.importer.loading.load_all_or_nothing": "all in one, any order: run by hand, may be run again",
    "shelf.bulk.loading": "locks the index of words, in a transaction of its own",
    "shelf.actions.fold": "locks the table of blocks alone",
    "shelf.actions.put": "runs in the transaction of the catalogue, which has locked the places",
    "shelf.actions.turn": "runs in the transaction of the inventory, which has locked the places",
    "payments.discrepancies.follow": "locks a row of its own, before the alerts that all come after",
    "payments.inbox.receive": "stores a row; its key decides who was first",
    "payments.inbox.left_behind": "reads",
    "payments.inbox.prune": "deletes old events, which nobody else changes",
    "payments.opening.is_of_total": "compares two rows it is given",
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_locks_are_taken_in_the_one_order(stall: Stall, case: Case) -> None:
    act = case.prepare(stall)

    with locks.watched() as seen:
        act()

    assert locks.stories(seen) == list(case.locked)


def test_every_public_action_is_watched_or_known_to_need_no_lock() -> None:
    """A new action is declared in a module of DECLARED_IN, or above with the reason why it locks nothing."""
    watched, actions = {case.action for case in CASES}, set(_public_actions())

    assert actions - watched - set(LOCK_FREE) == set(), "new, and not declared yet"
    assert (watched | set(LOCK_FREE)) - actions == set(), "declared, and gone"
    assert watched & set(LOCK_FREE) == set()


def _public_actions() -> Iterator[str]:
    """The public functions of all modules in which a transaction is opened, and of all actions."""
    for module in _modules():
        short = module.__name__.removeprefix("backend.")
        if short.endswith(".actions") or OPENS_A_TRANSACTION.search(inspect.getsource(module)):
            for name, function in inspect.getmembers(module, inspect.isfunction):
                if function.__module__ == module.__name__ and not name.startswith("_"):
                    yield f"{short}.{name}"


def _modules() -> Iterator[ModuleType]:
    for domain in DOMAINS:
        package = importlib.import_module(f"backend.{domain}")
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not re.search(r"\.(admin|apps|models|migrations|management)\b", found.name):
                yield importlib.import_module(found.name)
