"""``python -m tools.scaffold credit_note`` writes a model from the SDK's annotations."""
