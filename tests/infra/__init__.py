"""Tests of what has vendors: on the real thing, or on a fake that is stricter."""
