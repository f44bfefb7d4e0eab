"""How the digest of a row names the policy that it was stored under."""

POLICY_SEPARATOR = "!"  # behind the version, at the start of a digest
