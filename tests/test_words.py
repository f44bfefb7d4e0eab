"""The package and its documentation use the field's terms: no riddles, no private vocabulary."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "stripe_django"

# Each expression to avoid, with what to write instead.
PHRASES = {
    r"\banswers\b": "returns, responds, responses",
    r"\btell\b|\btells\b|\btold\b": "shows, reports, describes, raises",
    r"\basks\b": "requests, queries",
    r"\bsomebody\b|\bsomeone\b|\bwhoever\b": "a user, a caller, another process",
    r"\bby hand\b": "manually",
    r"\b(go|goes|going|gone|went) on\b": "continues, resumes",
    r"\bhome account\b": "your own account",
    r"\bin doubt\b|doubtful": "ambiguous",
    r"\bsettle[sd]?\b|\bsettling\b|\btied\b|\bties\b": "resolve, conflicting",
    r"\breads? that waits?\b|\bpending reads?\b": "pending refetches",
    r"Some of it failed": "1 list failed: refund.",
    r"what is new and what|what events tell": "incremental",
    r"\b(give|gives|giving|gave|given) up\b|\b(a|or|is) dead\b(?!-)": "dead-lettered",
    r"KindsField|\bcolumn of kinds\b|\bkinds of payment methods?\b": "variants",
    r"\bpart=|\*part\* of": "owned, embedded copy",
    r"\b(project|you) keeps?\b|\bkept objects\b|\bobjects to keep\b|\bis not kept\b": "in scope",
    r"This is the past": "Snapshot as of",
}

# The former names of modules, as far as no other module may bear them with reason.
MODULES = frozenset(
    """
    ahead answer applying book careful cells compiling connected contents crew dashboard dispatch
    doubting doubts draw due figures finding fit following generating groups handling
    happening how installing kept last_runs line lines listing locking members messages
    misbehaving observing ordinary outcomes pacing past piecemeal place polling reading
    readings receiving refreshing relisting replaying retrying runs_at settling shape shapes
    sharing showing snapshot stopping syncing tones trees turn twins vanishing volumes world
    """.split()
)

pytestmark = pytest.mark.skipif(settings.DATABASE != "sqlite", reason="same on any database")


def texts():
    """Every text of the package and the documentation."""
    found = [*ROOT.glob("*.rst"), *ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.rst")]
    found += (path for path in PACKAGE.rglob("*") if path.suffix in {".py", ".html", ".js", ".css"})
    return [path for path in sorted(found) if "_build" not in path.parts]


@pytest.mark.parametrize("phrase", PHRASES)
def test_no_text_has(phrase):
    """An expression may be broken over two lines, with the marks of a comment between."""
    spaced = phrase.replace(" ", r"(?:\s|#|\"|')+")
    found = [
        f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1}: {match[0]!r}"
        for path in texts()
        for text in [path.read_text(encoding="utf-8")]
        for match in re.finditer(spaced, text, re.IGNORECASE)
    ]
    assert found == [], f"instead: {PHRASES[phrase]}"


def test_no_module_has_a_former_name():
    found = [path for path in PACKAGE.rglob("*.py") if path.stem in MODULES]
    assert [str(path.relative_to(ROOT)) for path in found] == []
