"""Tests of what a developer's machine needs beside Tamga."""
