"""Sorted lines in a file, found without reading all of it, each byte proven before it is used.

A table is a file of lines, cut into blocks, and behind them a directory that names each block by
its first key, its size and its digest. The table is named by the digest of its directory, and so by
all of its bytes: what is read is compared, block by block, with what that name promises.
"""
