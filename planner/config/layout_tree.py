"""The lines of a TOML text and the brackets of its values, with every comment and blank line."""

from collections.abc import Iterable
from dataclasses import field
from typing import Final, TypeAlias

from planner.config.layout_tokens import Token, TokenKind
from planner.core.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """One or more empty lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A line that is a comment alone, from its ``#`` on."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A block header: ``[keys]``, or ``[[keys]]`` with ``is_list``."""

    keys: tuple[str, ...]
    is_list: bool
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """``keys = value`` on a line, or within ``{ }``."""

    keys: tuple[str, ...]
    value: "Written"
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """A value that has no parts, as it is written."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One part of a list or an inline table, and the comments up to the end of its line."""

    value: "Written | Pair"
    comments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Brackets:
    """A list, or an inline table where ``opening`` is ``{``; ``is_open`` where it has lines of its own.

    ``comment`` stands behind the opening bracket.
    """

    opening: str
    parts: "tuple[Element | Comment | Blank, ...]"
    is_open: bool
    comment: str = ""


Written: TypeAlias = Plain | Brackets
Line: TypeAlias = Blank | Comment | Header | Pair


class LayoutError(Exception):
    """The tokens are no lines of TOML that are known here."""


def parse_lines(tokens: Iterable[Token]) -> tuple[Line, ...]:
    """Return the lines that ``tokens`` spell. Raises LayoutError, and RecursionError for endless nesting."""
    reader = _Reader(tokens=tuple(tokens))
    lines: list[Line] = []
    while reader.peek() is not _END:
        line = reader.read_line()
        if not (isinstance(line, Blank) and (not lines or isinstance(lines[-1], Blank))):
            lines.append(line)
    while lines and isinstance(lines[-1], Blank):
        lines.pop()
    return tuple(lines)


_END: Final = Token(kind=TokenKind.NEWLINE, text="")
_CLOSING: Final = {"[": "]", "{": "}"}
_VALUE_ENDS: Final = frozenset(",]}")


@dataclass(slots=True, kw_only=True)
class _Reader:
    """The tokens, and how many of them are read."""

    tokens: tuple[Token, ...]
    place: int = field(default=0)

    def peek(self) -> Token:
        return self.tokens[self.place] if self.place < len(self.tokens) else _END

    def take(self) -> Token:
        token = self.peek()
        self.place += 1
        return token

    def skip_space(self) -> Token:
        """Return the next token that is no space, and leave it to be read."""
        while self.peek().kind is TokenKind.SPACE:
            self.place += 1
        return self.peek()

    def expect(self, text: str) -> None:
        if self.skip_space().text != text:
            raise LayoutError
        self.place += 1

    def read_line(self) -> Line:
        token = self.skip_space()
        match token.kind:
            case TokenKind.NEWLINE:
                self.place += 1
                return Blank()
            case TokenKind.COMMENT:
                return Comment(text=self.read_line_end())
            case _ if token.text == "[":
                return self.read_header()
            case _:
                keys, value = self.read_pair()
                return Pair(keys=keys, value=value, comment=self.read_line_end())

    def read_header(self) -> Header:
        self.expect("[")
        is_list = self.peek().text == "["
        if is_list:
            self.expect("[")
        keys = self.read_keys(end="]")
        if is_list:
            self.expect("]")
        return Header(keys=keys, is_list=is_list, comment=self.read_line_end())

    def read_line_end(self) -> str:
        """Return the comment that ends a line, empty where there is none."""
        token = self.skip_space()
        comment = self.read_comment() if token.kind is TokenKind.COMMENT else ""
        if self.take().kind is not TokenKind.NEWLINE:
            raise LayoutError
        return comment

    def read_comment(self) -> str:
        return self.take().text.rstrip()

    def read_keys(self, *, end: str) -> tuple[str, ...]:
        keys: list[str] = []
        while (token := self.skip_space()).text != end:
            if token.kind not in {TokenKind.WORD, TokenKind.STRING} and token.text != ".":
                raise LayoutError
            keys.append(self.take().text)
        self.expect(end)
        return tuple(key for key in keys if key != ".")

    def read_pair(self) -> tuple[tuple[str, ...], Written]:
        keys = self.read_keys(end="=")
        return keys, self.read_value()

    def read_value(self) -> Written:
        token = self.skip_space()
        if token.text in _CLOSING:
            return self.read_brackets()
        if token.kind is TokenKind.STRING:
            return Plain(text=self.take().text)
        return Plain(text=self.read_words())

    def read_words(self) -> str:
        """Return a number, a moment or a truth: all up to what can only follow a value."""
        texts: list[str] = []
        while not _is_value_end(self.peek()):
            texts.append(self.take().text)
        if not texts:
            raise LayoutError
        return "".join(texts).rstrip()

    def read_brackets(self) -> Brackets:
        opening = self.take().text
        start = self.place
        comment = self.read_comment() if self.skip_space().kind is TokenKind.COMMENT else ""
        parts: list[Element | Comment | Blank] = []
        while self.skip_space().text != _CLOSING[opening]:
            self.read_part(parts, opening=opening)
        self.expect(_CLOSING[opening])
        is_open = _has_line_end(self.tokens[start : self.place - 1])
        return Brackets(opening=opening, parts=_tidy(parts), is_open=is_open, comment=comment)

    def read_part(self, parts: list[Element | Comment | Blank], *, opening: str) -> None:
        token = self.peek()
        match token.kind:
            case TokenKind.NEWLINE if token is _END:
                raise LayoutError
            case TokenKind.NEWLINE:
                self.place += 1
                if self.skip_space().kind is TokenKind.NEWLINE:
                    parts.append(Blank())
            case TokenKind.COMMENT:
                parts.append(Comment(text=self.read_comment()))
            case _ if token.text == ",":
                raise LayoutError
            case _:
                parts.append(self.read_element(opening=opening))

    def read_element(self, *, opening: str) -> Element:
        value: Written | Pair
        if opening == "{":
            keys, inner = self.read_pair()
            value = Pair(keys=keys, value=inner)
        else:
            value = self.read_value()
        return Element(value=value, comments=self.read_element_end(closing=_CLOSING[opening]))

    def read_element_end(self, *, closing: str) -> tuple[str, ...]:
        """Return the comments before the comma, and the one behind it on its line."""
        comments: list[str] = []
        start = self.place
        while (token := self.skip_space()).text not in {",", closing}:
            match token.kind:
                case TokenKind.COMMENT:
                    comments.append(self.read_comment())
                case TokenKind.NEWLINE if token is not _END:
                    self.place += 1
                case _:
                    raise LayoutError
        if token.text == closing:
            # Without a comma, what follows on other lines stands there for itself.
            self.place = start
            return (self.read_comment(),) if self.skip_space().kind is TokenKind.COMMENT else ()
        self.expect(",")
        if self.skip_space().kind is TokenKind.COMMENT:
            comments.append(self.read_comment())
        return tuple(comments)


def _is_value_end(token: Token) -> bool:
    return token.kind in {TokenKind.NEWLINE, TokenKind.COMMENT} or token.text in _VALUE_ENDS


def _has_line_end(tokens: Iterable[Token]) -> bool:
    """Tell whether a line ends among ``tokens``, those within further brackets left aside."""
    depth = 0
    for token in tokens:
        if token.kind is TokenKind.NEWLINE and depth == 0:
            return True
        if token.kind is TokenKind.MARK:
            depth += (token.text in _CLOSING) - (token.text in _CLOSING.values())
    return False


def _tidy(parts: list[Element | Comment | Blank]) -> tuple[Element | Comment | Blank, ...]:
    """Drop the second of two blank parts, and blanks at both ends."""
    tidy: list[Element | Comment | Blank] = []
    for part in parts:
        if not (isinstance(part, Blank) and (not tidy or isinstance(tidy[-1], Blank))):
            tidy.append(part)
    if tidy and isinstance(tidy[-1], Blank):
        tidy.pop()
    return tuple(tidy)
