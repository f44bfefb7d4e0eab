"""Reads everything that Stripe lists, page by page, and resumes where it stopped."""
