"""The stages of a run of ``stripe_sync``, and the processes that take part in it."""
