"""The relays: one tells a topic at a time, in order, and another takes over from it."""

from tests.guarantees.promise import Break, Edit, Promise

SHARE = "tests/outbox/test_share.py"
HELD = "tests/outbox/test_feeds_held.py::test_a_feed_that_is_held_keeps_no_other_back_and_loses_nothing"
SHARDS = "tasks/shards.py"
PROMISES = [
    Promise(
        key="B1",
        says="Relays share the topics evenly, and each topic is told by one of them.",
        kept_by="`tasks.shards`: an advisory lock a shard, taken until the share is fair",
        breaks=[
            Break(
                out="the fair share",
                edits=[
                    Edit(
                        SHARDS,
                        "fair = -(-shards.SHARDS // _ask(_COUNT, PRESENT))",
                        "fair = shards.SHARDS",
                    )
                ],
                tests=[f"{SHARE}::test_relays_that_come_get_a_fair_share"],
            ),
            Break(
                out="the lock",
                edits=[
                    Edit(
                        SHARDS,
                        'if number > 0 and _ask("SELECT pg_try_advisory_lock(%s, %s)", LEAD, shard):',
                        "if number > 0:",
                    )
                ],
                tests=[f"{SHARE}::test_relays_that_come_get_a_fair_share"],
            ),
        ],
    ),
    Promise(
        key="B2",
        says="What a relay led that died or stands still, in a transaction too, another tells within 5 s.",
        kept_by="`tasks.shards.Share._begin`: PostgreSQL ends the session of who does nothing for 2.5 s",
        breaks=[
            Break(
                out="the limits",
                edits=[
                    Edit(
                        SHARDS,
                        'IDLE = ("idle_session_timeout", "idle_in_transaction_session_timeout")',
                        "IDLE = ()",
                    )
                ],
                tests=[
                    f"{SHARE}::test_a_relay_that_stands_still_is_cut_off",
                    f"{SHARE}::test_a_relay_that_stands_still_in_a_transaction_is_cut_off",
                ],
            )
        ],
    ),
    Promise(
        key="B3",
        says="A version is published once while its log lives, whatever relay tells it again.",
        kept_by="`outbox.wire.PUBLISH`: one script that looks at the log, adds to it and publishes",
        breaks=[
            Break(
                out="the look at the log",
                edits=[
                    Edit(
                        "backend/outbox/wire.py",
                        "if tonumber(version) > newest then",
                        "if true then",
                    )
                ],
                tests=["tests/outbox/test_wire.py::test_a_repeat_is_not_published_again"],
            )
        ],
    ),
    Promise(
        key="B4",
        says="A SKU is told four times a second at most, the first change at once and the newest always.",
        kept_by="`tasks.conflation`: what is not due waits, and a newer one takes its place",
        breaks=[
            Break(
                out="waiting for its turn",
                edits=[
                    Edit(
                        "tasks/conflation.py",
                        "due = [event for topic, event in newest.items() if topic not in self._told_at]",
                        "due = list(newest.values())",
                    )
                ],
                tests=[
                    "tests/outbox/test_conflation.py::test_stock_is_told_four_times_a_second_at_most",
                    "tests/outbox/test_conflation.py"
                    "::test_a_first_change_is_told_at_once_and_the_rest_in_its_turn",
                ],
            )
        ],
    ),
    Promise(
        key="B5",
        says="A transaction wakes the relay once, after its commit, however much it tells.",
        kept_by="`outbox.poke.after_commit`: asks for one poke, however often it is asked",
        breaks=[
            Break(
                out="asking once",
                edits=[
                    Edit(
                        "backend/outbox/poke.py",
                        "if all(hook[1] is not relay for hook in connection.run_on_commit):",
                        "if True:",
                    )
                ],
                tests=["tests/outbox/test_poke.py::test_many_events_poke_once"],
            )
        ],
    ),
    Promise(
        key="B6",
        says="Who stands still with a feed's row locked keeps that feed's news back, and no other's.",
        kept_by="`outbox.feeds.number_all`: waits for no row, and comes back to those that are held",
        breaks=[
            Break(
                out="passing over what is held",
                edits=[
                    Edit(
                        "backend/outbox/feeds.py",
                        "FOR UPDATE OF outbox_feed SKIP LOCKED",
                        "FOR UPDATE OF outbox_feed",
                    )
                ],
                tests=[
                    HELD,
                    "tests/outbox/test_relay_run.py"
                    "::test_a_feed_that_somebody_holds_keeps_no_other_news_back_and_comes_whole_when_it_is_let_go",
                ],
            ),
            Break(
                out="leaving alone what is there",
                edits=[
                    Edit(
                        "backend/outbox/feeds.py",
                        " WHERE NOT EXISTS (SELECT FROM outbox_feed",
                        " WHERE true OR EXISTS (SELECT FROM outbox_feed",
                    )
                ],
                tests=[HELD],
            ),
        ],
    ),
    Promise(
        key="B7",
        says="A version that Redis refused is told before those it takes later, full or just come back.",
        kept_by="`outbox.wire.publish`: a topic's updates of a batch are one script, taken as a whole",
        breaks=[
            Break(
                out="the whole",
                edits=[
                    Edit(
                        "tasks/telling.py",
                        "        wire.publish(pipeline, topic=topic, updates=updates[topic])",
                        "        for update in updates[topic]:\n"
                        "            wire.publish(pipeline, topic=topic, updates=[update])",
                    )
                ],
                tests=[
                    "tests/outbox/test_relay.py"
                    "::test_what_a_full_redis_refused_comes_before_what_it_takes_later"
                ],
            )
        ],
    ),
]
