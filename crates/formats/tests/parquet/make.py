"""Writes detections.parquet as pyarrow does it, and the same rows as detections.ndjson."""

import json

import pyarrow as pa
import pyarrow.parquet as pq

ROWS = [
    {"id": "a1", "time": "2026-03-01T12:00:00.250000001Z", "sensor": "geo-1", "kind": "infrared",
     "line_of_sight": [0.6, 0.0, 0.8], "sigma_rad": 2.0e-5, "radiant_intensity_w_sr": 51234.5, "band": "2.7um"},
    {"id": "a2", "time": "2026-03-01T12:00:01Z", "sensor": "geo-1", "kind": "infrared",
     "line_of_sight": [0.0, -0.6, 0.8], "sensor_position_m": [4.0e7, 1.2e7, 0.1], "sigma_rad": 3.0e-5},
    {"id": "b1", "time": "2026-03-01T12:00:02.5Z", "sensor": "picket", "kind": "radar",
     "received": "2026-03-01T12:00:03Z", "range_m": 1234567.875, "azimuth_rad": 1.25, "elevation_rad": 0.5,
     "range_rate_m_s": -1500.25, "sigma_range_m": 30.0, "sigma_azimuth_rad": 1e-3, "sigma_elevation_rad": 1e-3,
     "sigma_range_rate_m_s": 2.0, "snr_db": 17.5, "rcs_m2": 0.1},
    {"id": "h1", "time": "2026-03-01T12:00:10Z", "sensor": "geo-1", "kind": "heartbeat", "status": "ok", "reports": 2,
     "coverage": {"type": "Polygon", "coordinates": [[[0, 0], [10, 0], [10, 10], [0, 0]]]}},
    {"id": "bad", "time": "2026-03-01T12:00:11Z", "sensor": "geo-1", "kind": "infrared",
     "line_of_sight": [0.0, 0.0, 2.0], "sigma_rad": 3.0e-5},
    {"id": "x1", "time": "2026-03-01T12:00:12Z", "sensor": "picket", "kind": "heartbeat", "status": "ok", "reports": 0,
     "operator": "ann"},
]

stamp = pa.timestamp("ns", tz="UTC")
vector = pa.list_(pa.float64())
word = pa.dictionary(pa.int32(), pa.string())
SPECIAL = {"time": stamp, "received": stamp, "sensor": word, "kind": word, "line_of_sight": vector,
           "sensor_position_m": vector}
TEXT = ["id", "band", "status", "coverage", "operator"]


def nanoseconds(text):
    import datetime
    whole, _, fraction = text.rstrip("Z").partition(".")
    seconds = datetime.datetime.fromisoformat(whole + "+00:00").timestamp()
    return int(seconds) * 10**9 + int(fraction.ljust(9, "0") or 0)


def cell(name, value):
    if value is None:
        return None
    if name in ("time", "received"):
        return nanoseconds(value)
    return json.dumps(value) if name == "coverage" else value


names = list(dict.fromkeys(name for row in ROWS for name in row))
columns = {}
for name in names:
    kind = SPECIAL.get(name, pa.string() if name in TEXT else pa.float64())
    values = [cell(name, row.get(name)) for row in ROWS]
    columns[name] = pa.array(values, kind if kind != word else pa.string())
    if kind == word:
        columns[name] = columns[name].dictionary_encode()
pq.write_table(pa.table(columns), "detections.parquet", row_group_size=4)
with open("detections.ndjson", "w", encoding="utf-8") as out:
    for row in ROWS:
        out.write(json.dumps(row) + "\n")
