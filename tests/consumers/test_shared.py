"""One question for all who ask at about the same time."""

import asyncio

from consumers.shared import Shared


async def test_who_asks_just_as_a_round_ends_is_answered():
    late = []

    async def read(keys):
        if not late:
            late.append(asyncio.ensure_future(shared.get("epoch")))  # its turn comes right after this round
        return {key: key for key in keys}

    shared = Shared(read)

    assert await shared.get("epoch") == "epoch"
    assert await asyncio.wait_for(late[0], 30) == "epoch"
