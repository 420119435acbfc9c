"""Values made by the lazy decorator behave as those of the standard library's."""

import dataclasses
import pickle
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from planner.core.lazy_dataclass import dataclass as lazy

MAKERS = [pytest.param(lazy, id="lazy"), pytest.param(dataclasses.dataclass, id="standard")]


@lazy(frozen=True, slots=True, kw_only=True)
class Kept:
    name: str
    count: int = 0


def make_value_class(maker: Callable[..., Any]) -> Any:
    @maker(frozen=True, slots=True, kw_only=True)
    class Value:
        name: str
        secret: str = dataclasses.field(default="", repr=False)
        seen: tuple[int, ...] = dataclasses.field(default=(), compare=False)
        known: Mapping[str, int] = dataclasses.field(default_factory=dict)

    return Value


def make_open_class(maker: Callable[..., Any]) -> Any:
    @maker(slots=True)
    class Open:
        first: int
        rest: list[int] = dataclasses.field(default_factory=list)
        length: int = 0

        def __post_init__(self) -> None:
            self.length = len(self.rest)

    return Open


def make_own_class(maker: Callable[..., Any]) -> Any:
    @maker(frozen=True)
    class Own:
        text: str

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Own) and self.text.lower() == other.text.lower()

        def __hash__(self) -> int:
            return hash(self.text.lower())

        def __repr__(self) -> str:
            return "mine"

    return Own


def make_empty_class(maker: Callable[..., Any]) -> Any:
    @maker(frozen=True, slots=True, kw_only=True)
    class Empty:
        pass

    return Empty


def make_ordered_class(maker: Callable[..., Any]) -> Any:
    @maker(frozen=True, slots=True, order=True, kw_only=True)
    class Ordered:
        line: int

    return Ordered


@pytest.mark.parametrize("maker", MAKERS)
def test_a_value_is_shown_by_its_fields_less_the_hidden_ones(maker):
    value = make_value_class(maker)(name="a", secret="s", seen=(1,), known={"b": 2})
    assert repr(value).rpartition(".")[2] == "Value(name='a', seen=(1,), known={'b': 2})"


@pytest.mark.parametrize("maker", MAKERS)
def test_values_are_equal_by_the_fields_that_are_compared(maker):
    value = make_value_class(maker)
    one = value(name="a", seen=(1,))
    assert (one == value(name="a", seen=(2,)), one == value(name="b"), one == one) == (True, False, True)  # noqa: PLR0124 - itself


@pytest.mark.parametrize("maker", MAKERS)
def test_the_many_objects_of_a_class_are_made_like_the_first(maker):
    value = make_value_class(maker)
    made = [value(name=str(number % 2), known={"a": number % 2}) for number in range(40)]
    assert [one for one in made if one not in made[:2]] == []
    assert [(one.secret, one.seen) for one in made] == [("", ())] * 40
    assert len({id(value(name="a").known) for _ in range(3)} | {id(one.known) for one in made}) > 1


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("number", [0, 40], ids=["at first", "later"])
def test_a_missing_or_unknown_argument_is_refused_whenever_it_comes(maker, number):
    value = make_value_class(maker)
    made = [value(name="a") for _ in range(number)]
    with pytest.raises(TypeError, match="name"):
        value(secret="s")
    with pytest.raises(TypeError, match="other"):
        value(name="a", other=1)
    assert len(made) == number


@pytest.mark.parametrize("maker", MAKERS)
def test_values_of_two_classes_are_never_equal(maker):
    assert make_value_class(maker)(name="a") != make_value_class(maker)(name="a")


@pytest.mark.parametrize("maker", MAKERS)
def test_equal_values_have_one_hash(maker):
    empty = make_empty_class(maker)
    ordered = make_ordered_class(maker)
    assert (len({empty(), empty()}), len({ordered(line=1), ordered(line=1)})) == (1, 1)


@pytest.mark.parametrize("maker", MAKERS)
def test_a_value_that_holds_a_dictionary_has_no_hash(maker):
    with pytest.raises(TypeError, match="unhashable"):
        hash(make_value_class(maker)(name="a"))


@pytest.mark.parametrize("maker", MAKERS)
def test_an_open_object_has_no_hash_and_takes_assignments(maker):
    one = make_open_class(maker)(1, [2, 3])
    one.first = 7
    assert (one.first, one.rest, one.length, type(one).__hash__) == (7, [2, 3], 2, None)


@pytest.mark.parametrize("maker", MAKERS)
def test_each_object_has_a_list_of_its_own(maker):
    made = make_open_class(maker)
    made(1).rest.append(5)
    assert made(1).rest == []


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize(
    "break_it",
    [
        pytest.param(lambda one: setattr(one, "name", "b"), id="set"),
        pytest.param(lambda one: delattr(one, "name"), id="deleted"),
    ],
)
def test_a_frozen_value_refuses_changes(maker, break_it):
    with pytest.raises(dataclasses.FrozenInstanceError):
        break_it(make_value_class(maker)(name="a"))


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize(
    ("positional", "named"),
    [
        pytest.param((), {}, id="a field is missing"),
        pytest.param(("a",), {}, id="not by its name"),
        pytest.param((), {"name": "a", "other": 1}, id="unknown"),
    ],
)
def test_wrong_arguments_are_refused(maker, positional, named):
    with pytest.raises(TypeError, match="argument"):
        make_value_class(maker)(*positional, **named)


@pytest.mark.parametrize("maker", MAKERS)
def test_own_methods_of_a_class_stay(maker):
    own = make_own_class(maker)
    assert (own("A") == own("a"), len({own("A"), own("a")}), repr(own("A"))) == (True, 1, "mine")


@pytest.mark.parametrize("maker", MAKERS)
def test_values_with_an_order_are_sorted(maker):
    ordered = make_ordered_class(maker)
    assert [one.line for one in sorted([ordered(line=2), ordered(line=1)])] == [1, 2]


@pytest.mark.parametrize("maker", MAKERS)
def test_a_value_is_replaced_by_another_of_its_class(maker):
    one = make_value_class(maker)(name="a", secret="s")
    assert dataclasses.asdict(dataclasses.replace(one, name="b")) == {
        "name": "b",
        "secret": "s",
        "seen": (),
        "known": {},
    }


@pytest.mark.parametrize("maker", MAKERS)
def test_a_value_is_matched_by_its_position(maker):
    made = make_open_class(maker)
    match made(4, [1]):
        case made(first, rest):
            assert (first, rest) == (4, [1])


def test_a_value_goes_to_another_process_and_comes_back():
    assert pickle.loads(pickle.dumps(Kept(name="a", count=2))) == Kept(name="a", count=2)  # noqa: S301 - made here
