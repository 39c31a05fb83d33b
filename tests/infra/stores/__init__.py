"""Tests of infra/stores."""
