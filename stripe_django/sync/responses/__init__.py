"""Responses to the project's own requests, written to the mirror before the project gets them."""
