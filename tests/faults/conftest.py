"""What every test of a build that fails on request can ask for."""

import frieze
import pytest

pytest_generate_tests = frieze.in_each_isolation


@pytest.fixture
def home():
    with frieze.Home() as fresh:
        yield fresh
