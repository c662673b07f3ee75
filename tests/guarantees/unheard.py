"""What a client of the live wire did not hear: noticed in time, and healed or said to be lost."""

from tests.guarantees.promise import Break, Edit, Promise

HOLES = "tests/consumers/test_centrifuge_holes.py"
HEALING = "tests/consumers/test_healing.py"
HISTORY = "tests/consumers/test_history.py"
PROMISES = [
    Promise(
        key="H3",
        says="A version that is missing is noticed by the next, and healed from the log or said to be lost.",
        kept_by="`consumers.hub._told`: what does not fit is in doubt; `consumers.healing` settles it",
        breaks=[
            Break(
                out="the doubt",
                edits=[
                    Edit(
                        "consumers/hub.py",
                        "            if not topic.hear(Update(name, version, frame)):\n"
                        "                self.doubt(topic)\n",
                        "            topic.hear(Update(name, version, frame))\n",
                    )
                ],
                tests=[
                    f"{HOLES}::test_a_hole_is_healed_from_the_history_and_nobody_notices",
                    f"{HISTORY}::test_a_hole_in_a_stream_sends_the_client_for_a_snapshot",
                ],
            )
        ],
    ),
    Promise(
        key="H4",
        says="What was told while Redis was out of reach is heard once it is back, even if nothing follows.",
        kept_by="`Hub` doubts all topics then; `healing` believes silence only of the same Redis process",
        breaks=[
            Break(
                out="the doubt of all topics",
                edits=[
                    Edit(
                        "consumers/hub.py",
                        "on_link_up=lambda: self.doubt(*self.topics.values())",
                        "on_link_up=lambda: None",
                    )
                ],
                tests=[
                    f"{HISTORY}::test_what_a_cut_link_missed_is_made_good",
                    f"{HOLES}::test_what_a_cut_link_missed_is_told_from_the_history",
                ],
            ),
            Break(
                out="doubts that come while another is settled",
                edits=[
                    Edit(
                        "consumers/healing.py",
                        "doubtful.clear()\n        try:\n            await self._settle(topics)\n",
                        "doubtful\n        try:\n            await self._settle(topics)\n"
                        "            hub.doubtful.clear()\n",
                    )
                ],
                tests=[f"{HEALING}::test_a_doubt_that_comes_while_another_is_settled_is_settled_too"],
            ),
            Break(
                out="the question which process answers, after a fail-over or a restart from a file",
                edits=[
                    Edit(
                        "consumers/sources.py",
                        'f"{data} {self.link.server}"',
                        "data",
                    )
                ],
                tests=[
                    f"{HEALING}::test_what_another_redis_does_not_remember_is_looked_up",
                    f"{HEALING}::test_news_that_a_redis_which_took_over_never_had_are_lost",
                    "tests/consumers/test_web_redis_away.py"
                    "::test_who_comes_back_to_a_redis_that_has_lost_the_newest_gets_a_snapshot",
                ],
            ),
            Break(
                out="the look at the rows behind what another Redis tells",
                edits=[
                    Edit("consumers/healing.py", "return is_fresh or not history.is_silent", "return True"),
                    Edit(
                        "consumers/healing.py",
                        "        if history.epoch != self._redis:\n            return False\n",
                        "",
                    ),
                ],
                tests=[f"{HEALING}::test_news_that_a_redis_which_took_over_never_had_are_lost"],
            ),
            Break(
                out="giving up a Redis that takes the connection and never answers",
                edits=[
                    Edit("consumers/link.py", "socket_timeout=QUIET_SECONDS", "socket_timeout=None"),
                ],
                tests=[
                    "tests/consumers/test_link.py"
                    "::test_a_redis_that_takes_the_connection_and_never_answers_is_tried_anew"
                ],
            ),
            Break(
                out="the doubt where Redis confirmed too late",
                edits=[
                    Edit("consumers/link.py", "self._late.update(self._missing(channels))", "pass"),
                ],
                tests=["tests/consumers/test_link.py::test_what_is_confirmed_too_late_is_doubted"],
            ),
        ],
    ),
    Promise(
        key="H5",
        says="A message that is lost without a word is found within half a minute.",
        kept_by="`consumers.healing.check_positions`: every 25 s, does Redis know more than was heard?",
        breaks=[
            Break(
                out="the doubt of who is behind",
                edits=[
                    Edit(
                        "consumers/healing.py",
                        "                self._whole_at = 0.0\n                hub.doubt(topic)\n",
                        "                self._whole_at = 0.0\n",
                    )
                ],
                tests=[f"{HEALING}::test_a_message_that_was_lost_without_a_word_is_found_by_its_position"],
            )
        ],
    ),
]
