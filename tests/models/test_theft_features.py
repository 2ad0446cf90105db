"""Histories come out the same whatever the files' order, and nothing after the cut is seen."""

from pathlib import Path

import duckdb
import numpy as np
import pytest

from tests.models.theft_data import write_folder
from wattwarden.app.theft_folder import Histories, read_histories
from wattwarden.domain.errors import WattwardenError
from wattwarden.models.theft.features import DATED, Features, make_features
from wattwarden.models.theft.invoices import mend_dates


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("given"))


def features_of(histories: Histories) -> Features:
    return make_features(histories.invoices, histories.customers)


def rewrite(folder: Path, to: Path, invoices: str, clients: str = "SELECT * FROM c") -> Path:
    """A copy of the folder with its invoices and customers put through a query each."""
    to.mkdir()
    (to / "label.csv").write_bytes((folder / "label.csv").read_bytes())
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE i AS FROM read_parquet(?)", [str(folder / "invoice.parquet")])
        connection.execute(
            "CREATE TABLE c AS FROM read_csv(?, all_varchar => true)", [str(folder / "client.csv")]
        )
        connection.execute(f"COPY ({invoices}) TO ? (FORMAT parquet)", [str(to / "invoice.parquet")])
        connection.execute(f"COPY ({clients}) TO ? (FORMAT csv)", [str(to / "client.csv")])
    return to


def same(one: Features, other: Features) -> bool:
    return one.names == other.names and np.array_equal(one.values, other.values, equal_nan=True)


def test_row_order_of_the_files_changes_nothing(folder: Path, tmp_path: Path) -> None:
    mixed = rewrite(
        folder,
        tmp_path / "mixed",
        "SELECT * FROM i ORDER BY hash(client_id || invoice_date)",
        "SELECT * FROM c ORDER BY hash(client_id)",
    )
    given, other = (read_histories([at], full_history=False) for at in (folder, mixed))
    assert list(given.customers.names) == list(other.customers.names)
    assert same(features_of(given), features_of(other))


def test_invoices_after_the_cut_change_nothing(folder: Path, tmp_path: Path) -> None:
    cut = rewrite(
        folder,
        tmp_path / "cut",
        "SELECT i.* FROM i JOIN c USING (client_id) WHERE invoice_date::DATE < as_of::DATE",
    )
    given, other = (read_histories([at], full_history=False) for at in (folder, cut))
    assert same(features_of(given), features_of(other))
    assert len(read_histories([folder], full_history=True).invoices) > len(given.invoices)


def test_the_day_of_the_cut_is_no_feature(folder: Path, tmp_path: Path) -> None:
    """Moving a cut between the same two invoices moves nothing."""
    moved = rewrite(
        folder,
        tmp_path / "moved",
        "SELECT * FROM i",
        "SELECT * REPLACE ((as_of::DATE - 20)::VARCHAR AS as_of) FROM c",
    )
    given, other = (read_histories([at], full_history=False) for at in (folder, moved))
    assert same(features_of(given), features_of(other))


def test_labels_are_no_feature(folder: Path, tmp_path: Path) -> None:
    turned = rewrite(folder, tmp_path / "turned", "SELECT * FROM i")
    lines = (folder / "label.csv").read_text(encoding="utf-8").splitlines()
    turned_lines = [
        lines[0],
        *(f"{line.split(',')[0]},{1 - float(line.split(',')[1])}" for line in lines[1:]),
    ]
    (turned / "label.csv").write_text("\n".join(turned_lines), encoding="utf-8")
    given, other = (read_histories([at], full_history=False) for at in (folder, turned))
    assert not (given.confirmed == other.confirmed).any()
    assert same(features_of(given), features_of(other))


def test_features_that_tell_dates_can_be_left_out(folder: Path) -> None:
    features = features_of(read_histories([folder], full_history=False))
    kept = features.without(DATED).names
    assert {"electricity.ends", "electricity.invoices", "electricity.calendar_2010"} <= set(features.names)
    assert not {"electricity.ends", "electricity.invoices", "electricity.calendar_2010"} & set(kept)
    assert {"electricity.level.mean", "electricity.year_before.mean"} <= set(kept)


def test_swapped_dates_are_set_right() -> None:
    """The register goes up all the time; month and day are exchanged where both readings are dates."""
    true = np.array(["2008-01-10", "2008-05-09", "2008-09-12", "2009-01-20", "2009-05-08"], "datetime64[D]")
    issued = np.array(["2008-10-01", "2008-09-05", "2008-12-09", "2009-01-20", "2009-08-05"], "datetime64[D]")
    mended = mend_dates(np.zeros(5, np.int64), issued, np.full(5, 4.0))
    assert list(mended) == list(true.astype(np.int64))


def test_right_dates_are_left_alone() -> None:
    true = np.array(["2008-01-10", "2008-05-09", "2008-09-12", "2009-01-20"], "datetime64[D]")
    assert list(mend_dates(np.zeros(4, np.int64), true, np.full(4, 4.0))) == list(true.astype(np.int64))


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WattwardenError, match=r"no client\.csv"):
        read_histories([tmp_path], full_history=False)
