"""Brings what is stored to the policy in force, which is stricter than the one it came with."""
