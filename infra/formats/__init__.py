"""Bytes as they are signed, sealed, hashed and read again (docs/reference/formats.md); nothing is stored or sent here.

Imports runtime.
"""
