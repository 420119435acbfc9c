"""What users write wrong: each fault with its code, line, column and words."""

import pytest
from config_texts import BARE, ENTRY, LOGICAL, NETWORK, POOL, find_codes, load_text

LINKED = NETWORK + '[pool.a]\nname = "pool-a"\ntype = "Dedicate"\nresources = [{ flavor = "f", count = 1 }]\n'
ELEVEN_ENTRIES = "[" + ", ".join(f'{{ flavor = "f{number}", count = 1 }}' for number in range(11)) + "]"

TWOFOLD = {"password of a login", "lists in lists in lists"}

# fmt: off
CASES = [
    pytest.param('name = "x\n', "config.syntax", (1, 10), "Texts stand in quotes, one key = value a line", id="unclosed text"),
    pytest.param("[pool.a]\n= 3\n", "config.syntax", (2, 1), "Texts stand in quotes, one key = value a line", id="value without a key"),
    pytest.param("a = 1 b = 2\n", "config.syntax", (1, 7), "Texts stand in quotes, one key = value a line", id="two values on a line"),
    pytest.param('[pool.a\nname = "x"\n', "config.syntax", (1, 8), "Texts stand in quotes, one key = value a line", id="header that is not closed"),
    pytest.param("a = [1,\n", "config.syntax", (2, 1), "Texts stand in quotes, one key = value a line", id="file that ends in a list"),
    pytest.param(POOL + '[pool.a]\nname = "other"\n', "config.duplicate-key", (6, 7), "The first is on line 1. Which of the two is wa", id="the same block twice in a file"),
    pytest.param(POOL + 'name = "other"\n', "config.duplicate-key", (6, 1), "The first is on line 2. Which of the two is wa", id="the same key twice"),
    pytest.param("b = 1\na = " + "9" * 5000 + "\n", "config.out-of-range", (2, 5), "A number of thousands of digits is nothing tha", id="number of five thousand digits"),
    pytest.param("a = 2026-02-30\n", "config.syntax", (1, 5), "Texts stand in quotes, one key = value a line", id="date that no calendar has"),
    pytest.param('[pol.a]\nname = "x"\n', "config.unknown-key", (1, 2), 'Did you mean "pool"?', id="unknown block"),
    pytest.param("[zzz]\n", "config.unknown-key", (1, 2), '"zzz" means nothing at the top of a file, and', id="unknown block that resembles nothing"),
    pytest.param(POOL + 'desription = "x"\n', "config.unknown-key", (6, 1), 'Did you mean "description"?', id="unknown key in a pool"),
    pytest.param(BARE + 'resources = [{ flavour = "f", flavor = "f", count = 1 }]\n', "config.unknown-key", (5, 16), 'Did you mean "flavor"?', id="unknown key in an entry"),
    pytest.param(POOL + 'driver.gpu_verison = "1"\n', "config.unknown-key", (6, 8), 'Did you mean "gpu_version"?', id="unknown key in a dotted table"),
    pytest.param('[provider.modelart]\nregion = "eu-de"\n', "config.unknown-key", (1, 11), 'Did you mean "modelarts"?', id="unknown provider"),
    pytest.param('[provider.modelarts]\nsecret_key = "SECRETSECRET"\n', "config.secret", (2, 1), "Files are reviewed, copied and kept for ever.", id="credential in the provider"),
    pytest.param(POOL + 'user_login = { password = "SECRETSECRET" }\n', "config.secret", (6, 16), "Files are reviewed, copied and kept for ever.", id="password of a login"),
    pytest.param('[provider.modelarts]\nendpoint = "https://user:SECRETSECRET@modelarts.eu-de.otc.t-systems.com"\n', "config.secret", (2, 12), "The address holds a user name or password. Del", id="password in the endpoint"),
    pytest.param('[pool.a]\ntype = "Dedicate"\nnetwork = "net-1"\nresources = [{ flavor = "f", count = 1 }]\n', "config.missing-key", (1, 7), "pool.a needs name: Display name: 4 to 25 of a-", id="missing name"),
    pytest.param(BARE + "\n", "config.missing-key", (1, 7), "pool.a needs resources: The flavors of the poo", id="missing resources"),
    pytest.param(BARE + "resources = [{ count = 1 }]\n", "config.missing-key", (5, 14), "pool.a.resources[0] needs flavor: The flavor o", id="missing flavor"),
    pytest.param(BARE + ENTRY + "\n", "config.missing-key", (5, 1), "An entry needs count (nodes, or { min, max, in", id="entry without count and azs"),
    pytest.param("pool = 3\n", "config.wrong-type", (1, 8), "Found a whole number, expected a table. Resour", id="pool that is no table"),
    pytest.param('[pool]\nname = "x"\n', "config.wrong-type", (2, 8), "Found a text, expected a table. A resource poo", id="block without a name"),
    pytest.param('[[pool.a]]\nname = "pool-a"\n', "config.wrong-type", (1, 8), "Found a list, expected a table. A resource poo", id="list where a table belongs"),
    pytest.param(BARE + ENTRY + 'count = "3"\n', "config.wrong-type", (7, 9), "Found a text, expected a whole number or a tab", id="text where a number belongs"),
    pytest.param(BARE + ENTRY + "count = true\n", "config.wrong-type", (7, 9), "Found true or false, expected a whole number o", id="true where a number belongs"),
    pytest.param(BARE + ENTRY + "count = 3.0\n", "config.wrong-type", (7, 9), "Found a decimal number, expected a whole numbe", id="decimal where a number belongs"),
    pytest.param(POOL + "description = 3\n", "config.wrong-type", (6, 15), "Found a whole number, expected a text in quote", id="number where a text belongs"),
    pytest.param(POOL + 'scope = "Train"\n', "config.wrong-type", (6, 9), "Found a text, expected a list. Job types the p", id="text where a list belongs"),
    pytest.param(POOL + "labels = { team = 3 }\n", "config.wrong-type", (6, 19), "Found a whole number, expected a text in quote", id="number where a label belongs"),
    pytest.param(POOL + '[pool.a.freeze]\nuntil = "2026-12-01T00:00:00Z"\nreason = "r"\n', "config.wrong-type", (7, 9), "Found a text, expected a date and time without", id="date in quotes"),
    pytest.param(POOL + '[pool.a.freeze]\nuntil = 2026-12-01T00:00:00\nreason = "r"\n', "config.bad-value", (7, 9), "Without an offset the moment depends on the ma", id="date without an offset"),
    pytest.param(POOL + '[pool.a.freeze]\nuntil = 2026-12-01\nreason = "r"\n', "config.wrong-type", (7, 9), "Found a date or time, expected a date and time", id="date without a time"),
    pytest.param(POOL + "[pool.a.freeze]\nuntil = 2026-12-01T00:00:00Z\n", "config.missing-key", (6, 9), "pool.a.freeze needs reason: Why; shown to whoe", id="freeze without a reason"),
    pytest.param(BARE + ENTRY + "count = 0\n", "config.out-of-range", (7, 9), "An entry of a Dedicate pool has at least one n", id="no nodes on a Dedicate pool"),
    pytest.param(BARE + ENTRY + "count = -1\n", "config.out-of-range", (7, 9), "Found -1; accepted: 0 to 2000. Nodes wanted, o", id="negative count"),
    pytest.param(BARE + ENTRY + "count = 2001\n", "config.out-of-range", (7, 9), "Found 2001; accepted: 0 to 2000. Nodes wanted,", id="more nodes than the service has"),
    pytest.param(BARE + ENTRY + 'azs = [{ az = "eu-de-01", count = 0 }]\n', "config.out-of-range", (7, 35), "Found 0; accepted: 1 to 2000. Nodes in this zo", id="zone without nodes"),
    pytest.param(BARE + ENTRY + "count = 9223372036854775808\n", "config.out-of-range", (7, 9), "Whole numbers have at most 64 bits; beyond tha", id="number beyond 64 bits"),
    pytest.param(BARE + ENTRY + "count = inf\n", "config.out-of-range", (7, 9), "inf and nan cannot be sent to the service. Wri", id="number that is not finite"),
    pytest.param(BARE + "resources = " + ELEVEN_ENTRIES + "\n", "config.too-many-flavors", (5, 314), "A pool takes 10 entries, and this is number 11 of 11", id="eleven entries"),
    pytest.param(BARE + ENTRY + "count = { min = 5, max = 2 }\n", "config.out-of-range", (7, 9), "It has to be min <= initial <= max; found 5, 5", id="range out of order"),
    pytest.param(BARE + ENTRY + "count = { min = 2, max = 5, initial = 9 }\n", "config.out-of-range", (7, 9), "It has to be min <= initial <= max; found 2, 9", id="initial outside the range"),
    pytest.param(BARE + ENTRY + "count = { min = 0, max = 5 }\n", "config.out-of-range", (7, 17), "An entry of a Dedicate pool has at least one n", id="range from zero on a Dedicate pool"),
    pytest.param(BARE + ENTRY + 'count = { min = 1, max = 5 }\nazs = [{ az = "eu-de-01", count = 2 }]\n', "config.range-with-azs", (7, 9), "A range leaves the count to somebody else, azs", id="range beside azs"),
    pytest.param(BARE + ENTRY + 'count = 4\nazs = [{ az = "eu-de-01", count = 2 }, { az = "eu-de-02", count = 1 }]\n', "config.count-differs", (7, 9), "count is 4, the counts of azs add up to 3; the", id="count that differs from the zones"),
    pytest.param(BARE + ENTRY + "count = 2\nmax_count = 3\n", "config.max-count", (8, 13), "On a Dedicate pool the service keeps both equa", id="quota that differs on a Dedicate pool"),
    pytest.param(LOGICAL + ENTRY + "count = 3\nmax_count = 2\n", "config.max-count", (6, 9), "max_count is the quota of a Logical pool: 3 is", id="count above the quota of a Logical pool"),
    pytest.param(BARE + ENTRY + 'count = 5\ncreating_step = { step = 4, type = "rack" }\n', "config.bad-value", (7, 9), "Nodes are made 4 at a time, so that 5 cannot b", id="count that its creating step does not divide"),
    pytest.param('[pool.a]\nname = "pool-"\ntype = "Logical"\nresources = [{ flavor = "f", count = 1 }]\n', "config.name-pattern", (2, 8), 'Found "pool-". A display name has 4 to 25 char', id="pool name that ends in a hyphen"),
    pytest.param('[network.n]\nname = "net"\ncidr = "192.168.0.0/16"\n', "config.name-pattern", (2, 8), 'Found "net". A display name has 4 to 32 charac', id="network name that is too short"),
    pytest.param(BARE + ENTRY + 'count = 1\nnode_pool = "Big"\n', "config.bad-value", (8, 13), 'Found "Big". It has to match ^([a-z]([a-z0-9-]', id="node pool in capitals"),
    pytest.param(BARE + ENTRY + 'count = 1\nnode_pool = "other-default"\n', "config.bad-value", (8, 13), "Names ending in -default are the service's: ev", id="node pool that takes the name of a default"),
    pytest.param('[pool."a.b"]\nname = "pool-a"\ntype = "Logical"\nresources = [{ flavor = "f", count = 1 }]\n', "config.bad-name", (1, 7), 'Found "a.b". Block names start with a letter o', id="block name with a dot"),
    pytest.param('[pool.a]\nname = "pool-a"\ntype = "Dedicated"\nnetwork = "net-1"\nresources = [{ flavor = "f", count = 1 }]\n', "config.bad-value", (3, 8), 'Did you mean "Dedicate"?', id="type that resembles another"),
    pytest.param(POOL + 'scope = ["Train", "infer"]\n', "config.bad-value", (6, 19), 'Did you mean "Infer"?', id="scope in lower case"),
    pytest.param(POOL + 'scope = ["Train", "Train"]\n', "config.duplicate-entry", (6, 19), '"Train" stands in scope already. Delete one of', id="scope named twice"),
    pytest.param(POOL + 'description = "a < b"\n', "config.bad-value", (6, 15), 'Found "a < b". It has to match ^[^!<>=&"\']*$.', id="forbidden character in a description"),
    pytest.param(POOL + 'description = "' + "x" * 101 + '"\n', "config.bad-value", (6, 15), 'Found "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', id="description of 101 characters"),
    pytest.param(POOL + 'description = "a\\u001b[31mb"\n', "config.control-character", (6, 15), "Line breaks, escape and direction characters c", id="escape character in a text"),
    pytest.param('[[removed]]\nfrom = "pool.b"\ndestroy = false\nreason = "a\\nb"\n', "config.control-character", (4, 10), "Line breaks, escape and direction characters c", id="line break in a reason"),
    pytest.param(POOL + 'description = "a\\u202Eb"\n', "config.control-character", (6, 15), "Line breaks, escape and direction characters c", id="text that changes its direction"),
    pytest.param(POOL + 'labels = { "a\\u0000b" = "1" }\n', "config.control-character", (6, 12), "Line breaks, escape and direction characters c", id="control character in a key"),
    pytest.param(BARE + 'resources = [{ flavor = "f", count = 1 }, { flavor = "f", count = 2, node_pool = "f-default" }]\n', "config.duplicate-entry", (5, 43), "resources[0] has the same flavor and node pool", id="the same flavor twice"),
    pytest.param(BARE + ENTRY + 'azs = [{ az = "eu-de-01", count = 2 }, { az = "eu-de-01", count = 1 }]\n', "config.duplicate-entry", (7, 40), 'azs[0] has the same az already: "eu-de-01". En', id="the same zone twice"),
    pytest.param(BARE + ENTRY + 'count = 1\ntags = [{ key = "a", value = "1" }, { key = "a", value = "2" }]\n', "config.duplicate-entry", (8, 37), 'tags[0] has the same key already: "a". Entries', id="the same tag twice"),
    pytest.param(BARE + ENTRY + 'count = 1\ntaints = [{ key = "a", effect = "NoExecute" }, { key = "a", effect = "NoExecute" }]\n', "config.duplicate-entry", (8, 48), "taints[0] has the same key and effect already:", id="the same taint twice"),
    pytest.param(BARE + ENTRY + 'count = 1\ntags = [{ key = "CCE-a", value = "1" }]\n', "config.bad-value", (8, 17), 'Found "CCE-a". It has to match ^(?!CCE-)(?!__t', id="tag that belongs to the service"),
    pytest.param(BARE + ENTRY + 'count = 1\nextend_params = { dockerBaseSize = "20" }\n', "config.bad-value", (8, 36), 'Found "20"; it is GiB for each container: "50"', id="container size out of range"),
    pytest.param(BARE + ENTRY + 'count = 1\nextend_params.runtime = "podman"\n', "config.bad-value", (8, 25), 'Found "podman"; accepted: "docker" or "contain', id="runtime that does not exist"),
    pytest.param(BARE + ENTRY + 'count = 1\nvolume_group_configs = [{ volume_group = "default", docker_thin_pool = 50 }]\n', "config.bad-value", (8, 53), "docker_thin_pool is a share of the volume grou", id="thin pool of another group"),
    pytest.param(LOGICAL + ENTRY + 'count = 1\n[pool.a.driver]\ngpu_version = "1"\n', "config.logical-pool", (7, 9), "A Logical pool is a quota on its parent's node", id="Logical pool with a scope"),
    pytest.param(LOGICAL + 'network = "net-1"\nresources = [{ flavor = "f", count = 1 }]\n', "config.logical-pool", (4, 1), "A Logical pool is a quota on its parent's node", id="Logical pool with a network"),
    pytest.param(LOGICAL + 'scope = ["Train"]\nresources = [{ flavor = "f", count = 1 }]\n', "config.logical-pool", (4, 1), "A Logical pool is a quota on its parent's node", id="Logical pool with job types"),
    pytest.param(BARE + 'driver = { gpu_version = "1", update_strategy = "idle" }\nresources = [{ flavor = "modelarts.vm.cpu.4ud", count = 1 }]\n', "config.driver-without-accelerator", (5, 12), 'gpu_version is for pools with GPU flavors, and "modelarts.vm.cpu.4ud" by name is none.', id="GPU driver without a GPU flavor"),
    pytest.param(BARE + 'driver = { npu_version = "1", update_strategy = "idle" }\nresources = [{ flavor = "modelarts.vm.gpu.t4u8", count = 1 }, { flavor = "modelarts.vm.cpu.4ud", count = 1 }]\n', "config.driver-without-accelerator", (5, 12), 'and "modelarts.vm.gpu.t4u8", "modelarts.vm.cpu.4ud" by name are none.', id="Ascend driver without an Ascend flavor"),
    pytest.param(BARE + '[[pool.a.resources]]\nflavor = "modelarts.vm.cpu.4ud"\ncount = 1\ndriver.version = "1"\n', "config.driver-without-accelerator", (8, 1), '"modelarts.vm.cpu.4ud" is a CPU flavor by its name', id="driver of a CPU entry"),
    pytest.param('[poolctl]\nseverities.config.count-differs = "warning"\n', "config.unknown-key", (2, 19), '"count-differs" means nothing in poolctl.severities.config', id="severity of a rule that is certain"),
    pytest.param('[poolctl]\nseverities.config.logical-pool = "off"\n', "config.bad-value", (2, 34), 'Accepted: "error", "warning", "notice"', id="severity that hides"),
    pytest.param('[network.n]\nname = "net-n"\ncidr = "192.168.0.0/33"\n', "config.bad-value", (3, 8), 'Found "192.168.0.0/33". Write an IPv4 range wh', id="range that is no range"),
    pytest.param('[network.n]\nname = "net-n"\ncidr = "192.168.3.4/16"\n', "config.bad-value", (3, 8), 'Found "192.168.3.4/16". Write an IPv4 range wh', id="range with host bits"),
    pytest.param('[network.n]\nname = "net-n"\ncidr = "8.8.0.0/16"\n', "config.out-of-range", (3, 8), 'Found "8.8.0.0/16". ModelArts networks lie in', id="range outside the private ones"),
    pytest.param('[network.n]\nname = "net-n"\ncidr = "192.168.0.0/25"\n', "config.out-of-range", (3, 8), 'Found "192.168.0.0/25". ModelArts networks lie', id="range that is too narrow"),
    pytest.param(POOL + 'container_network.cidr = "172.16.0.0/40"\n', "config.bad-value", (6, 26), 'Found "172.16.0.0/40". Write an IPv4 range who', id="container range that is no range"),
    pytest.param(LINKED + 'network = "${network.mian.id}"\n', "config.reference", (8, 11), 'Did you mean "main"?', id="reference to a missing block"),
    pytest.param(LINKED + 'network = "${pool.a.id}"\n', "config.reference", (8, 11), "network takes the id of a network, this is the", id="reference to another kind"),
    pytest.param(LINKED + 'network = "train-net"\n', "config.reference", (8, 11), '"train-net" is the display name of network.mai', id="network by its display name"),
    pytest.param('[pool.a]\nname = "pool-a"\ntype = "Logical"\nparent = "${pool.b.id}"\nresources = [{ flavor = "f", count = 1 }]\n[pool.b]\nname = "pool-b"\ntype = "Logical"\nparent = "${pool.a.id}"\nresources = [{ flavor = "f", count = 1 }]\n', "config.reference-circle", (4, 10), "pool.a -> pool.b -> pool.a: each would have to", id="parents in a circle"),
    pytest.param('[pool.a]\nname = "pool-a"\ntype = "Logical"\nresources = [{ flavor = "f", count = 1 }]\n[pool.b]\nname = "pool-a"\ntype = "Logical"\nresources = [{ flavor = "f", count = 1 }]\n', "config.duplicate-name", (6, 8), '"pool-a" is the name of pool.a in main.pools.t', id="two pools of one name"),
    pytest.param(POOL + 'annotations = { "os.modelarts/description" = "x" }\n', "config.reserved-key", (6, 17), 'annotations["os.modelarts/description"] is des', id="annotation that has a key"),
    pytest.param(POOL + 'labels."os.modelarts/workspace.id" = "1"\n', "config.reserved-key", (6, 8), 'labels["os.modelarts/workspace.id"] is workspa', id="label that has a key"),
    pytest.param(POOL + "guards.max_percent_removed = 60\n", "config.guard-loosened", (6, 30), "max_percent_removed is 60 here and 50 (the def", id="guard that loosens the default"),
    pytest.param(POOL + 'guards.max_disruption = "interrupts"\n[guards]\nmax_disruption = "new_nodes"\n', "config.guard-loosened", (6, 25), "max_disruption is interrupts here and new_node", id="guard that loosens the top"),
    pytest.param(POOL + 'guards.on_drift = "revert"\n[guards]\non_drift = "keep"\n', "config.guard-loosened", (6, 19), "on_drift is revert here and keep in [guards];", id="drift that is reverted against the top"),
    pytest.param(POOL + 'lifecycle.ignore_changes = ["driver..x"]\n', "config.ignore-changes", (6, 29), '"driver..x" is no path. Nothing would be ignor', id="ignored path that is no path"),
    pytest.param(POOL + 'lifecycle.ignore_changes = ["driver.gpu_verison"]\n', "config.ignore-changes", (6, 29), 'Did you mean "gpu_version"?', id="ignored key that does not exist"),
    pytest.param(POOL + 'lifecycle.ignore_changes = ["resources[f.smal].count"]\n', "config.ignore-changes", (6, 29), 'Did you mean "f.small"?', id="ignored flavor that does not exist"),
    pytest.param(POOL + 'lifecycle.ignore_changes = [\'annotations["os.modelarts/description"]\']\n', "config.ignore-changes", (6, 29), '"annotations[\\"os.modelarts/description\\"]" ha', id="ignored annotation that has a key"),
    pytest.param(POOL + 'lifecycle.ignore_changes = ["resources.count"]\n', "config.ignore-changes", (6, 29), '"resources.count" needs the entry\'s key in bra', id="ignored entry without its key"),
    pytest.param(POOL + '[[removed]]\nfrom = "pool.a"\ndestroy = false\n', "config.removed-with-block", (7, 8), "pool.a still has its block in main.pools.toml.", id="removed block that still stands"),
    pytest.param('[[removed]]\nfrom = "pool.b"\n', "config.missing-key", (1, 1), "removed[0] needs destroy: true deletes it from", id="removed without a decision"),
    pytest.param('[[removed]]\nfrom = "pool"\ndestroy = false\n', "config.bad-value", (2, 8), 'Found "pool". It has to match ^(pool|network)\\', id="removed address that is none"),
    pytest.param('[[removed]]\nfrom = "pool.b"\ndestroy = false\n[[removed]]\nfrom = "pool.b"\ndestroy = true\n', "config.duplicate-request", (5, 8), "[[removed]] number 1 in main.pools.toml has th", id="the same address removed twice"),
    pytest.param('[[import]]\nto = "pool.b"\nid = "pool-b-86c1"\n', "config.import-without-block", (2, 6), "No file has the block [pool.b]. An adopted obj", id="import without a block"),
    pytest.param(POOL + '[[import]]\nto = "pool.a"\nid = "pool-a-86c1"\n[[import]]\nto = "pool.a"\nid = "pool-b-86c1"\n', "config.duplicate-request", (10, 6), "[[import]] number 1 in main.pools.toml has the", id="two imports of an address"),
    pytest.param(POOL + '[[import]]\nto = "pool.a"\nid = "../../v1/x"\n', "config.bad-value", (8, 6), 'Found "../../v1/x". It has to match ^[A-Za-z0-', id="import of what leaves the path"),
    pytest.param(POOL + '[[allow]]\naddress = "pool.a"\nclass = "interupts"\nuntil = 2026-12-01T00:00:00Z\n', "config.bad-value", (8, 9), 'Did you mean "interrupts"?', id="permission of an unknown class"),
    pytest.param(POOL + '[[allow]]\naddress = "pool.*"\nclass = "destroys"\nuntil = 2026-12-01T00:00:00Z\n', "config.allow-glob", (7, 11), "A pattern would also permit to destroy pools t", id="permission to destroy by a pattern"),
    pytest.param(POOL + '[[allow]]\naddress = "pool.a"\nclass = "drains"\n', "config.missing-key", (6, 1), "allow[0] needs until: The end of the permissio", id="permission without an end"),
    pytest.param(POOL + '[[allow]]\naddress = "pool.a"\nuntil = 2026-12-01T00:00:00Z\n', "config.missing-key", (6, 1), 'A permission needs class (such as "interrupts"', id="permission for nothing named"),
    pytest.param('[backend.local]\npath = "../x.json"\n', "config.state-path", (2, 8), '"../x.json" leads out of this directory. The s', id="state outside the directory"),
    pytest.param('[backend.local]\npath = "/tmp/x.json"\n', "config.state-path", (2, 8), '"/tmp/x.json" is not relative to this director', id="state at an absolute path"),
    pytest.param('[backend.local]\npath = "a/"\n', "config.state-path", (2, 8), '"a/" names no file. The state lies beside the', id="state that is a directory"),
    pytest.param('[backend.local]\npath = "x.pools.toml"\n', "config.state-path", (2, 8), '"x.pools.toml" would be read as configuration.', id="state that would be read as configuration"),
    pytest.param('[provider.modelarts]\nendpoint = "http://modelarts.eu-de.otc.t-systems.com"\n', "config.endpoint", (2, 12), "Over plain http:// everybody on the way could", id="endpoint over plain http"),
    pytest.param('[provider.modelarts]\nendpoint = "simulater"\n', "config.endpoint", (2, 12), 'Did you mean "simulator"?', id="endpoint that resembles the simulator"),
    pytest.param('[provider.modelarts]\nregion = "eu-de.evil.example/"\n', "config.bad-value", (2, 10), 'Found "eu-de.evil.example/". It has to match ^', id="region that changes the host"),
    pytest.param('[provider.modelarts]\npoll_interval = "10"\n', "config.bad-value", (2, 17), 'Found "10". It has to match ^[0-9]{1,7}(ms|s|m', id="duration without a unit"),
    pytest.param('[poolctl]\nrequired_version = ">=99"\n', "config.required-version", (2, 20), 'They ask for ">=99", this is 0.1.0; it might r', id="version that this is not"),
    pytest.param('[poolctl]\nrequired_version = "newest"\n', "config.bad-value", (2, 20), 'Found "newest". Write comparisons with commas', id="version requirement that is none"),
    pytest.param('[variable.n]\ntype = "int"\n', "config.variable-without-value", (1, 11), "--var n=VALUE", id="variable"),
    pytest.param('[[moved]]\nfrom = "pool.b"\nto = "network.b"\n', "config.moved", (3, 6), "pool.b is a pool, and stays one", id="move to another kind"),
    pytest.param('[[moved]]\nfrom = "pool.b"\nto = "pool.b"\n', "config.moved", (3, 6), "would stay where it is", id="move to itself"),
    pytest.param(POOL + '[[moved]]\nfrom = "pool.a"\nto = "pool.b"\n', "config.moved", (7, 8), "pool.a still has its block in main.pools.toml", id="move from a block that stands"),
    pytest.param('[[moved]]\nfrom = "pool.b"\nto = "pool.d"\n[[moved]]\nfrom = "pool.c"\nto = "pool.d"\n', "config.moved", (6, 6), "[[moved]] number 1 in main.pools.toml and this one go to one address: pool.d", id="two moves to one address"),
    pytest.param('[[moved]]\nfrom = "pool.b"\nto = "pool.d"\n[[moved]]\nfrom = "pool.b"\nto = "pool.e"\n', "config.moved", (5, 8), "this one come from one address: pool.b", id="two moves from one address"),
    pytest.param('[[moved]]\nfrom = "pool.b"\nto = "pool.c"\n[[moved]]\nfrom = "pool.c"\nto = "pool.b"\n', "config.moved", (2, 8), "pool.b -> pool.c -> pool.b: it would come back", id="moves in a circle"),
    pytest.param('[policy.p]\ncondition = "true"\n', "config.missing-key", (1, 9), "policy.p needs error_message", id="policy without words"),
    pytest.param('[prices]\n"f" = "3.2"\n', "config.wrong-type", (2, 7), "Found a text, expected a number.", id="price as a text"),
    pytest.param('[prices]\n"f" = -1\n', "config.out-of-range", (2, 7), "Found -1; accepted: 0 to 1000000.", id="price below nothing"),
    pytest.param('[prices]\n"f" = nan\n', "config.out-of-range", (2, 7), "Write a number.", id="price that is no number"),
    pytest.param("[guards.run]\nmax_hourly_cost_added = 1\n", "config.no-prices", (2, 25), "No file has [prices]", id="cost of a run without prices"),
    pytest.param(POOL + "guards.max_hourly_cost_added = 1\n", "config.no-prices", (6, 32), "No file has [prices]", id="cost of a pool without prices"),
    pytest.param('[guards.run]\non_drift = "keep"\n', "config.unknown-key", (2, 1), "means nothing in guards.run", id="drift of a run"),
    pytest.param("[guards]\nmax_accelerators_removed = 1\n" + POOL + "guards.max_accelerators_removed = 2\n", "config.guard-loosened", (8, 35), "max_accelerators_removed is 2 here and 1", id="limit of accelerators loosened"),
    pytest.param('[backend.git]\nremote = "origin"\n', "config.not-in-this-version", (1, 10), "Use [backend.local].", id="state in git"),
    pytest.param(POOL + 'for_each = "${var.teams}"\n', "config.expression", (6, 15), "No file has [variable.teams].", id="repetition"),
    pytest.param(POOL + 'description = "${var.d}"\n', "config.expression", (6, 18), "No file has [variable.d].", id="variable in a text"),
    pytest.param(BARE + ENTRY + 'count = "${var.n}"\n', "config.expression", (7, 12), "No file has [variable.n].", id="variable in a count"),
    pytest.param(POOL + 'cluster_flavor = "${network.main.name}"\n', "config.expression", (6, 21), "No file has the block [network.main].", id="name of another block"),
    pytest.param("a = " + "[" * 30 + "]" * 30 + "\n", "config.too-deep", (1, 28), "No key needs more than a few levels. Look for", id="lists in lists in lists"),
    pytest.param(POOL + '[pool.a.freeze]\nuntil = 0001-01-01T00:00:00+23:00\nreason = "r"\n', "config.out-of-range", (7, 9), "Dates lie between the years 2000 and 8999; thi", id="date of another age"),
    pytest.param(".".join("a" * 50) + " = 1\n", "config.too-deep", (1, 1), "No key of main.pools.toml needs more than a fe", id="key of fifty parts"),
    pytest.param(POOL + 'lifecycle.ignore_changes = ["guards"]\n', "config.ignore-changes", (6, 29), "is a rule", id="ignored rule"),
    pytest.param(POOL + 'lifecycle.ignore_changes = ["driver[x]"]\n', "config.ignore-changes", (6, 29), "which is no list", id="ignored entry of no list"),
    pytest.param(POOL + '[[allow]]\naddress = "pool"\nclass = "drains"\nuntil = 2026-12-01T00:00:00Z\n', "config.bad-value", (7, 11), "Addresses look like pool.training", id="permission for no address"),
    pytest.param(POOL + 'labels = { "" = "1" }\n', "config.bad-name", (6, 12), "Keys have 1 to 253 characters", id="empty label"),
]
# fmt: on


@pytest.mark.parametrize(("text", "code", "place", "words"), CASES)
def test_a_fault_is_told_with_its_code_its_place_and_words(tmp_path, text, code, place, words):
    loaded = load_text(tmp_path, text)
    told = [one for one in loaded.diagnostics if one.code == code]
    assert loaded.desired is None
    assert [(one.location.line, one.location.column) for one in told] == [place]
    assert words in told[0].detail
    assert told[0].location.text == text.split("\n")[place[0] - 1][:1000] or "(hidden)" in told[0].location.text


ONCE = [pytest.param(case.values[0], id=case.id) for case in CASES if case.id not in TWOFOLD]


@pytest.mark.parametrize("text", ONCE)
def test_one_fault_is_told_once(tmp_path, text):
    assert len(find_codes(load_text(tmp_path, text))) == 1


def test_the_table_is_long():
    assert len(CASES) >= 60
