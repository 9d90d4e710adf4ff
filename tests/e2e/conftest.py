"""What every test can ask for. One process of pytest runs one file: `module` is the life of the file."""

import pytest

import frieze
from displays import Sway, Xvfb

pytest_generate_tests = frieze.in_each_isolation


@pytest.fixture
def home():
    with frieze.Home() as fresh:
        yield fresh


@pytest.fixture(scope="module")
def module_home():
    with frieze.Home() as fresh:
        yield fresh


@pytest.fixture(scope="module")
def x11(tmp_path_factory):
    with Xvfb(tmp_path_factory.mktemp("screen")) as display:
        yield display


@pytest.fixture(scope="module")
def ordinary_home():
    with frieze.Home(ordinary=True) as fresh:
        yield fresh


@pytest.fixture(scope="module")
def sway(ordinary_home):
    with Sway(ordinary_home) as compositor:
        yield compositor
