"""What a national registry receives: chosen from the log, numbered, signed, sent.

Imports keys, log, formats, runtime.
"""
