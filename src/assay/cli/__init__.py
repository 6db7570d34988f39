"""The command line: parses, calls one operation, renders. It decides nothing."""
