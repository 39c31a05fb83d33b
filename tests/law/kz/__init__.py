"""Worked examples of the law of Kazakhstan."""
