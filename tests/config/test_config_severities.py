"""Rules of the service that are warned of, and the severities that the files set for such rules."""

import pytest
from config_texts import BARE, ENTRY, LOGICAL, NETWORK, POOL, find_codes, load_text

from planner.config.severities import find_adjustable
from planner.config.severity_blocks import ConfigSeveritiesBlock
from planner.core.diagnostics import Severity

LINKED = POOL.replace("net-1", "${network.main.id}")
MONTHLY = '"os.modelarts/billing.mode" = "1", "os.modelarts/period.num" = "1"'
DISK = "data_volumes = [{ volume_type = 'SSD', size = '100Gi', extend_params.volume_group = 'vguser1' }]\n"

# fmt: off
WARNED = [
    pytest.param(POOL + "driver.gpu_version = '1'\n", "config.driver-without-strategy", (6, 1), "Whether the service then waits", id="driver without a strategy"),
    pytest.param(POOL + "parent = 'pool-b-86c1'\n", "config.dedicate-pool", (6, 1), "has nodes of its own", id="parent of a Dedicate pool"),
    pytest.param(POOL.replace('"net-1"', "{ vpc_id = 'v', subnet_id = 's' }") + "scope = ['Train']\n", "config.privileged-pool", (6, 1), "takes no job types", id="scope of a privileged pool"),
    pytest.param(POOL + f"annotations = {{ {MONTHLY} }}\n", "config.subscription", (6, 47), "os.modelarts/period.type is missing", id="subscription without a type of period"),
    pytest.param(BARE + ENTRY + "count = 1\n" + DISK, "config.volume-group", (8, 85), "volume_group_configs of this entry does not say", id="volume group that is not described"),
    pytest.param(POOL + "container_network.cidr = '10.0.0.0/16'\nkubernetes_svc_ip_range = '10.0.8.0/24'\n", "config.overlapping-ranges", (6, 26), "and kubernetes_svc_ip_range 10.0.8.0/24 have addresses in common", id="ranges of one pool that meet"),
    pytest.param(NETWORK + LINKED + "kubernetes_svc_ip_range = '192.168.9.0/24'\n", "config.overlapping-ranges", (9, 27), "cidr of network.main 192.168.0.0/16", id="range of a pool that meets its network"),
    pytest.param(POOL + "[[allow]]\naddress = 'pool.b'\nclass = 'drains'\nuntil = 2026-12-01T00:00:00Z\n", "config.allow-matches-nothing", (7, 11), "No block and no [[removed]] has the address", id="permission for nothing"),
]
SOUND = [
    pytest.param(BARE + "driver = { gpu_version = '1', update_strategy = 'idle' }\nresources = [{ flavor = 'modelarts.vm.cpu.4ud', count = 1 }, { flavor = 'modelarts.bm.gpu.8v100', count = 1 }]\n", id="one GPU flavor is enough"),
    pytest.param(POOL + "driver = { npu_version = '1', update_strategy = 'idle' }\n", id="a flavor whose name says nothing"),
    pytest.param(BARE + "driver = { npu_version = '1', update_strategy = 'idle' }\nresources = [{ flavor = 'modelarts.bm.npu.arm.8snt9b.d', count = 1 }]\n", id="an Ascend flavor"),
    pytest.param(POOL + f'annotations = {{ {MONTHLY}, "os.modelarts/period.type" = "2" }}\n', id="a whole subscription"),
    pytest.param(BARE + ENTRY + "count = 1\n" + DISK + "volume_group_configs = [{ volume_group = 'vguser1' }]\n", id="a volume group that is described"),
    pytest.param(NETWORK + LINKED + "kubernetes_svc_ip_range = '10.247.0.0/16'\ncontainer_network.cidr = '172.16.0.0/16'\n", id="ranges that do not meet"),
    pytest.param(NETWORK + LINKED + "kubernetes_svc_ip_range = '10.247.0.0/33'\n", id="a range that is none is told elsewhere"),
    pytest.param(POOL.replace('"net-1"', "{ vpc_id = 'v', subnet_id = 's' }"), id="a privileged pool without job types"),
]
LOWERED = [
    pytest.param("logical-pool", LOGICAL + "scope = ['Train']\nresources = [{ flavor = 'f', count = 1 }]\n", id="scope of a Logical pool"),
    pytest.param("name-pattern", POOL.replace("pool-a", "a-name-of-more-than-25-letters"), id="long name"),
    pytest.param("driver-without-accelerator", BARE + "driver = { gpu_version = '1', update_strategy = 'idle' }\nresources = [{ flavor = 'x.cpu', count = 1 }]\n", id="driver without its accelerator"),
    pytest.param("too-many-flavors", BARE + f"resources = [{', '.join(f'{{ flavor = {chr(39)}f{n}{chr(39)}, count = 1 }}' for n in range(11))}]\n", id="eleven flavors"),
]
# fmt: on


@pytest.mark.parametrize(("text", "code", "place", "words"), WARNED)
def test_a_doubtful_rule_is_warned_of_and_stops_nothing(tmp_path, text, code, place, words):
    loaded = load_text(tmp_path, text)
    (told,) = (one for one in loaded.diagnostics if one.code == code)
    assert told.severity is Severity.WARNING
    assert (told.location.line, told.location.column) == place
    assert words in told.detail
    assert loaded.desired is not None


@pytest.mark.parametrize(("text", "code", "place", "words"), WARNED)
def test_a_warning_becomes_an_error_where_the_files_say_so(tmp_path, text, code, place, words):
    del place, words
    raised = load_text(tmp_path, f"{text}[poolctl.severities]\n{code} = 'error'\n")
    assert raised.desired is None
    assert [one.severity for one in raised.diagnostics if one.code == code] == [Severity.ERROR]


@pytest.mark.parametrize("text", SOUND)
def test_what_is_sound_is_not_warned_of(tmp_path, text):
    told = find_codes(load_text(tmp_path, text))
    assert [code for code in told if code in find_adjustable()] == []


@pytest.mark.parametrize("level", ["warning", "notice"])
@pytest.mark.parametrize(("name", "text"), LOWERED)
def test_an_error_of_a_rule_that_only_the_service_judges_is_lowered(tmp_path, name, text, level):
    assert load_text(tmp_path, text).desired is None
    lowered = load_text(tmp_path, f"{text}[poolctl.severities]\nconfig.{name} = '{level}'\n")
    assert lowered.desired is not None
    assert [(one.code, one.severity.value) for one in lowered.diagnostics] == [(f"config.{name}", level)]


def test_a_severity_says_nothing_about_what_is_planned(tmp_path):
    severities = "[poolctl.severities]\nconfig.driver-without-strategy = 'notice'\n"
    plain = load_text(tmp_path, POOL)
    assert load_text(tmp_path, POOL + severities).config_digest == plain.config_digest


@pytest.mark.parametrize("field", ConfigSeveritiesBlock.model_fields.values(), ids=lambda field: field.description)
def test_each_description_names_the_severity_that_holds_otherwise(field):
    assert field.description.endswith((" error by default.", " warning by default."))
