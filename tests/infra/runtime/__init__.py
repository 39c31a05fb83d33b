"""Tests of infra/runtime."""
