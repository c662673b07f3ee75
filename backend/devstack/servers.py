"""The embedded PostgreSQL and Valkey of a run: started first, kept alive, stopped last."""

import asyncio
from pathlib import Path

from backend.devstack import postgres, valkey
from backend.devstack.console import Console
from backend.devstack.postgres_wheel import PostgresFailed
from backend.devstack.watched import PAUSE_SECONDS, DeathCount

_LOOK_EVERY_SECONDS = 0.5


class Servers:
    """Those of the two that the environment does not name."""

    def __init__(self, *, folder: Path, console: Console) -> None:
        self._folder = folder
        self._console = console
        self.postgres: postgres.Postgres | None = None
        self.valkey: valkey.Valkey | None = None

    def start_postgres(self) -> str:
        """Its DATABASE_URL. Raises PostgresFailed."""
        self._console.say("starting PostgreSQL")
        self.postgres = postgres.start(folder=self._folder / "postgres")
        return self.postgres.url()

    def start_valkey(self) -> str:
        """Its REDIS_URL. Raises ValkeyFailed."""
        self._console.say("starting Valkey")
        self.valkey = valkey.start(folder=self._folder / "valkey")
        return self.valkey.url

    def stop(self) -> None:
        for server in (self.valkey, self.postgres):
            if server is not None:
                server.stop()

    async def keep_running(self) -> None:
        """Start one that died again, at its old address. Raises GaveUp."""
        deaths = {"PostgreSQL": DeathCount("PostgreSQL"), "Valkey": DeathCount("Valkey")}
        while True:
            await asyncio.sleep(_LOOK_EVERY_SECONDS)
            for name, is_running in self._health().items():
                if not is_running:
                    deaths[name].died(f"its server.log under {self._folder} says more")
                    await self._revive(name)
                    deaths[name].started()

    def _health(self) -> dict[str, bool]:
        servers = {"PostgreSQL": self.postgres, "Valkey": self.valkey}
        return {name: server.is_running() for name, server in servers.items() if server is not None}

    async def _revive(self, name: str) -> None:
        """From this thread, though it waits a moment: the kernel ties a child to the thread it came from."""
        self._console.say(f"{name} died: starting it again")
        try:
            if name == "Valkey" and self.valkey:
                self.valkey.restart_empty()
            if name == "PostgreSQL" and self.postgres:
                self.postgres.restart()
        except (PostgresFailed, valkey.ValkeyFailed) as error:
            # Sessions of the dead server may still hold its memory; the next look tries again.
            self._console.say(str(error))
            await asyncio.sleep(PAUSE_SECONDS)
