//! Infrared satellites: what is bright enough and in sight, and the direction to it.

use forewarn_core::model::{Infrared, InfraredSensor, ReportBody, View};
use forewarn_core::sensors::coverage::earth_between;
use forewarn_physics::frames::sun::{sun_angle_rad, sun_direction_itrf};
use forewarn_physics::frames::wgs84::{SEMI_MAJOR_AXIS_M, height_m};
use forewarn_physics::math::{TAU, acos, asin, atan2, cos, exp, sin_cos, wrap_tau};
use forewarn_physics::time::after;
use nalgebra::Vector3;

use super::glint::mirror_m;
use super::{Look, Watch};
use crate::objects::{Object, plume::Emission};
use crate::random::Stream;

/// A line of sight that grazes the Earth lower than this is lost in the air of the limb [m].
const LIMB_M: f64 = 10e3;
/// Measured brightness is this uncertain (sigma of its logarithm).
const RADIOMETRY: f64 = 0.1;
/// A false detection is this much brighter than the threshold, on average.
const FALSE_EXCESS: f64 = 1.0;

pub(super) fn looks(watch: &Watch<'_>, infrared: &InfraredSensor, objects: &[Object]) -> Vec<Look> {
    let mut looks = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        let windows_s = object.emission.windows_s(object.path.window_s());
        let absent = !object.is_for(&watch.spec.sensor.id);
        if absent || windows_s.is_empty() || always_too_faint(object, infrared) {
            continue;
        }
        let mut stream = watch.stream(&format!("looks at {}", object.name));
        let mut last_scan = None;
        for window_s in windows_s {
            for scan in watch.scans.within(window_s) {
                if last_scan.is_some_and(|last| scan <= last) {
                    continue;
                }
                last_scan = Some(scan);
                looks.extend(
                    look(watch, infrared, object, scan, &mut stream).map(|look| Look {
                        origin: Some(index),
                        ..look
                    }),
                );
            }
        }
    }
    false_looks(watch, infrared, &mut looks);
    looks
}

/// Spares the thousands of small fires: five sigma of flicker do not lift them to the threshold.
fn always_too_faint(object: &Object, infrared: &InfraredSensor) -> bool {
    match &object.emission {
        Emission::Steady {
            median_w_sr,
            flicker,
        } => median_w_sr * exp(5.0 * flicker) < infrared.threshold_w_sr,
        _ => false,
    }
}

/// One look of one scan, if it yields a report.
fn look(
    watch: &Watch<'_>,
    infrared: &InfraredSensor,
    object: &Object,
    scan: usize,
    stream: &mut Stream,
) -> Option<Look> {
    // The draws are made whatever comes of the look, so that one look does not change the next.
    let [chance, noise_x, noise_y, radiometry] = [
        stream.unit(),
        stream.normal(),
        stream.normal(),
        stream.normal(),
    ];
    let flicker = object.emission.flicker(stream);
    let middle_s = watch.scans.middle_of_s(scan);
    let time_s = if watch.spec.truth.staring {
        middle_s
    } else {
        let satellite_m = watch.position_m(middle_s)?;
        let target_m = position_m(watch, object, middle_s)
            .or_else(|| nearest_position_m(watch, object, middle_s))?;
        watch.scans.start_of_s(scan) + watch.scans.revisit_s * sweep_share(&satellite_m, &target_m)
    };
    let satellite_m = watch.position_m(time_s)?;
    let target_m = position_m(watch, object, time_s)?;
    let brightness_w_sr = object.emission.brightness_w_sr(time_s, height_m(&target_m)) * flicker;
    if brightness_w_sr < infrared.threshold_w_sr
        || !in_sight(watch, infrared, time_s, &satellite_m, &target_m)
    {
        return None;
    }
    if chance >= watch.spec.sensor.detection_probability {
        return None;
    }
    let direction = (target_m - satellite_m).normalize();
    let noise = [noise_x * infrared.sigma_rad, noise_y * infrared.sigma_rad];
    let shown_w_sr = brightness_w_sr * exp(RADIOMETRY * radiometry);
    Some(report(
        watch,
        infrared,
        scan,
        time_s,
        &satellite_m,
        &direction,
        noise,
        shown_w_sr,
    ))
}

fn position_m(watch: &Watch<'_>, object: &Object, time_s: f64) -> Option<Vector3<f64>> {
    let moment = object.path.at(time_s)?;
    let Emission::Glint {
        sensor,
        height_m,
        mirrored,
        ..
    } = &object.emission
    else {
        return Some(moment.position_m);
    };
    if *watch.spec.sensor.id != **sensor {
        return None;
    }
    if !mirrored {
        return Some(moment.position_m);
    }
    let sun = sun_direction_itrf(after(watch.scenario.start, time_s));
    mirror_m(&watch.position_m(time_s)?, &sun, *height_m)
}

/// At the edge of its life an object may exist at the look but not in the middle of the scan.
fn nearest_position_m(watch: &Watch<'_>, object: &Object, time_s: f64) -> Option<Vector3<f64>> {
    let [first_s, last_s] = object.path.window_s();
    position_m(watch, object, time_s.clamp(first_s, last_s))
}

/// When in its turn a spinning scanner passes a direction: the angle about the nadir, in turns.
fn sweep_share(satellite_m: &Vector3<f64>, target_m: &Vector3<f64>) -> f64 {
    let (east, north) = axes(satellite_m);
    let offset_m = target_m - satellite_m;
    wrap_tau(atan2(offset_m.dot(&east), offset_m.dot(&north))) / TAU
}

/// Two unit vectors across the nadir: east-like and north-like.
fn axes(satellite_m: &Vector3<f64>) -> (Vector3<f64>, Vector3<f64>) {
    let nadir = -satellite_m.normalize();
    let east = nadir
        .cross(&Vector3::z())
        .try_normalize(1e-9)
        .unwrap_or_else(Vector3::y);
    let east = -east;
    (east, east.cross(&nadir))
}

/// Whether the Earth, its limb, the Sun or the edge of the field hide a target.
pub(super) fn in_sight(
    watch: &Watch<'_>,
    infrared: &InfraredSensor,
    time_s: f64,
    satellite_m: &Vector3<f64>,
    target_m: &Vector3<f64>,
) -> bool {
    if earth_between(satellite_m, target_m) || grazes_limb(satellite_m, target_m) {
        return false;
    }
    let offset_m = target_m - satellite_m;
    if let View::Around {
        centre,
        half_angle_rad,
    } = &infrared.view
    {
        let towards_m = centre.to_itrf().vector() - satellite_m;
        if offset_m.normalize().dot(&towards_m.normalize()) < cos(*half_angle_rad) {
            return false;
        }
    }
    if infrared.sun_exclusion_rad > 0.0 {
        let sun = sun_direction_itrf(after(watch.scenario.start, time_s));
        return sun_angle_rad(&offset_m, &sun) > infrared.sun_exclusion_rad;
    }
    true
}

/// Whether the line passes through the air of the limb before it reaches a target beyond.
fn grazes_limb(satellite_m: &Vector3<f64>, target_m: &Vector3<f64>) -> bool {
    let along_m = target_m - satellite_m;
    let share = -satellite_m.dot(&along_m) / along_m.norm_squared();
    share < 1.0 && height_m(&(satellite_m + along_m * share)) < LIMB_M
}

/// Turns a true direction into a report, with bias and noise.
#[expect(
    clippy::too_many_arguments,
    reason = "they are what a report consists of"
)]
fn report(
    watch: &Watch<'_>,
    infrared: &InfraredSensor,
    scan: usize,
    time_s: f64,
    satellite_m: &Vector3<f64>,
    direction: &Vector3<f64>,
    noise_rad: [f64; 2],
    intensity_w_sr: f64,
) -> Look {
    let bias = watch.biases.of_scan(scan);
    let fault = watch.faults.bias(time_s);
    let (east, north) = axes(satellite_m);
    // A pointing error turns the whole instrument about two axes across the nadir.
    let turn = east * (bias[0] + fault[0]) + north * (bias[1] + fault[1]);
    let pointed = direction + turn.cross(direction);
    let [first, second] = forewarn_core::sensors::infrared::across(&pointed.normalize());
    let line_of_sight = (pointed + first * noise_rad[0] + second * noise_rad[1]).normalize();
    Look {
        time_s,
        origin: None,
        body: ReportBody::Infrared(Infrared {
            line_of_sight,
            sensor_position_m: watch.spec.truth.position_in_reports.then_some(*satellite_m),
            sigma_rad: infrared.sigma_rad,
            radiant_intensity_w_sr: Some(intensity_w_sr),
            band: infrared.band,
        }),
    }
}

/// False detections: Poisson in number, uniform over the Earth's disc.
fn false_looks(watch: &Watch<'_>, infrared: &InfraredSensor, looks: &mut Vec<Look>) {
    let mut stream = watch.stream("false detections");
    for scan in 0..watch.scans.count() {
        let start_s = watch.scans.start_of_s(scan);
        let rate = watch.spec.sensor.false_detections_per_scan + watch.faults.false_rate(start_s);
        for _ in 0..stream.poisson(rate) {
            let share = if watch.spec.truth.staring {
                0.5
            } else {
                stream.unit()
            };
            let time_s = start_s + share * watch.scans.revisit_s;
            let Some(satellite_m) = watch.position_m(time_s) else {
                continue;
            };
            let disc_rad = asin((SEMI_MAJOR_AXIS_M / satellite_m.norm()).min(1.0));
            // Uniform in solid angle inside the cone.
            let from_nadir_rad = acos(1.0 - stream.unit() * (1.0 - cos(disc_rad)));
            let (east, north) = axes(&satellite_m);
            let (s, c) = sin_cos(TAU * stream.unit());
            let (sn, cn) = sin_cos(from_nadir_rad);
            let direction = -satellite_m.normalize() * cn + (east * s + north * c) * sn;
            let excess = FALSE_EXCESS * stream.exponential();
            let intensity_w_sr = infrared.threshold_w_sr * (1.0 + excess);
            looks.push(report(
                watch,
                infrared,
                scan,
                time_s,
                &satellite_m,
                &direction,
                [0.0, 0.0],
                intensity_w_sr,
            ));
        }
    }
}
