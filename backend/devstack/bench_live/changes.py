"""Carts change while nobody is there: in the database and on the wire, as their owners would change them."""

from collections.abc import Collection

import psycopg

from backend.devstack.bench_live.job import Job
from backend.devstack.bench_live.publishing import Publisher

_TIMES = 3
_CHANGE = "UPDATE cart_cart SET version = version + %s WHERE id = ANY(%s::uuid[]) RETURNING id::text, version"


def change(job: Job, *, carts: Collection[str], publisher: Publisher) -> dict[str, list[int]]:
    """Each three times; returns the versions told, by topic, in order. Commits before it tells."""
    with psycopg.connect(job.database_url) as connection:
        newest = connection.execute(_CHANGE, [_TIMES, list(carts)]).fetchall()
    told = {f"cart:{cart}": list(range(version - _TIMES + 1, version + 1)) for cart, version in newest}
    for topic, versions in told.items():
        for version in versions:
            publisher.tell(topic, version=version, size=job.frame_bytes)
    return told
