#!/usr/bin/env python
"""Django's command line, with the shop's settings; beside a `make run`, with those of that shop."""

import json
import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line


def settings_of_running_shop() -> dict[str, str]:
    """What `make run` has told its processes, so that its `manage.py` meets the same database."""
    folder = Path(__file__).parent / os.environ.get("SHOPWIRE_DATA_DIR", ".data")
    file = folder / "running.json"
    return dict(json.loads(file.read_text())) if file.exists() else {}


if __name__ == "__main__":
    if not os.environ.get("DATABASE_URL"):
        os.environ.update(settings_of_running_shop())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
    execute_from_command_line(sys.argv)
