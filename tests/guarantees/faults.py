"""Faults: whoever dies, nothing is lost and nothing happens twice that may happen once."""

from tests.guarantees.promise import Break, Edit, Promise

RELAY = "tests/outbox/test_relay.py"
JOBS = "tests/outbox/test_jobs.py"
OUTBOX = "backend/outbox/actions.py"
LEASES = "backend/outbox/jobs.py"
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
                        "subscriptions.jobs_for(done), now=now)\n",
                        "subscriptions.jobs_for(done), now=now)\n"
                        "            new = telling.publish(plan.told)\n",
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
                    Edit("tasks/sending.py", "            outbox.not_sent(jobs=jobs[sent:], now=now)\n", "")
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
                        "filter(free, pk=job_id, failed_at__isnull=True)",
                        "filter(pk=job_id, failed_at__isnull=True)",
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
                        "Q(leased_until__isnull=True) | Q(leased_until__lt=now)",
                        "Q(leased_until__isnull=True)",
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
                        "jobs.give_up(job=job, error=repr(error), now=timezone.now())\n            raise",
                        "jobs.done(job=job)\n            raise",
                    )
                ],
                tests=[
                    f"{JOBS}::test_a_bug_is_not_tried_again_and_is_not_swallowed",
                    "tests/tasks/test_jobs.py::test_an_error_that_time_does_not_heal_keeps_the_job_at_once",
                ],
            )
        ],
    ),
]
