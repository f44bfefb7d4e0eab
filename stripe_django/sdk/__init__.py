"""What the installed ``stripe`` package declares: objects, fields, addresses, types of events.

Read from its source, without running it: its annotations name classes that it imports for type
checkers alone, and what a field means stands in the text below it.
"""
