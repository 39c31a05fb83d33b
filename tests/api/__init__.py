"""Tests of the edge: what is asked over HTTP, and what is answered."""
