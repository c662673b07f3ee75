"""The cast: alice and bob buy, staff serves. And the post: relay and jobs, run on demand."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.utils import timezone

from backend.accounts import endings
from backend.accounts.models import User
from backend.catalog import generations, signs
from backend.core import redis
from backend.outbox import shards
from tasks import jobs, relay
from tasks.app import app
from tests import caching, emptying, factories, locks
from tests.caller import Caller
from tests.servers_inside import client, database, running


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--server", choices=list(running.SERVERS), help="ask the API over HTTP, by this server")
    parser.addoption("--cache", choices=caching.MODES, default="on", help="what becomes of guests' answers")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "not_over_http(why): not run with --server")
    config.addinivalue_line("markers", "about_the_cache: run only where it works as it does in the shop")
    # bcrypt is slow by design; that it is used is asserted once, in tests/accounts.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    locks.install()
    emptying.install()
    # A test's own transaction may stand still: on a busy machine ten seconds are soon over.
    settings.DATABASES["default"]["OPTIONS"]["options"] += " -c idle_in_transaction_session_timeout=0"
    # So may its Redis; what the shop does without one is for tests of that.
    settings.REDIS_PATIENCE.update(socket_timeout=30, socket_connect_timeout=30)
    # How long an example takes tells how busy the machine is, and no more.
    patient = {"deadline": None, "suppress_health_check": [hypothesis.HealthCheck.too_slow]}
    hypothesis.settings.register_profile("patient", **patient)
    hypothesis.settings.load_profile("patient")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long ones first. Tests that ask the API nothing are no business of `--server` and `--cache`."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
    if config.getoption("--server") or config.getoption("--cache") != "on":
        config.hook.pytest_deselected(items=[item for item in items if not _asks_the_api(item)])
        items[:] = [item for item in items if _asks_the_api(item)]


def _asks_the_api(item: Any) -> bool:
    return "Caller" in vars(item.module) or any(name.startswith("as_") for name in item.fixturenames)


def pytest_runtest_setup(item: pytest.Item) -> None:
    mark = item.get_closest_marker("not_over_http")
    if mark and item.config.getoption("--server"):
        pytest.skip(mark.args[0])
    if item.get_closest_marker("about_the_cache") and item.config.getoption("--cache") != "on":
        pytest.skip("it is about the cache")


@pytest.fixture(scope="session", autouse=True)
def _server(request: pytest.FixtureRequest) -> Iterator[None]:
    """The one that `--server` names, behind every Caller of the run."""
    name = request.config.getoption("--server")
    if name is None:
        yield
        return
    request.getfixturevalue("django_db_setup")  # which ends after the server then
    with running.running(name) as port, database.lent():
        client.speak_to(port)
        yield
        client.speak_to()


@pytest.fixture(autouse=True)
def _empty_redis() -> None:
    redis._rests_until = 0.0
    redis.client().flushall()
    look_at_the_catalogue_anew()


def look_at_the_catalogue_anew() -> None:
    """What was changed and told is served at once: the catalogue's generation turns now."""
    redis.client().delete(generations.IN_USE)
    generations._seen = ("", 0.0)


def tell_of_a_change() -> None:
    """As a relay does that has seen one in the catalogue."""
    signs.Signs().give(led=shards.ALL, is_stale=True, is_all=True, at=0.0)


@pytest.fixture(autouse=True)
def _no_relay_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if one were there and up to date. Tests of what becomes of its signs bring their own."""
    monkeypatch.setattr(generations, "SIGNED_MILLISECONDS", 10**15)


@pytest.fixture(autouse=True)
def _cache(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    caching.use(request.config.getoption("--cache"), monkeypatch)


@pytest.fixture(autouse=True)
def _sign_outs_are_heard_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if a second passed between any two requests: each asks who has signed out, by one query."""
    monkeypatch.setattr(endings, "HEARD_EVERY", timedelta(0))
    monkeypatch.setattr(endings, "of_this_process", endings.Endings())


@pytest.fixture(autouse=True)
def _locks_are_in_order() -> Iterator[None]:
    """Of whatever a test makes the shop do: see tests/locks.py."""
    locks.problems.clear()
    yield
    assert not locks.problems, "\n".join(locks.problems)


@pytest.fixture
def any_lock_order(_locks_are_in_order: None) -> Iterator[None]:
    """For loaders that change many products in one transaction, which nothing else does."""
    yield
    locks.problems.clear()


@pytest.fixture
def alice(db: None) -> User:
    """A customer."""
    return factories.user("alice@shopwire.example", first_name="Alice", last_name="Archer")


@pytest.fixture
def bob(db: None) -> User:
    """Another customer."""
    return factories.user("bob@shopwire.example", first_name="Bob", last_name="Baker")


@pytest.fixture
def staff(db: None) -> User:
    """Somebody who works here."""
    return factories.user("staff@shopwire.example", first_name="Sam", last_name="Staff", is_staff=True)


@pytest.fixture
def as_guest(db: None) -> Caller:
    return Caller()


@pytest.fixture
def as_alice(alice: User) -> Caller:
    return Caller(alice)


@pytest.fixture
def as_bob(bob: User) -> Caller:
    return Caller(bob)


@pytest.fixture
def as_staff(staff: User) -> Caller:
    return Caller(staff)


@pytest.fixture
def settle() -> Callable[[], None]:
    """Relay every event and do every job it starts, here and now; guests see it without the usual second."""

    app.loader.import_default_modules()
    signed = signs.Signs()
    signed.give(led=shards.ALL, is_stale=False, is_all=True, at=0.0)

    def run() -> None:
        def send(few: Sequence[Any]) -> None:
            jobs.run_all([job.pk for job in few])

        while relay.step(now=timezone.now(), send=send, signs=signed):
            pass
        look_at_the_catalogue_anew()

    return run
