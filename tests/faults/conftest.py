"""One shop for the folder, calm before each test and right after it."""

import logging
import tempfile
from pathlib import Path

import pytest

pytest.register_assert_rewrite(
    "tests.faults.books", "tests.faults.buyer", "tests.faults.crew", "tests.faults.shop"
)

from tests.faults import books, buyer  # noqa: E402
from tests.faults.shop import Shop  # noqa: E402
from tests.flows import stack  # noqa: E402

THROTTLES = {f"THROTTLE_{scope}": "off" for scope in ("LOGIN", "REGISTER", "USER", "ANON")}
END_OLDER_SESSIONS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
logging.getLogger("httpx").setLevel(logging.WARNING)


@pytest.fixture(scope="session")
def the_shop():
    # Not pytest's own folder: the next run of pytest closes that to PostgreSQL's user, who has to come back.
    with (
        tempfile.TemporaryDirectory(prefix="shopwire-faults-", ignore_cleanup_errors=True) as folder,
        stack.running(Path(folder), **THROTTLES) as running,
    ):
        shop = Shop(running)
        # The tests' PostgreSQL commits in memory only: killed, it would forget what it had promised.
        shop.write("ALTER DATABASE shopwire SET synchronous_commit = on")
        shop.write(END_OLDER_SESSIONS)
        shop.wait_for_web()
        shop.began_at = shop.rows("SELECT now()")[0]
        with buyer.Buyer(shop, buyer.STAFF) as staff:
            staff.stock_up(5000)
        yield shop


@pytest.fixture
def shop(the_shop):
    """Whatever the test does to it: afterwards nothing is lost, and nothing happened twice."""
    the_shop.calm_down()
    yield the_shop
    the_shop.wait_for_web()
    the_shop.behave()
    the_shop.wait_until_settled()
    books.check(the_shop)


@pytest.fixture
def alice(shop):
    """Of the demo shop, with an address."""
    with buyer.Buyer(shop, buyer.ALICE) as alice:
        yield alice


@pytest.fixture
def staff(shop):
    with buyer.Buyer(shop, buyer.STAFF) as staff:
        yield staff
