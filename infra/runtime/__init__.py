"""The machine under the house: clock, chance, threads, processes, files; it knows nothing of cases.

Imports no other room.
"""
