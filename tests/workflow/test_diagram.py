"""The picture of a definition: every activity and every way is in it, and where the record stands."""

from __future__ import annotations

from lxml import etree

from core.workflow.diagram import arrange, draw
from tests.workflow.test_net import flow

SALE = flow(
    "draft -send-> sent", "draft -confirm-> both", "sent -confirm-> both", "both -> ship", "both -> bill",
    "ship -shipped-> done", "bill -paid-> done", "bill -except-> trouble", "trouble -retry-> bill",
    "draft -copy-> draft",
    "draft -cancel-> off", "sent -cancel-> off", both={"split": "AND"}, done={"join": "AND"},
)  # fmt: skip


def parsed(svg: str) -> etree._Element:
    return etree.fromstring(svg.encode())


def test_every_activity_and_way_is_drawn() -> None:
    root = parsed(draw(SALE, standing=[2]))
    texts = {element.text for element in root.iter("{*}text")}
    assert {activity.name for activity in SALE.activities.values()} <= texts
    assert {"send", "confirm", "shipped", "paid", "retry", "copy"} <= texts
    pairs = {(way.source, way.target) for way in SALE.transitions}
    assert len(root.findall(".//{*}path[@marker-end]")) == len(pairs)
    [here] = root.xpath("//*[contains(@class, 'flow-here')]")
    assert here.get("data-activity") == "2"


def test_boxes_do_not_cover_each_other() -> None:
    layout = arrange(SALE, lambda activity: activity.name * 3)
    boxes = [(x - layout.widths[i] / 2, y, layout.widths[i]) for i, (x, y) in layout.places.items()]
    for number, (x, y, width) in enumerate(boxes):
        for other_x, other_y, other_width in boxes[number + 1 :]:
            assert y != other_y or x + width < other_x or other_x + other_width < x


def test_names_are_texts_not_markup() -> None:
    root = parsed(draw(flow("<b>a -ok-> c"), name=lambda activity: f"<script>{activity.id}"))
    assert not root.xpath("//*[local-name()='script']")


def test_what_cannot_be_reached_is_marked() -> None:
    root = parsed(draw(flow("a -ok-> b", "island -ok-> b")))
    assert len(root.xpath("//*[contains(@class, 'flow-lost')]")) == 1
