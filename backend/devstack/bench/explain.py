"""How PostgreSQL does what one question of each kind asks of it: `EXPLAIN (ANALYZE, BUFFERS)`, warm.

`python -m backend.devstack.bench.explain` reads `{"questions": {kind: path}}` as JSON, with the shop's
environment, and prints a text: first how often all products were read through, then the slowest first.
"""

import json
import sys

import django
from django.db import connection

django.setup()

from backend.catalog import shapes  # noqa: E402  (apps first)
from backend.devstack.bench import plans, recording, requests  # noqa: E402
from backend.devstack.bench.plans import Explained, Plan  # noqa: E402

_SHOWN = 20  # products on a page
_ON_SHELF = "SELECT array_agg(product_id::text) FROM (SELECT product_id FROM shelf_place LIMIT %s) AS shown"


def main(questions: dict[str, str]) -> None:
    asked = [Explained(kind, path, _plans(path)) for kind, path in questions.items()]
    print(plans.text([*asked, Explained("what catalog_page shows of a page", "", [_page()])]))


def _plans(path: str) -> list[Plan]:
    (statements,) = recording.read([path], host=f"explained{requests.OTHER_HOSTS}")
    return [
        Plan(sql, _explain(sql)) for sql in statements if sql.lstrip("( \n").startswith(("SELECT", "WITH"))
    ]


def _page() -> Plan:
    """The function's own SELECT, which the plans of its callers do not show, by the plan that it keeps."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'catalog_page'")
        inner = plans.inner_select(cursor.fetchone()[0])
        cursor.execute(_ON_SHELF, [_SHOWN])
        products = ", ".join(f"'{product}'" for product in cursor.fetchone()[0])
        cursor.execute("SET plan_cache_mode TO force_generic_plan")
        cursor.execute(f"PREPARE page(uuid[], integer) AS {inner}")
        plan = Plan(inner, _explain(f"EXECUTE page(ARRAY[{products}]::uuid[], {shapes.VERSION})"))
        cursor.execute("RESET plan_cache_mode")
    return plan


def _explain(sql: str) -> str:
    """The second time, when all it reads is in memory."""
    with connection.cursor() as cursor:
        for _ in range(2):
            # Through a plain cursor: the text is complete, and its percent signs are no placeholders.
            cursor.cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {sql}")
            lines = cursor.cursor.fetchall()
    return "\n".join(line for (line,) in lines)


if __name__ == "__main__":
    main(**json.load(sys.stdin))
