import pytest

from planner.core.desired import ProviderSettings
from planner.core.tracking import ServiceIdentity
from planner.remote.endpoint import Endpoint, resolve_endpoint
from planner.remote.hosts import is_loopback, is_trusted, parse_host

P = "86c13962597848eeb29c5861153a391f"


def resolve(environment: dict[str, str] | None = None, **settings) -> Endpoint:
    found = resolve_endpoint(ProviderSettings(**settings), environment or {})
    assert isinstance(found, Endpoint), found
    return found


def faults(environment: dict[str, str] | None = None, **settings) -> list[str]:
    found = resolve_endpoint(ProviderSettings(**settings), environment or {})
    assert isinstance(found, tuple), found
    return [one.code for one in found]


@pytest.mark.parametrize(
    ("region", "url"),
    [
        pytest.param("eu-de", "https://modelarts.eu-de.otc.t-systems.com", id="Open Telekom Cloud"),
        pytest.param("eu-nl", "https://modelarts.eu-nl.otc.t-systems.com", id="its Dutch region"),
        pytest.param("eu-ch2", "https://modelarts.eu-ch2.sc.otc.t-systems.com", id="its Swiss region"),
        pytest.param("cn-north-4", "https://modelarts.cn-north-4.myhuaweicloud.com", id="Huawei Cloud"),
        pytest.param("eu-west-101", "https://modelarts.eu-west-101.myhuaweicloud.eu", id="its Irish region"),
    ],
)
def test_a_region_gives_the_url(region, url):
    found = resolve(region=region, project_id=P)
    assert (found.base_url, found.region, found.kind) == (url, region, "https")


@pytest.mark.parametrize(
    ("environment", "url"),
    [
        pytest.param({"HW_CLOUD": "myhuaweicloud.eu"}, "https://modelarts.eu-de.myhuaweicloud.eu", id="another cloud"),
        pytest.param({"HW_CLOUD": ""}, "https://modelarts.eu-de.otc.t-systems.com", id="empty counts as unset"),
        pytest.param(
            {"HW_CLOUD": "mine.example", "POOLCTL_TRUSTED_HOSTS": "modelarts.eu-de.mine.example"},
            "https://modelarts.eu-de.mine.example",
            id="a cloud of one's own",
        ),
        pytest.param(
            {"HUAWEICLOUD_SDK_REGION_MODELARTS_EU_DE": "https://modelarts.x.myhuaweicloud.com:8443/"}
            | {"HW_CLOUD": "mine.example"},
            None,
            id="a host of another region",
        ),
        pytest.param(
            {"HUAWEICLOUD_SDK_REGION_MODELARTS_EU_DE": "https://gate.myhuaweicloud.com:8443/, https://b.example"}
            | {"HW_CLOUD": "mine.example"},
            "https://gate.myhuaweicloud.com:8443",
            id="the SDKs' variable goes first, the first of it",
        ),
        pytest.param(
            {"HUAWEICLOUD_SDK_REGION_MODELARTS_EU_NL": "https://gate.myhuaweicloud.com"},
            "https://modelarts.eu-de.otc.t-systems.com",
            id="the SDKs' variable of another region",
        ),
        pytest.param({"HUAWEICLOUD_SDK_REGION_MODELARTS_EU_DE": "https://evil.example"}, None, id="a host of nobody"),
        pytest.param({"HUAWEICLOUD_SDK_REGION_MODELARTS_EU_DE": "gate"}, None, id="no URL"),
        pytest.param({"HW_CLOUD": "evil.example"}, None, id="a cloud of nobody"),
        pytest.param({"HW_CLOUD": "x@evil.example"}, None, id="no domain"),
        pytest.param({"HW_CLOUD": "evil.example/a.myhuaweicloud.com"}, None, id="a path in a domain"),
    ],
)
def test_the_environment_may_say_where_a_region_is(environment, url):
    found = resolve_endpoint(ProviderSettings(region="eu-de", project_id=P), environment)
    assert getattr(found, "base_url", None) == url


def test_an_endpoint_in_the_files_goes_before_what_the_environment_says_of_the_region():
    environment = {"HUAWEICLOUD_SDK_REGION_MODELARTS_EU_DE": "https://evil.example", "HW_CLOUD": "evil.example"}
    assert resolve(environment, endpoint="http://127.0.0.1:1", region="eu-de", project_id=P).base_url.endswith(":1")


@pytest.mark.parametrize(
    ("environment", "place"),
    [
        ({"HUAWEICLOUD_SDK_REGION_MODELARTS_EU_DE": "https://evil.example"}, "HUAWEICLOUD_SDK_REGION_MODELARTS_EU_DE"),
        ({"HW_CLOUD": "evil.example"}, "HW_CLOUD"),
    ],
)
def test_a_place_that_gets_no_credentials_is_named_with_its_variable(environment, place):
    found = resolve_endpoint(ProviderSettings(region="eu-de", project_id=P), environment)
    assert isinstance(found, tuple)
    assert [(one.code, place in one.detail, "POOLCTL_TRUSTED_HOSTS" in one.detail) for one in found] == [
        ("remote.bad-endpoint", True, True)
    ]


def test_the_environment_fills_what_the_files_leave_out():
    found = resolve({"OS_REGION_NAME": "eu-de", "HW_PROJECT_ID": P})
    assert found.identity == ServiceIdentity(endpoint="https", region="eu-de", project_id=P)


def test_equal_values_in_files_and_environment_are_fine():
    environment = {"HW_REGION_NAME": "eu-de", "OS_REGION_NAME": "eu-de", "OS_PROJECT_ID": P}
    assert resolve(environment, region="eu-de", project_id=P).project_id == P


def test_the_simulator_needs_nothing_else():
    found = resolve(endpoint="simulator")
    assert found.identity == ServiceIdentity(endpoint="simulator", region="simulator", project_id="simulator")


def test_the_environment_of_a_cloud_does_not_change_the_simulators_identity():
    found = resolve({"HW_PROJECT_ID": P, "HW_REGION_NAME": "eu-de"}, endpoint="simulator")
    assert (found.region, found.project_id) == ("simulator", "simulator")


def test_the_simulator_takes_region_and_project_from_the_files():
    found = resolve(endpoint="simulator", region="eu-de", project_id=P)
    assert (found.region, found.project_id) == ("eu-de", P)


@pytest.mark.parametrize(
    ("settings", "environment", "codes"),
    [
        pytest.param({"project_id": P}, {}, ["remote.no-endpoint"], id="neither endpoint nor region"),
        pytest.param({"region": "eu-de"}, {}, ["remote.no-project"], id="no project"),
        pytest.param({}, {}, ["remote.no-endpoint", "remote.no-project"], id="both problems at once"),
        pytest.param(
            {"region": "eu-de", "project_id": P},
            {"HW_REGION_NAME": "eu-nl"},
            ["remote.conflicting-settings"],
            id="region differs from the environment",
        ),
        pytest.param(
            {"region": "eu-de", "project_id": P},
            {"OS_PROJECT_ID": "other"},
            ["remote.conflicting-settings"],
            id="project differs from the twin",
        ),
        pytest.param(
            {"region": "eu-de"},
            {"OS_PROJECT_ID": "other", "HW_PROJECT_ID": P},
            ["remote.conflicting-settings"],
            id="the twins differ",
        ),
        pytest.param(
            {"endpoint": "simulator", "project_id": P},
            {"HW_PROJECT_ID": "other"},
            ["remote.conflicting-settings"],
            id="the simulator's project differs too",
        ),
        pytest.param(
            {"region": "evil.com/", "project_id": "../x", "user_id": "a\nb"},
            {},
            ["remote.malformed-setting", "remote.malformed-setting", "remote.bad-header"],
            id="everything malformed is told at once",
        ),
        pytest.param({"region": "EU-DE", "project_id": P}, {}, ["remote.malformed-setting"], id="upper-case region"),
        pytest.param({"region": "", "project_id": P}, {}, ["remote.malformed-setting"], id="empty region"),
        pytest.param(
            {"endpoint": "https://modelarts.eu-nl.otc.t-systems.com", "region": "eu-de", "project_id": P},
            {},
            ["remote.bad-endpoint"],
            id="the endpoint is in another region",
        ),
    ],
)
def test_contradictions_and_gaps_are_errors(settings, environment, codes):
    assert faults(environment, **settings) == codes


@pytest.mark.parametrize(
    ("written", "url"),
    [
        pytest.param("https://modelarts.eu-de.otc.t-systems.com", None, id="as it is"),
        pytest.param("https://ModelArts.EU-DE.otc.T-Systems.com", None, id="upper case is lowered"),
        pytest.param("https://modelarts.eu-de.otc.t-systems.com./", None, id="final dot and slash are dropped"),
        pytest.param("HTTPS://modelarts.eu-de.otc.t-systems.com", None, id="upper-case scheme"),
        pytest.param("http://127.0.0.1:8080", "http://127.0.0.1:8080", id="plain http for loopback"),
        pytest.param("http://127.9.9.9", "http://127.9.9.9", id="all of 127/8"),
        pytest.param("http://localhost:1", "http://localhost:1", id="localhost"),
        pytest.param("http://[::1]:8080/", "http://[::1]:8080", id="IPv6 loopback"),
        pytest.param("http://[0:0::1]", "http://[::1]", id="IPv6 loopback, long"),
        pytest.param("https://localhost/gate/way/", "https://localhost/gate/way", id="a path before the API's"),
    ],
)
def test_an_endpoint_is_brought_into_one_spelling(written, url):
    found = resolve(endpoint=written, project_id=P)
    assert found.base_url == (url or "https://modelarts.eu-de.otc.t-systems.com")


def test_a_clouds_own_host_tells_the_region():
    assert resolve(endpoint="https://modelarts.eu-de.otc.t-systems.com", project_id=P).region == "eu-de"


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("http://modelarts.eu-de.otc.t-systems.com", id="plain http"),
        pytest.param("http://10.0.0.1", id="plain http to a private address"),
        pytest.param("http://127.0.0.1.evil.com", id="loopback look-alike"),
        pytest.param("http://localhost.evil.com", id="localhost look-alike"),
        pytest.param("http://0x7f.1", id="hexadecimal loopback"),
        pytest.param("http://2130706433", id="decimal loopback"),
        pytest.param("http://127.1", id="short loopback"),
        pytest.param("http://[::ffff:127.0.0.1]", id="mapped loopback"),
        pytest.param("https://evil.com", id="foreign host"),
        pytest.param("https://evilmyhuaweicloud.com", id="suffix without a dot"),
        pytest.param("https://myhuaweicloud.com.evil.com", id="suffix in the middle"),
        pytest.param("https://myhuaweicloud.com", id="the bare domain"),
        pytest.param("https://modelarts.myhuaweicloud.com@evil.com", id="user name"),
        pytest.param("https://u:s3cret@modelarts.eu-de.otc.t-systems.com", id="password"),
        pytest.param("https://evil.com\\@modelarts.eu-de.otc.t-systems.com", id="backslash"),
        pytest.param("https://modelarts.eu-de.otc.t-systems.com/?a=b", id="query"),
        pytest.param("https://modelarts.eu-de.otc.t-systems.com?", id="empty query"),
        pytest.param("https://modelarts.eu-de.otc.t-systems.com/#f", id="fragment"),
        pytest.param("https://modelarts.eu-de.otc.t-systems.com/../x", id="dot segments"),
        pytest.param("https://modelarts.eu-de.otc.t-systems.com//x", id="empty segment"),
        pytest.param("https://modelarts.eu-de.otc.t-systems.com:0", id="port 0"),
        pytest.param("https://modelarts.eu-de.otc.t-systems.com:99999", id="port too large"),
        pytest.param("https://modelarts.eu-de.otc.t-systems.com:x", id="port no number"),
        pytest.param("https://modelarts.eu-de.otc.t-systems.com\n", id="line break"),
        pytest.param("https://evil.com\t.otc.t-systems.com", id="tab that parsers drop"),
        pytest.param("https://modelarts.eu-de.otc.t\u2010systems.com", id="other hyphen"),
        pytest.param("https://modelarts.eu-de.otc.t-systems\u3002com", id="other dot"),
        pytest.param("https://modelarts.myhuaweicloud.com%2eevil.com", id="percent sign"),
        pytest.param("https://modelarts..otc.t-systems.com", id="empty label"),
        pytest.param("https://[::1", id="open bracket"),
        pytest.param("https://[::1%25eth0]", id="zone"),
        pytest.param("https://[1:2]", id="no IPv6 address"),
        pytest.param("https://", id="no host"),
        pytest.param("ftp://modelarts.eu-de.otc.t-systems.com", id="other scheme"),
        pytest.param("modelarts.eu-de.otc.t-systems.com", id="no scheme"),
        pytest.param("simulater", id="near miss of the simulator"),
        pytest.param("", id="empty"),
    ],
)
def test_an_endpoint_that_could_take_the_token_elsewhere_is_refused(written):
    found = resolve_endpoint(ProviderSettings(endpoint=written, region="eu-de", project_id=P), {})
    assert isinstance(found, tuple)
    assert [one.code for one in found] == ["remote.bad-endpoint"]
    assert "s3cret" not in repr(found)
    assert repr(found).isprintable()


@pytest.mark.parametrize(
    ("host", "listed", "expected"),
    [
        pytest.param("gw.example.com", "gw.example.com", True, id="listed"),
        pytest.param("gw.example.com", "a.b, GW.example.com. ,c.d", True, id="listed among others, other spelling"),
        pytest.param("x.gw.example.com", "gw.example.com", False, id="below a listed host"),
        pytest.param("gw.example.com", "", False, id="empty list"),
        pytest.param("gw.example.com", "*", False, id="no globs"),
        pytest.param("modelarts.x.myhuaweicloud.com", "", True, id="Huawei Cloud"),
        pytest.param("modelarts.x.sc.otc.t-systems.com", "", True, id="Swiss OTC"),
        pytest.param("localhost", "", True, id="loopback"),
    ],
)
def test_credentials_go_to_the_clouds_and_to_hosts_that_the_environment_names(host, listed, expected):
    assert is_trusted(host, environment={"POOLCTL_TRUSTED_HOSTS": listed}) is expected


def test_a_host_that_the_environment_trusts_can_be_the_endpoint():
    found = resolve({"POOLCTL_TRUSTED_HOSTS": "gw.example.com"}, endpoint="https://gw.example.com:8443", project_id=P)
    assert (found.base_url, found.region) == ("https://gw.example.com:8443", "")


@pytest.mark.parametrize("host", ["128.0.0.1", "localhost.", "::2", "0.0.0.0", "127.0.0.1.", "127.0.0.256"])  # noqa: S104 - never bound
def test_other_hosts_are_not_loopback(host):
    assert not is_loopback(host)


def test_a_kelvin_sign_is_no_k():
    assert parse_host("\u212a.example.com") is None
