"""Finds rows by what people know of them: names, addresses, numbers, descriptions, metadata."""

from .finder import Matches, find
from .ids import identify

__all__ = ["Matches", "find", "identify"]
