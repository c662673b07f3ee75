"""What guests are shown of what is kept for them: nothing old, and made once for all of them."""

from tests.guarantees.promise import Break, Edit, Promise

ENDS = "tests/catalog/test_cache_ends.py"
SIGNS = "backend/catalog/signs.py"
GENERATIONS = "backend/catalog/generations.py"
KEPT = "backend/catalog/cache.py"
SIGNED = "tests/catalog/test_signs.py"
ANEW = "tests/catalog/test_signs_anew.py"
STAMPEDE = "tests/catalog/test_stampede.py"
MARKS = "tests/catalog/test_marks.py"
GUESTS = "tests/faults/test_guests.py"
PROMISES = [
    Promise(
        key="V4",
        says="A slow reader never brings back what was before a change; guests see it in two seconds.",
        kept_by="`catalog.generations`: an answer is kept under the one it was asked under",
        breaks=[
            Break(
                out="asking for the generation before the database",
                edits=[
                    Edit(
                        KEPT,
                        "    _memory.keep(address, fresh, generation=generation, until=until)\n",
                        "    _memory.keep(address, fresh, "
                        "generation=generations.in_use() or '', until=until)\n",
                    )
                ],
                tests=[f"{ENDS}::test_a_reader_that_was_slower_than_a_write_brings_nothing_old_back"],
            ),
            Break(
                out="naming a new generation",
                edits=[Edit(SIGNS, "if is_stale then redis.call('SET', KEYS[2], ARGV[2]) end\n", "")],
                tests=[f"{ENDS}::test_after_every_kind_of_write_guests_see_it"],
            ),
        ],
    ),
    Promise(
        key="V6",
        says="Guests see it in two seconds also when relays are dead, stuck or behind, or Redis lost news.",
        kept_by="`catalog.signs`: what no relay signs for lasts a turn; one that misses its sign names anew",
        breaks=[
            Break(
                out="the age of the signs",
                edits=[
                    Edit(
                        GENERATIONS,
                        "local left = math.min(turn, oldest + ARGV[3] - now)",
                        "local left = turn",
                    )
                ],
                tests=[
                    f"{SIGNED}::test_a_sign_is_good_for_its_time",
                    f"{GUESTS}::test_a_price_that_changes_after_the_relay_was_killed_is_seen",
                ],
            ),
            Break(
                out="wanting a sign for each shard",
                edits=[Edit(GENERATIONS, "#signs < tonumber(ARGV[4]) and 0 or now", "now")],
                tests=[f"{SIGNED}::test_one_shard_that_nobody_leads_is_enough"],
            ),
            Break(
                out="signing for no later time while something is left behind",
                edits=[Edit(SIGNS, "        if is_all:\n", "        if True:\n")],
                tests=[f"{SIGNED}::test_a_look_that_leaves_something_behind_signs_for_no_later_time"],
            ),
            Break(
                out="looking for its last sign",
                edits=[Edit(SIGNS, " or redis.call('HGET', KEYS[1], ARGV[place]) ~= ARGV[1]", "")],
                tests=[
                    f"{ANEW}::test_redis_that_comes_back_as_it_was_before_a_change_revives_nothing",
                    f"{GUESTS}::test_what_redis_forgot_is_not_shown_again",
                ],
            ),
        ],
    ),
    Promise(
        key="V7",
        says="Of a crowd that asks for what is no longer kept one makes it, whatever process they meet.",
        kept_by="`catalog.answers.Flights` among threads; `catalog.cache`: a mark in Redis among processes",
        breaks=[
            Break(
                out="waiting for the thread that makes it (Redis is away)",
                edits=[
                    Edit(
                        KEPT,
                        "_flights.join((None, address), lambda: Answer.of(compute()))",
                        "Answer.of(compute())",
                    )
                ],
                tests=[f"{STAMPEDE}::test_of_a_crowd_one_makes_it_while_redis_is_away"],
            ),
            Break(
                out="the mark of the process that makes it",
                edits=[Edit(KEPT, "redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])\n", "")],
                tests=[f"{MARKS}::test_another_process_waits_for_it"],
            ),
            Break(
                out="the end of the mark of one that died",
                edits=[Edit(KEPT, ", 'PX', ARGV[2])", ")")],
                tests=[f"{MARKS}::test_a_mark_does_not_outlive_who_made_it"],
            ),
        ],
    ),
]
