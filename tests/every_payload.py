"""``python -m tests.every_payload``: a digest of a payload of each object."""

import json
import sys
from hashlib import sha256

import django

from stripe_django.sdk import objects


def digest():
    from stripe_django.testing import payload

    made = []
    for name in sorted(objects.names()):
        metadata = {"metadata": {}} if "metadata" in objects.sdk_object(name).fields else {}
        made.append(payload(name, seed=7, **metadata))
    return sha256(json.dumps(made).encode()).hexdigest()


if __name__ == "__main__":
    sys.modules["hypothesis"] = sys.modules["factory"] = None
    django.setup()
    print(digest())
