"""The live wire's clients together: none disturbs another, and each is answered in time."""

from tests.guarantees.promise import Break, Edit, Promise

PATIENCE = "tests/consumers/test_patience.py"
LOCKED = "tests/consumers/test_locked_tables.py"
PROMISES = [
    Promise(
        key="G5",
        says="Nothing that one client says or suffers stops the news of the others.",
        kept_by="`commands._can_be_sent`; `connections.Wary`; `Shared._run` ends in its last look's step",
        breaks=[
            Break(
                out="the refusal of topics that are no text",
                edits=[Edit("consumers/commands.py", " or not _can_be_sent(value)", "")],
                tests=[
                    "tests/consumers/test_odd_words.py::test_a_topic_that_is_no_text_breaks_nobody_elses_news"
                ],
            ),
            Break(
                out="noticing a line to Redis that was reset",
                edits=[
                    Edit(
                        "consumers/connections.py",
                        "if self._writer is not None and self._writer.is_closing():",
                        "if False:",
                    )
                ],
                tests=[
                    "tests/consumers/test_connections.py"
                    "::test_a_connection_that_was_reset_says_so_and_can_be_made_anew"
                ],
            ),
            Break(
                out="the end of a round in the step of its last look",
                edits=[Edit("consumers/shared.py", "self._running.discard(asyncio.current_task())", "pass")],
                tests=["tests/consumers/test_shared.py::test_who_asks_just_as_a_round_ends_is_answered"],
            ),
        ],
    ),
    Promise(
        key="G6",
        says="An app's command is answered in 5 s or told to try again; what was given up leaves nothing.",
        kept_by="`obeying.ANSWER_SECONDS`; `subscribing._prepare` leaves the place, `seats.take` the seat",
        breaks=[
            Break(
                out="the limit of a subscribe",
                edits=[
                    Edit("consumers/subscribing.py", "timeout_at(session.answer_by)", "timeout_at(None)"),
                ],
                tests=[
                    f"{PATIENCE}::test_a_subscribe_that_takes_too_long_fails_alone_and_its_place_is_left",
                    f"{LOCKED}::test_subscribes_are_answered_while_it_is_locked",
                ],
            ),
            Break(
                out="the limit of other commands",
                edits=[
                    Edit("consumers/centrifuge.py", "timeout_at(self.session.answer_by)", "timeout_at(None)"),
                ],
                tests=[f"{LOCKED}::test_connects_are_answered_while_it_is_locked"],
            ),
            Break(
                out="leaving the place",
                edits=[
                    Edit(
                        "consumers/subscribing.py",
                        "        session.hub.leave_topic(session.client, asked.channel)\n",
                        "        pass\n",
                    )
                ],
                tests=[
                    f"{PATIENCE}::test_a_subscribe_that_takes_too_long_fails_alone_and_its_place_is_left",
                ],
            ),
            Break(
                out="leaving the seat",
                edits=[Edit("consumers/seats.py", "        await leave(client)\n", "        pass\n")],
                tests=[
                    f"{PATIENCE}::test_who_gives_up_while_sitting_down_has_no_seat_and_may_say_again_who_it_is",
                ],
            ),
        ],
    ),
]
