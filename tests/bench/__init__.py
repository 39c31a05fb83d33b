"""Benchmarks: how fast the house is, as ratios against a plain baseline in the same run; tests never assert times."""
