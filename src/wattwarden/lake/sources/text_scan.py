"""Look at a text file once, in blocks: what encoding, which line ends, no binary, no endless line."""

import codecs
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wattwarden.domain.errors import WattwardenError, fail

_BLOCK = 4 * 1024 * 1024
_FIRST_FOREIGN = 128
_DAMAGE = 0.05
"""Text with a smaller share of undecodable characters is damaged UTF-8, not another encoding."""

_MAGIC = {
    b"PK\x03\x04": "a ZIP archive or an Excel workbook",
    b"PAR1": "a Parquet file",
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"\x1f\x8b": "a compressed file",
    b"\x28\xb5\x2f\xfd": "a compressed file",
    b"\xd0\xcf\x11\xe0": "an old Excel file (.xls) or an encrypted workbook",
    b"SQLite format 3": "an SQLite database",
    b"\x7fELF": "a program",
}
_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


@dataclass(frozen=True)
class TextShape:
    """What a text file looks like.

    Args:
        encoding: Python name of the encoding.
        sha256: Digest of the bytes, in hex.
        lines: Number of lines, the last one counted even without a line end.
        is_plain: UTF-8 with one kind of line end, so that it can be read in place.
    """

    encoding: str
    sha256: str
    lines: int
    is_plain: bool


def scan_text(path: Path, title: str, max_line: int, encoding: str | None = None) -> TextShape:
    """Read ``path`` once, in bounded memory.

    Args:
        path: The file.
        title: How messages name it.
        max_line: Longest line allowed, in bytes.
        encoding: Encoding given by the user; None to find out.

    Raises:
        WattwardenError: not text, an endless line, or an encoding that cannot be told.
    """
    scan = _Scan(title, max_line)
    with path.open("rb") as handle:
        head = handle.read(_BLOCK)
        chosen = encoding or _declared(head, title)
        wide = chosen.replace("_", "-").startswith("utf-16")
        block = head
        while block:
            scan.add(block, is_wide=wide)
            block = handle.read(_BLOCK)
    if not wide and (encoding or chosen == "utf-8") and scan.binary:
        raise _no_text(title, "bytes that no text has")
    if encoding is None and chosen == "utf-8" and not scan.is_utf8:
        chosen = "gb18030"
    if chosen.lower() not in ("utf-8", "utf8", "utf-8-sig"):
        _verify(path, chosen, title)
        return TextShape(chosen, scan.digest.hexdigest(), scan.line_count, is_plain=False)
    return TextShape(chosen, scan.digest.hexdigest(), scan.line_count, is_plain=scan.has_one_line_end)


def write_plain(path: Path, shape: TextShape, target: Path) -> None:
    """Copy ``path`` to ``target`` as UTF-8 with a line feed at the end of each line."""
    errors = "replace" if shape.encoding.startswith("utf-8") else "strict"
    with (
        path.open(encoding=shape.encoding, errors=errors, newline=None) as source,
        target.open("w", encoding="utf-8", newline="\n") as copy,
    ):
        while block := source.read(_BLOCK):
            copy.write(block)


class _Scan:
    def __init__(self, title: str, max_line: int) -> None:
        self.digest = hashlib.sha256()
        self.binary = 0
        self._title = title
        self._max_line = max_line
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._damaged = 0
        self._foreign = 0
        self._line = 0
        self._ends = {b"\n": 0, b"\r": 0, b"\r\n": 0}
        self._last = b""

    def add(self, block: bytes, *, is_wide: bool) -> None:
        self.digest.update(block)
        self._measure(block)
        for end in self._ends:
            self._ends[end] += block.count(end)
        if self._last == b"\r" and block[:1] == b"\n":
            self._ends[b"\r\n"] += 1
        self._last = block[-1:]
        if is_wide:
            return
        self.binary += block.count(b"\0")
        if not block.isascii():
            text = self._decoder.decode(block)
            self._damaged += text.count("\ufffd")
            self._foreign += len(text) - int(
                np.count_nonzero(np.frombuffer(block, np.uint8) < _FIRST_FOREIGN)
            )

    def _measure(self, block: bytes) -> None:
        first = min((at for at in (block.find(b"\n"), block.find(b"\r")) if at >= 0), default=-1)
        self._line += len(block) if first < 0 else first
        if self._line > self._max_line:
            raise fail(
                self._title,
                found=f"a line of more than {self._max_line:,} bytes",
                expected="a table with one row per line",
                action="Check that the export ends each row with a line break.",
            )
        if first >= 0:
            self._line = len(block) - 1 - max(block.rfind(b"\n"), block.rfind(b"\r"))

    @property
    def is_utf8(self) -> bool:
        return self._damaged <= _DAMAGE * max(self._foreign, 1)

    @property
    def line_count(self) -> int:
        ends = self._ends[b"\n"] + self._ends[b"\r"] - self._ends[b"\r\n"]
        return ends + (1 if self._line else 0)

    @property
    def has_one_line_end(self) -> bool:
        pairs = self._ends[b"\r\n"]
        alone = [self._ends[b"\n"] - pairs, self._ends[b"\r"] - pairs, pairs]
        return sum(1 for count in alone if count) <= 1


def _declared(head: bytes, title: str) -> str:
    if not head.strip():
        raise fail(title, found="an empty file", expected="a header and rows", action="Export it again.")
    for bom, encoding in _BOMS.items():
        if head.startswith(bom):
            return encoding
    for magic, kind in _MAGIC.items():
        if head.startswith(magic):
            raise _no_text(title, kind)
    return "utf-8"


def _no_text(title: str, kind: str) -> WattwardenError:
    return fail(
        title,
        found=kind,
        expected="a text file with rows and columns (CSV)",
        action="Export it as CSV, XLSX or Parquet, with the name ending that fits the content.",
    )


def _verify(path: Path, encoding: str, title: str) -> None:
    """Decode the whole file once, so that nothing is written when it cannot be decoded."""
    try:
        with path.open(encoding=encoding) as handle:
            while handle.read(_BLOCK):
                continue
    except (UnicodeError, LookupError) as error:
        raise fail(
            title,
            found=f"text that is not {encoding}: {error}",
            expected="UTF-8 or GB18030",
            action="Save it as UTF-8, or name its encoding with --encoding.",
        ) from error
