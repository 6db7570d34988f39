"""How near a product comes to the vulnerabilities of what it depends on: pure reading of sources.

No tool is run, and nothing of the product is. What is read raises a level; what is not read lowers
none, and is told.
"""
