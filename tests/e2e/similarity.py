"""How alike two pictures look: SSIM (Wang et al., Image Quality Assessment, 2004), by a Gaussian window of 11 x 11 with a
standard deviation of 1.5, as that paper has it."""

import numpy as np
from PIL import Image

WINDOW = np.exp(-np.arange(-5, 6) ** 2 / (2 * 1.5 ** 2))
WINDOW /= WINDOW.sum()
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def blurred(a):
    rows, columns = a.shape[0] - len(WINDOW) + 1, a.shape[1] - len(WINDOW) + 1
    a = sum(weight * a[i:i + rows] for i, weight in enumerate(WINDOW))
    return sum(weight * a[:, i:i + columns] for i, weight in enumerate(WINDOW))


def of_arrays(a, b):
    """Of one channel each; 1 is the same."""
    a, b = a.astype(float), b.astype(float)
    mean_a, mean_b = blurred(a), blurred(b)
    var_a, var_b = blurred(a * a) - mean_a ** 2, blurred(b * b) - mean_b ** 2
    both = blurred(a * b) - mean_a * mean_b
    return float((((2 * mean_a * mean_b + C1) * (2 * both + C2))
                  / ((mean_a ** 2 + mean_b ** 2 + C1) * (var_a + var_b + C2))).mean())


def ssim(a, b):
    """Of the light in two pictures of one size."""
    assert a.size == b.size, (a.size, b.size)
    return of_arrays(np.asarray(a.convert("L")), np.asarray(b.convert("L")))


def reference(path, size):
    """The picture decoded in full, then reduced by Lanczos; what it is said to be in, RGB."""
    with Image.open(path) as image:
        return image.convert("RGB").resize(size, Image.LANCZOS)
