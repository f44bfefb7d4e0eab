"""Fills the mirror from the tables of dj-stripe, which need not be installed any more."""

from .run import Import, ImportOptions

__all__ = ["Import", "ImportOptions"]
