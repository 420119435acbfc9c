"""Reading the ``*.pools.toml`` files of a directory; every fault of a file is a diagnostic."""

import re
import stat
from dataclasses import replace
from pathlib import Path
from typing import Final, cast

import tomli

from planner.config.positions import find_double
from planner.config.source_lines import make_location
from planner.core.diagnostics import Diagnostic, SourceLocation, make_error
from planner.core.lazy_dataclass import dataclass
from planner.core.trees import Tree

SUFFIX: Final = ".pools.toml"
MAXIMUM_BYTES: Final = 5_000_000
NO_FILES: Final = "config.no-files"
"""The code of the diagnostic that there is no file at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One file that is valid TOML: its name within the directory, its text, and its values."""

    file: str
    text: str
    tree: Tree


def load_documents(directory: Path) -> tuple[tuple[Document, ...], tuple[Diagnostic, ...]]:
    """Return the files of ``directory`` in name order, and what is wrong with those that cannot be read."""
    try:
        paths = sorted(path for path in directory.iterdir() if _is_configuration(path))
    except (OSError, ValueError) as error:
        return (), (_make_directory_fault(directory, error),)
    if not paths:
        return (), (_make_empty_fault(),)
    return _load_all(paths, label=Path())


def find_documents(directory: Path, *, label: Path) -> tuple[tuple[Document, ...], tuple[Diagnostic, ...]]:
    """Return the files of ``directory``, which messages call ``label``, or none where there are none."""
    try:
        paths = sorted(path for path in directory.iterdir() if _is_configuration(path))
    except (OSError, ValueError) as error:
        return (), (_make_directory_fault(directory, error),)
    return _load_all(paths, label=label)


def load_document(path: Path, *, file: str) -> Document | Diagnostic:
    """Return the TOML file at ``path``, which messages call ``file``, or what is wrong with it."""
    try:
        content = _load_bytes(path)
    except OSError as error:
        return _make_read_fault(file, why=error.strerror or "the system refused")
    if isinstance(content, str):
        return _make_read_fault(file, why=content)
    return _parse_bytes(content, file=file)


def name_file(path: Path) -> str:
    """Return the name of ``path``, bytes that are no UTF-8 spelled out."""
    return _spell(path.name)


def _spell(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


_BOM: Final = b"\xef\xbb\xbf"
_SYNTAX_PLACE: Final = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")
_KEY_PART: Final = r"(?:[A-Za-z0-9_-]++|\"[^\"\n]*+\"|'[^'\n]*+')"
_DEEP: Final = 48
_DEEP_KEY: Final = re.compile(rf"(?<![A-Za-z0-9_-])(?:{_KEY_PART}[ \t]*+\.[ \t]*+){{{_DEEP}}}")
_LONG_NUMBER: Final = re.compile(r"[0-9](?:_?[0-9]){4000}")
_DECLARED_TWICE: Final = ("Cannot declare", "Cannot overwrite", "Cannot mutate")


def _load_all(paths: list[Path], *, label: Path) -> tuple[tuple[Document, ...], tuple[Diagnostic, ...]]:
    results = [load_document(path, file=(label / name_file(path)).as_posix()) for path in paths]
    documents = tuple(result for result in results if isinstance(result, Document))
    return documents, tuple(result for result in results if isinstance(result, Diagnostic))


def _is_configuration(path: Path) -> bool:
    # A leading dot marks what editors leave behind, such as .#main.pools.toml.
    return path.name.endswith(SUFFIX) and not path.name.startswith(".")


def _load_bytes(path: Path) -> bytes | str:
    """Return the file's bytes, or words that say why they are not read."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        return "it is a directory, not a file" if stat.S_ISDIR(status.st_mode) else "it is not a regular file"
    with path.open("rb") as stream:
        content = stream.read(MAXIMUM_BYTES + 1)
    if len(content) > MAXIMUM_BYTES:
        return f"it is larger than {MAXIMUM_BYTES // 1_000_000} MB; split it into several files"
    return content


def _parse_bytes(content: bytes, *, file: str) -> Document | Diagnostic:
    if content.startswith(_BOM):
        return make_error(
            "config.byte-order-mark",
            "file starts with a byte order mark",
            detail="TOML is UTF-8 without one: the first key would not be found. Save the file as UTF-8 without BOM.",
            location=SourceLocation(file=file, line=1),
        )
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        return _make_encoding_fault(content, file=file, offset=error.start)
    return _parse_text(text, file=file)


def _parse_text(text: str, *, file: str) -> Document | Diagnostic:
    if deep := _find_deep_key(text):
        return _make_depth_fault(file, location=_locate_offset(text, file=file, offset=deep.start()))
    try:
        tree = cast("Tree", tomli.loads(text))
    except tomli.TOMLDecodeError as error:
        return _make_syntax_fault(str(error), file=file, text=text)
    except RecursionError:
        return _make_depth_fault(file, location=SourceLocation(file=file, line=1))
    except ValueError:
        # int() refuses texts of thousands of digits (sys.set_int_max_str_digits).
        return _make_digits_fault(file, text=text)
    return Document(file=file, text=text, tree=tree)


def _find_deep_key(text: str) -> re.Match[str] | None:
    # A key stands on one line; few lines have so many dots.
    is_possible = any(line.count(".") >= _DEEP for line in text.split("\n"))
    return _DEEP_KEY.search(text) if is_possible else None


def _make_digits_fault(file: str, *, text: str) -> Diagnostic:
    found = _LONG_NUMBER.search(text)
    return make_error(
        "config.out-of-range",
        "number is too large",
        detail="A number of thousands of digits is nothing that a key takes. Write a smaller one, or quotes around it.",
        location=_locate_offset(text, file=file, offset=found.start() if found else 0),
    )


def _make_syntax_fault(message: str, *, file: str, text: str) -> Diagnostic:
    place = _SYNTAX_PLACE.search(message)
    what = message[: place.start()] if place else message
    line, column = _find_syntax_place(place, text=text)
    if what.startswith(_DECLARED_TWICE):
        return _make_double_fault(what, text=text, location=make_location(text, file=file, line=line, column=column))
    return make_error(
        "config.syntax",
        "not valid TOML",
        detail=f"{what}. {_SYNTAX_ADVICE}",
        location=make_location(text, file=file, line=line, column=column),
    )


def _make_double_fault(what: str, *, text: str, location: SourceLocation) -> Diagnostic:
    double = find_double(text, line=location.line)
    where = f"The first is on line {double[0].line}. " if double else ""
    return make_error(
        "config.duplicate-key",
        "the same key or block twice",
        detail=f"{what}. {where}Which of the two is wanted cannot be known: delete one, or give it another name.",
        location=replace(location, column=double[1].column) if double else location,
    )


_SYNTAX_ADVICE: Final = "Texts stand in quotes, one key = value a line, block headers in [brackets]: https://toml.io."


def _find_syntax_place(place: re.Match[str] | None, *, text: str) -> tuple[int, int]:
    if place is None:
        return 1, 1
    if place["line"] is not None:
        return int(place["line"]), int(place["column"])
    lines = text.split("\n")
    return len(lines), len(lines[-1]) + 1


def _locate_offset(text: str, *, file: str, offset: int) -> SourceLocation:
    line = text.count("\n", 0, offset) + 1
    return make_location(text, file=file, line=line, column=offset - (text.rfind("\n", 0, offset) + 1) + 1)


def _make_depth_fault(file: str, *, location: SourceLocation) -> Diagnostic:
    return make_error(
        "config.too-deep",
        "values are nested too deeply",
        detail=f"No key of {file} needs more than a few levels. Look for a bracket that is not closed.",
        location=location,
    )


def _make_encoding_fault(content: bytes, *, file: str, offset: int) -> Diagnostic:
    before = content[:offset]
    start = before.rfind(b"\n") + 1
    line = content[start : start + 1000].split(b"\n")[0].decode("utf-8", "replace")
    column = len(content[start:offset].decode("utf-8", "replace")) + 1
    is_utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    return make_error(
        "config.encoding",
        "file is not UTF-8",
        detail=f"Byte 0x{content[offset]:02x} cannot stand here{' (the file looks like UTF-16)' if is_utf16 else ''}. "
        "TOML files are UTF-8: save the file in that encoding.",
        location=make_location(line, file=file, line=before.count(b"\n") + 1, column=column, is_line=True),
    )


def _make_read_fault(file: str, *, why: str) -> Diagnostic:
    return make_error(
        "config.unreadable",
        "file cannot be read",
        detail=f"{file}: {why}. Without it the desired state would be incomplete, so nothing is planned.",
        location=SourceLocation(file=file, line=1),
    )


def _make_directory_fault(directory: Path, error: OSError | ValueError) -> Diagnostic:
    why = (error.strerror if isinstance(error, OSError) else None) or "the path is not valid"
    return make_error(
        "config.directory",
        "configuration directory cannot be read",
        detail=f'"{_spell(directory.as_posix())}": {why}. '
        f"Give the directory that holds the *{SUFFIX} files with -C DIR.",
    )


def _make_empty_fault() -> Diagnostic:
    return make_error(
        NO_FILES,
        "no configuration files",
        detail=f"No file here ends in {SUFFIX}. `poolctl init` writes a first one; -C DIR looks in another directory.",
    )
