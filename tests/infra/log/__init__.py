"""Tests of infra/log."""
