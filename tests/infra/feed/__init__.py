"""Tests of infra/feed."""
