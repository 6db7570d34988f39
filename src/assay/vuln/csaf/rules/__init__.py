"""The tests of section 6 of CSAF 2.0, each a function of a document, by what they look at."""
