"""Registers: who reads an entry and for what, searches, an entry as it stands or stood, its history, restrictions."""
