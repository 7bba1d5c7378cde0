//! Where to start a fit: the component's mean flight, slid along the lines of sight.

use forewarn_physics::frames::Position;
use forewarn_physics::frames::wgs84::{FLATTENING, Geodetic, SEMI_MAJOR_AXIS_M};
use forewarn_physics::math::{FRAC_PI_2, PI, atan2, cos, sin};
use nalgebra::{DVector, Vector3};

use super::fit::{HEAD, Look, Looks, Point, Prepared, shifted};
use super::flight::{Flight, fly};
use super::programme::Programme;

/// Ages at first sight that are tried [s]: plumes come through cloud 20 to 150 s after launch.
const AGES_S: [f64; 7] = [20.0, 32.0, 45.0, 60.0, 80.0, 110.0, 150.0];

/// Where a line of sight meets the shell `height_m` above the ellipsoid, on the near side; the
/// nearest point to the Earth where it passes by.
pub fn on_shell(
    sensor_position_m: &Vector3<f64>,
    direction: &Vector3<f64>,
    height_m: f64,
) -> Vector3<f64> {
    let stretch = Vector3::new(1.0, 1.0, 1.0 / (1.0 - FLATTENING));
    let radius_m = SEMI_MAJOR_AXIS_M + height_m;
    let (s, d) = (
        sensor_position_m.component_mul(&stretch),
        direction.component_mul(&stretch),
    );
    let (a, b, c) = (d.dot(&d), s.dot(&d), s.dot(&s) - radius_m * radius_m);
    let root = (b * b - a * c).max(0.0).sqrt();
    sensor_position_m + direction * ((-b - root) / a)
}

/// The most promising starts of a component, best first.
pub(super) fn starts(prepared: &Prepared, looks: &Looks, most: usize) -> Vec<Point> {
    let (Some(first), Some(last)) = (looks.looks.first(), looks.looks.last()) else {
        return Vec::new();
    };
    let rough = Geodetic::from_itrf(Position::from_vector(on_shell(
        &first.sensor_position_m,
        &first.line_of_sight,
        10e3,
    )));
    let rough = Geodetic {
        height_m: 0.0,
        ..rough
    };
    let vehicle: Vec<f64> = prepared.mean.as_slice().to_vec();
    let programme = Programme::new(&prepared.component, 0.8, &vehicle);
    let longest_s = AGES_S[AGES_S.len() - 1] + last.time_s - first.time_s;
    let mean_flight = fly(&rough, &programme, longest_s, false);
    let mut found: Vec<(f64, Point)> = Vec::new();
    for age_s in AGES_S {
        for point in slide(prepared, looks, (first, last), &rough, &mean_flight, age_s) {
            let misfit = misfit(prepared, looks, &point);
            if misfit.is_finite() {
                found.push((misfit, point));
            }
        }
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    found
        .into_iter()
        .take(most)
        .map(|(_, point)| point)
        .collect()
}

fn slide(
    prepared: &Prepared,
    looks: &Looks,
    ends: (&Look, &Look),
    origin: &Geodetic,
    mean_flight: &Flight,
    age_s: f64,
) -> Vec<Point> {
    let profile = |at_s: f64| {
        let moment = mean_flight.at(at_s);
        let enu = origin.enu_from_itrf() * (moment.position_m - origin.to_itrf().vector());
        let place = Geodetic::from_itrf(Position::from_vector(moment.position_m));
        ((enu.x * enu.x + enu.y * enu.y).sqrt(), place.height_m)
    };
    let (first, last) = ends;
    let (downrange_first_m, height_first_m) = profile(age_s);
    let (_, height_last_m) = profile(age_s + last.time_s - first.time_s);
    let a = on_shell(
        &first.sensor_position_m,
        &first.line_of_sight,
        height_first_m,
    );
    let b = on_shell(&last.sensor_position_m, &last.line_of_sight, height_last_m);
    let under = Geodetic {
        height_m: 0.0,
        ..Geodetic::from_itrf(Position::from_vector(a))
    };
    let across = under.enu_from_itrf() * (b - a);
    let moved_m = (across.x * across.x + across.y * across.y).sqrt();
    let bearing_rad = atan2(across.x, across.y);
    let turns: &[f64] = if moved_m > 15e3 {
        &[0.0]
    } else {
        &[0.0, FRAC_PI_2, PI, -FRAC_PI_2]
    };
    turns
        .iter()
        .map(|turn| {
            let azimuth_rad = bearing_rad + turn;
            let place = shifted(
                &under,
                -downrange_first_m * sin(azimuth_rad),
                -downrange_first_m * cos(azimuth_rad),
            );
            let d = prepared.component.dimension();
            let mut x = DVector::zeros(HEAD + d + 2 * looks.bias_sigma_rad.len());
            x[2] = first.time_s - age_s;
            x[3] = forewarn_physics::math::wrap_pi(azimuth_rad);
            x.rows_mut(HEAD, d).copy_from(&prepared.mean);
            Point { place, x }
        })
        .collect()
}

/// Mean squared miss of a flight [rad²], on at most a dozen looks.
fn misfit(prepared: &Prepared, looks: &Looks, point: &Point) -> f64 {
    let d = prepared.component.dimension();
    let vehicle: Vec<f64> = point.x.as_slice()[HEAD..HEAD + d].to_vec();
    let programme = Programme::new(&prepared.component, point.x[3], &vehicle);
    let last_s = looks.looks.last().map_or(0.0, |look| look.time_s) - point.x[2];
    let flight = fly(&point.place, &programme, last_s.max(1.0), false);
    let every = looks.looks.len().div_ceil(12).max(1);
    let mut sum = 0.0;
    for look in looks.looks.iter().step_by(every) {
        let relative = flight.at(look.time_s - point.x[2]).position_m - look.sensor_position_m;
        sum += (relative.normalize() - look.line_of_sight).norm_squared();
    }
    sum
}
