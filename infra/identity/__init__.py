"""Who calls, and what they may do: tokens and competences.

Imports runtime.
"""
