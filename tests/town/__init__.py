"""A real house for the tests, and what the people who live there do in it, through HTTP as anybody would; no fake."""
