"""Which derived tables a set of queries needs, in which order, and how a calc function fills one."""

import importlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pyarrow as pa

from wattwarden.domain.checks import load_checks
from wattwarden.domain.errors import fail
from wattwarden.domain.prices import price_books
from wattwarden.domain.tables import Contract, Derivation, Table
from wattwarden.rulekit import sql

Models = Mapping[str, Callable[[], object]]
"""Promoted learned models by name; one is read when a derived table first needs it."""


def derivation_order(contract: Contract, wanted: Iterable[str]) -> list[str]:
    """Derived tables needed for ``wanted``, each after the ones that it reads.

    Raises:
        WattwardenError: derived tables read each other in a circle.
    """
    order: list[str] = []
    _visit(contract, sorted(wanted), order, ())
    return order


def base_tables(contract: Contract, wanted: Iterable[str]) -> set[str]:
    """Imported tables that ``wanted`` come from, directly or through derived tables."""
    bases: set[str] = set()
    for name in wanted:
        derivation = contract[name].derived
        bases |= {name} if derivation is None else base_tables(contract, reads(derivation, name))
    return bases


def reads(derivation: Derivation, name: str) -> set[str]:
    """Tables that one derived table reads."""
    return {
        table
        for query in derivation.queries
        for table in sql.tables_read(sql.parse(query, f"derived table {name}"))
    }


def site_knowledge(derivation: Derivation, site: Path | None, models: Models) -> dict[str, object]:
    """What the function of a derived table takes beside its tables: price books, limits of checks, a model.

    Args:
        site: Content folder of the site, whose own books and limits hold.
        models: Promoted learned models.

    Raises:
        WattwardenError: the promoted model cannot be used.
    """
    known: dict[str, object] = {"books": price_books(site)} if derivation.priced else {}
    if derivation.checked:
        known["checks"] = load_checks(site)
    if derivation.model:
        known["model"] = models[derivation.model]()
    return known


def models_used(contract: Contract, order: Iterable[str]) -> set[str]:
    """Names of the learned models that some derived tables take."""
    derivations = (contract[name].derived for name in order)
    return {derivation.model for derivation in derivations if derivation and derivation.model}


def run_function(table: Table, inputs: Mapping[str, pa.Table], known: Mapping[str, object]) -> pa.Table:
    """Compute a derived table by its ``module:function``; the columns must be those declared.

    Raises:
        WattwardenError: the function returned other columns.
    """
    derivation = table.derived or Derivation()
    module, _, function = (derivation.by or "").partition(":")
    computed: pa.Table = getattr(importlib.import_module(f"wattwarden.{module}"), function)(**inputs, **known)
    if computed.column_names != list(table.columns):
        raise fail(
            f"derived table {table.name}", found=str(computed.column_names), expected=str(list(table.columns))
        )
    return computed


def _visit(contract: Contract, names: Iterable[str], order: list[str], path: tuple[str, ...]) -> None:
    for name in names:
        derivation = contract[name].derived
        if derivation is None or name in order:
            continue
        if name in path:
            raise fail(f"derived table {name}", found=" → ".join((*path, name)), expected="no circle")
        _visit(contract, sorted(reads(derivation, name)), order, (*path, name))
        order.append(name)
