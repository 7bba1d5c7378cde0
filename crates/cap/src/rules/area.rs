//! Shapes on the Earth.

use super::{Findings, Key, child};
use crate::types::{Alert, Area, Circle, Point, Polygon};

/// Half of the WGS 84 equator, 2π · 6378.137 km / 2, rounded up.
const MAX_RADIUS_KM: f64 = 20_038.0;
const MAX_POINTS: usize = 1_000;

pub(super) fn check(alert: &Alert, findings: &mut Findings) {
    for (index, info) in alert.infos.iter().enumerate() {
        let info_path = child("alert", "info", index);
        for (number, area) in info.areas.iter().enumerate() {
            check_area(area, &child(&info_path, "area", number), findings);
        }
    }
}

fn check_area(area: &Area, path: &str, findings: &mut Findings) {
    let shaped = !area.polygons.is_empty() || !area.circles.is_empty() || !area.geocodes.is_empty();
    findings.require(shaped, Key::AreaBare, path, || "only words".to_owned());
    for (index, polygon) in area.polygons.iter().enumerate() {
        check_polygon(polygon, &child(path, "polygon", index), findings);
    }
    for (index, circle) in area.circles.iter().enumerate() {
        check_circle(circle, &child(path, "circle", index), findings);
    }
    let finite = [area.altitude_ft, area.ceiling_ft]
        .into_iter()
        .flatten()
        .all(f64::is_finite);
    findings.require(finite, Key::Finite, path, || {
        "a height is not finite".to_owned()
    });
    let layered = match (area.altitude_ft, area.ceiling_ft) {
        (None, Some(_)) => false,
        (Some(altitude_ft), Some(ceiling_ft)) => !finite || altitude_ft <= ceiling_ft,
        _ => true,
    };
    findings.require(layered, Key::Ceiling, path, || {
        "the ceiling has no altitude below it".to_owned()
    });
}

/// Whether the coordinates are in range; only then do the other rules mean anything.
fn check_points(points: &[Point], path: &str, findings: &mut Findings) -> bool {
    let mut good = true;
    let mut require = |holds: bool, key: Key, message: String| {
        good &= holds;
        findings.require(holds, key, path, || message);
    };
    let finite = |point: &Point| point.latitude_deg.is_finite() && point.longitude_deg.is_finite();
    let first = |bad: &dyn Fn(&Point) -> bool| points.iter().position(bad);
    let infinite = first(&|point| !finite(point));
    let north = first(&|point| finite(point) && point.latitude_deg.abs() > 90.0);
    let east = first(&|point| finite(point) && point.longitude_deg.abs() > 180.0);
    let describe = |index: Option<usize>| {
        index
            .map(|at| format!("point {}: {}", at + 1, points[at]))
            .unwrap_or_default()
    };
    require(infinite.is_none(), Key::Finite, describe(infinite));
    require(north.is_none(), Key::Latitude, describe(north));
    require(east.is_none(), Key::Longitude, describe(east));
    let null = points
        .iter()
        .position(|point| point.latitude_deg == 0.0 && point.longitude_deg == 0.0);
    findings.require(null.is_none(), Key::NullIsland, path, || describe(null));
    good
}

fn check_circle(circle: &Circle, path: &str, findings: &mut Findings) {
    check_points(&[circle.centre], path, findings);
    let radius_km = circle.radius_km;
    findings.require(radius_km.is_finite(), Key::Finite, path, || {
        format!("radius {radius_km}")
    });
    let sensible = !radius_km.is_finite() || (radius_km > 0.0 && radius_km <= MAX_RADIUS_KM);
    findings.require(sensible, Key::Radius, path, || {
        format!("radius {radius_km} km")
    });
}

fn check_polygon(polygon: &Polygon, path: &str, findings: &mut Findings) {
    let points = &polygon.points;
    let many = points.len() > MAX_POINTS;
    findings.require(!many, Key::ManyPoints, path, || {
        format!("{} points", points.len())
    });
    let in_range = check_points(points, path, findings);
    let different = points
        .iter()
        .enumerate()
        .filter(|(index, point)| !points[..*index].contains(point))
        .take(3)
        .count();
    let enough = points.len() >= 4 && different >= 3;
    findings.require(enough, Key::FewPoints, path, || {
        format!("{} points, {different} different", points.len())
    });
    let closed = points.first() == points.last();
    findings.require(closed, Key::Open, path, || {
        "the last point is not the first".to_owned()
    });
    if !(in_range && closed && enough) || many {
        return;
    }
    let wide = points
        .windows(2)
        .position(|edge| (edge[1].longitude_deg - edge[0].longitude_deg).abs() > 180.0);
    if let Some(at) = wide {
        findings.add(
            Key::Antimeridian,
            path,
            format!("the edge from point {} to {}", at + 1, at + 2),
        );
        return;
    }
    if let Some((one, other)) = crossing(points) {
        findings.add(
            Key::SelfCrossing,
            path,
            format!("the edges from points {} and {}", one + 1, other + 1),
        );
    }
    findings.require(encloses(points), Key::FlatPolygon, path, || {
        "no area".to_owned()
    });
}

/// Twice the signed area of the triangle, degrees squared; its sign says on which side `c` lies.
fn turn(a: Point, b: Point, c: Point) -> f64 {
    (b.longitude_deg - a.longitude_deg) * (c.latitude_deg - a.latitude_deg)
        - (b.latitude_deg - a.latitude_deg) * (c.longitude_deg - a.longitude_deg)
}

fn encloses(points: &[Point]) -> bool {
    let origin = points[0];
    let twice_area: f64 = points
        .windows(2)
        .map(|edge| turn(origin, edge[0], edge[1]))
        .sum();
    // A metre squared is about 1e-10 square degrees; anything smaller is a line.
    twice_area.abs() > 1e-10
}

/// The first two edges that cross or touch, apart from neighbours at their common corner.
fn crossing(points: &[Point]) -> Option<(usize, usize)> {
    let edges = points.len() - 1;
    for one in 0..edges {
        for other in one + 1..edges {
            let (a, b, c, d) = (
                points[one],
                points[one + 1],
                points[other],
                points[other + 1],
            );
            let meets = if other == one + 1 {
                folds_back(a, b, d)
            } else if one == 0 && other == edges - 1 {
                folds_back(c, a, b)
            } else {
                meet(a, b, c, d)
            };
            if meets {
                return Some((one, other));
            }
        }
    }
    None
}

/// Whether the path a-b-c turns back upon itself (a repeated point included).
fn folds_back(a: Point, b: Point, c: Point) -> bool {
    let along = (b.longitude_deg - a.longitude_deg) * (c.longitude_deg - b.longitude_deg)
        + (b.latitude_deg - a.latitude_deg) * (c.latitude_deg - b.latitude_deg);
    a == b || b == c || (turn(a, b, c) == 0.0 && along < 0.0)
}

fn meet(a: Point, b: Point, c: Point, d: Point) -> bool {
    let within = |p: Point, q: Point, r: Point| {
        r.longitude_deg >= p.longitude_deg.min(q.longitude_deg)
            && r.longitude_deg <= p.longitude_deg.max(q.longitude_deg)
            && r.latitude_deg >= p.latitude_deg.min(q.latitude_deg)
            && r.latitude_deg <= p.latitude_deg.max(q.latitude_deg)
    };
    let (abc, abd, cda, cdb) = (turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b));
    let opposite = |p: f64, q: f64| (p > 0.0 && q < 0.0) || (p < 0.0 && q > 0.0);
    (opposite(abc, abd) && opposite(cda, cdb))
        || (abc == 0.0 && within(a, b, c))
        || (abd == 0.0 && within(a, b, d))
        || (cda == 0.0 && within(c, d, a))
        || (cdb == 0.0 && within(c, d, b))
}
