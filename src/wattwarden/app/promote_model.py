"""Let scans use a learned model: an explicit step that names who decided, and why."""

from pathlib import Path

from wattwarden.app.model_files import theft_model, theft_models
from wattwarden.lake.clock import utc_now
from wattwarden.lake.model_store import Promotion


def promote_theft(home: Path, number: int, by: str, because: str) -> Promotion:
    """Promote a theft model.

    Raises:
        WattwardenError: there is no such model, it was altered or trained on other columns, or nobody or no
            reason is named.
    """
    theft_model(home, number)
    return theft_models(home).promote(number, by, because, utc_now().isoformat(timespec="seconds"))
