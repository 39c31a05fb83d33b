"""The read models: kept, folded from the log, rebuilt.

Imports stores, log, formats, runtime.
"""
