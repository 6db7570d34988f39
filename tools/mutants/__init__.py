"""The tests of the tests: one small fault at a time is put into the code, and some test must fail.

`python -m mutants --help` says how it is run; docs/explanation/testing.md, what it is for.

* `expressions` and `statements` say which faults there are, `mutation` puts one into a module.
* `server` collects the tests once, finds which of them run which line, and forks for each mutant.
* `results` keeps what is known by the digests of the files; `report` writes it.
"""
