"""A proof that a refused request changed nothing."""

import pytest
from django.db import connection


def _contents() -> dict[str, str]:
    """A checksum of every row of every table."""
    names = sorted(connection.introspection.table_names())
    sums = " UNION ALL ".join(
        f"SELECT '{name}', coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM \"{name}\" t"
        for name in names
    )
    with connection.cursor() as cursor:
        cursor.execute(sums)
        return dict(cursor.fetchall())


@pytest.fixture
def unchanged(as_staff, as_alice):
    """Fails the test if a table is not what it was when the test began; the cast is there by then."""
    before = _contents()
    yield
    after = _contents()
    assert [name for name in before if before[name] != after[name]] == []
