"""The lists of the admin, and the search across them."""
