"""The text of what explain.py found: whether all products were ever read through, times, and the plans."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backend.devstack.bench.row import VERDICTS

_TIME = re.compile(r"^Execution Time: ([\d.]+) ms", re.MULTILINE)
_PLANNING = re.compile(r"^Planning Time: ([\d.]+) ms", re.MULTILINE)
_READ_THROUGH = re.compile(r"Seq Scan on (?:public\.)?(?:shelf_place|catalog_product)\b")
_INNER = re.compile(r"RETURN QUERY\s+(.*?);", re.DOTALL)


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

    @property
    def reads_all(self) -> bool:
        """Whether it reads every product, whatever was asked for."""
        return _READ_THROUGH.search(self.text) is not None


@dataclass(frozen=True)
class Explained:
    """A question with the plans of its statements."""

    kind: str
    path: str
    plans: list[Plan]

    @property
    def milliseconds(self) -> float:
        return sum(plan.milliseconds for plan in self.plans)


def text(asked: Sequence[Explained]) -> str:
    """The first line says it all (`headline`)."""
    return "\n".join(_lines(sorted(asked, key=lambda one: -one.milliseconds)))


def headline(report: str) -> str:
    """Of such a text: how many plans read all products."""
    return report.partition("\n")[0]


def inner_select(body: str) -> str:
    """What a function of PL/pgSQL returns, as a statement of its two arguments. Raises ValueError."""
    found = _INNER.search(body)
    if found is None:
        raise ValueError(f"no RETURN QUERY in {body}")
    return re.sub(r"\bwanted\b", "$2", re.sub(r"\bchosen\b", "$1", found[1]))


def _lines(asked: Sequence[Explained]) -> Iterator[str]:
    plans = [plan for one in asked for plan in one.plans]
    reading = sum(plan.reads_all for plan in plans)
    yield (
        f"{reading} of {len(plans):,} plans, of {len(asked):,} kinds of questions, have a Seq Scan of "
        f"shelf_place or catalog_product: {VERDICTS[not reading]}"
    )
    yield from (f"  {one.kind}  {one.path}" for one in asked if any(plan.reads_all for plan in one.plans))
    yield "\nEach kind of question by the time its statements take, planning included; then their plans.\n"
    for one in asked:
        yield f"{one.milliseconds:9.2f} ms  {len(one.plans)} statements  {one.kind}  {one.path}"
    for one in asked:
        yield f"\n\n=== {one.kind}: {one.milliseconds:.2f} ms\n    {one.path}"
        yield from (f"\n{plan.sql}\n\n{plan.text}" for plan in one.plans)
