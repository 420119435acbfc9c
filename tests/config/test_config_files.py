"""Files that cannot be read, and files that belong together."""

import os

import pytest
from config_texts import LOGICAL, NETWORK, POOL, find_codes, find_errors, load_files, load_text

from planner.config.load import load_configuration

ONE = "resources = [{ flavor = 'f', count = 1 }]\n"


def make_large(path):
    path.write_bytes(b"# " + b"x" * 10_000_000)


def make_cut_off(path):
    path.write_bytes(b'[pool.a]\nname = "pool-\xff"\n')


def make_wide(path):
    path.write_text('[pool.a]\nname = "pool-a"\n', encoding="utf-16")


def make_marked(path):
    path.write_bytes(b"\xef\xbb\xbf[pool.a]\n")


def make_folder(path):
    path.mkdir()


def make_dangling(path):
    path.symlink_to(path.parent / "nowhere")


def make_pipe(path):
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("make", "code", "words"),
    [
        pytest.param(make_large, "config.unreadable", "larger than 5 MB", id="file of ten megabytes"),
        pytest.param(make_cut_off, "config.encoding", "Byte 0xff cannot stand here", id="byte that is no UTF-8"),
        pytest.param(make_wide, "config.encoding", "looks like UTF-16", id="UTF-16"),
        pytest.param(make_marked, "config.byte-order-mark", "without BOM", id="byte order mark"),
        pytest.param(make_folder, "config.unreadable", "it is a directory", id="directory"),
        pytest.param(make_dangling, "config.unreadable", "No such file", id="link to nowhere"),
        pytest.param(make_pipe, "config.unreadable", "not a regular file", id="pipe that would never end"),
    ],
)
def test_a_file_that_cannot_be_read_is_an_error_that_says_why(tmp_path, make, code, words):
    make(tmp_path / "x.pools.toml")
    loaded = load_configuration(tmp_path, {})
    assert loaded.desired is None
    assert [(one.code, one.location.file) for one in loaded.diagnostics] == [(code, "x.pools.toml")]
    assert words in loaded.diagnostics[0].detail


def test_a_bad_byte_has_a_line_and_a_column(tmp_path):
    loaded = load_text(tmp_path, b"[pool.a]\nname = '\xc3\xa9\xff'\n")
    location = loaded.diagnostics[0].location
    assert (location.line, location.column, location.text) == (2, 10, "name = 'é\ufffd'")


def test_a_directory_without_files_names_the_command_that_writes_one(tmp_path):
    loaded = load_configuration(tmp_path, {})
    assert find_codes(loaded) == ["config.no-files"]
    assert "poolctl init" in loaded.diagnostics[0].detail


def test_a_directory_that_does_not_exist_is_an_error(tmp_path):
    loaded = load_configuration(tmp_path / "nowhere", {})
    assert find_codes(loaded) == ["config.directory"]
    assert loaded.diagnostics[0].detail.startswith(f'"{tmp_path}/nowhere": No such file or directory. ')


def test_a_file_in_place_of_the_directory_is_an_error(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    assert find_codes(load_configuration(tmp_path / "file", {})) == ["config.directory"]


def test_what_editors_leave_behind_is_not_read(tmp_path):
    (tmp_path / ".#a.pools.toml").symlink_to(tmp_path / "nowhere")
    assert load_text(tmp_path, POOL).diagnostics == ()


def test_files_are_merged_in_name_order(tmp_path):
    loaded = load_files(tmp_path, {"b": POOL, "a": NETWORK})
    assert [str(address) for address in loaded.desired.resources] == ["network.main", "pool.a"]


def test_the_same_address_in_two_files_names_both(tmp_path):
    loaded = load_files(tmp_path, {"a": POOL, "b": POOL})
    (error,) = find_errors(loaded)
    assert error.code == "config.duplicate-address"
    assert error.location.file == "b.pools.toml"
    assert "a.pools.toml and again in b.pools.toml" in error.detail


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[poolctl]\nrequired_version = '>=0.1'\n", id="poolctl"),
        pytest.param("[backend.local]\npath = 'a.json'\n", id="backend"),
        pytest.param("[provider.modelarts]\nregion = 'eu-de'\n", id="provider"),
        pytest.param("[guards]\nmax_nodes_added = 1\n", id="guards"),
    ],
)
def test_settings_stand_in_one_file(tmp_path, text):
    assert find_codes(load_files(tmp_path, {"a": text, "b": text})) == ["config.duplicate-block"]


def test_all_faults_of_all_files_come_at_once_in_order(tmp_path):
    files = {
        "c": "a = \n",
        "b": LOGICAL + "scope = ['Train']\nsharing = 'sharde'\n" + ONE,
        "a": "[zzz]\n[pol.x]\n",
    }
    loaded = load_files(tmp_path, files)
    places = [(one.location.file[0], one.location.line, one.code) for one in loaded.diagnostics]
    assert places == [
        ("a", 1, "config.unknown-key"),
        ("a", 2, "config.unknown-key"),
        ("b", 4, "config.logical-pool"),
        ("b", 5, "config.bad-value"),
        ("c", 1, "config.syntax"),
    ]


def test_very_many_faults_end_in_one_word(tmp_path):
    loaded = load_text(tmp_path, "".join(f"key{number} = 1\n" for number in range(3000)))
    assert len(loaded.diagnostics) == 1001
    assert loaded.diagnostics[-1].code == "config.too-many-faults"


def test_a_name_that_is_not_text_is_shown_escaped(tmp_path):
    (tmp_path / os.fsdecode(b"\xff.pools.toml")).write_text("a = 1\n", encoding="utf-8")
    loaded = load_configuration(tmp_path, {})
    assert loaded.diagnostics[0].location.file == "\\xff.pools.toml"


SECRETS = [
    pytest.param("[provider.modelarts]\naccess_key = 'HIDEME'\n", id="key of the provider"),
    pytest.param("[provider.modelarts]\nendpoint = 'https://u:HIDEME@x.example'\n", id="password of the endpoint"),
    pytest.param(POOL + "user_login = { key_pair_name = 'k', password = 'HIDEME' }\n", id="password of a login"),
    pytest.param(POOL + "user_login = { password = 'HIDEME', keypair = 'k' }\n", id="other fault on the line"),
    pytest.param("token = 'HIDEME\n", id="text that is not closed"),
    pytest.param('[provider.modelarts]\n"secret-key" = """\nHIDEME"""\n', id="text over two lines"),
    pytest.param("[provider.modelarts]\nregion = 'https://u:HIDEME@x'\n", id="password of an address elsewhere"),
]


@pytest.mark.parametrize("text", SECRETS)
def test_a_secret_in_a_file_is_refused_and_never_shown(tmp_path, text):
    loaded = load_text(tmp_path, text)
    assert loaded.desired is None
    assert "HIDEME" not in repr(loaded)


@pytest.mark.parametrize(
    ("endpoint", "environment", "codes"),
    [
        pytest.param("", {"HW_REGION_NAME": "eu-nl"}, ["config.environment-differs"], id="other region"),
        pytest.param("", {"OS_PROJECT_ID": "p2"}, ["config.environment-differs"], id="other project"),
        pytest.param("", {"HW_REGION_NAME": "eu-de"}, [], id="the same region"),
        pytest.param("", {"HW_REGION_NAME": ""}, [], id="empty variable"),
        pytest.param("endpoint = 'simulator'\n", {"HW_REGION_NAME": "eu-nl"}, [], id="simulator"),
    ],
)
def test_files_and_environment_agree(tmp_path, endpoint, environment, codes):
    text = f"[provider.modelarts]\n{endpoint}region = 'eu-de'\nproject_id = 'p1'\n"
    assert find_codes(load_text(tmp_path, text, environment=environment)) == codes
