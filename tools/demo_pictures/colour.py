"""Colours: hexadecimal names, gradients through OKLab, and the two encodings of light."""

import numpy as np

# OKLab (Björn Ottosson, 2020): linear sRGB -> cone responses, and their cube roots -> Lab.
_CONES = np.array([[0.4122214708, 0.5363325363, 0.0514459929],
                   [0.2119034982, 0.6806995451, 0.1073969566],
                   [0.0883024619, 0.2817188376, 0.6299787005]])
_LAB = np.array([[0.2104542553, 0.7936177850, -0.0040720468],
                 [1.9779984951, -2.4285922050, 0.4505937099],
                 [0.0259040371, 0.7827717662, -0.8086757660]])
_LUT_SIZE = 4096


def rgb(colour):
    """'#rrggbb' (or anything that is three numbers already) as sRGB-encoded floats from 0 to 1."""
    if isinstance(colour, str):
        digits = colour.lstrip('#')
        return np.array([int(digits[i:i + 2], 16) for i in (0, 2, 4)], np.float32) / 255
    return np.asarray(colour, np.float32)


def to_linear(encoded):
    """sRGB encoding -> light."""
    encoded = np.clip(encoded, 0, 1)
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def to_encoded(light):
    """Light -> sRGB encoding; what is brighter than white is cut."""
    light = np.clip(light, 0, 1)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def filmic(light):
    """Light without an upper bound -> sRGB encoding, with highlights that roll off instead of clipping."""
    return to_encoded(1 - np.exp(-np.maximum(light, 0))).astype(np.float32)


def _to_oklab(encoded):
    return np.cbrt(to_linear(encoded) @ _CONES.T) @ _LAB.T


def _from_oklab(lab):
    return to_encoded((lab @ np.linalg.inv(_LAB).T) ** 3 @ np.linalg.inv(_CONES).T)


def _stops(stops):
    """Evenly spaced colours, or (place, colour) pairs -> (places, colours)."""
    if isinstance(stops[0], (tuple, list)) and len(stops[0]) == 2:
        return [p for p, _ in stops], np.array([rgb(c) for _, c in stops])
    return np.linspace(0, 1, len(stops)), np.array([rgb(c) for c in stops])


def ramp(where, stops):
    """The gradient through `stops`, at `where` (0 to 1, any shape): sRGB-encoded, one more axis of 3.

    Interpolated in OKLab, where the middle between two saturated colours is not a grey one.
    """
    places, colours = _stops(stops)
    lab = _to_oklab(colours)
    fine = np.linspace(0, 1, _LUT_SIZE)
    table = np.stack([np.interp(fine, places, lab[:, i]) for i in range(3)], -1)
    table = _from_oklab(table).astype(np.float32)
    index = np.clip(np.asarray(where) * (_LUT_SIZE - 1) + 0.5, 0, _LUT_SIZE - 1)
    return table[index.astype(np.int32)]


def shade(colour, amount):
    """`colour` made lighter (amount > 0, up to 1 = white) or darker (< 0, down to -1 = black)."""
    lab = _to_oklab(rgb(colour)[None].astype(float))
    lab[..., 0] += (1 - lab[..., 0]) * amount if amount > 0 else lab[..., 0] * amount
    lab[..., 1:] *= 1 - abs(amount)
    return _from_oklab(lab)[0].astype(np.float32)


def blend(first, second, amount):
    """One colour between two, through OKLab."""
    lab = _to_oklab(np.array([rgb(first), rgb(second)], float))
    return _from_oklab(lab[:1] * (1 - amount) + lab[1:] * amount)[0].astype(np.float32)
