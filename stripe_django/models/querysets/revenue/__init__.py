"""What subscriptions bring in by the month, in SQL."""
