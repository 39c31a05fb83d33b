"""Tests of infra/formats."""
