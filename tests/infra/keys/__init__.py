"""Tests of infra/keys."""
