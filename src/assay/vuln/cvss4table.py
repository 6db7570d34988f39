"""The scores of the macro vectors of CVSS 4.0, in tenths, as FIRST publishes them.

A line is the digits EQ1 to EQ4, and the scores for the digits EQ5 and EQ6 (00, 01, 10, 11, 20, 21).
Where EQ3 is 2, EQ6 is always 1: three scores.
"""

from typing import Final

_TABLE: Final = """
0000 100 99 98 95 95 92
0001 100 96 93 87 91 81
0002 93 90 89 80 81 68
0010 98 95 95 92 90 84
0011 93 92 89 81 81 65
0012 88 80 78 70 69 48
0020 92 82 72
0021 79 69 50
0022 69 55 27
0100 99 97 95 92 92 85
0101 95 91 90 83 84 71
0102 92 81 82 71 72 53
0110 95 93 92 85 85 73
0111 92 82 80 72 70 59
0112 84 70 71 52 50 30
0120 86 75 52
0121 71 52 29
0122 63 29 17
1000 98 95 94 87 91 81
1001 94 89 86 74 77 64
1002 87 75 74 63 63 49
1010 94 89 88 77 76 67
1011 86 76 74 58 59 50
1012 72 57 57 52 52 25
1020 83 70 54
1021 65 58 26
1022 53 21 13
1100 95 90 88 76 76 70
1101 90 77 75 62 61 53
1102 77 66 68 59 52 30
1110 89 78 76 67 62 58
1111 74 59 57 57 47 23
1112 61 52 57 29 24 16
1120 71 59 30
1121 58 26 15
1122 23 13 6
2000 93 87 86 72 75 58
2001 86 74 74 61 56 34
2002 70 54 52 40 40 22
2010 85 75 74 55 62 51
2011 72 57 55 41 46 19
2012 53 36 34 19 19 8
2020 64 51 20
2021 47 21 11
2022 24 9 4
2100 88 75 73 53 60 50
2101 73 55 59 40 41 20
2102 54 43 45 22 20 11
2110 75 55 58 45 40 21
2111 61 51 48 18 20 9
2112 46 18 17 7 8 2
2120 53 24 14
2121 24 12 5
2122 10 3 1
"""


def _read() -> dict[str, int]:
    scores: dict[str, int] = {}
    for line in _TABLE.split("\n"):
        digits, *tenths = line.split() or ("",)
        sixths = "1" if len(tenths) == len("012") else "01"
        ends = (fifth + sixth for fifth in "012" for sixth in sixths)
        scores |= {digits + end: int(score) for end, score in zip(ends, tenths, strict=False)}
    return scores


MACRO_VECTORS: Final = _read()
