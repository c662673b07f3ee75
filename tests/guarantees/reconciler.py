"""The reconciler: what nobody told us is found again."""

from tests.guarantees.promise import Break, Edit, Promise

LOST = "tests/payments/test_lost_webhooks.py"
RECONCILE = "tests/payments/test_reconcile.py"
TASKS = "tasks/payments.py"
QUERIES = "backend/payments/queries.py"
RECONCILING = "backend/payments/reconciling.py"
PROMISES = [
    Promise(
        key="N1",
        says="Stripe's intents of the last days are held against ours: a lost webhook's payment is found.",
        kept_by="`payments.reconciling.intents_that_differ`, then the arbiter",
        breaks=[
            Break(
                out="Stripe's list",
                edits=[
                    Edit(TASKS, "(reconciling.intents_that_differ(since=since), examine)", "([], examine)")
                ],
                tests=[
                    f"{LOST}::test_a_payment_whose_webhook_was_lost_is_found",
                    f"{LOST}::test_money_that_came_after_we_gave_up_is_found_by_stripes_list",
                ],
            )
        ],
    ),
    Promise(
        key="N2",
        says="What is older than that list, and still open with us, is asked for one by one.",
        kept_by="`payments.queries.unsettled_intents`",
        breaks=[
            Break(
                out="asking for old ones",
                edits=[
                    Edit(
                        QUERIES,
                        "    is_open = Q(status__in=states.OPEN, created_at__lt=before)\n",
                        "    is_open = Q(pk__isnull=True)\n",
                    )
                ],
                tests=[f"{LOST}::test_a_payment_that_took_days_is_found_though_stripes_list_is_shorter"],
            )
        ],
    ),
    Promise(
        key="N3",
        says="A refund that a lost job never sent is sent; one whose end was not heard of is followed.",
        kept_by="`payments.queries.unsent_refunds` and `unsettled_intents`",
        breaks=[
            Break(
                out="finding unsent refunds",
                edits=[Edit(TASKS, "queries.unsent_refunds(now=now),", "[],")],
                tests=[f"{LOST}::test_a_refund_that_was_never_sent_is_sent"],
            ),
            Break(
                out="following those under way, by our rows and by Stripe's list",
                edits=[
                    Edit(
                        TASKS,
                        "(reconciling.intents_whose_refunds_differ(since=since), examine)",
                        "([], examine)",
                    ),
                    Edit(
                        QUERIES,
                        "Payment.objects.filter(is_open | Q(Exists(refunding)))",
                        "Payment.objects.filter(is_open)",
                    ),
                ],
                tests=[f"{LOST}::test_a_refund_whose_end_was_not_heard_of_is_followed"],
            ),
        ],
    ),
    Promise(
        key="N4",
        says="A cancelled order that still can be paid, or keeps money, is found and settled.",
        kept_by="`payments.queries.unsettled_cancellations`",
        breaks=[
            Break(
                out="looking for them",
                edits=[Edit(TASKS, "queries.unsettled_cancellations(),", "[],")],
                tests=[f"{LOST}::test_a_cancellation_that_nobody_settled_is_settled"],
            )
        ],
    ),
    Promise(
        key="N5",
        says="An event that was stored and whose job was lost is processed by the sweep.",
        kept_by="`payments.inbox.left_behind`",
        breaks=[
            Break(
                out="looking for them",
                edits=[Edit(TASKS, "(inbox.left_behind(now=now), process)", "([], process)")],
                tests=[
                    "tests/payments/test_events_too_early.py"
                    "::test_an_event_that_every_job_forgot_is_found_by_the_sweep"
                ],
            )
        ],
    ),
    Promise(
        key="N6",
        says="The reconciler comes every 5 minutes, the sweep of unpaid orders every 10 seconds.",
        kept_by="`tasks/schedule.py`",
        breaks=[
            Break(
                out="its interval (a day)",
                edits=[Edit("tasks/schedule.py", '"schedule": 300.0', '"schedule": 86400.0')],
                tests=["tests/tasks/test_schedule.py::test_sweeps_come_round_as_often_as_promised"],
            )
        ],
    ),
    Promise(
        key="N7",
        says="What can't be repaired is listed for staff once, and settled by the system when it is gone.",
        kept_by="`payments.comparing.story`, `payments.discrepancies.follow`",
        breaks=[
            Break(
                out="telling staff",
                edits=[
                    Edit(
                        "backend/payments/discrepancies.py",
                        "    if story and Discrepancy",
                        "    if False and Discrepancy",
                    )
                ],
                tests=[
                    f"{RECONCILE}::test_money_for_an_order_that_is_not_ours_is_told_once",
                    f"{RECONCILE}::test_paid_in_our_books_and_not_at_stripe",
                    f"{RECONCILE}::test_paid_in_our_books_and_unknown_to_stripe",
                    f"{RECONCILE}::test_another_amount_at_stripe",
                    f"{RECONCILE}::test_a_refund_in_our_books_that_stripe_does_not_have",
                ],
            ),
            Break(
                out="remembering what was told",
                edits=[
                    Edit(
                        "backend/payments/discrepancies.py", "if known and known.story == story:", "if False:"
                    )
                ],
                tests=[f"{RECONCILE}::test_what_staff_have_acknowledged_is_not_told_again"],
            ),
        ],
    ),
    Promise(
        key="N8",
        says="A refund of an old payment whose webhook was lost is found by Stripe's list of refunds.",
        kept_by="`payments.reconciling.intents_whose_refunds_differ`",
        breaks=[
            Break(
                out="that list",
                edits=[
                    Edit(
                        TASKS,
                        "(reconciling.intents_whose_refunds_differ(since=since), examine)",
                        "([], examine)",
                    )
                ],
                tests=[
                    f"{RECONCILE}::test_a_lost_refund_of_an_old_payment_is_found_by_stripes_list_of_refunds",
                    f"{RECONCILE}::test_a_refund_that_the_bank_returned_days_later_is_found",
                ],
            )
        ],
    ),
]
