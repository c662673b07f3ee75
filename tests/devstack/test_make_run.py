"""`make run` as a newcomer meets it: the real shop, from an empty data folder to the last process's end."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from backend.devstack import environment, ports, processes

pytestmark = pytest.mark.slow


class Shop:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{ports.find_free()}"
        self.output = folder / "output"
        # Nothing of the test run's own settings, so that everything is started and generated.
        env = {"PATH": os.environ["PATH"], "PORT": self.url.rpartition(":")[2]}
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "backend.devstack"],
                cwd=environment.ROOT,
                env=env | {"SHOPWIRE_DATA_DIR": str(folder)},
                stdout=output,
                stderr=output,
            )

    def wait_for(self, text: str, seconds: float = 90) -> None:
        says = processes.wait_until(lambda: text in self.output.read_text(), seconds=seconds)
        assert says, self.output.read_text()

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(f"{self.url}{path}", timeout=30) as answer:
            return answer.read()

    def manage(self, *words: str) -> str:
        """`manage.py` as a newcomer calls it: with no setting but where the data is."""
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=environment.ROOT,
            env={"PATH": os.environ["PATH"], "SHOPWIRE_DATA_DIR": str(self.folder)},
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    def running(self, command: str = "") -> list[psutil.Process]:
        """The processes of this run, known by the data folder in their environment."""
        return [one for one in psutil.process_iter() if self._is_ours(one, command)]

    def _is_ours(self, process: psutil.Process, command: str) -> bool:
        try:
            is_ours = process.environ().get("SHOPWIRE_DATA_DIR") == str(self.folder)
            return is_ours and command in " ".join(process.cmdline())
        except psutil.Error:
            return False


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(tmp_path)
    yield shop
    if shop.process.poll() is None:
        shop.process.terminate()
        shop.process.wait(30)


def test_shop_starts_heals_and_stops(shop):
    shop.wait_for("ready in")
    assert json.loads(shop.get("/api/v1/products/"))["count"] >= 24
    assert b"Shopwire" in shop.get("/api/docs/")
    for account in ("alice@shopwire.example", "staff@shopwire.example"):
        shop.wait_for(account)
    shop.manage("import_products", "fixtures/csv/shopify-apparel.csv")
    assert json.loads(shop.get("/api/v1/products/ocean-blue-shirt/"))["name"] == "Ocean Blue Shirt"

    (relay,) = shop.running("manage.py relay")
    relay.kill()
    shop.wait_for("relay died (killed by SIGKILL): starting it again")
    assert processes.wait_until(lambda: shop.running("manage.py relay") != [], seconds=30)

    shop.process.send_signal(signal.SIGINT)
    assert shop.process.wait(30) == 0
    assert shop.running() == []
