"""Settings: durations, versions, the digest of a configuration, and what loading costs."""

import subprocess
import sys

import pytest
from config_texts import NETWORK, POOL, find_codes, load_files, load_text

from planner.config.durations import parse_duration
from planner.config.versions import is_version_accepted
from planner.core.desired import DesiredState, HttpBackend, PostgresBackend, ProviderSettings, S3Backend


def test_settings_that_are_not_written_have_their_defaults(tmp_path):
    desired = load_text(tmp_path, "").desired
    assert desired == DesiredState()


def test_settings_are_read_in_seconds(tmp_path):
    text = (
        "[provider.modelarts]\nendpoint = 'https://modelarts.eu-de.otc.t-systems.com'\nregion = 'eu-de'\n"
        "project_id = 'p'\npoll_interval = '10s'\nrequest_timeout = '500ms'\nwait_timeout = '2h'\nmax_retries = 0\n"
        "parallelism = 3\nuser_id = 'u'\nrequest_type = 'console'\n[backend.local]\npath = 'a/b.json'\n"
    )
    desired = load_text(tmp_path, text).desired
    assert desired.state_path == "a/b.json"
    assert desired.provider == ProviderSettings(
        endpoint="https://modelarts.eu-de.otc.t-systems.com",
        region="eu-de",
        project_id="p",
        poll_interval=10.0,
        request_timeout=0.5,
        wait_timeout=7200.0,
        max_retries=0,
        parallelism=3,
        user_id="u",
        request_type="console",
    )


def test_a_state_over_http_has_terraforms_defaults(tmp_path):
    address = "https://state.example/prod"
    desired = load_text(tmp_path, f"[backend.http]\naddress = '{address}'\n").desired
    assert desired.http == HttpBackend(address=address, lock_address=address, unlock_address=address)


def test_a_state_in_a_bucket_is_where_it_is_written(tmp_path):
    text = "[backend.s3]\nbucket = 'abc'\nkey = 'prod/a.json'\nregion = 'eu-de'\nendpoint = 'https://s3.example:9000'\n"
    assert load_text(tmp_path, text).desired.s3 == S3Backend(
        bucket="abc", key="prod/a.json", region="eu-de", endpoint="https://s3.example:9000"
    )


def test_a_state_at_gitlab_is_locked_beside_it(tmp_path):
    text = (
        "[backend.http]\naddress = 'https://gitlab.example/s'\nlock_address = 'https://gitlab.example/s/lock'\n"
        "lock_method = 'POST'\nunlock_method = 'DELETE'\n"
    )
    found = load_text(tmp_path, text).desired.http
    assert (found.lock_address, found.unlock_address) == ("https://gitlab.example/s/lock",) * 2
    assert (found.update_method, found.lock_method, found.unlock_method) == ("POST", "POST", "DELETE")


@pytest.mark.parametrize(
    "conn",
    [
        pytest.param("postgresql://ada@db.example:5433/infra", id="user and port"),
        pytest.param("postgres:///infra?host=/run/postgresql", id="socket"),
        pytest.param("postgresql://127.0.0.1/infra?sslmode=disable", id="loopback in clear"),
        pytest.param(
            "postgresql://db.example/infra?sslmode=verify-ca&target_session_attrs=read-write", id="parameters"
        ),
    ],
)
def test_a_state_in_a_database_is_accepted(tmp_path, conn):
    desired = load_text(tmp_path, f"[backend.postgres]\nconn = '{conn}'\nschema = 'infra'\n").desired
    assert desired.postgres == PostgresBackend(conn=conn, schema="infra")


@pytest.mark.parametrize(
    ("block", "written"),
    [
        pytest.param("postgres", 'conn = "postgresql://u:{}@a/b"', id="password of a database"),
        pytest.param("postgres", 'conn = "postgresql://u:{}@a:99999/b"', id="password beside a wrong port"),
        pytest.param("postgres", 'conn = "host=a password={}"', id="password in other words"),
        pytest.param("postgres", 'conn = "postgresql://a/b?password={}"', id="password in a query"),
        pytest.param("http", 'address = "https://u:{}@a:99999/b"', id="password of an address"),
        pytest.param("http", 'address = "u:{}@a/b"', id="password of no address"),
    ],
)
def test_a_password_in_the_files_is_never_repeated(tmp_path, block, written):
    loaded = load_text(tmp_path, f"[backend.{block}]\n{written.format('hunter2')}\n")
    assert loaded.desired is None
    assert "hunter2" not in "".join(one.detail + one.summary for one in loaded.diagnostics)


@pytest.mark.parametrize(
    ("block", "member"),
    [
        pytest.param("[backend.git]\n", "git", id="git"),
        pytest.param("[backend.postgres]\nconn = 'postgresql://a/b'\n", "postgres", id="postgres"),
        pytest.param("[backend.http]\naddress = 'https://a.example/s'\n", "http", id="http"),
        pytest.param("[backend.s3]\nbucket = 'abc'\nkey = 'k'\n", "s3", id="s3"),
    ],
)
def test_where_the_state_is_needs_no_value_of_a_variable(tmp_path, block, member):
    loaded = load_text(
        tmp_path, f"{block}[variable.v]\ntype = 'int'\n" + POOL.replace("count = 1", "count = '${var.v}'")
    )
    assert find_codes(loaded) == ["config.variable-without-value"]
    assert getattr(loaded.place, member) is not None


@pytest.mark.parametrize(
    "endpoint",
    [
        pytest.param("simulator", id="simulator"),
        pytest.param("https://modelarts.eu-de.otc.t-systems.com", id="https"),
        pytest.param("https://modelarts.eu-de.otc.t-systems.com/", id="slash at the end"),
        pytest.param("http://127.0.0.1:8080", id="loopback"),
        pytest.param("http://[::1]:8080", id="loopback of IPv6"),
        pytest.param("http://localhost:8080", id="localhost"),
    ],
)
def test_an_endpoint_is_accepted(tmp_path, endpoint):
    assert find_codes(load_text(tmp_path, f"[provider.modelarts]\nendpoint = '{endpoint}'\n")) == []


@pytest.mark.parametrize(
    "endpoint",
    [
        pytest.param("ftp://x.example", id="other scheme"),
        pytest.param("modelarts.example", id="no scheme"),
        pytest.param("https://", id="no host"),
        pytest.param("https://x.example:99999", id="port out of range"),
        pytest.param("https://x.example/v2?a=b", id="query"),
        pytest.param("https://[::1", id="broken address"),
        pytest.param("http://127.0.0.1.evil.example", id="host that looks like loopback"),
    ],
)
def test_an_endpoint_is_refused(tmp_path, endpoint):
    assert find_codes(load_text(tmp_path, f"[provider.modelarts]\nendpoint = '{endpoint}'\n")) == ["config.endpoint"]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        pytest.param("250ms", 0.25, id="milliseconds"),
        pytest.param("10s", 10.0, id="seconds"),
        pytest.param("90m", 5400.0, id="minutes"),
        pytest.param("12h", 43200.0, id="hours"),
    ],
)
def test_a_duration_is_seconds(text, seconds):
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    ("requirement", "verdict"),
    [
        pytest.param(">=0.1", True, id="at least"),
        pytest.param("0.1", True, id="exactly, short"),
        pytest.param("== 0.1.0", True, id="exactly"),
        pytest.param("!=0.1.0", False, id="not"),
        pytest.param(">0.1", False, id="above"),
        pytest.param(">=0.1,<0.2", True, id="between"),
        pytest.param(">=0.1, <0.1.0", False, id="between nothing"),
        pytest.param("<=0.0.9", False, id="at most"),
        pytest.param("~>0.1", True, id="the same major"),
        pytest.param("~> 0.1.0", True, id="the same minor"),
        pytest.param("~> 0.0.9", False, id="another minor"),
        pytest.param(">=0.1,", None, id="comma at the end"),
        pytest.param("=>1", None, id="operator that is none"),
        pytest.param("1.2.3.4", None, id="four numbers"),
    ],
)
def test_a_version_meets_a_requirement(requirement, verdict):
    assert is_version_accepted(requirement, "0.1.0") is verdict


CHANGED = [
    pytest.param(POOL.replace("count = 1", "count = 2"), id="count"),
    pytest.param(POOL + "lifecycle.prevent_destroy = true\n", id="rule"),
    pytest.param(POOL + "[guards]\nmax_nodes_added = 1\n", id="guard"),
    pytest.param(POOL + "[provider.modelarts]\nregion = 'eu-nl'\n", id="provider"),
    pytest.param(POOL + "[[removed]]\nfrom = 'pool.b'\ndestroy = true\n", id="request"),
]


@pytest.mark.parametrize("text", CHANGED)
def test_the_digest_changes_with_the_meaning(tmp_path, text):
    assert load_text(tmp_path, text).config_digest != load_text(tmp_path, POOL).config_digest


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("# a comment\n\n" + POOL + NETWORK, id="comments and blank lines"),
        pytest.param(NETWORK + POOL, id="order of blocks"),
        pytest.param((POOL + NETWORK).replace("\n", "\r\n"), id="line ends"),
        pytest.param((POOL + NETWORK).replace('"', "'"), id="quotes"),
    ],
)
def test_the_digest_does_not_change_with_the_layout(tmp_path, text):
    digest = load_text(tmp_path, text).config_digest
    assert digest == load_text(tmp_path, POOL + NETWORK).config_digest
    assert digest.startswith("sha256:")


def test_the_digest_does_not_change_with_the_files(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    one = load_text(tmp_path / "one", POOL + NETWORK)
    two = load_files(tmp_path / "two", {"a": POOL, "b": NETWORK})
    assert one.config_digest == two.config_digest


HEAVY = "{'tree_sitter', 'tree_sitter_toml', 'httpx', 'deepdiff', 'jsonpatch', 'rich', 'rfc8785'}"


def test_importing_the_loader_loads_no_heavy_library():
    code = f"import sys, planner.config.load; print(sorted({HEAVY} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_configuration_without_faults_asks_for_no_position(tmp_path):
    (tmp_path / "a.pools.toml").write_text(POOL, encoding="utf-8")
    code = (
        "import sys, pathlib; from planner.config.load import load_configuration\n"
        "loaded = load_configuration(pathlib.Path(sys.argv[1]), {}); assert loaded.desired\n"
        "print('tree_sitter' in sys.modules)"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "False\n"


def make_pools(number):
    return NETWORK + "".join(
        POOL.replace("pool.a", f"pool.p{one}").replace("pool-a", f"pool-{one}").replace("net-1", "${network.main.id}")
        for one in range(number)
    )


def test_a_thousand_pools_are_checked(tmp_path):
    loaded = load_text(tmp_path, make_pools(1000))
    assert len(loaded.desired.resources) == 1001


def test_a_thousand_faulty_pools_are_told(tmp_path):
    loaded = load_text(tmp_path, make_pools(1000).replace("type =", "tpye ="))
    assert len(loaded.diagnostics) == 1001
