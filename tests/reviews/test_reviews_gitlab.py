"""``--format gitlab-terraform``: the counts beside a merge request are those that GitLab makes of Terraform's plan."""

import json

import pytest
from review_plans import PICTURE, PLANS

from planner.cli.entry import main
from planner.state.documents.plan_document import format_plan as format_document
from planner.views.gitlab_report import format_gitlab_report
from planner.views.terraform_json import format_terraform_json


def count(create=0, update=0, delete=0):
    return {"create": create, "update": update, "delete": delete}


def count_as_documented(plan):
    """Count the flattened actions, as the jq line in GitLab's documentation does."""
    changes = json.loads(format_terraform_json(plan))["resource_changes"]
    actions = [action for one in changes for action in one["change"]["actions"]]
    return {name: actions.count(name) for name in ("create", "update", "delete")}


@pytest.mark.parametrize(
    ("plan", "counts"),
    [
        pytest.param(PLANS["create"], count(create=2), id="create"),
        pytest.param(PLANS["update"], count(update=1), id="update"),
        pytest.param(PLANS["replace"], count(create=1, delete=1), id="replace"),
        pytest.param(PLANS["delete"], count(delete=1), id="delete"),
        pytest.param(PLANS["import"], count(), id="import"),
        pytest.param(PLANS["forget"], count(), id="forget"),
        pytest.param(PLANS["no changes"], count(), id="no changes"),
        pytest.param(PICTURE, count(create=2, update=2, delete=1), id="something of everything"),
    ],
)
def test_the_report_counts_as_gitlab_does(plan, counts):
    assert json.loads(format_gitlab_report(plan)) == counts == count_as_documented(plan)


def test_show_makes_it_of_a_saved_plan(tmp_path, capsys):
    (tmp_path / "plan.json").write_text(format_document(PICTURE), encoding="utf-8")
    assert main(["-C", str(tmp_path), "show", "plan.json", "--format", "gitlab-terraform"]) == 0
    assert json.loads(capsys.readouterr().out) == count(create=2, update=2, delete=1)
