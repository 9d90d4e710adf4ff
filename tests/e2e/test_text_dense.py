"""Texts on a display of many pixels, which the compositor counts as fewer, or the desktop calls dense."""
# ctest: LABELS display

import pytest

import labels
from frieze import need


@pytest.mark.parametrize("scale", [1.5, 2])
def test_text_on_a_dense_display(ordinary_home, sway, scale):
    """As large as the display's scale wants it, and drawn in the display's own pixels, not enlarged."""
    usual, _ = labels.size_of(ordinary_home, display=sway)
    sway.swaymsg(f"output HEADLESS-1 scale {scale}")
    try:
        size, window = labels.size_of(ordinary_home, display=sway)
        larger, _ = labels.size_of(ordinary_home, "--text-scale", "1.5", display=sway)
    finally:
        sway.swaymsg("output HEADLESS-1 scale 1")
    pixels_per_unit = window[0] / (sway.size[0] / scale)
    assert pixels_per_unit >= scale, f"{window} is drawn for {sway.size} at {scale}"
    assert labels.is_scaled(size, usual, pixels_per_unit), f"{size}, at 1 {usual}"
    assert labels.is_scaled(larger, size, 1.5), f"{larger}, without --text-scale {size}"


@pytest.mark.parametrize("dpi, scale", [("144", 1.5), ("192", 2), ("48", 1), ("nan", 1), ("", 1), ("9999", 4)])
def test_text_on_a_dense_x_display(module_home, x11, dpi, scale):
    """X has no scale; desktops write one into its resources."""
    need("xprop")
    usual, _ = labels.size_of(module_home, "--size", "800x400", display=x11)
    x11.run("xprop", "-root", "-f", "RESOURCE_MANAGER", "8s", "-set", "RESOURCE_MANAGER",
            f"Xcursor.size:\t24\nXft.dpi:\t{dpi}\nXft.hinting:\t1\n")
    try:
        size, _ = labels.size_of(module_home, "--size", "800x400", display=x11)
    finally:
        x11.run("xprop", "-root", "-remove", "RESOURCE_MANAGER")
    assert labels.is_scaled(size, usual, scale), f"{size}, without resources {usual}"
