"""The terminal: the one edge of the views, which writes texts and asks questions.

::

    PoolctlError
    └── OutputError    the result could not be written (a full disk, a broken device)
"""

import errno
import os
import threading
from collections.abc import Mapping
from typing import Final, TextIO

from planner.core.diagnostics import Diagnostic, PoolctlError, make_error
from planner.views.widths import fit_width

_USUAL_WIDTH: Final = 80
_LONGEST_COLUMNS: Final = 5
_USUAL_ROWS: Final = 24
_FEWEST_ROWS: Final = 4
_HOME, _CLEAR_LINE, _CLEAR_BELOW = "\x1b[H", "\x1b[K", "\x1b[J"
_GONE: Final = frozenset({errno.EPIPE, errno.EIO, errno.EBADF, errno.ESHUTDOWN})
_ASCII_TWINS: Final = str.maketrans({"╷": ".", "│": "|", "╵": "'", "─": "-", "…": "~"})


class OutputError(PoolctlError):
    """The result could not be written."""


class Terminal:
    """Where texts go and answers come from; safe to use from several threads.

    Results go to ``stdout``, everything else to ``stderr``. A stream whose reader is gone swallows
    what is written to it: an apply goes on when its output is cut. A ``stdout`` that was closed from
    the start (None) takes no result, which is an error. What the stream's encoding cannot hold is
    spelled out, box characters become ASCII.
    """

    def __init__(
        self,
        *,
        stdout: TextIO | None,
        stderr: TextIO | None,
        stdin: TextIO | None,
        environ: Mapping[str, str],
        no_colour: bool = False,
    ) -> None:
        """Keep the streams; ``environ`` is read for NO_COLOR, TERM and COLUMNS, ``no_colour`` is --no-color."""
        self._stdout = stdout
        self._stderr = stderr
        self._stdin = stdin
        self._environ = environ
        self._no_colour = no_colour
        self._lock = threading.RLock()
        self._gone: set[int] = set()
        self._kept = ""

    @property
    def is_interactive(self) -> bool:
        """Tell whether a question can be seen and answered: stdin and stderr are terminals."""
        return _is_terminal(self._stdin) and _is_terminal(self._stderr)

    @property
    def width(self) -> int:
        """Return the columns to lay results out for: COLUMNS, else the terminal's, else 80; within 40 to 200."""
        return self._find_width(self._stdout)

    @property
    def message_width(self) -> int:
        """Return the columns to lay messages and questions out for: results may go elsewhere."""
        return self._find_width(self._stderr)

    @property
    def has_colour_in_results(self) -> bool:
        """Tell whether what ``show`` writes may hold colour."""
        return self._is_coloured(self._stdout)

    @property
    def has_colour_in_messages(self) -> bool:
        """Tell whether what ``tell``, ``progress`` and ``ask`` write may hold colour."""
        return self._is_coloured(self._stderr)

    @property
    def has_links_in_results(self) -> bool:
        """Tell whether files in what ``show`` writes may be links."""
        return self._is_linked(self._stdout)

    @property
    def has_links_in_messages(self) -> bool:
        """Tell whether files in what ``tell`` writes may be links."""
        return self._is_linked(self._stderr)

    @property
    def is_result_on_screen(self) -> bool:
        """Tell whether what ``show`` writes goes to a terminal."""
        return _is_terminal(self._stdout)

    @property
    def is_message_on_screen(self) -> bool:
        """Tell whether what ``tell`` writes goes to a terminal."""
        return _is_terminal(self._stderr)

    @property
    def has_live_line(self) -> bool:
        """Tell whether messages go to a screen whose last line can be rewritten."""
        return _is_terminal(self._stderr) and self._environ.get("TERM", "dumb") != "dumb"

    def keep_line(self, text: str) -> None:
        """Keep ``text``, plain and cut to the screen, as its last line until another takes its place; empty: none.

        What is written meanwhile stands above it. Each is one write, over what was there: nothing flickers.
        """
        if not (text or self._kept) or not self.has_live_line:
            return
        from planner.views.folding import cut_text

        with self._lock:
            kept = cut_text(text, width=_find_columns(self._stderr) - 1)
            if kept != self._kept:
                self._kept = ""
                self.tell(f"\r{kept}{_CLEAR_LINE}")
                self._kept = kept

    def show(self, text: str) -> None:
        """Write a result to stdout as it is; raises OutputError where it cannot be stored."""
        if text and self._stdout is None:
            raise OutputError(_explain("stdout is closed"))
        try:
            self._write(self._stdout, text)
        except OSError as error:
            raise OutputError(_explain(error.strerror or "unknown reason")) from error

    @property
    def has_screen(self) -> bool:
        """Tell whether results go to a screen that can be drawn anew."""
        return _is_terminal(self._stdout) and self._environ.get("TERM", "dumb") != "dumb"

    def redraw(self, text: str) -> None:
        """Draw ``text`` from the top of the screen over what is there, without clearing first: nothing flickers.

        What does not fit is cut, and the last line says how much. Raises OutputError.
        """
        lines, room = text.splitlines(), _find_rows(self._stdout) - 1
        if len(lines) > room:
            lines = [*lines[: room - 1], f"({len(lines) - room + 1} more lines: make the window taller)"]
        drawn = "".join(f"{line}{_CLEAR_LINE}\n" for line in lines)
        self.show(f"{_HOME}{drawn}{_CLEAR_BELOW}")

    def tell(self, text: str) -> None:
        """Write a message to stderr as it is; one that cannot be written is lost, the run goes on."""
        try:
            self._write(self._stderr, text)
        except OSError:
            return

    def progress(self, text: str) -> None:
        """Write one line of progress to stderr; ``text`` has no newline of its own."""
        self.tell(f"{text}\n")

    def interject(self, text: str) -> None:
        """Write one line of progress in the place of what a key has just echoed, such as the ``^C`` of Ctrl-C."""
        with self._lock:
            if self._kept or not _is_terminal(self._stderr):
                self.progress(text)
            else:
                self.progress(f"\r{_CLEAR_LINE}{text}" if self.has_live_line else f"\n{text}")

    def ask(self, question: str) -> str | None:
        """Return the line that answers ``question``, without spaces around it; None where nobody can answer.

        A question that cannot be asked, or whose stdin ends, is a refusal. Ctrl-C raises
        KeyboardInterrupt on purpose: it is the caller's to say what that means.
        """
        if self._stdin is None or not self.is_interactive:
            return None
        from planner.views.answers import read_line

        self.tell(question)
        try:
            answer = read_line(self._stdin)
        except (OSError, UnicodeDecodeError, ValueError):
            answer = ""
        if not answer.endswith("\n"):
            self.tell("\n")
        return answer.strip() if answer else None

    def _find_width(self, stream: TextIO | None) -> int:
        return fit_width(_parse_columns(self._environ.get("COLUMNS", "")) or _find_columns(stream))

    def _is_coloured(self, stream: TextIO | None) -> bool:
        is_refused = self._no_colour or bool(self._environ.get("NO_COLOR")) or self._environ.get("TERM") == "dumb"
        return not is_refused and _is_terminal(stream)

    def _is_linked(self, stream: TextIO | None) -> bool:
        from planner.views.hyperlinks import is_linking

        return self._is_coloured(stream) and is_linking(self._environ)

    def _place(self, text: str, stream: TextIO) -> str:
        """Return ``text`` so that the line that is kept stays the last one."""
        if not self._kept or not _is_terminal(stream):
            return text
        if text.endswith("\n"):
            return f"\r{_CLEAR_LINE}{text}{self._kept}"
        self._kept = ""
        return f"\r{_CLEAR_LINE}{text}"

    def _write(self, stream: TextIO | None, text: str) -> None:
        if stream is None or not text:
            return
        with self._lock:
            if id(stream) in self._gone:
                return
            try:
                stream.write(_fit_encoding(self._place(text, stream), stream))
                stream.flush()
            except ValueError:
                self._gone.add(id(stream))
            except OSError as error:
                _silence(stream)
                self._gone.add(id(stream))
                if error.errno not in _GONE:
                    raise


def _fit_encoding(text: str, stream: TextIO) -> str:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_ASCII_TWINS).encode(encoding, "backslashreplace").decode(encoding)
    return text


def _silence(stream: TextIO) -> None:
    """Let what is still buffered go nowhere, so that Python's own flush at exit does not complain."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
    except OSError:
        return
    try:
        os.dup2(nowhere, stream.fileno())
    except (OSError, ValueError):
        return
    finally:
        os.close(nowhere)


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def _parse_columns(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _LONGEST_COLUMNS else 0


def _find_columns(stream: TextIO | None) -> int:
    try:
        return (os.get_terminal_size(stream.fileno()).columns if stream is not None else 0) or _USUAL_WIDTH
    except (OSError, ValueError):
        return _USUAL_WIDTH


def _find_rows(stream: TextIO | None) -> int:
    try:
        rows = os.get_terminal_size(stream.fileno()).lines if stream is not None else 0
    except (OSError, ValueError):
        rows = 0
    return max(rows or _USUAL_ROWS, _FEWEST_ROWS)


def _explain(why: str) -> Diagnostic:
    detail = (
        f"Writing to stdout failed: {why}. What was shown is not complete. "
        "Make room, or send the output to another place, and run the command again."
    )
    return make_error("terminal.write-failed", "The result could not be written", detail=detail)
