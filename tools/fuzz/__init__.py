"""Gives every reader of the code base input that its author did not think of.

`python -m fuzz --help` says how it is run; docs/explanation/testing.md, what it is for.

* `targets` lists the readers with real examples; a test fails where one is missing.
* `mutator` makes new inputs out of examples; `guard` says whether a reader behaved.
* `campaign` gives each reader its share of the time, in processes that may die.
"""
