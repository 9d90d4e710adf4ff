"""The golden images once more on a real X server, as it has them on its screen."""
# ctest: LABELS display

import pytest

import golden


@pytest.mark.parametrize("scene", golden.SCENES)
def test_golden(module_home, x11, scene):
    golden.check(module_home, scene, x11)
