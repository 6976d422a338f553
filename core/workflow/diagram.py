"""Draws a definition as a picture: activities as boxes, transitions as arrows, and where a record stands."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fast_sugiyama import from_edges
from lxml import etree

from core.workflow.net import reachable

if TYPE_CHECKING:
    from core.workflow.definition import Activity, Definition, Transition

SVG = "http://www.w3.org/2000/svg"
HEIGHT, MARGIN, RANK_GAP, SIDE_GAP, LETTER = 40, 24, 64, 56, 7.6
WIDEST = 220

Point = tuple[float, float]
Names = Callable[["Activity"], str]


@dataclass(frozen=True)
class Layout:
    """Where everything is, in pixels from the upper left corner.

    Attributes:
        places: the middle of each activity, by id.
        widths: how wide its box is, by id.
        routes: the points of each pair of activities with a way between them.
    """

    places: Mapping[int, Point]
    widths: Mapping[int, float]
    routes: Mapping[tuple[int, int], tuple[Point, ...]]
    width: float
    height: float


def arrange(definition: Definition, name: Names) -> Layout:
    """Put the activities into layers, in the order in which a record comes through them."""
    activities = definition.activities
    widths = {i: min(WIDEST, max(72.0, len(name(one)) * LETTER + 24)) for i, one in activities.items()}
    pairs = list(dict.fromkeys((way.source, way.target) for way in definition.transitions if way.source != way.target))
    points: dict[int, Point] = {}
    chains: dict[tuple[int, int], list[int]] = {}
    shift = 0.0
    laid: Any = from_edges(pairs) if pairs else ()  # Any: its numbers may be texts as well, ours are not
    for places, width, _height, edges in laid:
        points.update({number: (x + shift, y) for number, (x, y) in places})
        shift += width + 1
        chains.update(_chains(edges, activities, pairs))
    for lonely in activities.keys() - points.keys():
        points[lonely] = (shift, 0.0)
        shift += 1
    return _scaled(points, chains, widths)


def _chains(
    edges: Iterable[tuple[int, int]], known: Collection[int], pairs: Collection[tuple[int, int]]
) -> dict[tuple[int, int], list[int]]:
    """The vertices of each way: long ones lead over points that the layout added. A reversed way is turned back."""
    following: dict[int, int] = {}
    firsts: list[tuple[int, int]] = []
    for source, target in edges:
        if source in known:
            firsts.append((source, target))
        else:
            following[source] = target
    found: dict[tuple[int, int], list[int]] = {}
    for source, target in firsts:
        chain = [source, target]
        while chain[-1] not in known:
            chain.append(following[chain[-1]])
        pair = (chain[0], chain[-1])
        if pair not in pairs or pair in found:
            pair, chain = pair[::-1], chain[::-1]
        found[pair] = chain
    return found


def _scaled(
    points: Mapping[int, Point], chains: Mapping[tuple[int, int], list[int]], widths: Mapping[int, float]
) -> Layout:
    ranks: dict[float, list[int]] = {}
    for number, (_x, y) in points.items():
        ranks.setdefault(round(y, 3), []).append(number)
    factor = 1.0
    for numbers in ranks.values():
        row = sorted(numbers, key=lambda number: points[number][0])
        for left, right in itertools.pairwise(row):
            needed = (widths.get(left, 0) + widths.get(right, 0)) / 2 + SIDE_GAP
            factor = max(factor, needed / max(points[right][0] - points[left][0], 0.5))
    depth: dict[float, float] = {y: number for number, y in enumerate(sorted(ranks, reverse=True))}
    start: float = min((points[i][0] * factor - widths.get(i, 0) / 2 for i in points), default=0.0)
    placed = {
        i: (x * factor - start + MARGIN, depth[round(y, 3)] * (HEIGHT + RANK_GAP) + MARGIN + HEIGHT / 2)
        for i, (x, y) in points.items()
    }
    routes = {pair: tuple(placed[i] for i in chain) for pair, chain in chains.items()}
    width = max((x + widths.get(i, 0) / 2 for i, (x, _) in placed.items()), default=0) + MARGIN
    height = len(ranks) * (HEIGHT + RANK_GAP) - RANK_GAP + 2 * MARGIN
    return Layout({i: placed[i] for i in widths}, widths, routes, width, height)


def draw(
    definition: Definition,
    name: Names = lambda activity: activity.name,
    label: Callable[[Transition], str] = lambda way: way.label or way.signal,
    standing: Collection[int] = (),
    title: str = "",
) -> str:
    """The picture as SVG, without colours of its own: classes say what each part is.

    Args:
        name: what an activity is called.
        label: what a transition is called.
        standing: ids of the activities where a record stands.
        title: read by screen readers; the name of the definition otherwise.
    """
    layout = arrange(definition, name)
    root = etree.Element(f"{{{SVG}}}svg", {"class": "flow", "role": "img"}, nsmap={None: SVG})  # type: ignore[dict-item]  # None names the default namespace
    etree.SubElement(root, f"{{{SVG}}}title").text = title or definition.name
    _arrow_head(root)
    for (source, target), route in layout.routes.items():
        ways = [way for way in definition.activities[source].ways if way.target == target]
        _arrow(root, route, ways, label)
    reached = reachable(definition)
    for activity in definition.activities.values():
        kinds = [
            "flow-box", f"flow-{activity.kind}", *(["flow-start"] if activity.start else []),
            *(["flow-stop"] if activity.stop else []), *(["flow-here"] if activity.id in standing else []),
            *([] if activity.id in reached else ["flow-lost"]),
        ]  # fmt: skip
        _box(root, layout, activity, name(activity), " ".join(kinds))
        loops = [way for way in activity.ways if way.target == activity.id]
        if loops:
            _loop(root, layout, activity, " · ".join(filter(None, map(label, loops))))
    left, right = _extent(root, layout.width)
    root.set("viewBox", f"{left:.0f} 0 {right - left:.0f} {layout.height:.0f}")
    root.set("width", f"{right - left:.0f}")
    return etree.tostring(root, encoding="unicode")


def _extent(root: etree._Element, width: float) -> tuple[float, float]:
    """From where to where the picture goes, with the names of its ways."""
    ends = [(float(label.get("x", 0)), len(label.text or "") * LETTER / 2) for label in root.iter(f"{{{SVG}}}text")]
    return min([0.0, *(x - half for x, half in ends)]), max([width, *(x + half for x, half in ends)])


def _arrow_head(root: etree._Element) -> None:
    told = {"id": "flow-head", "viewBox": "0 0 8 8", "refX": "7", "refY": "4", "markerWidth": "7", "markerHeight": "7",
            "orient": "auto-start-reverse"}  # fmt: skip
    marker = etree.SubElement(etree.SubElement(root, f"{{{SVG}}}defs"), f"{{{SVG}}}marker", told)
    etree.SubElement(marker, f"{{{SVG}}}path", {"d": "M0 0 8 4 0 8z", "class": "flow-head"})


def _box(root: etree._Element, layout: Layout, activity: Activity, name: str, kinds: str) -> None:
    x, y = layout.places[activity.id]
    width = layout.widths[activity.id]
    group = etree.SubElement(root, f"{{{SVG}}}g", {"class": kinds, "data-activity": str(activity.id)})
    etree.SubElement(
        group, f"{{{SVG}}}rect",
        {"x": f"{x - width / 2:.1f}", "y": f"{y - HEIGHT / 2:.1f}", "width": f"{width:.1f}", "height": str(HEIGHT),
         "rx": "20" if activity.start or activity.stop else "6"},
    )  # fmt: skip
    longest = int((WIDEST - 24) / LETTER)
    text = etree.SubElement(group, f"{{{SVG}}}text", {"x": f"{x:.1f}", "y": f"{y + 4.5:.1f}"})
    text.text = name if len(name) <= longest else f"{name[: longest - 1]}…"
    if text.text != name:
        etree.SubElement(group, f"{{{SVG}}}title").text = name


def _arrow(
    root: etree._Element, route: tuple[Point, ...], ways: list[Transition], label: Callable[[Transition], str]
) -> None:
    down = route[-1][1] > route[0][1]
    edge = HEIGHT / 2 if down else -HEIGHT / 2
    points = [(route[0][0], route[0][1] + edge), *route[1:-1], (route[-1][0], route[-1][1] - edge)]
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        bend = (y1 - y0) / 2
        path += f" C{x0:.1f} {y0 + bend:.1f} {x1:.1f} {y1 - bend:.1f} {x1:.1f} {y1:.1f}"
    kind = "flow-way" if any(way.signal for way in ways) else "flow-way flow-auto"
    etree.SubElement(root, f"{{{SVG}}}path", {"class": kind, "d": path, "marker-end": "url(#flow-head)"})
    text = " · ".join(dict.fromkeys(filter(None, map(label, ways))))
    if text:
        middle = len(points) // 2
        (x0, y0), (x1, y1) = points[middle - 1], points[middle]
        _label(root, (x0 + x1) / 2, (y0 + y1) / 2, text)


def _loop(root: etree._Element, layout: Layout, activity: Activity, text: str) -> None:
    x, y = layout.places[activity.id]
    right = x + layout.widths[activity.id] / 2
    path = f"M{right:.1f} {y - 8:.1f} c28 -16 28 32 0 16"
    etree.SubElement(root, f"{{{SVG}}}path", {"class": "flow-way", "d": path, "marker-end": "url(#flow-head)"})
    if text:
        _label(root, right + 24, y - 16, text)


def _label(root: etree._Element, x: float, y: float, text: str) -> None:
    element = etree.SubElement(
        root, f"{{{SVG}}}text", {"class": "flow-label", "x": f"{x:.1f}", "y": f"{y + 4:.1f}"}
    )  # fmt: skip
    element.text = text if len(text) <= 40 else f"{text[:39]}…"
