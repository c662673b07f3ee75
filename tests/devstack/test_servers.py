"""The embedded servers: their addresses, their ends, and what a killed one leaves."""

import os
import signal

import psycopg
import pytest
import redis

from backend.devstack import postgres, processes, valkey


@pytest.mark.slow
def test_postgres_keeps_its_data_and_recovers_from_a_kill(tmp_path):
    with postgres.start(folder=tmp_path / "postgres") as server, psycopg.connect(server.url()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        connection.commit()
        os.kill(server.pid, signal.SIGKILL)
        assert processes.wait_until(lambda: not server.is_running(), seconds=30)

    with postgres.start(folder=tmp_path / "postgres") as server, psycopg.connect(server.url()) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)


@pytest.mark.slow
def test_long_folder_gets_a_short_socket(tmp_path):
    with postgres.start(folder=tmp_path / ("long" * 30), durable=False) as server:
        server.create_database("other")
        with psycopg.connect(server.url("other")) as connection:
            assert connection.execute("SELECT current_database()").fetchone() == ("other",)

    assert not server.is_running()


def test_valkey_comes_back_empty_at_its_address(tmp_path):
    with valkey.start(folder=tmp_path) as server, redis.Redis.from_url(server.url) as client:
        client.set("cart", "full")

        server.restart_empty()

        assert client.get("cart") is None
    assert not server.is_running()


def test_valkey_on_a_taken_port_is_refused(tmp_path):
    with (
        valkey.start(folder=tmp_path / "first") as server,
        pytest.raises(valkey.ValkeyFailed, match=f"did not start on port {server.port}"),
    ):
        valkey.start(folder=tmp_path / "second", port=server.port)
