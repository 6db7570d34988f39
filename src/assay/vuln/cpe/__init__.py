"""CPE names, how they match, and which combinations of products a vulnerability is about."""
