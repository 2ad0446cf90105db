"""Files on their way into a table: written aside, moved when complete, listed by Delta last.

Each draft folder has a unique name that its files carry into the table. As long as the folder is
there, they may be unlisted; so a session that died leaves a trace by which they are found.
"""

import shutil
from pathlib import Path
from uuid import uuid4

from wattwarden.lake.disk import sync


class Drafts:
    """Draft folders of one session.

    Args:
        folder: Where they lie, on the disk of the lake.
        lake: Folder of the lake.
    """

    def __init__(self, folder: Path, lake: Path) -> None:
        self._folder = folder
        self._lake = lake

    def new(self) -> Path:
        """An empty draft folder."""
        draft = self._folder / uuid4().hex
        draft.mkdir(parents=True)
        return draft

    def move(self, draft: Path, number: int, written: Path, target: Path) -> str:
        """Move a complete file of ``draft`` into the folder ``target`` and return its new name."""
        name = f"part-{draft.name}-{number:05d}.parquet"
        sync(written)
        written.rename(target / name)
        return name

    def settle(self) -> None:
        """Forget the drafts: Delta lists their files now."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def abandon(self) -> None:
        """Delete the files of all drafts wherever they got to; Delta does not list them."""
        for draft in self._folder.iterdir() if self._folder.is_dir() else ():
            for pattern in (f"*/part-{draft.name}-*", f"*/*/part-{draft.name}-*"):
                for path in self._lake.glob(pattern):
                    path.unlink(missing_ok=True)
        self.settle()
