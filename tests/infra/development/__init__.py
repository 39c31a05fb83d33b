"""Tests of infra/development."""
