"""Exact columns from computed numbers.

Source: no formula of its own.
"""

import numpy as np
import pyarrow as pa

from wattwarden.calc.readings.curves import Floats

PRECISION = 18
MOST = 9e17


def decimal_column(values: Floats, scale: int) -> pa.Array:
    """decimal128(18, ``scale``) of numbers rounded half to even; what is not finite or does not fit is absent."""
    scaled = np.rint(np.where(np.isfinite(values), values, np.nan) * 10.0**scale)
    absent = ~(np.abs(scaled) < MOST)
    low = np.where(absent, 0, scaled).astype(np.int64)
    words = np.empty((len(low), 2), dtype=np.int64)
    words[:, 0], words[:, 1] = low, low >> 63
    validity = pa.py_buffer(np.packbits(~absent, bitorder="little"))
    return pa.Array.from_buffers(pa.decimal128(PRECISION, scale), len(low), [validity, pa.py_buffer(words)])
