"""A server that says it is there has nothing left to load: its first request is as fast as any."""

import subprocess
import sys

import pytest

LOADED = "import sys, backend.config.{}; print('api.v1' in sys.modules)"


@pytest.mark.parametrize("interface", ["wsgi", "asgi"])
def test_the_api_is_loaded_with_the_application(interface):
    words = [sys.executable, "-c", LOADED.format(interface)]

    assert subprocess.run(words, capture_output=True, text=True, check=True).stdout == "True\n"
