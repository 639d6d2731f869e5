# Copyright 2026 Pemerintah Provinsi Kalimantan Tengah
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Where a geotag can be: plain geometry on degrees (DOMAIN 3.3)."""

from math import asin, cos, radians, sin, sqrt

# Province 62, rounded out from its boundaries; the north crosses the equator.
BOX_LATITUDE = (-3.7, 0.85)
BOX_LONGITUDE = (110.6, 115.95)
EARTH_RADIUS_KM = 6371.0
# Farther than this from the middle of the village is worth a second look.
VILLAGE_RADIUS_KM = 25.0
COARSE_ACCURACY_M = 100


def in_province(latitude, longitude):
    """Tell whether a place lies in the box around the province."""
    return (
        BOX_LATITUDE[0] <= latitude <= BOX_LATITUDE[1]
        and BOX_LONGITUDE[0] <= longitude <= BOX_LONGITUDE[1]
    )


def distance_km(first, second):
    """Return the great-circle distance of two (latitude, longitude) pairs."""
    latitude, other_latitude = radians(first[0]), radians(second[0])
    across = radians(second[1] - first[1])
    chord = (
        sin((other_latitude - latitude) / 2) ** 2
        + cos(latitude) * cos(other_latitude) * sin(across / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, chord)))


def position_of(record):
    """Return the values of a record's position, or none of them without a position.

    A Float that is written without a value holds 0: two families without a position
    would stand at one place in the Gulf of Guinea.
    """
    if not (record.latitude or record.longitude):
        return {}
    return {
        "latitude": record.latitude,
        "longitude": record.longitude,
        "accuracy_m": record.accuracy_m,
        "captured_at": record.captured_at,
    }
