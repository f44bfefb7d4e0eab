"""Whether the mirror is alive, how late it is, and what is stuck: each fact is an indicator.

``measurement.report()`` measures all of them with a constant number of queries in a limited time,
and raises nothing: a database that cannot be read is an unhealthy indicator, too.
"""
