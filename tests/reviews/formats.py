"""Every way in which a plan is shown, by the suffix of its golden file."""

from planner.state.documents.plan_document import format_plan as format_document
from planner.views.plan_html import format_plan_html
from planner.views.plan_markdown import format_plan_markdown
from planner.views.plan_text import format_plan
from planner.views.terraform_json import format_terraform_json


def format_text(plan):
    return format_plan(plan, width=100, colour=False)


def format_markdown(plan):
    return format_plan_markdown(plan, saved="plan.json")


FORMATS = {
    "txt": format_text,
    "md": format_markdown,
    "json": format_document,
    "html": format_plan_html,
    "terraform.json": format_terraform_json,
}
