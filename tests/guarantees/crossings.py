"""The end of the window, crossed in every gap by everybody."""

from tests.guarantees.promise import Break, Edit, Promise

CROSSINGS = "tests/payments/test_window_crossings.py"
CLOSING = "backend/payments/closing.py"
ORDERS = "backend/orders/actions.py"
ARBITER = "backend/payments/arbiter.py"
PROMISES = [
    Promise(
        key="W8",
        says="Whoever crosses in a gap between Stripe's answer and our lock: never both, never neither.",
        kept_by="`payments.arbiter._enter` and `closing._expire` look again under the order's lock",
        breaks=[
            Break(
                out="the second look of the expiry",
                edits=[
                    Edit(CLOSING, "    if queries.open_payments_of(order_id):\n        return False\n", ""),
                    Edit(ORDERS, "if order.status != Status.PENDING or order.expires_at > now:", "if False:"),
                    Edit("backend/orders/states.py", "if to not in ALLOWED[order.status]:", "if False:"),
                ],
                tests=[f"{CROSSINGS}::test_whoever_crosses_the_expiry"],
            ),
            Break(
                out="the arbiter's look at the order",
                edits=[
                    Edit(
                        ARBITER,
                        "if order.status == Order.Status.PENDING:\n        return None\n",
                        "return None\n",
                    )
                ],
                tests=[f"{CROSSINGS}::test_whoever_crosses_stripes_event"],
            ),
        ],
    ),
    Promise(
        key="W9",
        says="Counted, ended or settled by two at once, it happens once: one sale, one release, one refund.",
        kept_by="the order's lock, and a look at the rows under it",
        breaks=[
            Break(
                out="the locks (`lock_order`, `lock_payment`, `lock_payments_of` without FOR UPDATE)",
                edits=[
                    Edit(
                        "backend/orders/queries.py",
                        '_whole(order_id, "FOR UPDATE")',
                        "_whole(order_id)",
                    ),
                    Edit(
                        "backend/payments/queries.py",
                        '"intent_id = %(intent_id)s FOR UPDATE"',
                        '"intent_id = %(intent_id)s"',
                    ),
                    Edit(
                        "backend/payments/queries.py",
                        '"order_id = %(order_id)s ORDER BY number FOR UPDATE"',
                        '"order_id = %(order_id)s ORDER BY number"',
                    ),
                ],
                tests=[
                    f"{CROSSINGS}::test_a_cancelled_order_settled_twice_at_once_is_refunded_once",
                    f"{CROSSINGS}::test_two_that_count_one_payment_at_once_count_it_once",
                    f"{CROSSINGS}::test_two_that_end_one_order_at_once_give_its_units_back_once",
                ],
            )
        ],
    ),
]
