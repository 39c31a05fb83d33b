"""What stands beside a log: the keys of personal data, evidence, the table of who read what.

Imports formats, runtime.
"""
