"""Worked examples of the law of Kyrgyzstan."""
