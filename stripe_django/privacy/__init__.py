"""Personal data: which of Stripe's keys hold it, and what is stored in its place."""
