"""Tests of infra/verification."""
