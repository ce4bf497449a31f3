"""Where things are: the checkout, the state folder, the cache of downloads."""

import os
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[4]


def home_folder() -> Path:
    """The state folder: ISTHMUS_HOME, else `.isthmus` in the checkout. It may not exist yet."""
    return Path(os.environ.get("ISTHMUS_HOME") or CHECKOUT / ".isthmus").expanduser().absolute()


def cache_folder() -> Path:
    """A folder for downloads shared by all checkouts; made if need be.

    ISTHMUS_CACHE, else the user's cache folder, else, for a user without a home, a folder in the virtual environment.
    """
    if chosen := os.environ.get("ISTHMUS_CACHE"):
        candidates = [Path(chosen).expanduser().absolute()]
    else:
        user_cache = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
        candidates = [Path(user_cache) / "isthmus", Path(sys.prefix) / "cache"]
    for folder in candidates:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    raise PermissionError(f"no writable cache folder ({', '.join(map(str, candidates))}): set ISTHMUS_CACHE to one")
