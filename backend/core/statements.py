"""A statement of SQL, and several that travel together."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

type Values = Mapping[str, Any] | Sequence[Any]
type Answer = list[tuple[Any, ...]]


class Statement(NamedTuple):
    """One statement, with the values of its placeholders.

    `is_planned_once`: whatever the values, the way to the rows is the same (plans.py).
    """

    sql: str
    values: Values = ()
    is_planned_once: bool = False


class Together(str):
    """The text of several statements; whoever watches statements finds them one by one in `parts`."""

    parts: Sequence[Statement]
