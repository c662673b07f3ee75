"""What is told: versions without holes or doubles, and low stock once."""

from tests.guarantees.promise import Break, Edit, Promise

FEEDS = "tests/outbox/test_feeds.py"
TOPICS = "tests/consumers/test_topics.py"
LOW = "tests/inventory/test_lowstock.py"
PROMISES = [
    Promise(
        key="T1",
        says="A row's version rises by one with each change, under its lock, and each is told once.",
        kept_by="`orders.actions._save` and `_MOVE`, with the event in the same transaction",
        breaks=[
            Break(
                out="counting an order's versions",
                edits=[Edit("backend/orders/actions.py", "    order.version += 1\n", "")],
                tests=[
                    "tests/orders/test_life.py::test_the_whole_way_is_one_version_and_one_history_line_a_step"
                ],
            ),
            Break(
                out="counting a stock row's",
                edits=[Edit("backend/inventory/moving.py", ", version = version + 1\n", "\n")],
                tests=["tests/inventory/test_moves.py::test_a_hold_keeps_units_and_tells_what_is_left"],
            ),
        ],
    ),
    Promise(
        key="T2",
        says="Feeds are numbered without gaps, and a snapshot says exactly how far it reaches.",
        kept_by="`outbox.feeds.read`: numbering and looking in one REPEATABLE READ transaction (ADR 0002)",
        breaks=[
            Break(
                out="REPEATABLE READ",
                edits=[
                    Edit(
                        "backend/outbox/feeds.py",
                        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
                        "SET TRANSACTION ISOLATION LEVEL READ COMMITTED",
                    )
                ],
                tests=[f"{FEEDS}::test_what_commits_during_a_look_is_neither_in_it_nor_lost"],
            )
        ],
    ),
    Promise(
        key="T3",
        says="A client hears no frame twice, and nothing of an order beyond a frame that it has missed.",
        kept_by="`consumers.topics`: `Place.take` drops repeats, `Topic._advance` keeps what is past a hole",
        breaks=[
            Break(
                out="dropping repeats",
                edits=[
                    Edit(
                        "consumers/topics.py",
                        "        if update.version <= self.version:\n            if self.joining",
                        "        if update.version < self.version:\n            if self.joining",
                    ),
                    Edit(
                        "consumers/topics.py",
                        "if self.version is None or update.version <= self.version:",
                        "if self.version is None:",
                    ),
                ],
                tests=[f"{TOPICS}::test_a_repeat_is_dropped"],
            ),
            Break(
                out="noticing a hole",
                edits=[
                    Edit(
                        "consumers/topics.py",
                        "if self.is_stream and update.version > self.version + 1:",
                        "if False:",
                    )
                ],
                tests=[f"{TOPICS}::test_nothing_is_told_beyond_a_hole_until_it_is_filled"],
            ),
        ],
    ),
    Promise(
        key="T4",
        says="A SKU that falls to its threshold raises one alert, and again only after a restock above it.",
        kept_by="`inventory.lowstock.watch`: `low_alerted`, under the row's lock",
        breaks=[
            Break(
                out="remembering the alert",
                edits=[
                    Edit(
                        "backend/inventory/lowstock.py",
                        "        stock.low_alerted = True\n",
                        "        pass\n",
                    ),
                ],
                tests=[f"{LOW}::test_going_up_and_down_without_a_restock_stays_quiet"],
            ),
            Break(
                out="arming it again",
                edits=[Edit("backend/inventory/lowstock.py", "        rearm(stock)\n", "        pass\n")],
                tests=[f"{LOW}::test_after_a_restock_above_the_threshold_it_is_raised_again"],
            ),
        ],
    ),
    Promise(
        key="T5",
        says="A carrier's message is applied once.",
        kept_by="`orders.carrier.deliver`: its id is a primary key, looked up under the order's lock",
        breaks=[
            Break(
                out="the look at its id, and at the order",
                edits=[
                    Edit(
                        "backend/orders/carrier.py",
                        "if CarrierEvent.objects.filter(pk=event_id).exists():",
                        "if False:",
                    ),
                    Edit(
                        "backend/orders/carrier.py", "if order.status != Order.Status.DELIVERED:", "if True:"
                    ),
                ],
                tests=["tests/orders/test_life.py::test_the_carrier_delivers_once"],
            )
        ],
    ),
]
