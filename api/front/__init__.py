"""The pages that people read: the front page, the documentation, the reference of the API; plain HTML, no script."""
