"""Questions that people ask of the mirror, for the managers of the models."""
