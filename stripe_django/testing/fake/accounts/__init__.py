"""The accounts of the fake: their keys, and which of them are connected to which."""
