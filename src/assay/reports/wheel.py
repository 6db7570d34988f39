"""The wheel: every task of a framework as one segment, by its state, grouped by practice.

* Pure text in, SVG out. Titles inside the segments give each its tooltip.
* A state shows without colour: met has a tick, not met a cross, unknown is hollow, and what was
  seen of an unknown one fills it from the inside.
"""

import math
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from assay.assurance.status import WORDS
from assay.core.verdict import Verdict

_CENTRE: Final = 160.0
_OUTER, _INNER, _LABELS = 152.0, 92.0, 75.0  # radii
_GAP_DEGREES: Final = 5.0  # between two groups
_INSET_DEGREES: Final = 0.6  # of room at each side of a segment
_CLASSES: Final = {Verdict.PASSED: "met", Verdict.FAILED: "notmet", Verdict.UNKNOWN: "unknown"}
_MARKS: Final = {"met": "✓", "notmet": "✗"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One task: its group ("PO"), id ("PO.1.1"), title, state, and its kinds of evidence.

    Of `wanted` kinds, so many passed, failed, or were seen in part; nobody saw the others.
    """

    group: str
    id: str
    title: str
    state: Verdict
    wanted: int
    passed: int = 0
    failed: int = 0
    in_part: int = 0

    @property
    def name(self) -> str:
        """Return the segment's tooltip."""
        counts = ((self.passed, "passed"), (self.failed, "failed"), (self.in_part, "seen in part"))
        known = ", ".join(f"{number} {words}" for number, words in counts if number)
        return (
            f"{self.id} {self.title}: {WORDS[self.state]}. "
            f"Kinds of evidence: {self.wanted} wanted, {known or 'none seen'}"
        )

    @property
    def share(self) -> float:
        """Return how much of the evidence was seen, 0 to 1; a part counts for half."""
        return (self.passed + self.failed + self.in_part / 2) / self.wanted if self.wanted else 0.0


def render_wheel(segments: tuple[Segment, ...]) -> str:
    """Return an SVG element of 320 by 320 units; the segments keep their order, groups apart."""
    groups = list(dict.fromkeys(segment.group for segment in segments))
    step = (360.0 - _GAP_DEGREES * len(groups)) / max(1, len(segments))
    parts, angle = [], -90.0 + _GAP_DEGREES / 2
    for group in groups:
        start = angle
        for segment in (s for s in segments if s.group == group):
            parts.append(_slice(segment, angle, angle + step))
            angle += step
        parts.append(_text(group, (start + angle) / 2, _LABELS, "wheel-group"))
        angle += _GAP_DEGREES
    met = sum(segment.state is Verdict.PASSED for segment in segments)
    caption = f"of {len(segments)} tasks met"
    return (
        '<svg viewBox="0 0 320 320" role="img" class="wheel"'
        f' aria-label="{met} {caption}; the table below has every task">'
        f"{''.join(parts)}"
        f'<text x="160" y="156" class="wheel-number">{met}</text>'
        f'<text x="160" y="180" class="wheel-caption">{caption}</text>'
        "</svg>"
    )


def _slice(segment: Segment, start: float, end: float) -> str:
    state = _CLASSES[segment.state]
    start, end = start + _INSET_DEGREES, end - _INSET_DEGREES
    parts = [_path(state, _ring(start, end, _INNER, _OUTER))]
    if state == "unknown" and segment.share > 0:
        reach = _INNER + (_OUTER - _INNER) * segment.share
        parts.append(_path("partly", _ring(start, end, _INNER, reach)))
    if state in _MARKS:
        middle = (_INNER + _OUTER) / 2
        parts.append(_text(_MARKS[state], (start + end) / 2, middle, "wheel-mark"))
    return f'<g class="segment"><title>{escape(segment.name)}</title>{"".join(parts)}</g>'


def _path(name: str, outline: str) -> str:
    return f'<path class="{name}" d={quoteattr(outline)}/>'


def _text(words: str, angle: float, radius: float, name: str) -> str:
    x, y = _point(angle, radius)
    return f'<text x="{x:.1f}" y="{y + 4.5:.1f}" class="{name}">{escape(words)}</text>'


def _ring(start: float, end: float, inner: float, outer: float) -> str:
    large = 1 if end - start > 180 else 0
    (x1, y1), (x2, y2) = _point(start, outer), _point(end, outer)
    (x3, y3), (x4, y4) = _point(end, inner), _point(start, inner)
    return (
        f"M{x1:.2f} {y1:.2f}A{outer:.2f} {outer:.2f} 0 {large} 1 {x2:.2f} {y2:.2f}"
        f"L{x3:.2f} {y3:.2f}A{inner:.2f} {inner:.2f} 0 {large} 0 {x4:.2f} {y4:.2f}Z"
    )


def _point(degrees: float, radius: float) -> tuple[float, float]:
    radians = math.radians(degrees)
    return _CENTRE + radius * math.cos(radians), _CENTRE + radius * math.sin(radians)
