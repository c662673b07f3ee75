"""Faults: whoever dies, nothing is lost and nothing happens twice that may happen once."""

from tests.guarantees.promise import Break, Edit, Promise

RELAY = "tests/outbox/test_relay.py"
JOBS = "tests/outbox/test_jobs.py"
OUTBOX = "backend/outbox/actions.py"
LEASES = "backend/outbox/jobs.py"
SENDING = "tasks/sending.py"
CRASH = "tests/faults/test_commits_that_do_not_wait.py"
PROMISES = [
    Promise(
        key="F1",
        says="An event is written in the transaction of its change, or not at all.",
        kept_by="`outbox.actions.publish` writes a row there, and refuses to work outside a transaction",
        breaks=[
            Break(
                out="the refusal",
                edits=[Edit(OUTBOX, "if not transaction.get_connection().in_atomic_block:", "if False:")],
                tests=["tests/outbox/test_feeds.py::test_events_are_refused_outside_a_transaction"],
            )
        ],
    ),
    Promise(
        key="F2",
        says="The relay forgets an event only after it was taken: killed, or without Redis, it tells again.",
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
                    f"{RELAY}::test_with_redis_away_nothing_is_forgotten",
                ],
            )
        ],
    ),
    Promise(
        key="F3",
        says="A job that the broker lost is sent again within 20 seconds.",
        kept_by="`outbox.actions.due_jobs`: the row stays until the job is done",
        breaks=[
            Break(
                out="sending again (due in a year)",
                edits=[
                    Edit(OUTBOX, "RESEND_AFTER = timedelta(seconds=20)", "RESEND_AFTER = timedelta(days=365)")
                ],
                tests=[f"{JOBS}::test_a_job_is_due_again_soon_after_it_was_sent"],
            ),
            Break(
                out="keeping jobs that the broker refused",
                edits=[
                    Edit(SENDING, "            outbox.not_sent(jobs=list(unsent.values()), now=now)\n", "")
                ],
                tests=[f"{RELAY}::test_with_the_broker_away_jobs_stay_due"],
            ),
        ],
    ),
    Promise(
        key="F4",
        says="A job runs in one worker at a time; a dead worker's job is taken over in seconds.",
        kept_by="`outbox.jobs.lease`: a conditional UPDATE on the lease",
        breaks=[
            Break(
                out="respect for a lease",
                edits=[
                    Edit(
                        LEASES,
                        " AND (leased_until IS NULL OR leased_until < %(now)s)",
                        "",
                    )
                ],
                tests=[
                    f"{JOBS}::test_a_job_that_runs_elsewhere_is_left_alone",
                    "tests/tasks/test_jobs.py::test_a_job_that_another_worker_runs_is_left_alone",
                ],
            ),
            Break(
                out="the end of a lease",
                edits=[
                    Edit(
                        LEASES,
                        "leased_until IS NULL OR leased_until < %(now)s",
                        "leased_until IS NULL",
                    )
                ],
                tests=[
                    f"{JOBS}::test_the_lease_of_a_dead_worker_ends",
                    "tests/tasks/test_jobs.py::test_the_job_of_a_dead_worker_is_taken_over",
                ],
            ),
        ],
    ),
    Promise(
        key="F5",
        says="A failed job is tried again with growing pauses; one that time does not heal stays for staff.",
        kept_by="`tasks.jobs.Tracked`, `outbox.jobs.postpone` and `give_up`",
        breaks=[
            Break(
                out="keeping the failed job",
                edits=[
                    Edit(
                        "tasks/jobs.py",
                        "jobs.give_up(job=job, error=repr(error), now=timezone.now())\n        return error",
                        "jobs.done(jobs=[job])\n        return error",
                    )
                ],
                tests=[
                    f"{JOBS}::test_a_bug_is_not_tried_again_and_is_not_swallowed",
                    "tests/tasks/test_jobs.py::test_an_error_that_time_does_not_heal_keeps_the_job_at_once",
                ],
            )
        ],
    ),
    Promise(
        key="F6",
        says="A job that fails, takes its time or kills its worker takes none of those beside it along.",
        kept_by="`tasks.jobs.run_all`; `tasks.batch`: what waits is given back; `tasks.sending._messages`",
        breaks=[
            Break(
                out="giving back",
                edits=[Edit("tasks/batch.py", "            self._waiting.clear()\n", "")],
                tests=["tests/tasks/test_heartbeat.py::test_a_slow_task_gives_back_the_jobs_behind_it"],
            ),
            Break(
                out="sending alone what was tried before",
                edits=[Edit(SENDING, "if job.attempts:", "if False:")],
                tests=["tests/tasks/test_sending.py::test_one_that_was_tried_before_goes_alone"],
            ),
            Break(
                out="going on behind a job that failed for good",
                edits=[Edit("tasks/jobs.py", "        return error\n", "        raise\n")],
                tests=["tests/tasks/test_jobs.py::test_of_several_jobs_each_ends_by_itself"],
            ),
        ],
    ),
    Promise(
        key="F7",
        says="Commits that do not wait for the disk change nothing of the shop; lost, it is done again.",
        kept_by="`core.transactions.unhurried`: a transaction of its own; events go with the jobs they start",
        breaks=[
            Break(
                out="the refusal to be part of another transaction",
                edits=[
                    Edit("backend/core/transactions.py", "if connection.atomic_blocks and", "if False and")
                ],
                tests=[f"{CRASH}::test_what_changes_the_shop_is_never_part_of_one"],
            ),
            Break(
                out="the wait of what changes the shop (nothing waits)",
                edits=[
                    Edit(
                        "backend/core/transactions.py",
                        "SET LOCAL synchronous_commit",
                        "SET synchronous_commit",
                    )
                ],
                tests=[f"{CRASH}::test_a_job_whose_lease_and_end_are_forgotten_is_done_again"],
            ),
        ],
    ),
    Promise(
        key="F8",
        says="A mail server that hangs, or many mails, delay no order.",
        kept_by="`tasks.queues`: mails have a queue, and a worker process of their own in the Procfile",
        breaks=[
            Break(
                out="the mails' own queue",
                edits=[Edit("tasks/queues.py", "return MAIL if ", "return SHOP if ")],
                tests=[
                    "tests/tasks/test_sending.py::test_what_mails_has_a_queue_of_its_own",
                    "tests/faults/test_mail_late.py"
                    "::test_while_no_mail_goes_out_orders_are_paid_and_mailed_later",
                ],
            )
        ],
    ),
]
