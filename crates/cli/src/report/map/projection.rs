//! From latitude and longitude to the page: a globe seen from above the action where that holds
//! it, the whole world flat where it does not. Neither knows an antimeridian or a pole as an edge.

use forewarn_formats::geojson::{Geometry, ring_geometry};
use forewarn_physics::math::{PI, acos, atan2, cos, sin, sin_cos, wrap_pi};
use nalgebra::Vector3;

use super::super::svg::num;

/// Width of the picture [px].
pub(super) const WIDTH_PX: f64 = 1160.0;
/// Height of the picture [px].
pub(super) const HEIGHT_PX: f64 = 640.0;
/// A view from above holds what lies within this angle of its centre; beyond, the map is flat.
const WIDEST_GLOBE_RAD: f64 = 1.15;
/// Beyond this the whole globe is shown.
const WHOLE_GLOBE_RAD: f64 = 0.7;
/// No closer view than this: the coast is simplified to 5 km.
const CLOSEST_RAD: f64 = 0.03;
/// Longest piece of a line before it is bent [rad].
const STEP_RAD: f64 = 0.035;
/// Points nearer to the one before than this are left out [px].
const FINEST_PX: f64 = 0.7;

/// A point on the page, and whether it is on the near side.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot {
    pub(super) at: [f64; 2],
    pub(super) seen: bool,
}

/// How the Earth is laid on the page.
#[derive(Debug, Clone)]
pub(super) enum Projection {
    /// Orthographic: as from far above the centre.
    Globe {
        /// East, north and up at the centre.
        axes: [Vector3<f64>; 3],
        /// Radius of the Earth on the page [px].
        radius_px: f64,
    },
    /// Equirectangular.
    Flat {
        /// Longitude in the middle, a multiple of 30 degrees [rad].
        middle_rad: f64,
    },
}

/// Unit vector of `[latitude, longitude]` on the sphere.
pub(super) fn unit([latitude_rad, longitude_rad]: [f64; 2]) -> Vector3<f64> {
    let (sin_lat, cos_lat) = sin_cos(latitude_rad);
    let (sin_lon, cos_lon) = sin_cos(longitude_rad);
    Vector3::new(cos_lat * cos_lon, cos_lat * sin_lon, sin_lat)
}

/// `[latitude, longitude]` of a direction.
pub(super) fn place_of(direction: &Vector3<f64>) -> [f64; 2] {
    let level = (direction.x * direction.x + direction.y * direction.y).sqrt();
    [atan2(direction.z, level), atan2(direction.y, direction.x)]
}

impl Projection {
    /// The view that holds the places best.
    pub(super) fn holding(places: &[[f64; 2]]) -> Self {
        let units: Vec<Vector3<f64>> = places.iter().map(|place| unit(*place)).collect();
        let Some(centre) = middle_of(&units) else {
            return Self::Flat { middle_rad: 0.0 };
        };
        let cosine = |unit: &Vector3<f64>| unit.dot(&centre).clamp(-1.0, 1.0);
        let least = units.iter().map(cosine).fold(1.0, f64::min);
        let spread_rad = acos(least);
        let [latitude_rad, longitude_rad] = place_of(&centre);
        if spread_rad > WIDEST_GLOBE_RAD {
            let middle_deg = 30.0 * (longitude_rad.to_degrees() / 30.0).round();
            return Self::Flat {
                middle_rad: middle_deg.to_radians(),
            };
        }
        let half_px = 0.5 * HEIGHT_PX;
        let radius_px = if spread_rad > WHOLE_GLOBE_RAD {
            0.97 * half_px
        } else {
            0.80 * half_px / sin(spread_rad.max(CLOSEST_RAD))
        };
        let east = Vector3::new(-sin(longitude_rad), cos(longitude_rad), 0.0);
        let up = unit([latitude_rad, longitude_rad]);
        Self::Globe {
            axes: [east, up.cross(&east), up],
            radius_px,
        }
    }

    /// Where a direction from the Earth's centre falls.
    pub(super) fn spot(&self, direction: &Vector3<f64>) -> Spot {
        match self {
            Self::Globe {
                axes: [east, north, up],
                radius_px,
            } => {
                let (x, y) = (direction.dot(east), direction.dot(north));
                let seen = direction.dot(up) >= 0.0;
                // Beyond the edge a place falls on the edge, so that areas close along it.
                let level = (x * x + y * y).sqrt();
                let stretch = if seen || level < 1e-9 {
                    1.0
                } else {
                    1.0 / level
                };
                let at = [
                    0.5 * WIDTH_PX + radius_px * stretch * x,
                    0.5 * HEIGHT_PX - radius_px * stretch * y,
                ];
                Spot { at, seen }
            }
            Self::Flat { middle_rad } => {
                let [latitude_rad, longitude_rad] = place_of(direction);
                let at = flat(latitude_rad, wrap_pi(longitude_rad - middle_rad));
                Spot { at, seen: true }
            }
        }
    }

    /// Where a place falls, if it is on the near side and on the page.
    pub(super) fn visible(&self, place: [f64; 2]) -> Option<[f64; 2]> {
        let spot = self.spot(&unit(place));
        (spot.seen && on_page(spot.at)).then_some(spot.at)
    }

    /// The `d` of a line of places, along great circles, broken where it goes out of sight.
    pub(super) fn line(&self, places: &[[f64; 2]]) -> String {
        let mut pen = Pen::default();
        let mut before: Option<(Vector3<f64>, Spot)> = None;
        for direction in bent(places) {
            let spot = self.spot(&direction);
            if let Some((old, old_spot)) = before {
                if old_spot.seen != spot.seen {
                    let edge = self.edge_between(&old, &direction);
                    pen.to(edge, old_spot.seen);
                } else if (spot.at[0] - old_spot.at[0]).abs() > 0.5 * WIDTH_PX && self.is_flat() {
                    pen.lift();
                }
            }
            if spot.seen {
                pen.to(spot.at, pen.is_down);
            } else {
                pen.lift();
            }
            before = Some((direction, spot));
        }
        pen.d()
    }

    /// The `d` of the area inside a closed ring of places.
    pub(super) fn area(&self, ring: &[[f64; 2]]) -> String {
        match self {
            Self::Globe { .. } => self.clamped(&bent(ring)),
            Self::Flat { middle_rad } => {
                let moved: Vec<[f64; 2]> = ring
                    .iter()
                    .map(|[latitude_rad, longitude_rad]| {
                        [*latitude_rad, wrap_pi(longitude_rad - middle_rad)]
                    })
                    .collect();
                let polygons = match ring_geometry(&moved) {
                    Geometry::Polygon { coordinates } => vec![coordinates],
                    Geometry::MultiPolygon { coordinates } => coordinates,
                };
                let rings = polygons.iter().flatten();
                rings
                    .map(|ring| {
                        closed(
                            ring.iter()
                                .map(|point| flat(point[1].to_radians(), point[0].to_radians())),
                        )
                    })
                    .collect()
            }
        }
    }

    /// The `d` of a small area that needs no cut: a cell of land.
    pub(super) fn cell(&self, ring: &[[f64; 2]]) -> String {
        match self {
            Self::Globe { .. } => {
                let directions: Vec<Vector3<f64>> = ring.iter().map(|place| unit(*place)).collect();
                self.clamped(&directions)
            }
            Self::Flat { middle_rad } => {
                let east: f64 =
                    ring.iter().map(|place| place[1]).sum::<f64>() / ring.len().max(1) as f64;
                let shift = wrap_pi(east - middle_rad) - east;
                closed(ring.iter().map(|place| flat(place[0], place[1] + shift)))
            }
        }
    }

    fn clamped(&self, directions: &[Vector3<f64>]) -> String {
        let spots: Vec<Spot> = directions
            .iter()
            .map(|direction| self.spot(direction))
            .collect();
        // A ring wholly on the far side would otherwise fill the disc.
        if !spots.iter().any(|spot| spot.seen) {
            return String::new();
        }
        closed(spots.iter().map(|spot| spot.at))
    }

    fn is_flat(&self) -> bool {
        matches!(self, Self::Flat { .. })
    }

    /// Where a piece of a line meets the edge of the globe.
    fn edge_between(&self, from: &Vector3<f64>, to: &Vector3<f64>) -> [f64; 2] {
        let (mut low, mut high) = (*from, *to);
        for _ in 0..12 {
            let middle = (low + high).normalize();
            if self.spot(&middle).seen == self.spot(from).seen {
                low = middle;
            } else {
                high = middle;
            }
        }
        self.spot(&low).at
    }
}

fn flat(latitude_rad: f64, east_rad: f64) -> [f64; 2] {
    [
        WIDTH_PX * (0.5 + east_rad / (2.0 * PI)),
        HEIGHT_PX * (0.5 - latitude_rad / PI),
    ]
}

/// Whether a point is on the page.
pub(super) fn on_page([x, y]: [f64; 2]) -> bool {
    (0.0..=WIDTH_PX).contains(&x) && (0.0..=HEIGHT_PX).contains(&y)
}

/// Middle of the smallest cap around directions: Bădoiu and Clarkson's steps towards the farthest.
fn middle_of(units: &[Vector3<f64>]) -> Option<Vector3<f64>> {
    let mut centre = units.iter().sum::<Vector3<f64>>().try_normalize(1e-6)?;
    for step in 1..=200 {
        let nearer =
            |a: &&Vector3<f64>, b: &&Vector3<f64>| a.dot(&centre).total_cmp(&b.dot(&centre));
        let farthest = units.iter().min_by(nearer)?;
        let moved = centre + (farthest - centre) / f64::from(step + 1);
        centre = moved.try_normalize(1e-9)?;
    }
    Some(centre)
}

/// Directions along a line of places, no two farther apart than a step.
fn bent(places: &[[f64; 2]]) -> Vec<Vector3<f64>> {
    let mut out: Vec<Vector3<f64>> = Vec::with_capacity(places.len());
    for place in places {
        let next = unit(*place);
        if let Some(last) = out.last().copied() {
            let pieces = ((next - last).norm() / STEP_RAD).ceil().min(90.0) as usize;
            for piece in 1..pieces {
                let share = piece as f64 / pieces as f64;
                out.extend((last + (next - last) * share).try_normalize(1e-9));
            }
        }
        out.push(next);
    }
    out
}

/// The `d` of a closed ring on the page; nothing where it is off the page or smaller than a dot.
fn closed(points: impl Iterator<Item = [f64; 2]>) -> String {
    let mut pen = Pen::default();
    let (mut low, mut high) = ([f64::MAX; 2], [f64::MIN; 2]);
    for at in points {
        for axis in 0..2 {
            low[axis] = low[axis].min(at[axis]);
            high[axis] = high[axis].max(at[axis]);
        }
        pen.to(at, true);
    }
    let off = high[0] < 0.0 || high[1] < 0.0 || low[0] > WIDTH_PX || low[1] > HEIGHT_PX;
    if off || pen.points < 3 {
        return String::new();
    }
    pen.d() + "Z"
}

/// Writes a path, leaving out points too close to tell apart and lines off the page.
#[derive(Default)]
struct Pen {
    d: String,
    last: Option<[f64; 2]>,
    pending: Option<[f64; 2]>,
    is_down: bool,
    points: usize,
}

impl Pen {
    fn to(&mut self, at: [f64; 2], draw: bool) {
        if !(draw && self.is_down) {
            self.lift();
            self.start(at);
            return;
        }
        let near = self.last.is_some_and(|last| {
            (last[0] - at[0]).abs() < FINEST_PX && (last[1] - at[1]).abs() < FINEST_PX
        });
        if near {
            self.pending = Some(at);
        } else {
            self.write('L', at);
        }
    }

    fn start(&mut self, at: [f64; 2]) {
        self.write('M', at);
        self.is_down = true;
    }

    fn lift(&mut self) {
        if let Some(at) = self.pending.take() {
            self.write('L', at);
        }
        self.is_down = false;
    }

    fn write(&mut self, letter: char, at: [f64; 2]) {
        self.d.push(letter);
        self.d.push_str(&num(at[0]));
        self.d.push(' ');
        self.d.push_str(&num(at[1]));
        self.last = Some(at);
        self.pending = None;
        self.points += 1;
    }

    fn d(mut self) -> String {
        self.lift();
        self.d
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deg(latitude: f64, longitude: f64) -> [f64; 2] {
        [latitude.to_radians(), longitude.to_radians()]
    }

    #[test]
    fn holds_a_flight_over_the_antimeridian_and_one_over_the_pole() {
        for ends in [
            [deg(10.0, 170.0), deg(-20.0, -160.0)],
            [deg(70.0, 30.0), deg(65.0, -150.0)],
        ] {
            let view = Projection::holding(&ends);
            assert!(matches!(view, Projection::Globe { .. }));
            for end in ends {
                assert!(view.visible(end).is_some());
            }
            let d = view.line(&ends);
            assert_eq!(d.matches('M').count(), 1, "one unbroken line: {d}");
        }
    }

    #[test]
    fn north_is_up_and_east_is_right() {
        let view = Projection::holding(&[deg(0.0, 10.0), deg(5.0, 15.0)]);
        let at = |lat, lon| view.visible(deg(lat, lon)).unwrap();
        assert!(at(4.0, 12.0)[1] < at(1.0, 12.0)[1]);
        assert!(at(2.0, 14.0)[0] > at(2.0, 11.0)[0]);
    }

    #[test]
    fn the_whole_world_lies_flat() {
        let view = Projection::holding(&[
            deg(0.0, 0.0),
            deg(0.0, 120.0),
            deg(0.0, -120.0),
            deg(80.0, 50.0),
        ]);
        assert!(view.is_flat());
        let crossing = view.line(&[deg(0.0, 170.0), deg(0.0, -170.0)]);
        assert!(crossing.matches('M').count() <= 2);
    }

    #[test]
    fn a_line_ends_at_the_edge_and_the_far_side_fills_nothing() {
        let view = Projection::holding(&[
            deg(0.0, 0.0),
            deg(0.0, 50.0),
            deg(40.0, 10.0),
            deg(-50.0, 10.0),
        ]);
        let Projection::Globe { radius_px, .. } = &view else {
            panic!("a globe")
        };
        let middle = view.line(&[deg(0.0, 20.0), deg(0.0, 170.0)]);
        assert!(middle.starts_with('M') && *radius_px > 300.0);
        let far = [
            deg(0.0, 180.0),
            deg(10.0, 180.0),
            deg(10.0, -170.0),
            deg(0.0, 180.0),
        ];
        assert_eq!(view.area(&far), "");
    }
}
