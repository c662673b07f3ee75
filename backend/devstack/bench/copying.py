"""Rows by the hundred thousand into a model's table, by COPY."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection, models
from psycopg import sql


def write(model: type[models.Model], rows: Iterable[Mapping[str, Any]]) -> None:
    """Each row names columns; what it leaves out gets the field's default, as if the model had made it."""
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
    command = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table),
        sql.SQL(", ").join([sql.Identifier(str(field.column)) for field in fields]),
    )
    with connection.cursor() as cursor, cursor.copy(command) as copy:
        for row in rows:
            copy.write_row([_value(field, row) for field in fields])


def _value(field: "models.Field[Any, Any]", row: Mapping[str, Any]) -> Any:
    value = row[field.attname] if field.attname in row else field.get_default()
    return json.dumps(value) if isinstance(field, models.JSONField) and value is not None else value
