"""Worked examples of the law of Azerbaijan."""
