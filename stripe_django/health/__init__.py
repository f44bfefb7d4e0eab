"""Whether the mirror is alive, how late it is, and what is stuck: each fact is an indicator.

``report()`` measures all of them with a constant number of bounded queries, and raises nothing: a
database that cannot be read is an unhealthy indicator, too.
"""

from .indicators import INDICATORS, Indicator, Kind
from .measurement import Report, report

__all__ = ["INDICATORS", "Indicator", "Kind", "Report", "report"]
