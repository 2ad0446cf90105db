"""Read content files: YAML in, validated models out, every problem reported at once."""

import functools
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

import wattwarden
from wattwarden.domain.errors import Problem, WattwardenError, fail
from wattwarden.domain.labels import Label
from wattwarden.domain.tables import Column, Contract, Table

BUILT_IN = Path(wattwarden.__file__).parent / "content"

CHECKS = "checks"
"""A column with this for ``values_of`` holds names of checks."""

Model = TypeVar("Model", bound=BaseModel)


def read_yaml(path: Path) -> dict[str, object]:
    """Parse one YAML file whose top level is a mapping.

    Raises:
        WattwardenError: not readable as YAML, or not a mapping.
    """
    try:
        loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise fail(str(path), found=str(error), expected="valid YAML in UTF-8") from error
    if not isinstance(loaded, dict):
        raise fail(str(path), found=type(loaded).__name__, expected="a mapping at the top level")
    if (place := _bare_word(loaded)) is not None:
        raise fail(f"{path}: {place}", found="a bare on, off, yes or no as a key, which YAML reads as true or false",
                   expected="the key in quotes", action='Write "on": instead of on:.')  # fmt: skip
    return loaded


def _bare_word(data: object) -> str | None:
    """Place of a mapping with true or false as a key; the top level is ``file``, None where there is none."""
    if isinstance(data, dict):
        if any(isinstance(key, bool) for key in data):
            return "file"
        inner: Iterable[tuple[object, object]] = data.items()
    else:
        inner = enumerate(data) if isinstance(data, list) else ()
    for name, value in inner:
        if (place := _bare_word(value)) is not None:
            return str(name) if place == "file" else f"{name}.{place}"
    return None


def validate(model: type[Model], data: Mapping[str, object], subject: str) -> Model:
    """Turn loaded data into ``model``; each fault names the file and the place in it.

    Raises:
        WattwardenError: with one problem per fault.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problems = [
            Problem(
                f"{subject}: {'.'.join(map(str, fault['loc'])) or 'file'}",
                found=repr(fault["input"])[:120],
                expected=fault["msg"],
            )
            for fault in error.errors()
        ]
        raise WattwardenError(*problems) from error


def overlaid(model: type[Model], name: str, root: Path, site: Path | None) -> Model:
    """Load the file ``name`` of a content folder; a site's own file replaces the keys that it gives.

    Args:
        model: What the file holds.
        name: The file, relative to both folders.
        root: Content folder.
        site: Content folder of the site, which may not exist or may not have the file.

    Raises:
        WattwardenError: a key is unknown or missing, or a value out of range.
    """
    path = root / name
    data = read_yaml(path)
    own = site / name if site else None
    if own and own.exists():
        data, path = {**data, **read_yaml(own)}, own
    return validate(model, data, str(path))


def content_files(folder: str, root: Path = BUILT_IN) -> Iterator[Path]:
    """All YAML files below ``root/folder``, in a stable order."""
    return iter(sorted((root / folder).rglob("*.yaml")))


def load_contract(root: Path = BUILT_IN) -> Contract:
    """Load every table of the data contract and resolve borrowed value lists.

    Raises:
        WattwardenError: a file is not a valid table, or a reference leads nowhere.
    """
    tables = {}
    for path in content_files("tables", root):
        tables[path.stem] = validate(Table, {"name": path.stem, **read_yaml(path)}, str(path))
    checks = {path.stem: read_yaml(path) for path in content_files("checks", root)}
    labels = {
        name: validate(Label, {"zh": c.get("zh"), "en": c.get("en")}, name) for name, c in checks.items()
    }
    resolved = {
        name: _with_borrowed_reads(_with_borrowed_values(table, tables, labels), tables)
        for name, table in tables.items()
    }
    dangling = [
        Problem(f"tables/{name}.yaml: {key}.ref", found=column.ref, expected="the name of a table")
        for name, table in resolved.items()
        for key, column in table.columns.items()
        if column.ref and column.ref not in tables
    ]
    if dangling:
        raise WattwardenError(*dangling)
    return Contract(resolved)


@functools.cache
def contract() -> Contract:
    """The built-in data contract, loaded once per process."""
    return load_contract()


def _with_borrowed_values(table: Table, tables: Mapping[str, Table], checks: Mapping[str, Label]) -> Table:
    columns = {
        name: column.model_copy(update={"values": _borrowed(table.name, name, column, tables, checks)})
        if column.values_of
        else column
        for name, column in table.columns.items()
    }
    return table.model_copy(update={"columns": columns})


def _with_borrowed_reads(table: Table, tables: Mapping[str, Table]) -> Table:
    if table.derived is None or table.derived.like is None:
        return table
    lender = tables.get(table.derived.like)
    if lender is None or lender.derived is None:
        raise fail(f"tables/{table.name}.yaml: like", found=table.derived.like, expected="a derived table")
    return table.model_copy(update={"derived": table.derived.taking_over(lender.derived)})


def _borrowed(
    table: str, name: str, column: Column, tables: Mapping[str, Table], checks: Mapping[str, Label]
) -> object:
    if column.values_of == CHECKS:
        return checks
    lender, _, lent = (column.values_of or "").partition(".")
    if lender in tables and lent in tables[lender].columns:
        return tables[lender].columns[lent].values
    raise fail(f"tables/{table}.yaml: {name}.values_of", found=column.values_of, expected="table.column")
