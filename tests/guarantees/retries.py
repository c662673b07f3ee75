"""Races for locks that are lost: waited for a bounded time, run again at one place, then told."""

from tests.guarantees.promise import Break, Edit, Promise

RETRIES = "tests/core/test_transactions.py"
PARTS = "tests/core/test_transaction_parts.py"
WAITS = "tests/concurrency/test_lock_waits.py"
LIMITS = "tests/config/test_database.py"
ENDS = "tests/core/test_begin_and_commit.py"
TRANSACTIONS = "backend/core/transactions.py"
DATABASE = "backend/config/database.py"
ROUNDTRIPS = "backend/core/roundtrips.py"
PROMISES = [
    Promise(
        key="L5",
        says="A deadlock, a lock that is not free or an old snapshot is tried again, up to three times.",
        kept_by="`core.transactions.retried`, the one place",
        breaks=[
            Break(
                out="trying again",
                edits=[Edit(TRANSACTIONS, "TRIES = 3", "TRIES = 1")],
                tests=[
                    f"{RETRIES}::test_the_victim_of_a_deadlock_is_run_again_and_counts_once",
                    f"{RETRIES}::test_a_lock_that_is_free_at_the_second_try_is_no_error",
                    f"{RETRIES}::test_a_snapshot_that_is_too_old_is_taken_again",
                ],
            ),
            Break(
                out="the bound (ten tries)",
                edits=[Edit(TRANSACTIONS, "TRIES = 3", "TRIES = 10")],
                tests=[f"{RETRIES}::test_a_lock_that_is_never_free_is_asked_for_three_times"],
            ),
            Break(
                out="the end of patience",
                edits=[Edit(TRANSACTIONS, "NO_MORE_AFTER_SECONDS\n", "NO_MORE_AFTER_SECONDS + 99\n")],
                tests=[f"{RETRIES}::test_no_try_is_begun_when_time_is_up"],
            ),
        ],
    ),
    Promise(
        key="L6",
        says="Only the outermost transaction is run again, so that an effect is never half repeated.",
        kept_by="`core.transactions.retried` looks whether it is in a transaction already",
        breaks=[
            Break(
                out="that look",
                edits=[
                    Edit(
                        TRANSACTIONS,
                        "return attempt() if connection.in_atomic_block else again(attempt)",
                        "return again(attempt)",
                    )
                ],
                tests=[f"{PARTS}::test_a_nested_action_leaves_trying_again_to_the_outermost"],
            )
        ],
    ),
    Promise(
        key="L7",
        says="A lock is waited for 4 s; where no try helps, 503 within 15 s, and nothing has changed.",
        kept_by="`lock_timeout` (`config/database.py`), `core.transactions.retried`, `api/errors.py`",
        breaks=[
            Break(
                out="`lock_timeout`",
                edits=[Edit(DATABASE, '{"lock": "4s", ', '{"lock": "40s", ')],
                tests=[f"{LIMITS}::test_a_lock_is_waited_for_four_seconds"],
            ),
            Break(
                out="the answer 503",
                edits=[Edit("api/errors.py", "        (OperationalError, _unavailable),\n", "")],
                tests=[f"{WAITS}::test_kept_rows_answer_503_in_time_and_the_same_requests_work_afterwards"],
            ),
        ],
    ),
    Promise(
        key="L8",
        says="A process that stands still in a transaction loses its rows, and others get on.",
        kept_by="`idle_in_transaction_session_timeout` (`config/database.py`)",
        breaks=[
            Break(
                out="that timeout, and the one of L9 behind it",
                edits=[
                    Edit(
                        DATABASE, '"idle_in_transaction_session": "10s"', '"idle_in_transaction_session": "0"'
                    ),
                    Edit(DATABASE, 'timeouts["transaction"] = "12s"', 'timeouts["transaction"] = "0"'),
                ],
                tests=[
                    f"{WAITS}"
                    "::test_a_process_that_stands_still_in_a_checkout_loses_its_rows_and_others_get_on"
                ],
            ),
            Break(
                out="its place among the outages (PostgreSQL files it elsewhere)",
                edits=[
                    Edit(
                        TRANSACTIONS,
                        "if isinstance(error.__cause__, CUT_OFF):",
                        "if False:",
                    )
                ],
                tests=[
                    f"{RETRIES}::test_a_session_cut_off_for_standing_still_is_an_outage_and_no_bug",
                    f"{RETRIES}::test_a_transaction_that_waits_for_one_lock_after_the_other_is_cut_off",
                ],
            ),
        ],
    ),
    Promise(
        key="L9",
        says="However many locks a request waits for, it writes nothing after its answer's time is over.",
        kept_by="`transaction_timeout` of the web process (`config/database.py`)",
        breaks=[
            Break(
                out="that timeout",
                edits=[Edit(DATABASE, 'timeouts["transaction"] = "12s"', 'timeouts["transaction"] = "0"')],
                tests=[f"{LIMITS}::test_only_a_request_may_not_take_longer_than_its_answer"],
            ),
        ],
    ),
    Promise(
        key="L10",
        says="An action that PostgreSQL undid is never told as done, whoever swallowed the error.",
        kept_by="`core.transactions.retried`; `core.roundtrips`: a transaction whose text failed is over",
        breaks=[
            Break(
                out="looking whether the transaction is aborted",
                edits=[Edit(TRANSACTIONS, " or _is_aborted()", "")],
                tests=[f"{ENDS}::test_what_postgresql_refused_can_not_be_passed_over"],
            ),
            Break(
                out="marking it as over",
                edits=[Edit(ROUNDTRIPS, "transaction.mark_for_rollback_on_error(), ", "")],
                tests=[
                    f"{ENDS}::test_behind_a_first_text_that_never_was_nothing_commits_by_itself",
                    "tests/core/test_roundtrips.py::test_what_is_lost_with_a_text_that_failed_is_missed",
                ],
            ),
            Break(
                out="leaving the COMMIT to the whole",
                edits=[Edit(ROUNDTRIPS, "len(connection.atomic_blocks) == 1 and ", "")],
                tests=[f"{ENDS}::test_what_waits_within_more_leaves_the_commit_to_the_whole"],
            ),
        ],
    ),
]
