"""The summary on top of an object's page: what people look for first."""
