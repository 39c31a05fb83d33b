"""The seals of a country: made and kept, and what the log says of them.

Imports log, formats, runtime.
"""
