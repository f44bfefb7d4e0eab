"""OpenTelemetry, if ``opentelemetry-api`` is installed; otherwise nothing happens here.

Names and attributes are declared in ``names`` and ``metrics``. Attributes have ids, types and
counts: no personal data, no message of an error, and no query of a URL.
"""

from . import metrics
from .api import is_installed
from .spans import NOTHING, Span, begin, span

__all__ = ["NOTHING", "Span", "begin", "is_installed", "metrics", "span"]
