"""Checkout sessions: what they sell, who pays, and what that makes."""
