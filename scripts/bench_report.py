"""The benchmark report as a page."""

from collections.abc import Iterator, Mapping
from statistics import median
from typing import Any

SCAN_TARGET_SECONDS, SCAN_TARGET_GIB, RATIO_TARGET, HELP_TARGET_SECONDS = 120, 6, 1.15, 0.3


COLUMNS = (
    "million customers",
    "rows",
    "import s",
    "rows/s",
    "import GiB",
    "scan s (median)",
    "scan cpu s",
    "scan GiB",
    "by hand s",
    "ratio",
    "scan s per million",
    "shadow bills s",
    "shadow bills GiB",
    "lake GiB",
)


def as_markdown(report: Mapping[str, Any]) -> str:
    """One table of costs, the line through them, and what they were measured on."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Mapping[str, Any]) -> Iterator[str]:
    yield f"# Benchmark, {report['measured_at']}"
    yield ""
    yield (
        f"Targets: a million customers scanned in {SCAN_TARGET_SECONDS} s and {SCAN_TARGET_GIB} GiB, "
        f"at most {RATIO_TARGET} times the same SQL by hand, `--help` in {HELP_TARGET_SECONDS} s."
    )
    yield ""
    yield "| " + " | ".join(COLUMNS) + " |"
    yield "| --- " * len(COLUMNS) + "|"
    for size in report["sizes"]:
        yield _size_row(size)
    yield ""
    if line := report["line"]:
        yield (
            f"Straight line: {line['base_seconds']:.1f} s + {line['seconds_per_million']:.1f} s per million, "
            f"R² {line['r2']:.4f}."
        )
    yield f"`wattwarden --help`: {report['help_seconds']:.3f} s (median)."
    yield ""
    yield "| measured on | |"
    yield "| --- | --- |"
    for name, value in {**report["machine"], **report["county"]}.items():
        yield f"| {name} | {value} |"


def _size_row(size: Mapping[str, Any]) -> str:
    imported = size["imported"]
    cells = [
        f"{size['millions']:g}",
        f"{size['rows']:,}",
        f"{imported['seconds']:.1f}",
        f"{size['rows'] / imported['seconds']:,.0f}",
        f"{imported['peak_gib']:.2f}",
        f"{size['scan_seconds']:.1f}",
        f"{median(run['cpu_seconds'] for run in size['scans']):.1f}",
        f"{max(run['peak_gib'] for run in size['scans']):.2f}",
        f"{median(run['seconds'] for run in size['by_hand']):.1f}",
        f"{size['ratio']:.2f}",
        f"{size['scan_seconds'] / size['millions']:.1f}",
        f"{size['shadow']['seconds']:.1f}",
        f"{size['shadow']['peak_gib']:.2f}",
        f"{size['lake_gib']:.2f}",
    ]
    return "| " + " | ".join(cells) + " |"
