"""``python -m tests.convergence [pytest options]``: see ``faults``."""

import sys
from pathlib import Path

import pytest

sys.exit(pytest.main([str(Path(__file__).with_name("faults.py")), "-q", *sys.argv[1:]]))
