"""`manage.py relay`: the process between the outbox and the world."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from tasks import relay


class Command(BaseCommand):
    help = "Hand events to sockets and tasks until stopped"
    # They would load the whole API, which the relay never uses.
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        relay.run(stop=stop)
