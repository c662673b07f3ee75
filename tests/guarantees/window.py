"""The payment window: paid, or cancelled; never both, never neither."""

from tests.guarantees.promise import Break, Edit, Promise

SWEEPS = "tests/payments/test_sweeps.py"
FRAMES = "tests/payments/test_window.py"
EXPIRY = "tests/orders/test_expiry.py"
ATTENTION = "tests/payments/test_attention.py"
CLOSING = "backend/payments/closing.py"
ORDERS = "backend/orders/actions.py"
ARBITER = "backend/payments/arbiter.py"
PROMISES = [
    Promise(
        key="W1",
        says="An unpaid order expires, with the note that says so.",
        kept_by="beat starts `payments.expire_orders` every 10 s; `payments.closing.expire_order`",
        breaks=[
            Break(
                out="finding overdue orders",
                edits=[
                    Edit(
                        "backend/payments/queries.py",
                        "late = Order.objects.filter(status=Order.Status.PENDING, expires_at__lte=now)",
                        "late = Order.objects.none()",
                    )
                ],
                tests=[
                    f"{SWEEPS}::test_an_order_not_paid_in_time_is_cancelled_and_can_not_be_paid_any_more",
                    f"{SWEEPS}::test_an_order_without_an_intent_is_cancelled_without_stripe",
                ],
            )
        ],
    ),
    Promise(
        key="W2",
        says="Its intent is cancelled first, so that no money can come behind the cancellation.",
        kept_by="`payments.closing.expire_order`: `call_off` before `orders.expire`",
        breaks=[
            Break(
                out="calling the intent off",
                edits=[
                    Edit(
                        CLOSING,
                        "if payment.status != states.Status.PROCESSING:",
                        "if False:",
                    ),
                    Edit(
                        CLOSING,
                        "    if queries.open_payments_of(order_id):\n        return False\n",
                        "",
                    ),
                ],
                tests=[
                    f"{SWEEPS}::test_the_intent_is_canceled_before_the_order",
                    f"{SWEEPS}::test_an_order_not_paid_in_time_is_cancelled_and_can_not_be_paid_any_more",
                    "tests/payments/test_window_opening.py::test_an_intent_opened_while_the_order_is_about_to_end_is_canceled_first",
                    "tests/payments/test_races.py"
                    "::test_expiry_and_payment_at_once_end_paid_or_cancelled_and_never_both",
                ],
            )
        ],
    ),
    Promise(
        key="W3",
        says="Its units go back once; a paid order never expires.",
        kept_by="`orders.actions.expire` looks under the order's lock; `orders.states.ALLOWED`",
        breaks=[
            Break(
                out="the look at the status, and the table of moves",
                edits=[
                    Edit(ORDERS, "if order.status != Status.PENDING or order.expires_at > now:", "if False:"),
                    Edit("backend/orders/states.py", "if to not in ALLOWED[order.status]:", "if False:"),
                ],
                tests=[
                    f"{EXPIRY}::test_an_order_whose_window_is_over_expires_once",
                    f"{EXPIRY}::test_a_paid_order_does_not_expire",
                    f"{EXPIRY}::test_an_order_within_its_window_does_not_expire",
                ],
            )
        ],
    ),
    Promise(
        key="W4",
        says="A payment under way at the bank when the window ends keeps its order waiting for the answer.",
        kept_by="`payments.queries.overdue_orders` leaves it out; `closing.expire_order` looks again",
        breaks=[
            Break(
                out="the sweep's look",
                edits=[
                    Edit("backend/payments/queries.py", "late.filter(~Exists(at_the_bank))", "late"),
                    Edit(CLOSING, "if payment.status != states.Status.PROCESSING:", "if True:"),
                ],
                tests=[f"{SWEEPS}::test_while_the_bank_decides_the_order_waits"],
            ),
            Break(
                out="the second look, when the intent could not be ended",
                edits=[
                    Edit(CLOSING, "    if queries.open_payments_of(order_id):\n        return False\n", ""),
                ],
                tests=[f"{SWEEPS}::test_an_intent_that_went_to_the_bank_meanwhile_keeps_its_order"],
            ),
        ],
    ),
    Promise(
        key="W5",
        says="Money that comes for a cancelled or expired order is refunded by a task.",
        kept_by="`payments.arbiter._money_came`: `books.reserve_rest`, with the money in one transaction",
        breaks=[
            Break(
                out="reserving it with the money",
                edits=[
                    Edit(ARBITER, "    books.reserve_rest(payment=payment, reason=problem, now=now)\n", "")
                ],
                tests=[
                    f"{ATTENTION}::test_a_wrong_amount_goes_back_and_the_order_waits_on",
                    f"{ATTENTION}::test_a_second_payment_of_a_paid_order_goes_back",
                ],
            ),
            Break(
                out="reserving it at all",
                edits=[Edit("backend/payments/books.py", "    if left > 0:\n", "    if False:\n")],
                tests=[f"{ATTENTION}::test_money_for_a_cancelled_order_goes_back"],
            ),
        ],
    ),
    Promise(
        key="W6",
        says="It shows in `staff/alerts/` until it is settled, and the system itself settles it.",
        kept_by="`payments.attention.ask` and `settle_if_refunded`",
        breaks=[
            Break(
                out="calling staff",
                edits=[
                    Edit(
                        ARBITER,
                        "    attention.ask(order=order, payment=payment, reason=problem, now=now)\n",
                        "",
                    )
                ],
                tests=[
                    f"{ATTENTION}::test_staff_are_told_and_told_that_it_is_settled",
                    f"{ATTENTION}::test_until_the_money_is_back_it_is_on_the_staffs_list",
                ],
            ),
            Break(
                out="settling it",
                edits=[
                    Edit(
                        "backend/payments/books.py",
                        "        attention.settle_if_refunded(order=order, payment=payment, now=now)\n",
                        "        pass\n",
                    )
                ],
                tests=[
                    f"{ATTENTION}::test_staff_are_told_and_told_that_it_is_settled",
                    f"{ATTENTION}::test_it_is_settled_only_when_all_of_it_is_back",
                ],
            ),
        ],
    ),
    Promise(
        key="W7",
        says="While the customer pays, the order carries `expires_at`; one frame tells of the end to come.",
        kept_by="`orders.actions.tell_expiring`, told once by `expiring_told_at`",
        breaks=[
            Break(
                out="remembering that it was told",
                edits=[Edit(ORDERS, "    order.expiring_told_at = now\n", "")],
                tests=[
                    f"{EXPIRY}::test_the_end_of_the_window_is_told_once",
                    f"{FRAMES}::test_while_the_order_waits_its_frames_carry_the_end_of_the_window",
                ],
            ),
            Break(
                out="the frame",
                edits=[
                    Edit(ORDERS, '    events.order_moved(order=order, event="order.expiring", now=now)\n', "")
                ],
                tests=[f"{FRAMES}::test_while_the_order_waits_its_frames_carry_the_end_of_the_window"],
            ),
        ],
    ),
]
