# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""QR codes as modules, drawn by whoever needs them."""

import qrcode


def runs(text):
    """Return the side of the QR of *text* and its dark runs.

    :return: (modules per side, [(row, column, length), ...]), row 0 at the top
    """
    code = qrcode.QRCode(
        border=0, error_correction=qrcode.constants.ERROR_CORRECT_M, mask_pattern=3
    )
    code.add_data(text)
    code.make()
    matrix = code.get_matrix()
    dark = []
    for y, row in enumerate(matrix):
        start = None
        for x, module in enumerate([*row, False]):
            if module and start is None:
                start = x
            elif not module and start is not None:
                dark.append((y, start, x - start))
                start = None
    return len(matrix), dark


def svg(text, side_mm):
    """Return the QR of *text* as an SVG element of *side_mm* millimetres."""
    side, dark = runs(text)
    path = "".join(f"M{x} {y}h{length}v1h-{length}z" for y, x, length in dark)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{side_mm}mm" '
        f'height="{side_mm}mm" viewBox="0 0 {side} {side}"><path d="{path}"/></svg>'
    )
