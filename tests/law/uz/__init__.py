"""Worked examples of the law of Uzbekistan."""
