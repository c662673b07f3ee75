"""The live wire's clients: each is bounded, and each is told why it must go."""

from tests.guarantees.promise import Break, Edit, Promise

WEB = "tests/consumers/test_web.py"
SLOW = "tests/consumers/test_web_slow_clients.py"
CLIENT = "tests/consumers/test_client.py"
SEATS = "tests/consumers/test_seats.py"
SIGN_INS = "tests/consumers/test_sign_ins.py"
PROMISES = [
    Promise(
        key="G1",
        says="Who does not read costs bounded memory; what an app asked for itself does not make it slow.",
        kept_by="`consumers.backlog`, one slot a SKU; `config.daphne_server`: senders wait for a full socket",
        breaks=[
            Break(
                out="waiting for Daphne's socket",
                edits=[
                    Edit(
                        "backend/config/daphne_server.py",
                        "if protocol.writable is not None:",
                        "if False:",
                    )
                ],
                tests=[f"{SLOW}::test_a_client_that_does_not_read_is_let_go_and_costs_little"],
            ),
            Break(
                out="one wait for all that is written to a full socket",
                edits=[Edit("backend/config/daphne_socket.py", "if self.writable is None:", "if True:")],
                tests=[
                    "tests/consumers/test_deaf.py"
                    "::test_who_pings_while_nothing_more_can_be_written_hears_the_newest_all_the_same"
                ],
            ),
            Break(
                out="the bound",
                edits=[Edit("consumers/client.py", "if self.backlog.is_far_too_long:", "if False:")],
                tests=[f"{CLIENT}::test_a_client_that_does_not_read_is_far_behind_at_once"],
            ),
            Break(
                out="the slot",
                edits=[
                    Edit(
                        "consumers/topics.py",
                        "client.push(client.dialect.update(update), "
                        "slot=None if self.topic.is_stream else self.topic.name)",
                        "client.push(client.dialect.update(update))",
                    )
                ],
                tests=[
                    "tests/consumers/test_hub.py::test_of_stock_the_newest_alone_waits_for_who_does_not_read"
                ],
            ),
            Break(
                out="waiting between large answers",
                edits=[Edit("consumers/subscribing.py", "if client.backlog.is_long:", "if False:")],
                tests=[
                    "tests/consumers/test_large_answers.py"
                    "::test_an_app_that_missed_much_on_many_topics_gets_it_all"
                ],
            ),
        ],
    ),
    Promise(
        key="G2",
        says="An app is told code and reason before each close; at the process's end everybody is told 3001.",
        kept_by="`consumers.client._finish`; `consumers.drain`, before uvicorn's own end by `lifespan`",
        breaks=[
            Break(
                out="the farewell",
                edits=[Edit("consumers/client.py", "if farewell is not None:", "if False:")],
                tests=[f"{CLIENT}::test_an_app_has_time_to_refresh_and_is_told_before_the_close"],
            ),
            Break(
                out="the drain",
                edits=[
                    Edit(
                        "consumers/drain.py",
                        "            client.end(Code.SHUTTING_DOWN)\n",
                        "            pass\n",
                    )
                ],
                tests=[f"{WEB}::test_at_the_end_apps_are_told_one_by_one"],
            ),
            Break(
                out="the drain before uvicorn's end",
                edits=[
                    Edit("consumers/lifespan.py", "_drain_first(asyncio.get_running_loop())", "pass"),
                ],
                tests=[f"{WEB}::test_at_the_end_apps_are_told_one_by_one"],
            ),
        ],
    ),
    Promise(
        key="G3",
        says="A sign-out closes the sockets of that sign-in, and no others, also if its news are lost.",
        kept_by="`consumers.sign_ins`: by the news, and by a look each three seconds; `obeying._refresh`",
        breaks=[
            Break(
                out="the news",
                edits=[
                    Edit(
                        "consumers/sign_ins.py",
                        "if session_id is None or str(client.session_id) == session_id:",
                        "if False:",
                    )
                ],
                tests=[f"{SIGN_INS}::test_a_sign_out_ends_that_sign_in_and_all_where_none_is_named"],
            ),
            Break(
                out="the look",
                edits=[
                    Edit(
                        "consumers/rounds.py",
                        "_for_ever(hub.sign_ins.look_up, pause=SIGN_OUT_SECONDS)",
                        "asyncio.sleep(0)",
                    )
                ],
                tests=["tests/consumers/test_sign_outs.py::test_a_sign_out_that_nobody_tells_is_found"],
            ),
            Break(
                out="care for who refreshed during the look",
                edits=[
                    Edit(
                        "consumers/sign_ins.py",
                        "if session_id in ended and client.session_id == session_id:",
                        "if session_id in ended:",
                    )
                ],
                tests=[f"{SIGN_INS}::test_who_signs_in_anew_during_the_look_is_not_taken_for_signed_out"],
            ),
            Break(
                out="listening for the new sign-in before it is looked up",
                edits=[
                    Edit(
                        "consumers/obeying.py",
                        "    session.client.session_id = claims.session_id",
                        "    pass",
                    )
                ],
                tests=[f"{SIGN_INS}::test_a_sign_out_of_a_new_token_is_heard_while_it_is_looked_up"],
            ),
        ],
    ),
    Promise(
        key="G4",
        says="A user's ten seats are free again when their sockets are gone, however many leave at once.",
        kept_by="`consumers.store`: a pool that waits; `consumers.rounds._renewals`: who left keeps no seat",
        breaks=[
            Break(
                out="waiting for a connection",
                edits=[
                    Edit("consumers/store.py", "import BlockingConnectionPool, ", "import ConnectionPool, "),
                    Edit(
                        "consumers/store.py", "from_pool(BlockingConnectionPool.", "from_pool(ConnectionPool."
                    ),
                    Edit("consumers/store.py", '    given |= {"timeout": given["socket_timeout"]}\n', ""),
                ],
                tests=[f"{SEATS}::test_all_who_come_and_go_at_once_have_seats_and_leave_them"],
            ),
            Break(
                out="freeing the seats of who left during a renewal",
                edits=[Edit("consumers/rounds.py", "in set(clients) - hub.clients:", "in ():")],
                tests=[f"{SEATS}::test_who_leaves_while_seats_are_renewed_keeps_none"],
            ),
        ],
    ),
]
