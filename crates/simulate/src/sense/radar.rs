//! Radars: the radar equation, the fan, and the noise that follows from the strength of the echo.

use forewarn_core::model::{Radar, RadarSensor, ReportBody};
use forewarn_core::sensors::RadarSite;
use forewarn_core::sensors::coverage::{earth_between, within_azimuth};
use forewarn_physics::frames::refraction;
use forewarn_physics::frames::sun::sun_direction_itrf;
use forewarn_physics::frames::wgs84::AzElRange;
use forewarn_physics::math::{cos, erfc, ln, log10, powf, wrap_pi, wrap_tau};
use forewarn_physics::time::after;
use nalgebra::Vector3;

use super::{Look, Watch};
use crate::objects::{Moment, Object};
use crate::random::Stream;

/// Signal-to-noise ratio of 1 m² at the reference range [dB].
pub(crate) const REFERENCE_SNR_DB: f64 = 13.0;
/// Probability of a false alarm that the threshold is set for.
const FALSE_ALARM_PROBABILITY: f64 = 1e-6;
/// Nothing moves faster against a radar than this [m/s], meteors apart: for skipping scans.
const FASTEST_M_S: f64 = 13e3;
/// Range rates are never better than this [m/s].
const SIGMA_RANGE_RATE_FLOOR_M_S: f64 = 0.5;
/// Range rates of false plots lie within this [m/s].
const FALSE_RANGE_RATE_M_S: f64 = 7e3;
const LIGHT_M_S: f64 = 299_792_458.0;

pub(super) fn looks(watch: &Watch<'_>, radar: &RadarSensor, objects: &[Object]) -> Vec<Look> {
    let site = RadarSite::new(radar.site);
    let mut looks = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        let absent = !object.is_for(&watch.spec.sensor.id);
        if absent || object.rcs_m2 <= 0.0 && object.rcs_boost_m2 <= 0.0 {
            continue;
        }
        let mut stream = watch.stream(&format!("looks at {}", object.name));
        let scans = watch.scans.within(object.path.window_s());
        let mut scan = scans.start;
        while scan < scans.end {
            let time_s = watch.scans.middle_of_s(scan);
            let Some(moment) = object.path.at(time_s) else {
                scan += 1;
                continue;
            };
            let skip = match radar.unambiguous_range_m {
                Some(_) => 0,
                None => scans_out_of_reach(watch, radar, &site, &moment),
            };
            if skip > 0 {
                scan += skip;
                continue;
            }
            looks.extend(
                look(watch, radar, &site, object, &moment, scan, &mut stream).map(|look| Look {
                    origin: Some(index),
                    ..look
                }),
            );
            scan += 1;
        }
    }
    false_looks(watch, radar, &mut looks);
    looks
}

/// How many scans can be left out because the object is far beyond range or below the horizon.
fn scans_out_of_reach(
    watch: &Watch<'_>,
    radar: &RadarSensor,
    site: &RadarSite,
    moment: &Moment,
) -> usize {
    let offset_m = moment.position_m - site.position_m;
    let up_m = (site.enu_from_itrf * offset_m).z;
    let beyond_m = (offset_m.norm() - radar.range_max_m).max(-up_m - 0.1 * offset_m.norm());
    if beyond_m <= 0.0 {
        return 0;
    }
    let fastest_m_s = FASTEST_M_S.max(2.0 * moment.velocity_m_s.norm());
    // Rising above a slanted limit takes at least this long: the limit moves along by a tenth.
    (beyond_m / (1.1 * fastest_m_s) / watch.scans.revisit_s) as usize
}

fn look(
    watch: &Watch<'_>,
    radar: &RadarSensor,
    site: &RadarSite,
    object: &Object,
    moment: &Moment,
    scan: usize,
    stream: &mut Stream,
) -> Option<Look> {
    let value = site.predict(&moment.position_m, &moment.velocity_m_s).value;
    let (range_m, azimuth_rad, elevation_rad) = (value[0], value[1], value[2]);
    // What comes back after the next pulse has left is taken for an echo of that one.
    let shown_m = match radar.unambiguous_range_m {
        Some(unambiguous_m) => range_m.rem_euclid(unambiguous_m),
        None => range_m,
    };
    let in_fan = shown_m <= radar.range_max_m
        && (radar.elevation_rad[0]..=radar.elevation_rad[1]).contains(&elevation_rad)
        && within_azimuth(azimuth_rad, radar.azimuth_rad)
        && !earth_between(&site.position_m, &moment.position_m);
    if !in_fan {
        return None;
    }
    let fading = if watch.spec.truth.swerling {
        stream.exponential()
    } else {
        1.0
    };
    let chance = stream.unit();
    let noise = [
        stream.normal(),
        stream.normal(),
        stream.normal(),
        stream.normal(),
    ];
    let rcs_m2 = object.rcs_at_m2(moment.time_s) * fading;
    let snr_db = snr_db(watch.spec.truth.reference_range_m, range_m, rcs_m2);
    if chance >= watch.spec.sensor.detection_probability * detection_probability(snr_db) {
        return None;
    }
    let geometric = [shown_m, azimuth_rad, elevation_rad, value[3]];
    // The radar reckons the size from the strength and from the range that it believes.
    let nearer = (shown_m / range_m).powi(4);
    Some(report(
        watch,
        radar,
        scan,
        moment.time_s,
        geometric,
        snr_db,
        Some(rcs_m2 * nearer),
        noise,
    ))
}

/// The radar equation against a reference: 13 dB from 1 m² at the reference range [dB].
pub(crate) fn snr_db(reference_range_m: f64, range_m: f64, rcs_m2: f64) -> f64 {
    REFERENCE_SNR_DB
        + 40.0 * log10(reference_range_m / range_m.max(1.0))
        + 10.0 * log10(rcs_m2.max(1e-12))
}

/// Chance that an echo of this strength passes the threshold.
///
/// North's approximation for a steady target: ½ erfc(√(−ln Pfa) − √(SNR + ½)).
pub(crate) fn detection_probability(snr_db: f64) -> f64 {
    let snr = powf(10.0, 0.1 * snr_db);
    0.5 * erfc((-ln(FALSE_ALARM_PROBABILITY)).sqrt() - (snr + 0.5).sqrt())
}

/// Turns true values into a report, with biases, refraction, light time and noise.
#[expect(
    clippy::too_many_arguments,
    reason = "they are what a report consists of"
)]
fn report(
    watch: &Watch<'_>,
    radar: &RadarSensor,
    scan: usize,
    time_s: f64,
    geometric: [f64; 4],
    snr_db: f64,
    rcs_m2: Option<f64>,
    noise: [f64; 4],
) -> Look {
    let truth = &watch.spec.truth;
    let [mut range_m, azimuth_rad, mut elevation_rad, range_rate_m_s] = geometric;
    if radar.refraction_included {
        let seen = refraction::apply(
            AzElRange {
                azimuth_rad,
                elevation_rad,
                range_m,
            },
            radar.site.height_m,
        );
        (range_m, elevation_rad) = (seen.range_m, seen.elevation_rad);
    }
    let light_s = if radar.light_time_included {
        range_m / LIGHT_M_S
    } else {
        0.0
    };
    let snr = powf(10.0, 0.1 * snr_db);
    let spread = 1.0 / (2.0 * snr).sqrt();
    let sigma_elevation_rad = truth.beam_width_rad / 1.6 * spread;
    let sigma_azimuth_rad = sigma_elevation_rad / cos(elevation_rad).max(0.01);
    let sigma_range_m = (truth.range_resolution_m * spread).max(truth.sigma_range_floor_m);
    let at_reference = powf(10.0, 0.1 * REFERENCE_SNR_DB);
    let sigma_rate_m_s =
        (truth.sigma_range_rate_m_s * (at_reference / snr).sqrt()).max(SIGMA_RANGE_RATE_FLOOR_M_S);
    let bias = watch.biases.of_scan(scan);
    let fault = watch.faults.radar_bias(time_s);
    let shown_rad = wrap_tau(azimuth_rad + bias[1] + fault[1] + noise[1] * sigma_azimuth_rad);
    Look {
        time_s: time_s + light_s,
        origin: None,
        body: ReportBody::Radar(Radar {
            range_m: (range_m + bias[0] + fault[0] + noise[0] * sigma_range_m).max(1.0),
            azimuth_rad: shown_rad,
            elevation_rad: elevation_rad + bias[2] + fault[2] + noise[2] * sigma_elevation_rad,
            range_rate_m_s: truth
                .range_rate
                .then_some(range_rate_m_s + noise[3] * sigma_rate_m_s),
            sigma_range_m,
            sigma_azimuth_rad,
            sigma_elevation_rad,
            sigma_range_rate_m_s: truth.range_rate.then_some(sigma_rate_m_s),
            snr_db: Some(snr_db),
            rcs_m2,
        }),
    }
}

/// Azimuth and elevation of the Sun [rad], where it stands in the fan.
fn sun_in_fan(watch: &Watch<'_>, radar: &RadarSensor, time_s: f64) -> Option<[f64; 2]> {
    let site = RadarSite::new(radar.site);
    let sun = sun_direction_itrf(after(watch.scenario.start, time_s));
    let far_m = site.position_m + sun * 1.5e11;
    let value = site.predict(&far_m, &Vector3::zeros()).value;
    let inside = within_azimuth(value[1], radar.azimuth_rad)
        && (radar.elevation_rad[0]..=radar.elevation_rad[1]).contains(&value[2]);
    inside.then_some([value[1], value[2]])
}

/// False plots: Poisson in number, uniform in range, azimuth and elevation, weak.
fn false_looks(watch: &Watch<'_>, radar: &RadarSensor, looks: &mut Vec<Look>) {
    let mut stream = watch.stream("false detections");
    let width_rad = match wrap_tau(radar.azimuth_rad[1] - radar.azimuth_rad[0]) {
        width_rad if width_rad < 1e-12 => std::f64::consts::TAU,
        width_rad => width_rad,
    };
    for scan in 0..watch.scans.count() {
        let time_s = watch.scans.middle_of_s(scan);
        let rate = watch.spec.sensor.false_detections_per_scan + watch.faults.false_rate(time_s);
        let clutter = stream.poisson(rate);
        let sun = sun_in_fan(watch, radar, time_s);
        let noise = match (watch.faults.jammed(time_s), sun) {
            (Some(rate), Some(_)) => stream.poisson(rate),
            _ => 0,
        };
        for number in 0..clutter + noise {
            let range_m = stream.between(0.05, 1.0) * radar.range_max_m;
            let mut azimuth_rad = wrap_pi(radar.azimuth_rad[0] + width_rad * stream.unit());
            let mut elevation_rad = stream.between(radar.elevation_rad[0], radar.elevation_rad[1]);
            if let Some(sun) = sun.filter(|_| number >= clutter) {
                let beam_rad = watch.spec.truth.beam_width_rad;
                azimuth_rad = sun[0] + beam_rad * stream.normal();
                elevation_rad = (sun[1] + beam_rad * stream.normal())
                    .clamp(radar.elevation_rad[0], radar.elevation_rad[1]);
            }
            let rate_m_s = stream.between(-FALSE_RANGE_RATE_M_S, FALSE_RANGE_RATE_M_S);
            let snr_db = REFERENCE_SNR_DB + 2.0 * stream.exponential();
            let rcs_m2 = powf(
                10.0,
                0.1 * (snr_db - self::snr_db(watch.spec.truth.reference_range_m, range_m, 1.0)),
            );
            let geometric = [range_m, azimuth_rad, elevation_rad, rate_m_s];
            looks.push(report(
                watch,
                radar,
                scan,
                time_s,
                geometric,
                snr_db,
                Some(rcs_m2),
                [0.0; 4],
            ));
        }
    }
}
