"""A folder of generated files, replaced as a whole."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory


def replace_folder(folder: Path, files: Mapping[str, str], mark: str) -> None:
    """Write the files as the folder's only content; after a failure the old folder is intact.

    Raises FileExistsError where it holds files, but not `mark`, which every such folder has.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / mark).is_file():
        raise FileExistsError(
            f"{folder}: exists and has no {mark}; remove it, or name another folder"
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as temporary:
        new = Path(temporary, "new")
        _write(new, files)
        if folder.exists():
            folder.rename(Path(temporary, "old"))
        new.rename(folder)


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
