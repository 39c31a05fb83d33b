"""One country's ordered, append-only record of all its events: written, and read.

Imports formats, runtime.
"""
