"""Intents: one an order, of its total."""

from tests.guarantees.promise import Break, Edit, Promise

ACTIONS = "backend/payments/actions.py"
ARBITER = "backend/payments/arbiter.py"
OPENING = "backend/payments/opening.py"
RACES = "tests/payments/test_races.py"
CREATE = "tests/payments/test_create_intent.py"
CHANGED = "tests/payments/test_create_intent_changed_total.py"
OLD = "tests/payments/test_old_intents.py"

PROMISES = [
    Promise(
        key="P1",
        says="A second intent for the same order is the same intent, asked for in turn or at once.",
        kept_by="`payments.actions.create_intent`: the open payment is answered; Stripe's idempotency key "
        "names order and number, so that two askers get one intent",
        breaks=[
            Break(
                out="the key (a new one for each call)",
                edits=[Edit(OPENING, 'key=f"order:{order.pk}', 'key=f"{__import__("uuid").uuid4()}')],
                tests=[
                    f"{RACES}::test_intents_asked_for_at_once_are_one",
                    f"{CREATE}::test_an_answer_lost_on_its_way_is_found_again",
                ],
            ),
            Break(
                out="answering the open payment",
                edits=[
                    Edit(
                        ACTIONS,
                        "        if payment.status in states.OPEN:\n            return payment\n",
                        "",
                    )
                ],
                tests=[f"{CREATE}::test_a_second_call_answers_the_same_intent"],
            ),
        ],
    ),
    Promise(
        key="P9",
        says="An intent that Stripe opened for an order which was cancelled meanwhile is ended.",
        kept_by="`payments.opening._record` looks again under the lock and leaves a task to end it",
        breaks=[
            Break(
                out="the task",
                edits=[
                    Edit(
                        OPENING,
                        'outbox.publish_internally(event="payment.unwanted"',
                        '(lambda **_: None)(event="payment.unwanted"',
                    )
                ],
                tests=[f"{CREATE}::test_an_order_cancelled_while_stripe_was_asked_gets_no_intent"],
            )
        ],
    ),
    Promise(
        key="P10",
        says="A changed total makes a new intent and cancels the old one at Stripe.",
        kept_by="`payments.actions.create_intent` compares the open payment with the order under its lock",
        breaks=[
            Break(
                out="the comparison",
                edits=[
                    Edit(
                        ACTIONS,
                        "elif not opening.is_of_total(order=order, payment=payment):",
                        "elif False:",
                    )
                ],
                tests=[
                    f"{CHANGED}::test_a_changed_total_makes_a_new_intent_and_cancels_the_old",
                    f"{CHANGED}::test_a_changed_currency_counts_as_well",
                ],
            ),
            Break(
                out="the amount in Stripe's idempotency key",
                edits=[Edit(OPENING, ":{number}:{amount}{order.currency}", ":{number}")],
                tests=[f"{CHANGED}::test_an_answer_lost_before_the_change_does_not_block_the_key"],
            ),
        ],
    ),
    Promise(
        key="P11",
        says="An old intent paid after the total changed is the wrong amount: its money goes back.",
        kept_by="`payments.arbiter._problem` compares with the order",
        breaks=[
            Break(
                out="the order's total in the comparison",
                edits=[
                    Edit(
                        ARBITER,
                        "money.to_minor(order.total_amount), order.currency)",
                        "intent.amount, intent.currency)",
                    )
                ],
                tests=[f"{OLD}::test_the_old_intent_paid_after_the_change_goes_back"],
            )
        ],
    ),
]
