"""Plans into the shop: each product whole in a transaction of its own, or all of them in one."""

from collections.abc import Iterable, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum

from django.db import transaction

from backend.catalog import actions, parts, queries, shelving
from backend.catalog.importer import standing
from backend.catalog.importer.plans import Plan
from backend.catalog.importer.problems import Problem
from backend.core import transactions
from backend.core.errors import Missing, ShopError


class Outcome(Enum):
    """What became of a product."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass
class Report:
    """How many products had which outcome, and why some were refused."""

    counts: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    problems: list[Problem] = field(default_factory=list)


def load(*, plans: Iterable[Plan], said: Set[str], now: datetime) -> Report:
    """Load each product that the shop will have. `said` names the columns the file has.

    Stock is opened for SKUs that are new and never set. A refused product leaves nothing behind.
    """
    report = Report()
    for plan in plans:
        try:
            outcome = _load(plan, said, now)
        except ShopError as error:
            outcome = Outcome.REFUSED
            report.problems.append(Problem(plan.line, _reason(error)))
        report.counts[outcome] += 1
    return report


def load_all_or_nothing(
    *, plans: Iterable[Plan], said: Set[str], now: datetime, is_rehearsal: bool = False
) -> Report:
    """Load the products in one transaction, which one refusal undoes; a rehearsal is undone in any case.

    What is changed stays locked until its end, but for places in lists, which are written there.
    """
    with transaction.atomic(), shelving.together():
        report = load(plans=plans, said=said, now=now)
        if report.problems or is_rehearsal:
            transaction.set_rollback(True)
    return report


@transactions.retried
def _load(plan: Plan, said: Set[str], now: datetime) -> Outcome:
    """Create the product, or change it where it differs. Locks it. Raises what the catalogue refuses."""
    draft = replace(plan.draft, category=_category(plan, now))
    queries.keep_category_names(draft.category or queries.category_of(slug=draft.slug))
    try:
        product = queries.lock_product(slug=draft.slug)
    except Missing:
        actions.create_product(draft=draft, actor_id=None, now=now)
        return Outcome.NEW
    draft = standing.wanted(plan=plan, draft=draft, current=parts.draft_of(product), said=said)
    changed = actions.update_product(slug=product.slug, draft=draft, actor_id=None, now=now)
    return Outcome.UNCHANGED if changed.updated_at == product.updated_at else Outcome.CHANGED


def _category(plan: Plan, now: datetime) -> str | None:
    """The slug of the plan's category, which is made where it is missing."""
    return actions.ensure_category(names=plan.category, now=now).slug if plan.category else None


def _reason(error: ShopError) -> str:
    """The refusal in one line: `SKU is taken (sku: A-1)`."""
    details = "; ".join(
        f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}"
        for name, value in (error.details or {}).items()
    )
    return f"{error} ({details})" if details else str(error)
