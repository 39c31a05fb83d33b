"""Tests of infra/read_models."""
