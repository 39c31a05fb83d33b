"""The commands that an operator, an auditor or a developer types, one file for each group; they parse, call and print,
and decide nothing.

A command is a plain function: its parameters are its arguments and options, its docstring is its help. The table of all
commands is in tamga.py, which also holds those that need the HTTP interface or the consumers. Imports every room.
"""
