"""Locks: taken in one order, by SQL that really runs."""

from tests.guarantees.promise import Break, Edit, Promise

ORDER = "tests/concurrency/test_lock_order.py::test_locks_are_taken_in_the_one_order"
LOCKING = "tests/concurrency/test_locks_hold.py"
PROMISES = [
    Promise(
        key="L1",
        says="Stock is locked sorted by SKU: carts filled in opposite order do not deadlock.",
        kept_by="`inventory.moving._MOVE`: `ORDER BY stock.sku … FOR UPDATE`",
        breaks=[
            Break(
                out="sorting",
                edits=[
                    Edit("backend/inventory/moving.py", 'ORDER BY stock.sku COLLATE "C" FOR', "FOR"),
                ],
                tests=[ORDER, f"{LOCKING}::test_skus_are_locked_in_their_order_however_they_are_named"],
            )
        ],
    ),
    Promise(
        key="L2",
        says="Every action locks cart, product, order, payment, stock, in this order.",
        kept_by="the lock functions, called in that order; `tests/locks.py` watches all tests",
        breaks=[
            Break(
                out="the order (the arbiter locks the payment first)",
                edits=[
                    Edit(
                        "backend/payments/arbiter.py",
                        "    order = order_rows.lock_order(",
                        "    queries.lock_payment(intent_id=intent.id)\n    order = order_rows.lock_order(",
                    )
                ],
                tests=[ORDER],
            ),
        ],
    ),
    Promise(
        key="L3",
        says="The lock's SQL really runs before the write: another connection can't have the row.",
        kept_by="lock functions run their query at once (`rows.select`, `list()`)",
        breaks=[
            Break(
                out="running it (`lock_payments_of` returns a query)",
                edits=[
                    Edit(
                        "backend/payments/queries.py",
                        'return rows.select(Payment, "order_id = %(order_id)s ORDER BY number FOR UPDATE", ',
                        "return Payment.objects.select_for_update().filter(",
                    )
                ],
                tests=[f"{LOCKING}::test_a_lock_function_locks_at_once_and_until_the_end"],
            ),
            Break(
                out="FOR UPDATE in `lock_order`",
                edits=[
                    Edit(
                        "backend/orders/queries.py",
                        '_whole(order_id, "FOR UPDATE")',
                        "_whole(order_id)",
                    )
                ],
                tests=[
                    ORDER,
                    f"{LOCKING}::test_a_lock_function_locks_at_once_and_until_the_end",
                ],
            ),
        ],
    ),
    Promise(
        key="L4",
        says="A lock function refuses to run outside a transaction, where it would protect nothing.",
        kept_by="`lock_cart`, `lock_order`, `lock_payment` and their like look at the connection first",
        breaks=[
            Break(
                out="the refusal of `lock_cart`",
                edits=[
                    Edit(
                        "backend/cart/queries.py",
                        "if not transaction.get_connection().in_atomic_block:",
                        "if False:",
                    ),
                    Edit(
                        "backend/cart/queries.py",
                        "locked = Cart.objects.select_for_update()",
                        "locked = Cart.objects.all()",
                    ),
                ],
                tests=[f"{LOCKING}::test_a_lock_function_refuses_to_run_outside_a_transaction"],
            )
        ],
    ),
]
