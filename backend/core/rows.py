"""Rows into tables and out of them by statements that are written once, where every checkout passes.

Django's compiler writes each statement anew, which takes longer than PostgreSQL takes to run it. All of it
still goes through Django's cursors: their logs, their errors, their transactions.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Field, Model


def fetch(statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """The rows that the statement returns; its parameters are named, as `%(sku)s`."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall()) if cursor.description else []


def insert(rows: Sequence[Model], *, otherwise: str = "") -> list[tuple[Any, ...]]:
    """Insert rows of one model as they are, by one statement; keys that the database makes are not read back.

    `otherwise` follows the values, as `ON CONFLICT DO NOTHING RETURNING id`; returns what that returns.
    """
    if not rows:
        return []
    fields, head, places = _insertion(type(rows[0]))
    values = ", ".join([places] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(
            f"{head} VALUES {values} {otherwise}", [_value(row, field) for row in rows for field in fields]
        )
        found = list(cursor.fetchall()) if cursor.description else []
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias
    return found


def update(row: Model) -> None:
    """Write all fields of a row that exists, and that the caller has locked."""
    fields, statement = _change(type(row))
    with connection.cursor() as cursor:
        cursor.execute(statement, [*(_value(row, field) for field in fields), row.pk])


def select[M: Model](model: type[M], which: str, **parameters: Any) -> list[M]:
    """The rows of the model for which `which` holds, as `id = ANY(%(ids)s) ORDER BY id FOR UPDATE`."""
    statement = f'SELECT {_selection(model)[2]} FROM "{model._meta.db_table}" WHERE {which}'  # noqa: S608 (our own names)
    return _made(model, fetch(statement, **parameters))


def change[M: Model](model: type[M], which: str, **parameters: Any) -> list[M]:
    """The rows as an UPDATE leaves them, in any order; `which` is all of it behind the table's name."""
    statement = f'UPDATE "{model._meta.db_table}" {which} RETURNING {_selection(model)[2]}'
    return _made(model, fetch(statement, **parameters))


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
    return field.get_db_prep_save(getattr(row, field.attname), connection)


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
def _change(model: type[Model]) -> tuple[list["Field[Any, Any]"], str]:
    meta = model._meta
    fields = [field for field in meta.concrete_fields if not field.primary_key]
    columns = ", ".join(f'"{field.column}" = %s' for field in fields)
    return fields, f'UPDATE "{meta.db_table}" SET {columns} WHERE "{meta.pk.column}" = %s'  # noqa: S608 (our own names)


def _is_numbered(field: "Field[Any, Any]") -> bool:
    """Whether the database makes the key."""
    return field.primary_key and field.db_returning
