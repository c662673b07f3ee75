"""Stock: what is sold was there, and the books say how it went."""

from tests.guarantees.promise import Break, Edit, Promise

MOVES = "tests/inventory/test_moves.py"
INVENTORY = "backend/inventory/actions.py"
MOVING = "backend/inventory/moving.py"
ORDERS = "backend/orders/actions.py"

PROMISES = [
    Promise(
        key="S1",
        says="What can be sold, `on_hand - held`, never falls below zero.",
        kept_by="`inventory.moving._MOVE`: one conditional UPDATE of all SKUs; a row that is not back is "
        "`stock_unavailable`. The CHECK `stock_held_within_on_hand` stands behind it",
        breaks=[
            Break(
                out="the condition `held <= on_hand`",
                edits=[
                    Edit(MOVING, "AND locked.held <= locked.on_hand", ""),
                ],
                tests=[
                    f"{MOVES}::test_more_than_is_free_is_refused_and_nothing_moves",
                    "tests/concurrency/test_oversell.py"
                    "::test_a_hundred_units_and_two_hundred_buyers_are_a_hundred_orders",
                ],
            ),
            Break(
                out="the condition `held >= 0`",
                edits=[Edit(MOVING, "AND locked.held >= 0", "")],
                tests=[f"{MOVES}::test_a_sale_without_a_hold_is_refused"],
            ),
        ],
    ),
    Promise(
        key="S2",
        says="The database refuses more held than on hand, whoever writes.",
        kept_by="the CHECK `stock_held_within_on_hand`",
        why_not="the CHECK is set aside; its own test breaks it with raw rows",
        tests=[f"{MOVES}::test_the_database_itself_refuses_more_held_than_on_hand"],
    ),
    Promise(
        key="S3",
        says="The ledger sums to the rows: each change writes who, why, which order, by how much.",
        kept_by="`inventory.moving._MOVE`: the UPDATE and the ledger's lines are one statement",
        breaks=[
            Break(
                out="the lines (none is made of what was moved)",
                edits=[Edit(MOVING, "      FROM moved\n)", "      FROM moved WHERE false\n)")],
                tests=[
                    f"{MOVES}::test_a_hold_keeps_units_and_tells_what_is_left",
                    f"{MOVES}::test_an_adjustment_is_signed_by_its_actor",
                ],
            )
        ],
    ),
    Promise(
        key="S4",
        says="Held units equal the units of orders that wait for payment.",
        kept_by="`orders.actions`: each step of an order moves its units in the same transaction",
        breaks=[
            Break(
                out="`inventory.sell` in `mark_paid`",
                edits=[
                    Edit(
                        ORDERS,
                        "    inventory.sell(units=checkout.units(order), order_id=order.pk, "
                        "actor_id=order.user_id, now=now)\n",
                        "",
                    )
                ],
                tests=["tests/orders/test_life.py::test_a_paid_order_is_processed_and_its_units_are_sold"],
            ),
            Break(
                out="the release when a waiting order is cancelled",
                edits=[
                    Edit(
                        ORDERS,
                        "inventory.release if order.status == Status.PENDING else inventory.restock",
                        "inventory.restock",
                    )
                ],
                tests=[
                    "tests/orders/test_orders_api.py::test_cancelling_frees_the_units",
                    "tests/orders/test_expiry.py::test_an_order_whose_window_is_over_expires_once",
                ],
            ),
        ],
    ),
    Promise(
        key="S5",
        says="An order holds all its units or none: a refused one leaves nothing behind.",
        kept_by="`orders.actions.place_order` is one transaction, and stock its last step",
        breaks=[
            Break(
                out="the transaction around `place_order`",
                edits=[Edit(ORDERS, "@transactions.retried\ndef place_order(", "def place_order(")],
                tests=[
                    "tests/orders/test_checkout_refused.py::test_units_that_are_gone_since_are_refused_whole"
                ],
            )
        ],
    ),
    Promise(
        key="S6",
        says="Staff's adjustments never take units that an order holds.",
        kept_by="`inventory.actions.adjust`: the same conditional UPDATE",
        breaks=[
            Break(
                out="the condition `held <= on_hand`",
                edits=[
                    Edit(MOVING, "AND locked.held <= locked.on_hand", ""),
                ],
                tests=[f"{MOVES}::test_an_adjustment_never_takes_held_units"],
            )
        ],
    ),
    Promise(
        key="S7",
        says="With 100 units and 200 buyers, 100 orders are made; the others are told `stock_unavailable`.",
        kept_by="`inventory.actions._refusal`: what did not fit is named at once, not a conflict to retry",
        breaks=[
            Break(
                out="the name of the refusal (a conflict instead)",
                edits=[
                    Edit(
                        INVENTORY,
                        "        raise _refusal(lacking, deltas[lacking])\n",
                        '        raise Conflict("Somebody else was faster, try again")\n',
                    )
                ],
                tests=[
                    "tests/concurrency/test_oversell.py"
                    "::test_a_hundred_units_and_two_hundred_buyers_are_a_hundred_orders"
                ],
            )
        ],
    ),
]
