"""The command line: thin commands over the rest. One command, one module with a ``command``."""
