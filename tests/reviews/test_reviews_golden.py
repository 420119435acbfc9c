"""The same situations in every format, as reviewed; ``pytest tests/reviews --update-golden`` writes them anew."""

import pytest
from formats import FORMATS
from review_plans import PLANS


@pytest.mark.parametrize("suffix", [pytest.param(suffix, id=suffix) for suffix in FORMATS])
@pytest.mark.parametrize("name", [pytest.param(name, id=name) for name in PLANS])
def test_a_plan_reads_as_reviewed_in_every_format(name, suffix, golden):
    golden(f"{name}.{suffix}".replace(" ", "-"), FORMATS[suffix](PLANS[name]))
