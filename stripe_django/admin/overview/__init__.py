"""The overview page of the mirror in the admin."""
