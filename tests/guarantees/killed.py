"""Real processes: killed where it hurts, servers restarted, a deploy while they are busy."""

from tests.guarantees.promise import Break, Edit, Promise

WEB = "tests/faults/test_web_killed.py"
WORKER = "tests/faults/test_worker_killed.py"
RELAY = "tests/faults/test_relay_killed.py"
SERVERS = "tests/faults/test_servers_restarted.py"
IDEMPOTENCY = "backend/core/idempotency.py"
PROMISES = [
    Promise(
        key="K1",
        says="web killed before its commit: nothing is ordered, and the request's key is free at once.",
        kept_by="`core.idempotency._in_one_transaction`: the key's lock ends with the connection",
        breaks=[
            Break(
                out="the lock (a lease of 30 s instead)",
                edits=[
                    Edit(IDEMPOTENCY, "_in_one_transaction if atomic else _under_a_lease", "_under_a_lease")
                ],
                tests=[
                    f"{WEB}::test_killed_before_the_commit_nothing_is_ordered_and_the_key_is_free_at_once"
                ],
            )
        ],
    ),
    Promise(
        key="K2",
        says="web killed after its commit: the key brings the same order, and there is no second one.",
        kept_by="the answer is kept in the transaction of the order",
        breaks=[
            Break(
                out="keeping the answer",
                edits=[Edit(IDEMPOTENCY, "not rows.insert([fresh], otherwise=_FIRST)", "False")],
                tests=[
                    f"{WEB}::test_killed_after_the_commit_the_key_brings_the_same_order_and_no_second_one"
                ],
            )
        ],
    ),
    Promise(
        key="K3",
        says="web killed between Stripe's answer and its own: the next request gets the same intent.",
        kept_by="Stripe's idempotency key names order, number and amount (`payments.opening._intent`)",
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
                tests=[f"{WEB}::test_killed_between_stripes_answer_and_ours_the_intent_is_the_same_one"],
            )
        ],
    ),
    Promise(
        key="K4",
        says="worker killed between Stripe's answer and its commit: the order is paid once, in seconds.",
        kept_by="`tasks.jobs.Tracked`: the job's row goes only when it is done; a short lease, kept alive",
        breaks=[
            Break(
                out="the row (it goes before the task runs)",
                edits=[
                    Edit(
                        "tasks/jobs.py",
                        "    with heartbeat.beating(",
                        "    jobs.done(jobs=leased)\n    with heartbeat.beating(",
                    )
                ],
                tests=[f"{WORKER}::test_killed_between_stripes_answer_and_the_commit_the_order_is_paid_once"],
            ),
            Break(
                out="the lease's end (ten minutes)",
                edits=[
                    Edit(
                        "backend/outbox/jobs.py",
                        "LEASE = timedelta(seconds=10)",
                        "LEASE = timedelta(minutes=10)",
                    )
                ],
                tests=[f"{WORKER}::test_killed_between_stripes_answer_and_the_commit_the_order_is_paid_once"],
            ),
        ],
    ),
    Promise(
        key="K5",
        says="worker killed between Stripe's refund and its commit: the money goes back once.",
        kept_by="Stripe's idempotency key is the refund's id (`payments.gateway.create_refund`)",
        breaks=[
            Break(
                out="the key (a new one for each call)",
                edits=[
                    Edit(
                        "backend/payments/gateway.py",
                        'f"refund:{refund_id}"',
                        'f"{__import__("uuid").uuid4()}"',
                    )
                ],
                tests=[f"{WORKER}::test_killed_between_stripes_refund_and_the_commit_it_is_refunded_once"],
            )
        ],
    ),
    Promise(
        key="K6",
        says="relay killed between telling and forgetting: no frame is missing or out of order.",
        kept_by="`tasks.relay.Telling.step`: publish first, then `outbox.delivered`",
        breaks=[
            Break(
                out="the order (events are forgotten first)",
                edits=[
                    Edit("tasks/relay.py", "            new = telling.publish(plan.told)\n", ""),
                    Edit(
                        "tasks/relay.py",
                        "                self._on_jobs()\n",
                        "                self._on_jobs()\n            new = telling.publish(plan.told)\n",
                    ),
                ],
                tests=[
                    f"{RELAY}::test_killed_between_telling_and_forgetting_no_frame_is_missing_or_out_of_order"
                ],
            )
        ],
    ),
    Promise(
        key="K7",
        says="PostgreSQL killed and started again: 503 with Retry-After, and all get on by themselves.",
        kept_by="`api/errors.py`; pools look at their connections; relay, worker and beat wait it out",
        breaks=[
            Break(
                out="the answer 503",
                edits=[Edit("api/errors.py", "        (OperationalError, _unavailable),\n", "")],
                tests=[f"{SERVERS}::test_postgres_is_killed_and_comes_back_while_customers_buy"],
            ),
            Break(
                out="the relay's patience",
                edits=[
                    Edit(
                        "tasks/relay.py",
                        "except (RedisError, RedisClusterException, DatabaseError) as error:",
                        "except (RedisError, RedisClusterException) as error:",
                    )
                ],
                tests=[f"{SERVERS}::test_postgres_is_killed_and_comes_back_while_customers_buy"],
            ),
        ],
    ),
    Promise(
        key="K8",
        says="Redis restarted empty: checkout works meanwhile, and what it knew is told again.",
        kept_by="`outbox.actions.due_jobs` sends a job again; `consumers.hub` looks when its link is back",
        breaks=[
            Break(
                out="sending again (due in a year)",
                edits=[
                    Edit(
                        "backend/outbox/actions.py",
                        "RESEND_AFTER = timedelta(seconds=20)",
                        "RESEND_AFTER = timedelta(days=365)",
                    )
                ],
                tests=[f"{SERVERS}::test_redis_comes_back_empty_and_what_it_knew_is_told_again"],
            )
        ],
    ),
    Promise(
        key="K9",
        says="SIGTERM, as by a deploy, to a busy process loses nothing.",
        kept_by="Celery's warm shutdown, Daphne's own, and the outbox",
        why_not="nothing of it is ours alone to take out",
        tests=[
            "tests/faults/test_stopped_politely.py"
            "::test_a_worker_finishes_what_it_holds_and_hands_back_the_rest",
            "tests/faults/test_stopped_politely.py"
            "::test_the_web_process_answers_what_it_has_begun_and_sends_sockets_away",
            "tests/faults/test_stopped_politely.py::test_a_relay_that_is_stopped_leaves_nothing_untold",
        ],
    ),
    Promise(
        key="K10",
        says="Whatever dies and stumbles while customers buy, all is settled within 60 s of the last fault.",
        kept_by="all of the above, at once",
        why_not="each is taken out by itself above",
        tests=[
            "tests/faults/test_fire.py"
            "::test_after_the_fire_every_paid_order_is_processed_or_refunded_and_told_once"
        ],
    ),
]
