"""Watch which rows each transaction locks: cart, product, order, payment, stock by SKU, and no way back.

Read off the statements as they run, on every connection of this process. A transaction is what the shop
opened: those that pytest wraps around a test do not count.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.db import transaction

# The order of the architecture page. A product comes before the stock of its SKUs, and after the cart that
# it is put into. Its place on the shelf comes after both. The parts change only under the lock of the row
# that they belong to.
TABLES = {
    "cart_cart": "cart",
    "catalog_product": "product",
    "orders_order": "order",
    "payments_payment": "payment",
    "inventory_stock": "stock",
    "shelf_place": "place",
}
KINDS = list(TABLES.values())
PARTS = {
    "cart_cartitem": "cart",
    "orders_orderitem": "order",
    "orders_statuschange": "order",
    "payments_refund": "payment",
    "inventory_ledgerentry": "stock",
    "shelf_ladder": "place",
    "shelf_shift": "place",
}
KEYS = {"stock": "sku", "place": "product_id"}
# One UPDATE that looks and writes at once needs no lock before it: a product's rating, a cart's version.
AT_ONCE = re.compile(r'SET ("rating_sum" = \("catalog_product"\."rating_sum"|version = \w+\.version \+ 1)')

_WRITE = re.compile(r'\s*(UPDATE|DELETE FROM|INSERT INTO) "?(\w+)"?')
_LOCK = re.compile(r'FROM "(\w+)".* FOR (?:NO KEY )?UPDATE(?: OF "(\w+)")?', re.DOTALL)
_WHERE = re.compile(r'WHERE \(?(?:"\w+"\.)?"?(\w+)"? = (?:%s|%\((\w+)\)s)')
_COLUMNS = re.compile(r'INSERT INTO "\w+" \(([^)]*)\)')
# Rows that a statement of several parts locks by a list of names: `ORDER BY` makes it their order.
_SEVERAL = re.compile(r"unnest\(%\((\w+)\)s.* JOIN (\w+) AS (\w+) .* FOR UPDATE OF \3", re.DOTALL)
_SORTED = re.compile(r'ORDER BY \w+\.sku COLLATE "C" FOR UPDATE')
_SAVEPOINT = re.compile(r'(ROLLBACK TO )?SAVEPOINT "(\w+)"')

SEVERAL = "?"
problems: list[str] = []
_watching: list[list["Transaction"]] = []
_enter, _leave = transaction.Atomic.__enter__, transaction.Atomic.__exit__


class Row(NamedTuple):
    """A locked row, and the column by which it was named."""

    kind: str
    column: str
    value: Any


class Transaction:
    """What one transaction has locked so far, in this order."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.savepoints: dict[str, int] = {}

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        """Django's execute wrapper. A statement that failed has locked nothing that is kept."""
        result = execute(sql, params, many, context)
        text = str(sql)
        if not text.startswith("SELECT") or " FOR " in text[-60:]:
            self._look(text, params)
        return result

    def story(self) -> list[str]:
        """Like `["cart", "order", "stock A", "stock B"]`."""
        return [f"stock {row.value}" if row.kind == "stock" else row.kind for row in self.rows]

    def _look(self, sql: str, params: Any) -> None:
        if sql.lstrip().startswith("WITH"):
            self._look_at_parts(sql, params)
        elif written := _WRITE.match(sql):
            verb, table = written.groups()
            self._check_part(verb, table)
            if table in TABLES:
                is_locking = verb == "INSERT INTO" or AT_ONCE.search(sql) is not None
                self._take(_row(table, sql, params), None if is_locking else verb)
        elif locked := _LOCK.search(sql):
            table = locked[2] or locked[1]
            if table in TABLES:
                self._take(_row(table, sql, params), None)
        elif savepoint := _SAVEPOINT.match(sql):
            is_rollback, name = savepoint.groups()
            del self.rows[
                self.savepoints.setdefault(name, len(self.rows)) if is_rollback else len(self.rows) :
            ]
            self.savepoints[name] = len(self.rows)

    def _look_at_parts(self, sql: str, params: Any) -> None:
        """One statement that locks rows by their names, and then writes them and what belongs to them."""
        if several := _SEVERAL.search(sql):
            names = params[several[1]]
            for name in sorted(names) if _SORTED.search(sql) else names:
                self._take(Row(TABLES[several[2]], "sku", name), None)
        for verb, table in _WRITE.findall(sql):
            self._check_part(verb, table)

    def _check_part(self, verb: str, table: str) -> None:
        whole = PARTS.get(table)
        if whole and not any(row.kind == whole for row in self.rows):
            self._complain(f"{verb} {table} without a lock of the {whole}")

    def _take(self, row: Row, unlocked_verb: str | None) -> None:
        if not self._is_held(row):
            if unlocked_verb:
                self._complain(f"{unlocked_verb} {row.kind} {row.value} without a lock")
            self._check_order(row)
            self.rows.append(row)

    def _is_held(self, row: Row) -> bool:
        """By its name; but a cart found by its user is the cart that has an id, too."""
        held = [one for one in self.rows if one.kind == row.kind]
        if row.kind == "stock":
            return row in held
        return row in held or (bool(held) and all(one.column != row.column for one in held))

    def _check_order(self, row: Row) -> None:
        if row.column == SEVERAL and row.value != "in order":
            return self._complain(f"rows of {row.kind} are locked that the statement does not name")
        for held in self.rows:
            if KINDS.index(held.kind) > KINDS.index(row.kind):
                return self._complain(f"{row.kind} {row.value} is locked after {held.kind} {held.value}")
            # An order's payments are locked by whoever holds the order: they need no order of their own.
            if held.kind == row.kind != "payment" and not (row.kind == "stock" and held.value < row.value):
                return self._complain(f"{row.kind} {row.value} is locked after {held.value}")
        return None

    def _complain(self, what: str) -> None:
        problems.append(f"{what} (held: {', '.join(self.story()) or 'nothing'})")


def _row(table: str, sql: str, params: Any) -> Row:
    """The row that the statement names."""
    kind = TABLES[table]
    if columns := _COLUMNS.match(sql):
        names = [name.strip(' "') for name in columns[1].split(",")]
        key = KEYS.get(kind, "id")
        return Row(kind, key, params[names.index(key)])
    found = _WHERE.search(sql)
    if found is None:
        is_sorted = f'ORDER BY "{table}"."{KEYS.get(kind, "id")}" ASC' in sql and kind != "stock"
        return Row(kind, SEVERAL, "in order" if is_sorted else "anyhow")
    value = params[found[2]] if isinstance(params, Mapping) else params[sql[: found.start(0)].count("%s")]
    return Row(kind, found[1], value)


def _own_blocks(atomic: transaction.Atomic) -> list[transaction.Atomic]:
    blocks = transaction.get_connection(atomic.using).atomic_blocks
    return [block for block in blocks if not block._from_testcase]


def _watched_enter(self: transaction.Atomic) -> None:
    _enter(self)
    if len(_own_blocks(self)) == 1 and not self._from_testcase:
        seen = Transaction()
        transaction.get_connection(self.using).execute_wrappers.append(seen)
        for story in _watching:
            story.append(seen)


def _watched_leave(self: transaction.Atomic, *failure: Any) -> None:
    if len(_own_blocks(self)) == 1 and not self._from_testcase:
        wrappers = transaction.get_connection(self.using).execute_wrappers
        wrappers[:] = [one for one in wrappers if not isinstance(one, Transaction)]
    _leave(self, *failure)


def install() -> None:
    """Watch every transaction of this process from now on; what is wrong is added to `problems`."""
    transaction.Atomic.__enter__ = _watched_enter  # type: ignore[method-assign]
    transaction.Atomic.__exit__ = _watched_leave  # type: ignore[method-assign]


@contextmanager
def watched() -> Iterator[list[Transaction]]:
    """The transactions that begin in this block, of all threads."""
    seen: list[Transaction] = []
    _watching.append(seen)
    try:
        yield seen
    finally:
        _watching.remove(seen)


def stories(seen: list[Transaction]) -> list[list[str]]:
    """Of the transactions that locked anything."""
    return [one.story() for one in seen if one.rows]
