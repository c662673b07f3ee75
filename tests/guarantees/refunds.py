"""Refunds: never above what was paid, each sent once."""

from tests.guarantees.promise import Break, Edit, Promise

REFUNDS = "tests/payments/test_refunds.py"
SENT = "tests/payments/test_refunds_sent.py"
RACES = "tests/payments/test_races.py"
BOOKS = "backend/payments/books.py"
GATEWAY = "backend/payments/gateway.py"
QUERIES = "backend/payments/queries.py"
PROMISES = [
    Promise(
        key="R1",
        says="Refunds, partial and full, in turn or in parallel, never exceed what was paid.",
        kept_by="`payments.queries.left_to_refund` under the locks of order and payment, in the transaction "
        "that writes the row",
        breaks=[
            Break(
                out="both locks (`lock_order`, `lock_payments_of` without FOR UPDATE)",
                edits=[
                    Edit(
                        "backend/orders/queries.py",
                        '_whole(order_id, "FOR UPDATE")',
                        "_whole(order_id)",
                    ),
                    Edit(
                        QUERIES,
                        '"order_id = %(order_id)s ORDER BY number FOR UPDATE"',
                        '"order_id = %(order_id)s ORDER BY number"',
                    ),
                ],
                tests=[f"{RACES}::test_refunds_asked_for_at_once_never_exceed_the_payment"],
            )
        ],
    ),
    Promise(
        key="R2",
        says="The row reserves the amount before Stripe is asked.",
        kept_by="`payments.books.reserve` writes it; `left_to_refund` counts all that have not failed",
        breaks=[
            Break(
                out="counting what is only reserved",
                edits=[
                    Edit(
                        QUERIES,
                        "payment.refunds.exclude(status=Refund.Status.FAILED)",
                        "payment.refunds.filter(status=Refund.Status.SUCCEEDED)",
                    )
                ],
                tests=[
                    f"{REFUNDS}::test_what_is_reserved_can_not_be_refunded_again",
                    f"{SENT}::test_while_stripe_is_away_the_refund_stays_reserved",
                ],
            )
        ],
    ),
    Promise(
        key="R3",
        says="A refund that Stripe refuses frees its amount again, and staff are called.",
        kept_by="`payments.books.refuse`",
        breaks=[
            Break(
                out="the row's end as failed",
                edits=[Edit(BOOKS, "    refund.status = Refund.Status.FAILED\n", "")],
                tests=[f"{SENT}::test_a_refusal_frees_the_amount_and_calls_staff"],
            ),
            Break(
                out="calling staff",
                edits=[
                    Edit(
                        BOOKS,
                        '"failure", "updated_at"])\n    attention.ask(',
                        '"failure", "updated_at"])\n    (lambda **_: None)(',
                    )
                ],
                tests=[f"{SENT}::test_a_refusal_frees_the_amount_and_calls_staff"],
            ),
        ],
    ),
    Promise(
        key="R4",
        says="One refund goes once, however often it is sent: at once, or after a lost answer.",
        kept_by="Stripe's idempotency key is the row's id (`gateway.create_refund`)",
        breaks=[
            Break(
                out="the key (a new one for each call)",
                edits=[Edit(GATEWAY, 'f"refund:{refund_id}"', 'f"{__import__("uuid").uuid4()}"')],
                tests=[
                    f"{RACES}::test_a_refund_sent_twice_at_once_goes_once",
                    f"{SENT}::test_a_lost_answer_does_not_send_it_again",
                ],
            )
        ],
    ),
    Promise(
        key="R5",
        says="Also when Stripe has forgotten the key after a day: it is looked for before it is sent again.",
        kept_by="`payments.refunds.send_refund`, `KEY_IS_FRESH`",
        breaks=[
            Break(
                out="the look",
                edits=[
                    Edit(
                        "backend/payments/refunds.py",
                        "KEY_IS_FRESH = timedelta(hours=12)",
                        "KEY_IS_FRESH = timedelta(days=999)",
                    )
                ],
                tests=[f"{SENT}::test_days_later_a_refund_is_looked_for_before_it_is_sent_again"],
            )
        ],
    ),
    Promise(
        key="R6",
        says="Cancelling a paid order refunds what is not back yet, by a task.",
        kept_by="`payments.closing.settle_cancelled_order`, started by the event `order.cancelled`",
        breaks=[
            Break(
                out="reserving the rest",
                edits=[
                    Edit(
                        "backend/payments/closing.py",
                        "books.reserve_rest(payment=payment, reason=attention.ORDER_CANCELLED, now=now)",
                        "pass",
                    )
                ],
                tests=[
                    f"{REFUNDS}::test_cancelling_a_paid_order_refunds_it",
                    f"{REFUNDS}::test_cancelling_refunds_only_what_is_not_back_yet",
                ],
            )
        ],
    ),
    Promise(
        key="R7",
        says="A refund made in Stripe's dashboard enters our books.",
        kept_by="`payments.books.enter_refunds` makes a row for a refund that it does not know",
        breaks=[
            Break(
                out="asking Stripe for refunds that we did not make",
                edits=[
                    Edit(
                        "backend/payments/arbiter.py", "has_refunds or intent.amount_refunded", "has_refunds"
                    )
                ],
                tests=["tests/payments/test_webhook.py::test_a_refund_made_in_the_dashboard_is_taken_over"],
            )
        ],
    ),
]
