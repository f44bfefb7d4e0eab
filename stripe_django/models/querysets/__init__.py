"""The querysets and managers of the models."""
