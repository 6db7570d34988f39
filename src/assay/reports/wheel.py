"""The wheel: every task of a framework as one segment, coloured by its state, grouped by practice.

Pure text in, SVG out. Titles inside the segments give each its tooltip and its name for readers
of the screen.
"""

import math
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from assay.core.verdict import Verdict

_CENTRE = 160.0
_OUTER, _INNER = 150.0, 92.0
_GAP_DEGREES = 5.0  # between two groups
_CLASSES = {Verdict.PASSED: "met", Verdict.FAILED: "notmet", Verdict.UNKNOWN: "unknown"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One task: its group ("PO"), id ("PO.1.1"), title, state, and the part of evidence seen."""

    group: str
    id: str
    title: str
    state: Verdict
    seen: int
    wanted: int


def render_wheel(segments: tuple[Segment, ...]) -> str:
    """Return an SVG element of 320 by 320 units; the segments keep their order, groups apart."""
    groups = list(dict.fromkeys(segment.group for segment in segments))
    step = (360.0 - _GAP_DEGREES * len(groups)) / max(1, len(segments))
    parts, angle = [], -90.0
    for group in groups:
        start = angle
        for segment in (s for s in segments if s.group == group):
            parts.append(_slice(segment, angle, angle + step))
            angle += step
        parts.append(_group_label(group, (start + angle) / 2))
        angle += _GAP_DEGREES
    met = sum(segment.state is Verdict.PASSED for segment in segments)
    parts.append(
        f'<text x="160" y="156" class="wheel-number">{met}</text>'
        f'<text x="160" y="180" class="wheel-caption">of {len(segments)} tasks met</text>'
    )
    return (
        '<svg viewBox="0 0 320 320" role="img" class="wheel" aria-label="SSDF tasks by state">'
        + "".join(parts)
        + "</svg>"
    )


def _slice(segment: Segment, start: float, end: float) -> str:
    """Draw one segment; the inner ring grows with the share of its evidence that was seen."""
    share = segment.seen / segment.wanted if segment.wanted else 0.0
    state = _CLASSES[segment.state]
    words = {"met": "met", "notmet": "not met", "unknown": "unknown"}[state]
    name = f"{segment.id} {segment.title}: {words}, {segment.seen} of {segment.wanted} evidence"
    inset = 0.6  # degrees of white between two segments
    ring = _ring(start + inset, end - inset, _INNER, _OUTER)
    part = ""
    if state == "unknown" and share > 0:
        reach = _INNER + (_OUTER - _INNER) * share
        inner = _ring(start + inset, end - inset, _INNER, reach)
        part = f'<path class="partly" d={quoteattr(inner)}/>'
    return (
        f'<g class="segment"><title>{escape(name)}</title>'
        f'<path class="{state}" d={quoteattr(ring)}/>{part}</g>'
    )


def _group_label(group: str, angle: float) -> str:
    x, y = _point(angle, 76.0)
    return f'<text x="{x:.1f}" y="{y + 4:.1f}" class="wheel-group">{escape(group)}</text>'


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
