"""The message catalogues (GNU gettext), a folder for each language; who says them is ``api/edge/sentences.py``."""
