"""The payload corpus beside the checkout; tests that need it skip visibly where it is absent."""

import json
from pathlib import Path

import pytest

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
FILES = sorted(CORPUS.glob("*.jsonl"))

needs_corpus = pytest.mark.skipif(not FILES, reason="../shared/corpus is not here")


def records(path):
    with path.open() as lines:
        return [json.loads(line) for line in lines]
