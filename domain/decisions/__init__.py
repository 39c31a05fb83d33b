"""What each command leads to, in the order of a case's life; ``domain/decide.py`` is the one way in."""
