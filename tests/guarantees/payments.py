"""Payments: one order takes at most one, and Stripe's word of now decides."""

from tests.guarantees.promise import Break, Edit, Promise

ARBITER = "backend/payments/arbiter.py"
STATES = "backend/payments/states.py"
RACES = "tests/payments/test_races.py"
ATTENTION = "tests/payments/test_attention.py"

PROMISES = [
    Promise(
        key="P2",
        says="One order takes at most one payment; what else arrives goes back, and staff are told.",
        kept_by="`payments.arbiter._problem` under the order's lock",
        breaks=[
            Break(
                out="the look at the order's status",
                edits=[
                    Edit(
                        ARBITER,
                        "if order.status == Order.Status.PENDING:\n        return None\n",
                        "return None\n",
                    )
                ],
                tests=[
                    f"{ATTENTION}::test_a_second_payment_of_a_paid_order_goes_back",
                    f"{ATTENTION}::test_money_for_a_cancelled_order_goes_back",
                ],
            )
        ],
    ),
    Promise(
        key="P3",
        says="Payment state only moves forward, by one function for confirm, webhook, staff and reconciler.",
        kept_by="`payments.states.may_move`, asked by `arbiter.apply_payment_state`",
        breaks=[
            Break(
                out="the rule: every move is allowed",
                edits=[Edit(STATES, "    if current in PAID:\n        return False\n", "")],
                tests=[f"{RACES}::test_a_stale_look_at_stripe_does_not_undo_a_newer_one"],
            )
        ],
    ),
    Promise(
        key="P4",
        says="It is Stripe's current state that counts, not what a message claims.",
        kept_by="`payments.inbox._apply` hands the arbiter the intent's id alone; it asks Stripe",
        breaks=[
            Break(
                out="asking Stripe (the event's object is believed)",
                edits=[
                    Edit(
                        "backend/payments/inbox.py",
                        "    verdict = arbiter.apply_payment_state(intent_id=intent_id, now=now)\n",
                        '    said = {**dict(status="succeeded", amount=0, currency="usd"), '
                        '**event.payload["data"]["object"]}\n'
                        "    verdict = arbiter._enter(gateway.stripe_objects.intent(said), [], now)\n",
                    )
                ],
                tests=["tests/payments/test_webhook.py::test_a_claim_of_success_is_not_believed"],
            )
        ],
    ),
    Promise(
        key="P5",
        says="The lock is taken after the network call, and what Stripe said is judged by the rows of now.",
        kept_by="`payments.arbiter._enter`: lock order, then payment, then look at both",
        breaks=[
            Break(
                out="both locks (`lock_order`, `lock_payment` without FOR UPDATE)",
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
                ],
                tests=[
                    "tests/payments/test_window_crossings.py"
                    "::test_two_that_count_one_payment_at_once_count_it_once"
                ],
            )
        ],
    ),
    Promise(
        key="P6",
        says="Stripe is never asked inside a transaction.",
        kept_by="`payments.actions.create_intent` and its like: two transactions with the call between them",
        breaks=[
            Break(
                out="the gap (the arbiter asks in a transaction)",
                edits=[
                    Edit(
                        ARBITER, "def apply_payment_state(", "@transactions.retried\ndef apply_payment_state("
                    )
                ],
                tests=[f"{RACES}::test_confirm_and_webhook_at_once_pay_once"],
            ),
            Break(
                out="the refusal to ask in one",
                edits=[
                    Edit(
                        "backend/payments/patience.py",
                        'raise RuntimeError("Stripe is never asked inside a transaction")',
                        "pass",
                    )
                ],
                tests=[
                    "tests/payments/test_stripe_faults.py::test_stripe_is_never_asked_inside_a_transaction"
                ],
            ),
        ],
    ),
    Promise(
        key="P7",
        says="Money that is not the order's total goes back, and the order waits on.",
        kept_by="`payments.arbiter._problem`: amount and currency are compared",
        breaks=[
            Break(
                out="the answer `wrong_amount`",
                edits=[Edit(ARBITER, "        return attention.WRONG_AMOUNT\n", "        pass\n")],
                tests=[f"{ATTENTION}::test_a_wrong_amount_goes_back_and_the_order_waits_on"],
            )
        ],
    ),
    Promise(
        key="P8",
        says="Money under an intent whose making we never heard of pays the order that it names.",
        kept_by="`payments.arbiter._adopt`, by the order's id in the intent's metadata",
        breaks=[
            Break(
                out="adopting it",
                edits=[
                    Edit(
                        ARBITER,
                        "queries.lock_payment(intent_id=intent.id) or _adopt(order, intent, now)",
                        "queries.lock_payment(intent_id=intent.id)",
                    )
                ],
                tests=[f"{ATTENTION}::test_money_under_an_intent_we_never_heard_of_pays_the_order_it_names"],
            )
        ],
    ),
]
