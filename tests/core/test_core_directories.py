"""Which configuration directories a set of changed files touches."""

import pytest

from planner.core.directories import Layout, drop_templates, find_touched


def path(text):
    return tuple(text.split("/"))


def layout(directory, *folders, files=()):
    return Layout(
        directory=path(directory),
        folders=frozenset({path(directory), *map(path, folders)}),
        files=frozenset(map(path, files)),
    )


A = layout("envs/a", "template", files=["envs/a.vars.toml"])
B = layout("envs/b")
TEMPLATE = layout("template")


@pytest.mark.parametrize(
    ("changed", "touched"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param(["envs/b/main.pools.toml"], [B], id="own file"),
        pytest.param(["envs/b/x.auto.vars.toml"], [B], id="own variables"),
        pytest.param(["template/x.pools.toml"], [A], id="template"),
        pytest.param(["template/x.auto.vars.toml"], [], id="variables of a template are not read"),
        pytest.param(["envs/a.vars.toml", "envs/b/y.pools.toml"], [A, B], id="shared variables"),
        pytest.param(["envs/b/pools.state.json", "README.md", "envs/b/.main.pools.toml"], [], id="what is not read"),
        pytest.param(["envs/b/deeper/main.pools.toml"], [], id="deeper directory"),
    ],
)
def test_a_directory_is_touched_by_the_files_that_it_reads(changed, touched):
    assert find_touched((B, A), map(path, changed)) == tuple(touched)


def test_what_is_included_is_no_directory_of_its_own():
    assert drop_templates((A, B, TEMPLATE)) == (A, B)
