"""Stripe slow, failing or unreachable: told in time, nothing changed, and once when it is back."""

from tests.guarantees.promise import Break, Edit, Promise

FAULTS = "tests/payments/test_stripe_faults.py"
SILENT = "tests/payments/test_stripe_silent.py"
LIVE = "tests/payments/test_stripe_faults_live.py"
PATIENCE = "backend/payments/patience.py"
GATEWAY = "backend/payments/gateway.py"
PROMISES = [
    Promise(
        key="D1",
        says="No request waits for Stripe longer than 10 s; then 502, and nothing has changed.",
        kept_by="`payments.patience`: Stripe is asked in threads of its own, and whoever asked stops waiting",
        breaks=[
            Break(
                out="the end of a request's patience",
                edits=[
                    Edit(
                        PATIENCE,
                        "return CALL_SECONDS if until is None else",
                        "return 60.0 if until else",
                    )
                ],
                tests=[f"{SILENT}::test_an_answer_that_never_ends_is_not_waited_for"],
            ),
            Break(
                out="the timeouts of a call, and the request's patience",
                edits=[
                    Edit(GATEWAY, "timeout=CONNECT_AND_READ_SECONDS", "timeout=50"),
                    Edit(
                        PATIENCE,
                        "return CALL_SECONDS if until is None else",
                        "return 60.0 if until else",
                    ),
                ],
                tests=[f"{LIVE}::test_of_a_stripe_that_never_answers_each_request_is_told_in_time"],
            ),
        ],
    ),
    Promise(
        key="D2",
        says="While many wait for Stripe, others look and buy.",
        kept_by="`payments.patience._leave_database` gives the pooled connection back first",
        breaks=[
            Break(
                out="giving it back",
                edits=[
                    Edit(
                        PATIENCE,
                        'if connection.settings_dict["OPTIONS"].get("pool") and not ',
                        "if False and not ",
                    )
                ],
                tests=[f"{LIVE}::test_while_thirty_wait_for_stripe_others_look_and_buy"],
            )
        ],
    ),
    Promise(
        key="D3",
        says="A repeat after Stripe is back makes one intent and one charge, whatever answer was lost.",
        kept_by="idempotency keys at Stripe; what was not heard of is found again",
        breaks=[
            Break(
                out="the key (a new one for each call)",
                edits=[
                    Edit(
                        "backend/payments/opening.py",
                        'key=f"order:{order.pk}',
                        'key=f"{__import__("uuid").uuid4()}',
                    )
                ],
                tests=[f"{FAULTS}::test_no_intent_now_and_one_after"],
            )
        ],
    ),
    Promise(
        key="D4",
        says="A short trouble of Stripe is not noticed: a call is tried twice.",
        kept_by="`payments.gateway.RETRIES`, with the same idempotency key",
        breaks=[
            Break(
                out="the second try",
                edits=[Edit(GATEWAY, "RETRIES = 1", "RETRIES = 0")],
                tests=[f"{FAULTS}::test_a_short_trouble_is_not_noticed"],
            )
        ],
    ),
]
