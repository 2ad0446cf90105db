"""The store as lines of JSON, the same for both databases: dumped at one instant, loaded whole or not.

A dump made on SQLite can be loaded into PostgreSQL and the other way round.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from typing import TYPE_CHECKING

from django.apps import apps
from django.core.management.color import no_style
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction

from wattwarden.domain.errors import fail

if TYPE_CHECKING:
    from django.db.models.options import Options

_BATCH = 1000
_LEFT_OUT = {"sessions", "contenttypes", "usersessions"}
"""Who was signed in signs in anew; types of content are made by the schema."""
_MADE_BY_SCHEMA = {"auth.permission", "auth.group"}


def dumped() -> Iterator[str]:
    """Every row of the store at one instant: a line for each model, then one for the values of each row."""
    with connection.cursor() as cursor:
        # By hand: Django's own transactions would take SQLite's lock for writing, and writers should go on.
        isolation = "BEGIN ISOLATION LEVEL REPEATABLE READ" if connection.vendor == "postgresql" else "BEGIN"
        cursor.execute(isolation)
        try:
            for model in _models():
                names = _columns(model)
                yield json.dumps({"model": _about(model).label_lower, "fields": names})
                rows = _rows_of(model).order_by("pk").values_list(*names)
                for row in rows.iterator(chunk_size=_BATCH):
                    yield json.dumps(row, cls=_Exact, ensure_ascii=False, separators=(",", ":"))
        finally:
            cursor.execute("ROLLBACK")


def load_dump(lines: Iterable[str]) -> int:
    """Fill an empty store; how many rows.

    Raises:
        WattwardenError: the store is not empty, or the dump is of another version.
    """
    known = {_about(model).label_lower: model for model in _models()}
    count = 0
    with transaction.atomic():
        for model in known.values():
            if _rows_of(model).exists():
                raise fail("restore", found=f"rows of {model.__name__}", expected="an empty store")
        for header, rows in _parts(lines):
            model_of = known.get(str(header.get("model")))
            if model_of is None or header.get("fields") != _columns(model_of):
                raise fail(
                    "restore", found=f"{header.get('model')} with other columns", expected="a backup of this version",
                    action="Restore with the version that made the backup, then upgrade.",
                )  # fmt: skip
            count += _fill(model_of, rows)
        _reset_numbers(list(known.values()))
    return count


class _Exact(DjangoJSONEncoder):
    """Instants to the microsecond: Django's encoder cuts them to the millisecond."""

    def default(self, o: object) -> object:
        """Dates and instants as ISO text, the rest as Django has it."""
        return o.isoformat() if hasattr(o, "isoformat") else super().default(o)


def _models() -> list[type[models.Model]]:
    found = [m for m in apps.get_models() if _about(m).managed and not _about(m).proxy]
    chosen = [m for m in found if _about(m).app_label not in _LEFT_OUT]
    return [m for m in chosen if _about(m).label_lower not in _MADE_BY_SCHEMA]


def _about(model: type[models.Model]) -> "Options[models.Model]":
    return model._meta  # noqa: SLF001 Django's public name


def _rows_of(model: type[models.Model]) -> "models.Manager[models.Model]":
    return model._base_manager  # noqa: SLF001 Django's public name


def _columns(model: type[models.Model]) -> list[str]:
    return [field.attname for field in _about(model).concrete_fields]


def _parts(lines: Iterable[str]) -> Iterator[tuple[dict[str, object], Iterator[list[object]]]]:
    """Each model's header with its rows."""
    header: dict[str, object] = {}
    parsed = (json.loads(line) for line in lines)
    for is_header, group in groupby(parsed, key=lambda value: isinstance(value, dict)):
        if not is_header:
            yield header, group
            continue
        for header in group:
            _known(header)


def _known(header: dict[str, object]) -> None:
    if {"model", "fields"} - header.keys():
        raise fail("restore", found="a damaged dump", expected="a model and its fields")


def _fill(model: type[models.Model], rows: Iterator[list[object]]) -> int:
    fields, count = _about(model).concrete_fields, 0
    while batch := list(islice(rows, _BATCH)):
        made = [model(**{f.attname: _value(f, v) for f, v in zip(fields, row, strict=True)}) for row in batch]
        _without_clocks(model, made)
        count += len(batch)
    return count


def _without_clocks(model: type[models.Model], made: list[models.Model]) -> None:
    """Insert rows as they are: fields that would note the instant of their writing keep what they hold."""
    flags = ("auto_now", "auto_now_add")
    kept = [(f, flag) for f in _about(model).concrete_fields for flag in flags if getattr(f, flag, False)]
    try:
        for field, flag in kept:
            setattr(field, flag, False)
        _rows_of(model).bulk_create(made)
    finally:
        for field, flag in kept:
            setattr(field, flag, True)


def _value(field: "models.Field[object, object]", value: object) -> object:
    if value is None or isinstance(field, models.JSONField):
        return value
    if isinstance(field, models.ForeignKey):
        return field.target_field.to_python(value)
    return field.to_python(value)


def _reset_numbers(found: list[type[models.Model]]) -> None:
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), found):
            cursor.execute(statement)
