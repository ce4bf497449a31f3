"""The database of a service: mapped classes, transactions, migrations."""

from isthmus.db.base import Base
from isthmus.db.database import Database

__all__ = ["Base", "Database"]
