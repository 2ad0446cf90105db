"""The lake does not depend on how rows are spread over files, nor on the order of the files."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lake.import_kit import lake_state, run

CUSTOMER = st.tuples(
    st.sampled_from(["C1", "C2", "C3", "C4"]), st.sampled_from(["O1", "O2", "O9"]),
    st.sampled_from(["active", "停电", "wrong"]), st.sampled_from(["", "2024-01-05T00:00:00Z", "2024-02-05T00:00:00Z"]),
).map(lambda row: ("customer", row))  # fmt: skip
ORG = st.tuples(
    st.sampled_from(["O1", "O2", "O3"]), st.sampled_from(["a", "b"]), st.just("county"), st.sampled_from(["", "O1", "O3"])
).map(lambda row: ("org_unit", row))  # fmt: skip
HEADS = {"customer": "customer_id,org_id,status,arrived_at", "org_unit": "org_id,name,kind,parent_org_id"}


def state_of(rows: list[tuple[str, tuple[str, ...]]], spread: list[int]) -> object:
    """Import ``rows``, each into the file that ``spread`` names."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files: dict[str, list[str]] = {}
        for (table, row), number in zip(rows, spread, strict=True):
            files.setdefault(f"{table}_{number}.csv", [HEADS[table]]).append(",".join(row))
        (folder / "in").mkdir()
        for file, lines in files.items():
            (folder / "in" / file).write_text("\n".join(lines) + "\n", encoding="utf-8")
        run(folder / "home", folder / "in")
        return lake_state(folder / "home")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=st.lists(st.one_of(CUSTOMER, ORG), min_size=1, max_size=12), data=st.data())
def test_spreading_and_order_do_not_matter(
    rows: list[tuple[str, tuple[str, ...]]], data: st.DataObject
) -> None:
    count = len(rows)
    spread = data.draw(st.lists(st.integers(0, 3), min_size=count, max_size=count), label="file of each row")
    order = data.draw(st.permutations(rows), label="order")
    assert state_of(rows, [0] * count) == state_of(list(order), spread)
