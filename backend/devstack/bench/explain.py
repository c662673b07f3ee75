"""How PostgreSQL does what one question of each kind asks of it: `EXPLAIN (ANALYZE, BUFFERS)`, warm.

`python -m backend.devstack.bench.explain` reads `{"questions": {kind: path}}` as JSON, with the shop's
environment, and prints a text: the slowest first.
"""

import json
import re
import sys
from dataclasses import dataclass

import django
from django.db import connection

django.setup()

from backend.devstack.bench import recording, requests  # noqa: E402  (apps first)

_TIME = re.compile(r"^Execution Time: ([\d.]+) ms", re.MULTILINE)
_PLANNING = re.compile(r"^Planning Time: ([\d.]+) ms", re.MULTILINE)


@dataclass(frozen=True)
class Plan:
    """Of one statement."""

    sql: str
    text: str

    @property
    def milliseconds(self) -> float:
        return sum(
            float(found[1]) for found in (_TIME.search(self.text), _PLANNING.search(self.text)) if found
        )


def main(questions: dict[str, str]) -> None:
    explained = [(kind, path, _plans(path)) for kind, path in questions.items()]
    explained.sort(key=lambda one: -_total(one[2]))
    print("Each kind of question by the time its statements take, planning included; then their plans.\n")
    for kind, path, plans in explained:
        print(f"{_total(plans):9.2f} ms  {len(plans)} statements  {kind}  {path}")
    for kind, path, plans in explained:
        print(f"\n\n=== {kind}: {_total(plans):.2f} ms\n    {path}")
        for plan in plans:
            print(f"\n{plan.sql}\n\n{plan.text}")


def _plans(path: str) -> list[Plan]:
    (statements,) = recording.read([path], host=f"explained{requests.OTHER_HOSTS}")
    return [
        Plan(sql, _explain(sql)) for sql in statements if sql.lstrip("( \n").startswith(("SELECT", "WITH"))
    ]


def _explain(sql: str) -> str:
    """The second time, when all it reads is in memory."""
    with connection.cursor() as cursor:
        for _ in range(2):
            # Through a plain cursor: the text is complete, and its percent signs are no placeholders.
            cursor.cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {sql}")
            lines = cursor.cursor.fetchall()
    return "\n".join(line for (line,) in lines)


def _total(plans: list[Plan]) -> float:
    return sum(plan.milliseconds for plan in plans)


if __name__ == "__main__":
    main(**json.load(sys.stdin))
