"""For developing the package; not part of it."""
