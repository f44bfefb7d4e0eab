"""Whether rows end equal to Stripe, whatever the history of the objects and of the deliveries."""
