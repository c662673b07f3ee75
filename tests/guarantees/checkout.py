"""Checkout: one cart is one order, whatever is sent twice."""

from tests.guarantees.promise import Break, Edit, Promise

KEYS = "tests/core/test_idempotency.py"
IDEMPOTENCY = "backend/core/idempotency.py"
OVERSELL = "tests/concurrency/test_oversell.py"
PROMISES = [
    Promise(
        key="C1",
        says="One cart makes at most one order per checkout, sent twice or in parallel.",
        kept_by="`cart.lines.taking_out`: what is ordered is what one DELETE takes out of the locked cart",
        breaks=[
            Break(
                out="taking the lines out (they are read, and stay)",
                edits=[
                    Edit(
                        "backend/cart/lines.py",
                        """    DELETE FROM cart_cartitem
     WHERE cart_id = (SELECT id FROM cart_cart WHERE user_id = %(user_id)s)
    RETURNING *
""",
                        """    SELECT * FROM cart_cartitem
     WHERE cart_id = (SELECT id FROM cart_cart WHERE user_id = %(user_id)s)
""",
                    )
                ],
                tests=[
                    f"{OVERSELL}::test_one_cart_checked_out_twenty_times_at_once_is_one_order",
                    "tests/orders/test_checkout_api.py::test_units_are_held_and_the_cart_is_empty",
                ],
            ),
        ],
    ),
    Promise(
        key="C2",
        says="The same Idempotency-Key with the same body answers the same order, 201 first and 200 after.",
        kept_by="`core.idempotency.once`: the answer is kept in PostgreSQL under (user, key)",
        breaks=[
            Break(
                out="the kept answer",
                edits=[
                    Edit(
                        IDEMPOTENCY,
                        "    if row is None:\n        answer = effect()",
                        "    if True:\n        answer = effect()",
                    ),
                    Edit(IDEMPOTENCY, "not rows.insert([fresh], otherwise=_FIRST)", "False"),
                ],
                tests=[
                    f"{KEYS}::test_a_repeat_gets_the_first_answer_without_the_effect",
                    "tests/orders/test_checkout_api.py::test_the_same_key_answers_the_same_order",
                ],
            )
        ],
    ),
    Promise(
        key="C3",
        says="While the first request runs, a repeat of its key is told so (409), not run.",
        kept_by="`core.idempotency._lock`, an advisory lock on the key; a lease for what talks to Stripe",
        breaks=[
            Break(
                out="the refusal, by lock and by lease",
                edits=[
                    Edit(IDEMPOTENCY, "if not _lock(fresh):", "if False:"),
                    Edit(IDEMPOTENCY, "not (_is_ours(row, fresh) or _take_over(row, now))", "False"),
                ],
                tests=[f"{KEYS}::test_a_key_in_use_is_refused"],
            )
        ],
    ),
    Promise(
        key="C4",
        says="The key's row is written in the transaction of the effect: both or neither.",
        kept_by="`core.idempotency._in_one_transaction`",
        breaks=[
            Break(
                out="the transaction",
                edits=[
                    Edit(
                        IDEMPOTENCY,
                        "@transactions.retried\ndef _in_one_transaction(",
                        "def _in_one_transaction(",
                    )
                ],
                tests=[f"{KEYS}::test_the_effect_and_its_answer_are_kept_together_or_not_at_all"],
            )
        ],
    ),
    Promise(
        key="C5",
        says="A crashed request does not block its key: it is free at once, or when its lease of 30 s ends.",
        kept_by="the lock ends with the connection; `core.idempotency._take_over` looks at the lease",
        breaks=[
            Break(
                out="the lock's end (it is the session's)",
                edits=[Edit(IDEMPOTENCY, "pg_try_advisory_xact_lock", "pg_try_advisory_lock")],
                tests=[f"{KEYS}::test_a_key_in_use_is_refused"],
            ),
            Break(
                out="the take-over",
                edits=[
                    Edit(
                        IDEMPOTENCY,
                        "dead = _held(row).filter(leased_until__lt=now)",
                        "dead = _held(row).none()",
                    )
                ],
                tests=[f"{KEYS}::test_a_crashed_request_frees_the_key_when_its_lease_ends"],
            ),
            Break(
                out="the token that tells whose lease it is",
                edits=[Edit(IDEMPOTENCY, "(pk=row.pk, token=row.token, ", "(pk=row.pk, ")],
                tests=[f"{KEYS}::test_a_slow_request_that_is_refused_leaves_the_repeats_key_alone"],
            ),
        ],
    ),
    Promise(
        key="C6",
        says="Keys are forgotten after 24 hours, not before and not never.",
        kept_by="`core.idempotency.KEPT`, looked at by each request; `prune` hourly",
        breaks=[
            Break(
                out="forgetting (a key lives for a year)",
                edits=[Edit(IDEMPOTENCY, "KEPT = timedelta(hours=24)", "KEPT = timedelta(days=365)")],
                tests=[f"{KEYS}::test_after_a_day_the_key_is_new"],
            ),
            Break(
                out="keeping (a key lives for a second)",
                edits=[Edit(IDEMPOTENCY, "KEPT = timedelta(hours=24)", "KEPT = timedelta(seconds=-1)")],
                tests=[f"{KEYS}::test_a_repeat_gets_the_first_answer_without_the_effect"],
            ),
        ],
    ),
    Promise(
        key="C7",
        says="The same key with another body is refused (422).",
        kept_by="`api.idempotency._fingerprint`, compared by `core.idempotency._known`",
        breaks=[
            Break(
                out="the comparison",
                edits=[Edit(IDEMPOTENCY, "row.fingerprint != fresh.fingerprint", "False")],
                tests=[
                    f"{KEYS}::test_another_body_under_the_same_key_is_refused",
                    "tests/orders/test_checkout_api.py::test_the_same_key_with_another_body_is_refused",
                ],
            )
        ],
    ),
    Promise(
        key="C8",
        says="A refused request frees its key: the same may be sent again when the cause is gone.",
        kept_by="the transaction is undone; a lease is dropped (`core.idempotency._under_a_lease`)",
        breaks=[
            Break(
                out="dropping the lease",
                edits=[Edit(IDEMPOTENCY, "        _held(row).delete()\n", "")],
                tests=[
                    "tests/payments/test_create_intent.py::test_a_key_whose_call_failed_may_be_used_again"
                ],
            )
        ],
    ),
    Promise(
        key="C9",
        says="The same holds for intents, refunds and stock adjustments.",
        kept_by="`api.idempotency.answer`, which their endpoints share",
        breaks=[
            Break(
                out="reading the header",
                edits=[
                    Edit("api/idempotency.py", 'key = request.headers.get("Idempotency-Key")', "key = None")
                ],
                tests=[
                    "tests/payments/test_create_intent.py"
                    "::test_a_repeated_key_answers_the_same_and_another_body_is_refused",
                    "tests/payments/test_refunds_at_once.py::test_half_of_it_twice_with_one_key_goes_once",
                    "tests/staff/test_stock.py::test_an_adjustment_with_a_key_is_made_once",
                ],
            )
        ],
    ),
    Promise(
        key="C10",
        says="Order numbers are unique: a taken one is drawn again.",
        kept_by="`orders.checkout._insert`: the unique constraint decides",
        breaks=[
            Break(
                out="drawing again",
                edits=[Edit("backend/orders/checkout.py", "DRAWS = 5", "DRAWS = 1")],
                tests=["tests/orders/test_checkout_api.py::test_a_taken_number_is_drawn_again"],
            )
        ],
    ),
]
