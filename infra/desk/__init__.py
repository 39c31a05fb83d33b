"""The one way into a log: load, decide, sign, append.

Imports keys, stores, log, formats, runtime.
"""
