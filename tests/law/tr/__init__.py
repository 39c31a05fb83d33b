"""Worked examples of the law of Türkiye."""
