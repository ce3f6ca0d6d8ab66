"""The project that comes with nurture: campaigns, templates and config to read, try and begin with."""

import shutil
from pathlib import Path

import nurture

_PARTS = ("config.yaml", "campaigns", "templates")


def shipped_project() -> Path:
    """The folder of the shipped project: inside the package once installed, the repository's root in a checkout."""
    package = Path(nurture.__file__).parent
    installed = package / "shipped"
    return installed if installed.is_dir() else package.parent


def copy_shipped(folder: Path) -> None:
    """Copy config, campaigns and templates into `folder`, which is made where it is not there."""
    source = shipped_project()
    folder.mkdir(parents=True, exist_ok=True)
    for part in _PARTS:
        found = source / part
        if found.is_dir():
            shutil.copytree(found, folder / part)
        else:
            shutil.copy(found, folder / part)
