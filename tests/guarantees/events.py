"""Stripe's events: any order, many times, late, forged; and what each starts, once."""

from tests.guarantees.promise import Break, Edit, Promise

WEBHOOK = "tests/payments/test_webhook.py"
SIGNATURES = "tests/payments/test_webhook_signatures.py"
ORDERS = "tests/payments/test_events_in_any_order.py"
SECRETS = "tests/payments/test_webhook_secrets.py"
INBOX = "backend/payments/inbox.py"
GATEWAY = "backend/payments/gateway.py"
STATES = "backend/payments/states.py"
PROMISES = [
    Promise(
        key="E1",
        says="An event is stored once by its id and starts one task, also when copies come at once.",
        kept_by="`payments.inbox.receive`: the event's id is the primary key",
        breaks=[
            Break(
                out="the id (each copy gets one of its own)",
                edits=[
                    Edit(
                        INBOX,
                        "StripeEvent(event_id=event_id,",
                        'StripeEvent(event_id=f"{event_id}{__import__("uuid").uuid4()}",',
                    )
                ],
                tests=[
                    f"{WEBHOOK}::test_an_event_that_comes_twice_is_stored_and_processed_once",
                    "tests/payments/test_races.py::test_an_event_that_comes_twice_at_once_is_stored_once",
                ],
            )
        ],
    ),
    Promise(
        key="E2",
        says="An event signed with a wrong or old secret, or too long ago, is refused and not stored.",
        kept_by="`payments.gateway.verify_event`: Stripe's own check, five minutes' tolerance",
        breaks=[
            Break(
                out="the tolerance",
                edits=[Edit(GATEWAY, "stripe.Webhook.DEFAULT_TOLERANCE", "None")],
                tests=[f"{SIGNATURES}::test_a_missing_wrong_or_old_signature_is_refused"],
            ),
            Break(
                out="the list of secrets (a comma is part of the one)",
                edits=[
                    Edit(
                        GATEWAY,
                        'settings.STRIPE_WEBHOOK_SECRET.split(",")',
                        "[settings.STRIPE_WEBHOOK_SECRET]",
                    )
                ],
                tests=[
                    f"{SECRETS}::test_while_a_secret_is_rolled_both_are_known",
                    f"{SECRETS}::test_what_is_no_secret_signs_nothing",
                ],
            ),
        ],
    ),
    Promise(
        key="E3",
        says="In any order and however late, events end in the same state with one history row.",
        kept_by="`payments.states.may_move`; the arbiter looks at Stripe, not at the event",
        breaks=[
            Break(
                out="the look at Stripe, and the rule (each event is believed)",
                edits=[
                    Edit(
                        INBOX,
                        "    verdict = arbiter.apply_payment_state(intent_id=intent_id, now=now)\n",
                        '    said = {**dict(status="succeeded", amount=0, currency="usd"), '
                        '**event.payload["data"]["object"]}\n'
                        "    verdict = arbiter._enter(gateway.stripe_objects.intent(said), [], now)\n",
                    ),
                    Edit(STATES, "    if current in PAID:\n        return False\n", ""),
                ],
                tests=[
                    f"{WEBHOOK}::test_in_whatever_order_events_come_the_end_is_the_same",
                    f"{ORDERS}::test_in_every_order_the_end_is_the_same_and_each_fact_is_told_once",
                    f"{ORDERS}::test_heard_in_between_late_and_again_each_step_is_one_version",
                ],
            )
        ],
    ),
    Promise(
        key="E4",
        says="Types and API versions that we don't know are stored and do no harm.",
        kept_by="`payments.inbox.HANDLED`, and `_intent_id` reads only what it finds",
        breaks=[
            Break(
                out="the list: every event starts a task",
                edits=[Edit(INBOX, "if is_new and kind in HANDLED:", "if is_new:")],
                tests=[
                    f"{WEBHOOK}::test_types_and_versions_that_we_do_not_know_are_stored_and_start_no_task"
                ],
            )
        ],
    ),
    Promise(
        key="E5",
        says="An event whose processing failed is kept with its failure and processed later.",
        kept_by="`payments.inbox.process` raises to its job, which stays (`tasks/jobs.py`)",
        breaks=[
            Break(
                out="raising (the failure is swallowed)",
                edits=[
                    Edit(
                        INBOX,
                        '        event.save(update_fields=["error"])\n        raise\n',
                        '        event.save(update_fields=["error"])\n        return\n',
                    )
                ],
                tests=[
                    f"{WEBHOOK}::test_while_stripe_is_away_the_event_waits_with_its_failure",
                    f"{WEBHOOK}::test_a_failure_is_raised_for_the_job_to_see",
                ],
            )
        ],
    ),
    Promise(
        key="E6",
        says="One fact makes one mail, though feeds repeat it; a job that runs twice repeats its Message-ID.",
        kept_by="`tasks/subscriptions.py` listens to the order's own topic; `tasks.mail.message_id`",
        breaks=[
            Break(
                out="the kind of topic (feeds start tasks too)",
                edits=[
                    Edit(
                        "tasks/subscriptions.py",
                        'TASKS.get((told.topic.partition(":")[0], told.event), [])',
                        'TASKS.get((told.topic.partition(":")[0].rstrip("s"), told.event), [])',
                    )
                ],
                tests=[
                    "tests/outbox/test_relay.py"
                    "::test_an_order_starts_its_tasks_once_however_many_feeds_repeat_it"
                ],
            ),
            Break(
                out="the stable Message-ID",
                edits=[
                    Edit(
                        "tasks/mail.py",
                        'f"{settings.SECRET_KEY} {to} {key}"',
                        'f"{settings.SECRET_KEY} {to} {__import__("uuid").uuid4()}"',
                    )
                ],
                tests=[
                    "tests/tasks/test_mail.py::test_a_repeat_has_the_same_id_and_nothing_else_has",
                    "tests/tasks/test_order_mail.py::test_a_task_that_runs_twice_sends_the_same_mail",
                ],
            ),
        ],
    ),
    Promise(
        key="E7",
        says="While a secret is rolled, the old and the new one are known; else the old one is refused.",
        kept_by="`payments.gateway.verify_event`: each secret that STRIPE_WEBHOOK_SECRET names",
        breaks=[
            Break(
                out="the second secret",
                edits=[
                    Edit(
                        GATEWAY, 'STRIPE_WEBHOOK_SECRET.split(",")]', 'STRIPE_WEBHOOK_SECRET.split(",")[:1]]'
                    )
                ],
                tests=[f"{SECRETS}::test_while_a_secret_is_rolled_both_are_known"],
            )
        ],
    ),
]
