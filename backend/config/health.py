"""For whoever watches the process: is it alive, can it serve?"""

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from redis import RedisError

from backend.core import redis


def alive(request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers at all."""
    return JsonResponse({"status": "alive"})


def ready(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and is migrated; Redis is reported, yet checkout works without it."""
    try:
        pending = bool(_unapplied())
    except Error:
        return JsonResponse({"status": "unavailable", "database": False}, status=503)
    return JsonResponse(
        {"status": "migrating" if pending else "ready", "database": True, "redis": _redis_answers()},
        status=503 if pending else 200,
    )


def _unapplied() -> list[object]:
    executor = MigrationExecutor(connection)
    return list(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _redis_answers() -> bool:
    try:
        redis.client().get("readyz")
    except RedisError:
        return False
    return True
