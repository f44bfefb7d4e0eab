"""An app as a project has it, whose models refer to Stripe's objects."""
