"""What is shown: lists, pages and sign-ins are right, however fast they are answered."""

from tests.guarantees.promise import Break, Edit, Promise

SOLD_OUT = "tests/inventory/test_soldout.py"
ACTIONS = "backend/catalog/actions.py"
PROMISES = [
    Promise(
        key="V1",
        says="A product is listed as sold out when its last unit is sold, also by two buyers at once.",
        kept_by="`inventory.soldout.watch`: the place is locked before what is left is looked up",
        breaks=[
            Break(
                out="the lock on the place",
                edits=[
                    Edit(
                        "backend/shelf/queries.py",
                        'rows.select_for_update(no_key=True).defer("words")',
                        'rows.defer("words")',
                    )
                ],
                tests=[f"{SOLD_OUT}::test_two_who_take_the_last_of_two_variants_at_once_sell_it_out"],
            ),
            Break(
                out="looking at what has run out",
                edits=[
                    Edit(
                        "backend/inventory/actions.py",
                        "    soldout.watch((stock, deltas[stock.sku].gained) for stock in moved)\n",
                        "    soldout.watch(())\n",
                    )
                ],
                tests=[f"{SOLD_OUT}::test_the_last_unit_of_the_last_variant_counts"],
            ),
        ],
    ),
    Promise(
        key="V2",
        says="Lists count, filter and order exactly: as a plain sort of all products would.",
        kept_by="`shelf.ladders` and `shelf.blocks`, written with the places",
        breaks=[
            Break(
                out="moving a price from one ladder to another",
                edits=[
                    Edit(
                        "backend/shelf/actions.py",
                        "    ladders.follow(gone=gone, come=come)\n",
                        "    ladders.follow(gone=[], come=come)\n",
                    )
                ],
                tests=["tests/shelf/test_ladders.py::test_a_place_that_changes_leaves_its_old_rung"],
            ),
            Break(
                out="telling what has shifted since the blocks were counted",
                edits=[
                    Edit("backend/shelf/actions.py", "    blocks.follow(gone=gone, come=come)\n", ""),
                ],
                tests=["tests/shelf/test_blocks.py::test_any_changes_leave_what_counting_anew_would"],
            ),
            Break(
                out="counting and forgetting in one statement",
                edits=[
                    Edit(
                        "backend/shelf/blocks.py",
                        "WITH counted AS (DELETE FROM shelf_shift),\n",
                        "DELETE FROM shelf_shift;\nWITH\n",
                    )
                ],
                tests=[
                    "tests/shelf/test_blocks_at_once.py"
                    "::test_what_is_counted_and_what_is_forgotten_are_of_one_moment"
                ],
            ),
        ],
    ),
    Promise(
        key="V3",
        says="What is kept of a product is what would be made of it now.",
        kept_by="`catalog.representations.refresh`, in the transaction of each change",
        breaks=[
            Break(
                out="making it anew after a review",
                edits=[Edit(ACTIONS, "    representations.refresh([product_id])\n", "")],
                tests=["tests/catalog/test_representations.py::test_kept_and_cached_is_what_is_made_now"],
            ),
            Break(
                out="holding the names of the category, and of those above it, while a product moves in",
                edits=[
                    Edit(
                        ACTIONS,
                        '    queries.keep_category_names(changes.get("category"))\n',
                        "",
                    )
                ],
                tests=[
                    "tests/catalog/test_moves_at_once.py::test_a_category_is_renamed_while_a_product_moves_in",
                    "tests/catalog/test_moves_at_once.py"
                    "::test_what_a_category_is_under_is_renamed_while_a_product_moves_in",
                ],
            ),
        ],
    ),
    Promise(
        key="V5",
        says="A token is worth nothing within five seconds of its sign-in's end, or nobody is let in.",
        kept_by="`accounts.endings`: asked once a second; old news is no news",
        breaks=[
            Break(
                out="the age of the news",
                edits=[
                    Edit(
                        "backend/accounts/endings.py",
                        "        must_know = not self._is_known(now, OLDEST_NEWS)\n",
                        "        must_know = False\n",
                    )
                ],
                tests=[
                    "tests/accounts/test_endings.py"
                    "::test_while_one_asks_the_others_go_on_for_four_seconds_and_no_longer"
                ],
            ),
            Break(
                out="looking behind the last look",
                edits=[
                    Edit(
                        "backend/accounts/endings.py",
                        "min(self._asked_at, now) - OVERLAP)",
                        "min(self._asked_at, now))",
                    )
                ],
                tests=["tests/accounts/test_endings.py::test_an_end_that_waited_for_its_commit_is_heard"],
            ),
        ],
    ),
]
