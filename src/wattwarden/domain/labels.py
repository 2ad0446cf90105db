"""Text that a user sees, in both languages."""

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
