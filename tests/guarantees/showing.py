"""What is shown: lists, pages and sign-ins are right, however fast they are answered."""

from tests.guarantees.promise import Break, Edit, Promise

SOLD_OUT = "tests/inventory/test_soldout.py"
CACHE = "tests/catalog/test_cache.py"
ACTIONS = "backend/catalog/actions.py"
SIGNS = "backend/catalog/signs.py"
GENERATIONS = "backend/catalog/generations.py"
SIGNED = "tests/catalog/test_signs.py"
GUESTS = "tests/faults/test_guests.py"
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
                    "tests/catalog/test_races.py::test_a_category_is_renamed_while_a_product_moves_in",
                    "tests/catalog/test_races.py"
                    "::test_what_a_category_is_under_is_renamed_while_a_product_moves_in",
                ],
            ),
        ],
    ),
    Promise(
        key="V4",
        says="A slow reader never brings back what was before a change; guests see it in two seconds.",
        kept_by="`catalog.generations`: an answer is kept under the one it was asked under",
        breaks=[
            Break(
                out="asking for the generation before the database",
                edits=[
                    Edit(
                        "backend/catalog/cache.py",
                        "    _memory.keep(address, fresh, generation=generation, until=until)\n",
                        "    _memory.keep(address, fresh, "
                        "generation=generations.in_use() or '', until=until)\n",
                    )
                ],
                tests=[f"{CACHE}::test_a_reader_that_was_slower_than_a_write_brings_nothing_old_back"],
            ),
            Break(
                out="naming a new generation",
                edits=[Edit(SIGNS, "if is_stale then redis.call('SET', KEYS[2], ARGV[2]) end\n", "")],
                tests=[f"{CACHE}::test_after_every_kind_of_write_guests_see_it"],
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
                    f"{SIGNED}::test_redis_that_comes_back_as_it_was_before_a_change_revives_nothing",
                    f"{GUESTS}::test_what_redis_forgot_is_not_shown_again",
                ],
            ),
        ],
    ),
]
