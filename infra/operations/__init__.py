"""What an operator's command and a running house do: follow a log, tick, relay, import, say whether all is well.

Imports the house and every room but verification.
"""
