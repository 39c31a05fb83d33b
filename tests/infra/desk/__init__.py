"""Tests of infra/desk."""
