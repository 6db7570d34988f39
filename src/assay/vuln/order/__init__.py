"""How each ecosystem orders its versions: one reader per scheme, from a text to a sort key.

A key is a tuple of tuples of numbers and texts that Python compares with `<`. Where a scheme says
that something which has ended compares with something that goes on (`1.0~rc1 < 1.0 < 1.0.1`), the
end is written into the key as a rank of its own, so that no comparison needs code.
"""
