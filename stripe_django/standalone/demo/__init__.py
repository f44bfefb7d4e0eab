"""``stripe_django demo``: the whole package at work, on a Stripe of its own."""
