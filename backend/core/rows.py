"""Rows into tables and out of them by statements that are written once, where every checkout passes.

Django's compiler writes each statement anew, which takes longer than PostgreSQL takes to run it. All of it
still goes through Django's cursors: their logs, their errors, their transactions.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

from django.db import connection, models
from django.db.models import Field, Model

from backend.core import roundtrips
from backend.core.statements import Answer, Statement

# Their values go to PostgreSQL as they are; others, such as JSON, are for the field to convert.
_PLAIN = (
    models.BooleanField,
    models.CharField,
    models.DateTimeField,
    models.DecimalField,
    models.ForeignKey,
    models.IntegerField,
    models.TextField,
    models.UUIDField,
)
_FEW = 3  # rows that are inserted together; of more, each number would be a statement of its own


class Selection[M: Model](NamedTuple):
    """Rows of a model, still to be asked for."""

    model: type[M]
    statement: Statement


def fetch(statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """The rows that the statement returns; its parameters are named, as `%(sku)s`."""
    return roundtrips.ask(Statement(statement, parameters))[0]


def fetch_by_key(statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """The same, of a statement that finds its rows the same way whatever the parameters: planned once."""
    return roundtrips.ask(Statement(statement, parameters, is_planned_once=True))[0]


def insert(rows: Sequence[Model], *, otherwise: str = "") -> list[tuple[Any, ...]]:
    """Insert rows of one model as they are, by one statement; keys that the database makes are not read back.

    `otherwise` follows the values, as `ON CONFLICT DO NOTHING RETURNING id`; returns what that returns. What
    returns nothing may go with the next statement (roundtrips.py).
    """
    for statement in insertion(rows, otherwise=otherwise):
        if "RETURNING" in otherwise:
            return roundtrips.ask(statement)[0]
        roundtrips.tell(statement)
    return []


def insertion(rows: Sequence[Model], *, otherwise: str = "") -> list[Statement]:
    """What `insert` sends: one statement, none for no rows."""
    if not rows:
        return []
    fields, head, places = _insertion(type(rows[0]))
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias
    values = [_value(row, field) for row in rows for field in fields]
    text = f"{head} VALUES {', '.join([places] * len(rows))} {otherwise}"
    return [Statement(text, values, is_planned_once=len(rows) <= _FEW)]


def update(row: Model, *names: str) -> None:
    """Write these fields of a row that exists, and that the caller has locked; it may go with the next."""
    fields, statement = _change(type(row), names)
    values = [*(_value(row, field) for field in fields), row.pk]
    roundtrips.tell(Statement(statement, values, is_planned_once=True))


def select[M: Model](model: type[M], which: str, **parameters: Any) -> list[M]:
    """The rows of the model for which `which` holds, as `id = ANY(%(ids)s) ORDER BY id FOR UPDATE`."""
    return read(selection(model, which, **parameters))[0]


def selection[M: Model](model: type[M], which: str, **parameters: Any) -> Selection[M]:
    """What `select` asks for, to be read with others."""
    text = f'SELECT {_selection(model)[2]} FROM "{model._meta.db_table}" WHERE {which}'  # noqa: S608 (our own names)
    return Selection(model, Statement(text, parameters, is_planned_once=True))


def changing[M: Model](model: type[M], which: str, **parameters: Any) -> Selection[M]:
    """An UPDATE and the rows as it leaves them, in any order; `which` is all behind the table's name."""
    text = f'UPDATE "{model._meta.db_table}" {which} RETURNING {_selection(model)[2]}'
    return Selection(model, Statement(text, parameters, is_planned_once=True))


def read(*wanted: Selection[Any], ask: Callable[..., list[Answer]] = roundtrips.ask) -> list[list[Any]]:
    """The rows of each, in one round trip; of the later ones as they are when the earlier are locked."""
    answers = ask(*(one.statement for one in wanted))
    return [_made(one.model, found) for one, found in zip(wanted, answers, strict=True)]


def attach(row: Model, **parts: Iterable[Model]) -> None:
    """Let `row.items.all()` and the like give these, as prefetching them would: nothing is asked for them."""
    known = row.__dict__.setdefault("_prefetched_objects_cache", {})
    for name, found in parts.items():
        known[name] = getattr(row, name).all()
        known[name]._result_cache = list(found)


def _made[M: Model](model: type[M], found: Iterable[tuple[Any, ...]]) -> list[M]:
    names, converted, _ = _selection(model)
    made = []
    for values in found:
        read = list(values)
        for place, convert in converted:
            read[place] = convert(read[place], None, connection)
        made.append(model.from_db(connection.alias, names, read))
    return made


def _value(row: Model, field: "Field[Any, Any]") -> Any:
    value = getattr(row, field.attname)
    return value if isinstance(field, _PLAIN) else field.get_db_prep_save(value, connection)


@cache
def _insertion(model: type[Model]) -> tuple[list["Field[Any, Any]"], str, str]:
    fields = [
        field for field in model._meta.concrete_fields if not field.generated and not _is_numbered(field)
    ]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    return fields, f'INSERT INTO "{model._meta.db_table}" ({columns})', f"({', '.join(['%s'] * len(fields))})"


@cache
def _selection(model: type[Model]) -> tuple[list[str], list[tuple[int, Any]], str]:
    fields = model._meta.concrete_fields
    columns = ", ".join(f'"{field.column}"' for field in fields)
    converted = [
        (place, field.from_db_value) for place, field in enumerate(fields) if hasattr(field, "from_db_value")
    ]
    return [field.attname for field in fields], converted, columns


@cache
def _change(model: type[Model], names: Collection[str]) -> tuple[list["Field[Any, Any]"], str]:
    meta = model._meta
    fields = [field for field in meta.concrete_fields if field.name in names]
    columns = ", ".join(f'"{field.column}" = %s' for field in fields)
    return fields, f'UPDATE "{meta.db_table}" SET {columns} WHERE "{meta.pk.column}" = %s'  # noqa: S608 (our own names)


def _is_numbered(field: "Field[Any, Any]") -> bool:
    """Whether the database makes the key."""
    return field.primary_key and field.db_returning
