"""The application store as the verbs of the product use it."""

from pathlib import Path

from django.conf import settings


def home() -> Path:
    """The data folder that this process serves."""
    folder: Path = settings.HOME
    return folder
