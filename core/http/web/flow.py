"""`/web/<model>/<id>/workflow`: where a record stands; `/web/flow/<id>`: publish a workflow and see what it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from core.http.request import Request, Response
from core.http.web.page import go, page, say
from core.http.web.pages.flow import Flow, FlowPage, PublishPage
from core.http.web.pages.shell import Link
from core.http.web.refusal import screen
from core.http.web.render import say as text
from core.workflow import explain
from core.workflow.diagram import draw
from core.workflow.forecast import MOST, forecast
from core.workflow.versions import definitions, publish

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.model import Model
    from core.workflow.definition import Activity, Definition, Transition

WORKFLOW = "workflow"


@screen("/web/<model>/<int:record_id>/workflow", write=False)
def show_flow(request: Request, model: str, record_id: int) -> Response:
    """Where a record stands in its workflows, drawn, with what may happen next."""
    env = request.env
    record: Any = env[model].with_context(active_test=False).browse(record_id)
    record.check_access("read")
    flows = tuple(_flow(record, definition) for definition in definitions(env, model))
    back = f"/web/{model}/{record_id}"
    shown = FlowPage(say(request, "Where it stands"), record.display_name, flows, back)
    return page(request, "flow.html", shown, shown.title, crumbs=(Link(record.display_name, back),))


def links_of(env: Env, model: str, record: int) -> tuple[Link, ...]:
    """What the menu of a record that is in a workflow offers."""
    if not definitions(env, model):
        return ()
    return (Link(text("Where does it stand?"), f"/web/{model}/{record}/workflow", "signpost-split"),)


def _flow(record: Model, definition: Definition) -> Flow:
    standing = explain.standing(record, definition)
    shown = standing[0][0] if standing else definition
    steps = tuple(step for own, here in standing for step in explain.steps_from(record, own, here))
    return Flow(
        definition.name, shown.number, _picture(record, shown, [activity.id for _, activity in standing]),
        tuple(dict.fromkeys(explain.label_of(record, own, activity) for own, activity in standing)), steps,
    )  # fmt: skip


def _picture(record: Model, definition: Definition, standing: list[int]) -> Markup:
    def name(activity: Activity) -> str:
        return explain.label_of(record, definition, activity)

    def label(way: Transition) -> str:
        return str(record.env.translate_term(way.label, record._info.addon)) if way.signal else ""

    return Markup(draw(definition, name, label, standing))  # lxml has escaped every text in it


@screen("/web/flow/<int:workflow>", write=False)
def show_publication(request: Request, workflow: int) -> Response:
    """What publishing the edited definition would do."""
    env = request.env
    env.check(WORKFLOW, "write")
    row: Any = env[WORKFLOW].with_context(active_test=False).browse(workflow)
    row.check_access("read")
    tried = forecast(env, workflow)
    blank = env[tried.edited.model]
    shown = PublishPage(
        say(request, "Publish a workflow"), row.name, tried,
        _picture(blank, tried.present, []) if tried.present is not None else Markup(""),
        _picture(blank, tried.edited, []), tuple((row.moves or {}).items()), row.running == "finish",
        f"/web/flow/{workflow}", f"/web/{WORKFLOW}/{workflow}", MOST,
    )  # fmt: skip
    return page(request, "publish.html", shown, shown.title, crumbs=(Link(row.name, shown.back_url),))


@screen("/web/flow/<int:workflow>", methods=("POST",))
def publish_it(request: Request, workflow: int) -> Response:
    """Publish the edited definition."""
    env = request.env
    env.check(WORKFLOW, "write")
    row: Any = env[WORKFLOW].with_context(active_test=False).browse(workflow)
    row.check_access("write")
    done = publish(env, [workflow])
    said = say(request, "There is nothing new to publish.")
    if done:
        [one] = done
        said = say(
            request, "Version {number} holds now. {moved} records go on with it, {left} finish on their version.",
            number=one.definition.number, moved=one.moved, left=one.left,
        )  # fmt: skip
    return go(request, f"/web/{WORKFLOW}/{workflow}", said)
