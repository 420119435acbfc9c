"""Completion in the shells themselves, on a terminal: a key is pressed, and the line is looked at."""

import os
import shutil
import sys
from pathlib import Path

import pexpect
import pytest
from system_parts import need

_STARTS = {
    "bash": ["bash", "--noprofile", "--norc", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "zsh-file": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "-i"],
}
_SETTINGS = {
    "bash": "PS1='ready> '; bind 'set enable-bracketed-paste off'; eval \"$(poolctl completion bash)\"",
    "zsh": "PS1='ready> '; unsetopt zle_bracketed_paste; autoload -Uz compinit; compinit -u; "
    'eval "$(poolctl completion zsh)"',
    "zsh-file": "PS1='ready> '; unsetopt zle_bracketed_paste; poolctl completion zsh > $HOME/_poolctl; "
    "fpath=($HOME $fpath); autoload -Uz compinit; compinit -u",
    "fish": "function fish_prompt; printf 'ready> '; end; poolctl completion fish | source",
}


@pytest.fixture(params=["bash", "zsh", "fish"])
def shell(request, applied, monkeypatch):
    """Return a running shell in the directory of an applied starter, completion loaded, its prompt shown."""
    name = request.param
    need(_STARTS[name][0], is_there=shutil.which(_STARTS[name][0]))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "HOME": str(applied.parent), "TERM": "dumb"}
    running = pexpect.spawn(*_split(_STARTS[name]), env=environment, encoding="utf-8", timeout=60, dimensions=(24, 200))
    running.sendline(_SETTINGS[name])
    running.sendline("echo loa''ded")
    running.expect("loaded\r?\n")
    yield running
    running.close(force=True)


def _split(command):
    return command[0], command[1:]


_LINES = {
    "poolctl apply --target pool.s": "pool.starter",
    "poolctl state rm net": "network.main",
    "poolctl explain config.synt": "config.syntax",
    "poolctl plan --target=pool.st": "--target=pool.starter",
    "poolctl undo la": "latest",
}


def _press_tab(shell, line):
    """Type ``line`` and a tab, wait for the word that is to be, and clear the line."""
    shell.send(f"{line}\t")
    shell.expect_exact(_LINES[line])
    shell.send(_CLEAR)
    return True


_CLEAR = "\x15"


def test_a_tab_completes_the_word(shell):
    assert all(_press_tab(shell, line) for line in _LINES)


_INSTANCES = """
[pool.team]
for_each = ["a", "it's", "b$HOME`id`"]
name = "team-${string(size(each.key))}"
type = "Dedicate"
scope = ["Train"]
network = "${network.main.id}"
resources = [{ flavor = "modelarts.vm.cpu.8ud", count = 1 }]
"""
_ADDRESSES = {
    "--target pool.te\ta\t": 'pool.team["a"]',
    "--target='pool.te\ti\t": 'pool.team["it\'s"]',
    '--target "pool.te\tb\t': 'pool.team["b$HOME`id`"]',
}
_TO_ITS_START = "\x01"


@pytest.fixture
def instances(applied):
    """Write a block with instances beside what is applied, whose addresses mean something to every shell."""
    applied.with_name("team.pools.toml").write_text(_INSTANCES, encoding="utf-8")


def _show_words(shell, typed):
    """Complete twice, and let the shell print the words that it would give to poolctl."""
    shell.send(f"poolctl plan {typed}{_TO_ITS_START}printf '<%s>' \r")
    shell.expect("<poolctl><plan>(?:<--target>|<--target=)<?([^>]+)>")
    return shell.match[1]


def test_an_address_is_completed_as_the_shell_has_to_be_told_it(instances, shell):
    assert {typed: _show_words(shell, typed) for typed in _ADDRESSES} == _ADDRESSES


@pytest.mark.parametrize("shell", ["zsh-file"], indirect=True)
def test_zsh_completes_a_second_time_where_the_script_is_a_file_of_its_functions(instances, shell):
    assert [_show_words(shell, typed) for typed in _ADDRESSES] == [*_ADDRESSES.values()]
    shell.send(f"poolctl scale pool.starter mod\t4{_TO_ITS_START}printf '<%s>' \r")
    shell.expect_exact("<scale><pool.starter><modelarts.vm.cpu.4ud=4>")
