"""Which product holds which package: tables that are made from the logs, and can be made again.

Nothing here is evidence. What the tables say was verified when it was read from a log, and names
the statement that it is from; whoever doubts them drops them and has them made anew.
"""
