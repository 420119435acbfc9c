"""The shells that complete poolctl's words: click's, with the equals sign, quotes and Terraform's spellings understood.

bash splits words at an equals sign; zsh and fish replace the whole word. An address of an instance, such as
``pool.team["a"]``, has to be quoted in bash, as its user has begun to; zsh and fish do that by themselves.
"""

import os
import re
from collections.abc import Iterable
from typing import Final

from click.shell_completion import BashComplete, CompletionItem, FishComplete, ShellComplete, ZshComplete

from planner.cli.spelling import translate_arguments

# click's, but that names are no patterns of files, backslashes stay, and no variable is left behind in the shell.
_BASH: Final = """\
%(complete_func)s() {
    local type value IFS=$'\\n'
    while IFS=',' read -r type value; do
        case $type in
            dir) COMPREPLY=(); compopt -o dirnames ;;
            file) COMPREPLY=(); compopt -o default ;;
            plain) COMPREPLY+=("$value"); [[ $value != *= ]] || compopt -o nospace ;;
        esac
    done <<< "$(env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD %(complete_var)s=bash_complete "$1")"
}
complete -o nosort -F %(complete_func)s %(prog_name)s 2> /dev/null || complete -F %(complete_func)s %(prog_name)s
"""


# click's, but that the second key works, too, where the script is a file of functions, and no space follows an equals
# sign.
_ZSH: Final = ZshComplete.source_template.replace(
    "== loadautofunc ]]", "== loadautofunc || ${funcstack[1]-} == _%(prog_name)s ]]"
).replace(
    "compadd -U -V unsorted -a completions",
    """compadd -U -V unsorted -S '' -- ${(M)completions:#*=}
        compadd -U -V unsorted -- ${completions:#*=}""",
)


class PoolctlBash(BashComplete):
    """Completion in bash, which is asked for the part behind the last equals sign."""

    source_template = _BASH
    _before: str = ""
    _is_in_double_quotes: bool = False

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the one that is typed, and that one as far as it goes."""
        words, incomplete = super().get_completion_args()
        *joined, last = _join((*words, incomplete))
        self._before = last[: len(last) - len(incomplete.removeprefix("="))]
        self._is_in_double_quotes = os.environ["COMP_WORDS"].rpartition("\n")[2].startswith('"')
        return translate_arguments(joined), _spell(last)

    def format_completion(self, item: CompletionItem) -> str:
        """Return the line for one offer, quoted where bash would read it otherwise."""
        value = str(item.value).removeprefix(self._before)
        quote = _quote_twice if self._is_in_double_quotes else _quote
        return f"{item.type},{quote(value) if item.type == 'plain' else value}"


class _WholeWords(ShellComplete):
    """Completion in a shell that replaces the whole word, together with click's class of that shell."""

    _before: str = ""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the one that is typed, and that one as far as it goes."""
        words, incomplete = super().get_completion_args()
        self._before = _find_option(incomplete)
        return translate_arguments(words), _spell(incomplete)

    def format_completion(self, item: CompletionItem) -> str:
        """Return the lines for one offer, with the option that stands before it in the same word."""
        return super().format_completion(_put_before(self._before, item))


class PoolctlZsh(_WholeWords, ZshComplete):
    """Completion in zsh."""

    source_template = _ZSH


class PoolctlFish(_WholeWords, FishComplete):
    """Completion in fish."""


SHELLS: Final[dict[str, type[ShellComplete]]] = {"bash": PoolctlBash, "zsh": PoolctlZsh, "fish": PoolctlFish}


def _join(words: Iterable[str]) -> list[str]:
    joined: list[str] = []
    for word in words:
        if joined and (word.startswith("=") or joined[-1].endswith("=")):
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def _spell(word: str) -> str:
    """Return the word that is typed with its option as poolctl spells it, once the option is whole."""
    return translate_arguments([word])[0] if "=" in word else word


def _find_option(word: str) -> str:
    option, sign, _ = word.partition("=")
    return f"{option}{sign}" if sign and option.startswith("-") else ""


def _put_before(before: str, item: CompletionItem) -> CompletionItem:
    return CompletionItem(f"{before}{item.value}", type=item.type, help=item.help)


def _quote(value: str) -> str:
    import shlex

    # An equals sign at the end waits for what follows.
    end = "=" if value.endswith("=") else ""
    return f"{shlex.quote(value.removesuffix('='))}{end}" if value.removesuffix("=") else value


def _quote_twice(value: str) -> str:
    """Return ``value`` as bash reads it between double quotes, which its user has begun."""
    end = "=" if value.endswith("=") else ""
    return '"' + re.sub(r'([\\"$`])', r"\\\1", value.removesuffix("=")) + f'"{end}'
