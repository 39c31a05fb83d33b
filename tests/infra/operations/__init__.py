"""Tests of infra/operations."""
