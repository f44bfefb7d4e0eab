"""Views and templates for customers with access."""
