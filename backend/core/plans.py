"""Plans that PostgreSQL keeps: a statement that is written once is planned once a connection, by PREPARE.

To plan a join of a cart takes thirty times as long as to run it. EXECUTE goes into a text with others, which
what psycopg prepares does not. What a plan is good for does not depend on the values here: rows by their
keys. Where the values decide, as in lists and searches, each question is planned anew.
"""

import itertools
import re
from collections.abc import Mapping
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from backend.core.statements import Statement

_PLACEHOLDER = re.compile(r"%(?:\((\w+)\)s|s|%)")
_numbers = itertools.count(1)
# Of each of psycopg's connections: what it has prepared, by its SQL.
_known: "WeakKeyDictionary[Any, dict[str, str]]" = WeakKeyDictionary()


class Plans:
    """One connection's, for one text: `fresh` must be prepared in front of it, and remembered behind."""

    def __init__(self, connection: Any) -> None:
        self._known = _known.setdefault(connection, {})
        self._fresh: dict[str, str] = {}

    def execution(self, statement: Statement) -> Statement:
        """The statement by its plan."""
        sql = statement.sql
        name = self._known.get(sql) or self._fresh.get(sql)
        if name is None:
            # Never a name that was given before: a text that failed may have prepared what is not remembered.
            name = self._fresh[sql] = f"shop_{next(_numbers)}"
        _, names = _numbered(sql)
        values = statement.values
        if isinstance(values, Mapping):
            values = [values[each] for each in names]
        places = f" ({', '.join(['%s'] * len(values))})" if values else ""
        return Statement(f"EXECUTE {name}{places}", values)

    @property
    def fresh(self) -> list[str]:
        """What PostgreSQL has to be told before."""
        return [f"PREPARE {name} AS {_numbered(sql)[0]}" for sql, name in self._fresh.items()]

    def remember(self) -> None:
        """It was told."""
        self._known |= self._fresh


@cache
def _numbered(sql: str) -> tuple[str, tuple[str, ...]]:
    """With $1, $2 for the placeholders, and which of them is which; those without a name are as they come."""
    names: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        return f"${names.setdefault(found[1] or f'#{len(names)}', len(names) + 1)}"

    return _PLACEHOLDER.sub(number, sql), tuple(names)
