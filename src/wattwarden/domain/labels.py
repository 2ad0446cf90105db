"""Text that a user sees, in both languages."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")


class Strict(BaseModel):
    """Base of all content models: an unknown key is an error, a loaded value does not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Label(Strict):
    """One phrase in Chinese and in English."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def text(self, language: Language) -> str:
        """The phrase in ``language``."""
        return self.zh if language == "zh" else self.en


Verification = Literal["verified", "verified_by_copy", "recalled", "uncertain"]
"""How a figure or an article was checked: read in the official text, in a copy, from memory, or in doubt."""
VERIFICATION: Mapping[Verification, Label] = {
    "verified": Label(zh="已核实", en="verified"),
    "verified_by_copy": Label(zh="据转载核实", en="verified from a copy"),
    "recalled": Label(zh="未核实", en="unverified"),
    "uncertain": Label(zh="未核实(存疑)", en="unverified, uncertain"),
}
"""How the standing is shown; what was not read at its source is said to be unverified."""
