"""Where the values of variables come from, lowest to highest: default, environment, files, options."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from planner.config.documents import Document, load_document
from planner.core.diagnostics import Diagnostic, make_error
from planner.core.inputs import InputVariable
from planner.core.lazy_dataclass import dataclass

PREFIX: Final = "POOLCTL_VAR_"
AUTO_SUFFIX: Final = ".auto.vars.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableInputs:
    """What a command was given: ``options`` are ``NAME=VALUE``, ``files`` their paths.

    ``carried`` are those of a saved plan, which stand for environment, files and options alike.
    """

    options: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    carried: tuple[InputVariable, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One value as it is given: ``text`` for those that are only text, ``document`` for those of a file."""

    name: str
    value: object
    source: str
    is_text: bool = False
    document: Document | None = None

    @property
    def origin(self) -> str:
        """Return where it comes from, in words."""
        match self.source:
            case "environment":
                return f"{PREFIX}{self.name} in the environment"
            case "option":
                return f"--var {self.name}"
            case "default":
                return "its default"
            case _:
                return self.document.file if self.document else "a file of variables"


def load_variable_files(
    directory: Path, inputs: VariableInputs, *, included: tuple[Path, ...] = ()
) -> tuple[tuple[Given, ...], tuple[Diagnostic, ...]]:
    """Return the values of the files in their order, the last of a name is valid; and what cannot be read.

    ``included`` are files that the configuration names, which come before those of the directory.
    """
    rows: list[Given] = []
    faults: list[Diagnostic] = []
    files = () if inputs.carried is not None else inputs.files
    own = tuple(Path(one.name) for one in _find_auto_files(directory))
    sources = (*(("auto_file", one) for one in (*included, *own)), *(("file", one) for one in files))
    for source, path in sources:
        found = load_document(directory / path, file=str(path))
        if isinstance(found, Diagnostic):
            faults.append(found)
        else:
            rows += [Given(name=name, value=found.tree[name], source=source, document=found) for name in found.tree]
    return tuple(rows), tuple(faults)


def find_environment_values(environment: Mapping[str, str], names: frozenset[str]) -> tuple[Given, ...]:
    """Return the values that the environment gives to the variables ``names``; others are not ours."""
    found = ((name, environment.get(f"{PREFIX}{name}")) for name in sorted(names))
    return tuple(
        Given(name=name, value=text, source="environment", is_text=True) for name, text in found if text is not None
    )


def find_option_values(options: tuple[str, ...]) -> tuple[tuple[Given, ...], tuple[Diagnostic, ...]]:
    """Return the values of ``--var``, and what is wrong with their form."""
    split = [(text, *text.partition("=")) for text in options]
    wrong = tuple(_report_form(text) for text, name, sign, _ in split if not sign or not name.strip())
    given = (
        Given(name=name.strip(), value=value, source="option", is_text=True)
        for _, name, sign, value in split
        if sign and name.strip()
    )
    return tuple(given), wrong


def find_carried_values(carried: tuple[InputVariable, ...]) -> tuple[Given, ...]:
    """Return the values that a saved plan brings: all but those that the directory itself gives."""
    return tuple(
        Given(name=one.name, value=one.value, source=one.source)
        for one in carried
        if one.source in {"environment", "file", "option"}
    )


def _find_auto_files(directory: Path) -> tuple[Path, ...]:
    try:
        return tuple(sorted(path for path in directory.iterdir() if _is_auto_file(path)))
    except (OSError, ValueError):
        # The directory's own diagnostic says it.
        return ()


def _is_auto_file(path: Path) -> bool:
    return path.name.endswith(AUTO_SUFFIX) and not path.name.startswith(".")


def _report_form(text: str) -> Diagnostic:
    return make_error(
        "config.variable-option",
        "--var is not NAME=VALUE",
        detail=f"Found {text[:60]!r}. Write --var NAME=VALUE, such as --var train_nodes=3.",
    )
