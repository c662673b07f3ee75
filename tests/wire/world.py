"""A shop in which much happens, and all of it that tests of the live wire may hurt."""

import os
import random
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from urllib.parse import urlsplit, urlunsplit

from django.db import connection
from django.utils import timezone

from backend.cart import actions as carts
from backend.devstack import ports, processes, tether, valkey
from backend.inventory import actions as inventory
from backend.orders import actions as orders
from tests import factories, live
from tests.sdk.conftest import Web
from tests.wire import proxy

PATIENCE_SECONDS = 40


class Crowd(threading.Thread):
    """Alice fills her cart and orders, bob fills his, the mug's stock moves: until told to stop."""

    def __init__(self, alice, bob):
        super().__init__(daemon=True)
        self.mug = factories.product(sku="MUG", quantity=100_000)
        self.alice, self.bob, self.address = alice, bob, factories.address(alice)
        self.rounds = 0
        self._is_over = threading.Event()

    def run(self):
        while not self._is_over.wait(0.01):
            self._turn(timezone.now() + timedelta(minutes=random.randint(-60, 60)))
            self.rounds += 1
        connection.close()

    def _turn(self, now):
        for user in (self.alice, self.bob):
            carts.add_item(user_id=user.pk, product_id=self.mug.pk, variant_id=None, quantity=1, now=now)
        inventory.adjust(sku="MUG", delta=-1, note="count", actor_id=None, now=now)
        if self.rounds % 5 == 4:
            addresses = {"shipping_address_id": self.address.pk, "billing_address_id": self.address.pk}
            orders.place_order(user=self.alice, now=now, **addresses)
            carts.clear(user_id=self.bob.pk, now=now)

    def go_on(self, rounds=15):
        """Wait until it has changed the shop so many times more."""
        goal = self.rounds + rounds
        assert processes.wait_until(
            lambda: self.rounds >= goal or not self.is_alive(), seconds=PATIENCE_SECONDS
        )
        assert self.is_alive()

    def stop(self):
        self._is_over.set()
        self.join()


class World:
    """All that can be hurt."""

    def __init__(self, folder, opened):
        self.log, self.opened = folder / "processes.log", opened
        self.news = opened.enter_context(valkey.start(folder=folder / "valkey"))
        address = urlsplit(self.news.url)
        self.link = opened.enter_context(proxy.before(address.port))
        linked = address._replace(netloc=address.netloc.replace(str(address.port), str(self.link.port)))
        self.settings = {"REDIS_URL": urlunsplit(linked), "SOCKETS_PER_USER": "50"}
        self.webs = [self._web(by) for by in ("daphne", "uvicorn")]
        self.lines = [opened.enter_context(proxy.before(web.port)) for web in self.webs]
        self.relays = []
        for _ in range(2):
            self.start_relay()

    def _web(self, by):
        web = Web(ports.find_free(), self.log, by=by, settings=self.settings)
        web.start()
        self.opened.callback(web.stop)
        return web

    def start_relay(self):
        environment = {**os.environ, "DATABASE_URL": live.database_url(), "REDIS_URL": self.news.url}
        command = tether.command(sys.executable, "manage.py", "relay", signal=signal.SIGKILL)
        with self.log.open("ab") as out:
            self.relays.append(subprocess.Popen(command, env=environment, stdout=out, stderr=out))
        self.opened.callback(processes.stop, self.relays[-1], first=signal.SIGTERM, grace=5)
