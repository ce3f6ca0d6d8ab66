"""The open transaction that every function of the store is given: the one name by which other rooms know it."""

from sqlalchemy import Connection

__all__ = ["Connection"]
