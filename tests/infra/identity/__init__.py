"""Tests of infra/identity."""
