"""Papers as PDF: a template and its data, in a font that has the characters."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import typst

from wattwarden.domain.errors import fail


def typeset(template: Path, data: Mapping[str, object]) -> bytes:
    """The PDF of ``template`` filled with ``data``, whose ``font`` names the family.

    Raises:
        WattwardenError: the machine has no such font.
    """
    wanted = str(data["font"])
    if wanted.lower() not in {family.lower() for family in _families()}:
        raise fail("paper", found=f"no font {wanted!r} on this machine", expected="a font with Chinese characters",
                   action="Install it (Debian: fonts-noto-cjk), or name another one in content/letters.yaml.")  # fmt: skip
    content = typst.compile(str(template), sys_inputs={"data": json.dumps(data, ensure_ascii=False)})
    if not isinstance(content, bytes):
        raise TypeError("typst gives one document as bytes")
    return content


@cache
def _families() -> frozenset[str]:
    """Font families that typst finds on this machine."""
    return frozenset(typst.Fonts().families())
