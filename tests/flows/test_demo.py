"""`make demo`: it passes against a running shop, and says what is missing when something is."""

import os
import subprocess
import sys
import threading

import pytest
from websockets.sync.server import serve

from backend.devstack import ports
from backend.devstack.demo.screen import Failed, Screen
from backend.devstack.demo.sockets import Socket
from tests.flows.stack import ROOT

SNAPSHOT = '{"type": "snapshot", "topic": "cart:1", "version": 1, "data": {}}'
LATER = '{"type": "update", "topic": "cart:1", "event": "cart.cleared", "version": 3, "data": {}}'


@pytest.mark.slow
def test_the_demo_passes_again_and_again(shop):
    runs = [shop.python("-m", "backend.devstack.demo") for _ in range(2)]

    assert [run.returncode for run in runs] == [0, 0], [run.stderr for run in runs]
    for run in runs:
        assert "order.delivered" in run.stdout
        assert "stock.low" in run.stdout
        assert "Done: order delivered, alert heard" in run.stdout


def test_without_a_shop_the_demo_says_so_in_one_line(tmp_path):
    run = subprocess.run(
        [sys.executable, "-m", "backend.devstack.demo"],
        env={"PATH": os.environ["PATH"], "SHOPWIRE_DATA_DIR": str(tmp_path)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    expected = "demo: there is no shop in this data folder: start it with make run, then try again\n"
    assert (run.returncode, run.stderr, run.stdout) == (1, expected, "")


@pytest.fixture
def gapped():
    """A socket that brings versions 1 and 3, and is closed then."""

    def talk(connection):
        connection.send(SNAPSHOT)
        connection.send(LATER)

    port = ports.find_free()
    with serve(talk, "127.0.0.1", port) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with Socket(name="cart", url=f"ws://127.0.0.1:{port}/", token="", screen=Screen()) as socket:
            yield socket
        server.shutdown()


def test_a_missing_frame_fails_the_demo(gapped):
    gapped.snapshot()

    with pytest.raises(Failed, match="order created is missing on the cart socket"):
        gapped.wait_for("order created", lambda frame: False)


def test_a_missing_version_fails_the_demo(gapped):
    gapped.update("cart.cleared")

    with pytest.raises(Failed, match="cart:1 went from version 1 to 3"):
        gapped.check_versions()
