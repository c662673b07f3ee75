"""The live wire: a client hears all, in order, once; or is told that it must look anew."""

from tests.guarantees.promise import Break, Edit, Promise

RECOVERY = "tests/consumers/test_centrifuge_recovery.py"
HEALING = "tests/consumers/test_healing.py"
TOPICS = "tests/consumers/test_topics.py"
PROMISES = [
    Promise(
        key="H1",
        says="Who comes back gets every version missed, or a snapshot that says that it is one.",
        kept_by="`consumers.subscribing._recovered`; `outbox.wire.missed` believes a log without holes only",
        breaks=[
            Break(
                out="the comparison of epochs",
                edits=[Edit("consumers/subscribing.py", " or history.epoch != asked.epoch", "")],
                tests=[f"{RECOVERY}::test_an_emptied_redis_is_another_epoch"],
            ),
            Break(
                out="the look for holes",
                edits=[
                    Edit(
                        "backend/outbox/wire.py",
                        "if first > offset + 1 or any(entry.version != first + n for n, entry in "
                        "enumerate(found)):",
                        "if False:",
                    )
                ],
                tests=[
                    "tests/outbox/test_wire.py::test_nobody_is_led_over_a_hole",
                    f"{RECOVERY}::test_a_history_that_has_run_out_or_begins_too_late_is_a_loss",
                ],
            ),
            Break(
                out="the row's word where the log is silent",
                edits=[
                    Edit(
                        "consumers/subscribing.py",
                        "missed = [] if seen is not None and seen.version == asked.offset else None",
                        "missed = []",
                    )
                ],
                tests=[f"{RECOVERY}::test_a_history_that_has_run_out_or_begins_too_late_is_a_loss"],
            ),
        ],
    ),
    Promise(
        key="H2",
        says="Between a snapshot and what follows nothing is missing, nothing comes twice, snapshot first.",
        kept_by="`consumers.topics`: news are kept while somebody joins; `Hub.join` looks at the link's era",
        breaks=[
            Break(
                out="keeping updates for who is still being joined",
                edits=[
                    Edit(
                        "consumers/topics.py",
                        "        if self.joining:\n            self._keep(update)\n",
                        "",
                    )
                ],
                tests=[
                    f"{TOPICS}::test_two_who_come_together_get_each_what_they_lack",
                    "tests/consumers/test_joining.py::test_snapshot_and_what_follows_is_all_that_happened",
                ],
            ),
            Break(
                out="the era: the link broke between look and join",
                edits=[
                    Edit(
                        "consumers/hub.py",
                        "if not is_whole or place.era != self.sources.era:",
                        "if not is_whole:",
                    )
                ],
                tests=[
                    f"{HEALING}"
                    "::test_who_looked_before_the_link_broke_and_joined_when_it_was_back_misses_nothing",
                    f"{HEALING}::test_who_joins_behind_what_others_were_shown_is_shown_it_too",
                ],
            ),
            Break(
                out="the snapshot's place before all news (it gets the SKU's slot)",
                edits=[
                    Edit(
                        "consumers/hub.py",
                        "client.push(client.dialect.snapshot(seen))",
                        "client.push(client.dialect.snapshot(seen), slot=place.topic.name)",
                    )
                ],
                tests=[
                    "tests/consumers/test_hub.py::test_a_state_of_stock_is_shown_although_newer_ones_wait"
                ],
            ),
        ],
    ),
]
