"""Writes earth_rotation.csv and sun.csv with ERFA, the IAU's SOFA library under a free licence.

pip install pyerfa numpy; python generate.py
"""
import warnings
import erfa
import numpy as np

warnings.simplefilter("ignore")
SPIN = 7.29211514670698e-5
rng = np.random.default_rng(20260301)


def two_part(year, month, day, hour, minute, second, dut1):
    u1, u2 = erfa.dtf2d("UTC", year, month, day, hour, minute, second)
    a1, a2 = erfa.utctai(u1, u2)
    t1, t2 = erfa.taitt(a1, a2)
    w1, w2 = erfa.utcut1(u1, u2, dut1)
    return (t1, t2), (w1, w2)


def epoch():
    return (int(rng.integers(1980, 2051)), int(rng.integers(1, 13)), int(rng.integers(1, 29)),
            int(rng.integers(0, 24)), int(rng.integers(0, 60)), round(float(rng.uniform(0, 59.9)), 6))


def text(e):
    return "%04d-%02d-%02dT%02d:%02d:%09.6fZ" % e


with open("earth_rotation.csv", "w") as out:
    out.write("utc,dut1_s,xp_arcsec,yp_arcsec,itrf_m_m_s(6),gcrf_m_m_s(6),teme_m_m_s(6)\n")
    for row in range(120):
        e = epoch()
        dut1, xp, yp = (0.0, 0.0, 0.0) if row % 2 == 0 else (
            round(rng.uniform(-0.8, 0.8), 6), round(rng.uniform(-0.3, 0.3), 6), round(rng.uniform(0, 0.6), 6))
        tt, ut = two_part(*e, dut1)
        way = rng.normal(size=3)
        r = np.round(way / np.linalg.norm(way) * rng.choice([6.4e6, 7.0e6, 2.0e7, 4.2164e7]), 3)
        v = np.round(rng.normal(size=3) * 3000, 6)
        as_rad = np.pi / 648000
        x, y, s = erfa.xys06a(*tt)
        q = erfa.c2ixys(x, y, s).T
        w = erfa.pom00(xp * as_rad, yp * as_rad, erfa.sp00(*tt)).T
        spin = erfa.rz(-erfa.era00(*ut), np.eye(3))
        g = q @ spin @ w
        assert np.abs(g - erfa.c2t06a(*tt, *ut, xp * as_rad, yp * as_rad).T).max() < 1e-14
        gr = g @ r
        gv = g @ v + np.cross(SPIN * q[:, 2], gr)
        t = erfa.rz(-erfa.gmst82(*ut), np.eye(3)) @ w
        tr = t @ r
        tv = t @ v + np.cross([0, 0, SPIN], tr)
        out.write(",".join([text(e), "%.6f" % dut1, "%.6f" % xp, "%.6f" % yp]
                           + ["%.6f" % z for z in [*r, *v, *gr, *gv, *tr, *tv]]) + "\n")

with open("sun.csv", "w") as out:
    out.write("utc,sun_gcrf_m(3)\n")
    for row in range(100):
        e = epoch()
        tt, _ = two_part(*e, 0.0)
        heliocentric, _ = erfa.epv00(*tt)
        out.write(text(e) + "," + ",".join("%.1f" % z for z in -heliocentric["p"] * 149597870700.0) + "\n")

rng = np.random.default_rng(19601005)
with open("moon.csv", "w") as out:
    out.write("utc,moon_gcrf_m(3)\n")
    for row in range(200):
        e = (int(rng.integers(1955, 2051)),) + epoch()[1:]
        e = (1960,) + e[1:] if e[0] < 1960 else e
        tt, _ = two_part(*e, 0.0)
        moon = erfa.moon98(*tt)
        out.write(text(e) + "," + ",".join("%.1f" % z for z in moon["p"] * 149597870700.0) + "\n")
