"""Many ask the same at about the same time: one question for all of them."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence

MOST_KEYS = 200


class Shared[K: Hashable, V]:
    """Answers are never older than the question: who asks while a round is under way gets the next one's."""

    def __init__(self, read: Callable[[Sequence[K]], Awaitable[Mapping[K, V]]], *, rounds: int = 1) -> None:
        """`read` answers for several keys and leaves out what there is not; up to `rounds` run at a time."""
        self._read = read
        self._rounds = rounds
        self._waiting: dict[K, asyncio.Future[V | None]] = {}
        self._running: set[asyncio.Task[None] | None] = set()

    async def get(self, key: K) -> V | None:
        """The key's answer, None if there is none. Raises what `read` raises."""
        waiting = self._waiting.get(key)
        if waiting is None:
            waiting = self._waiting[key] = asyncio.get_running_loop().create_future()
            if len(self._running) < self._rounds:
                self._start()
        return await asyncio.shield(waiting)

    def _start(self) -> None:
        task = asyncio.create_task(self._run())
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _run(self) -> None:
        try:
            await self._answer_all()
        finally:
            # In the same step as the last look at who waits: who asks in the next one must start a round.
            self._running.discard(asyncio.current_task())

    async def _answer_all(self) -> None:
        while self._waiting:
            asked = {key: self._waiting.pop(key) for key in list(self._waiting)[:MOST_KEYS]}
            try:
                answers = await self._read(list(asked))
            except Exception as error:  # noqa: BLE001  (whoever asked gets it)
                _fail(asked.values(), error)
            else:
                for key, future in asked.items():
                    if not future.done():
                        future.set_result(answers.get(key))


def _fail[V](futures: Iterable[asyncio.Future[V | None]], error: Exception) -> None:
    for future in futures:
        if not future.done():
            future.set_exception(error)
            future.exception()  # seen, even if nobody waits any more
