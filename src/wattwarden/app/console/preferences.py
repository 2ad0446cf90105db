"""What a person has chosen for himself."""

from wattwarden.domain.access import Viewer
from wattwarden.records.models import User


def keep_language(viewer: Viewer, code: str) -> None:
    """Keep the language of the console with the account.

    Args:
        code: A language code of the settings, ``zh-hans`` or ``en``.
    """
    if viewer.user_id is not None:
        User.objects.filter(pk=viewer.user_id).update(language=code)
