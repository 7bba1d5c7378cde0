//! The bound of the launch error from a given set of looks.
//!
//! J = Σ Hᵀ R⁻¹ H + P⁻¹ over launch place, time, azimuth, the vehicle's parameters with their class
//! prior and the pointing biases (van Trees, *Detection, Estimation, and Modulation Theory*, part I,
//! §2.4), linearised at the fit of the true class; its inverse, restricted to the place, bounds the
//! squared error. It is conditional on which looks were made and told the class and stage count, so
//! the bound of the problem with both unknown is larger: a ratio to it is on the safe side.

use forewarn_core::estimate::ascent::{AscentFit, Bank, Component, Look, Looks, read_bank};
use forewarn_core::model::{ReportBody, SensorIndex, SensorKind};
use forewarn_core::sensors::SensorModel;
use forewarn_physics::time::{Epoch, seconds_between};
use forewarn_simulate::Recording;

/// The shipped priors.
const BANK: &str = include_str!("../../crates/core/src/estimate/ascent/priors.json");

/// Bound of the launch error [m] of an object of a class (`long_range_solid`, …); `None` where it
/// was seen too seldom.
pub fn launch_bound_m(recording: &Recording, object: &str, class: &str) -> Option<f64> {
    let components: Vec<Component> = read_bank(BANK)
        .ok()?
        .into_iter()
        .filter(|c| snake(&c.class) == class)
        .collect();
    let bank = Bank::new(components).ok()?;
    let (epoch, looks) = looks_of(recording, object)?;
    let posterior = AscentFit::default().update(&bank, epoch, &looks)?;
    let covariance = &posterior.best().fit.covariance;
    Some((covariance[(0, 0)] + covariance[(1, 1)]).sqrt())
}

fn snake(camel: &str) -> String {
    let mut text = String::new();
    for (index, letter) in camel.char_indices() {
        if letter.is_uppercase() && index > 0 {
            text.push('_');
        }
        text.extend(letter.to_lowercase());
    }
    text
}

/// An object's own infrared looks, as if association were perfect.
fn looks_of(recording: &Recording, object: &str) -> Option<(Epoch, Looks)> {
    let models = SensorModel::table(&recording.sensors).ok()?;
    let cutoff = recording
        .truth
        .objects
        .iter()
        .find(|known| &*known.object == object)?
        .cutoff_time?;
    let mut found: Vec<(Epoch, SensorIndex, Look)> = Vec::new();
    let mut satellites: Vec<SensorIndex> = Vec::new();
    for simulated in &recording.detections {
        let (ReportBody::Infrared(infrared), Some(origin)) =
            (&simulated.report.body, &simulated.origin)
        else {
            continue;
        };
        if &**origin != object {
            continue;
        }
        let sensor = simulated.report.sensor;
        let satellite = satellites
            .iter()
            .position(|known| *known == sensor)
            .unwrap_or_else(|| {
                satellites.push(sensor);
                satellites.len() - 1
            });
        let orbit = models[usize::from(sensor.0)].orbit.as_ref()?;
        let sensor_position_m = infrared
            .sensor_position_m
            .or_else(|| orbit.position_itrf_m(simulated.report.time))?;
        let look = Look {
            time_s: 0.0,
            sensor_position_m,
            line_of_sight: infrared.line_of_sight,
            sigma_rad: infrared.sigma_rad,
            satellite,
        };
        found.push((simulated.report.time, sensor, look));
    }
    found.sort_by_key(|entry| entry.0);
    let (epoch, last) = (found.first()?.0, found.last()?.0);
    let bias_sigma_rad = satellites
        .iter()
        .map(
            |sensor| match &recording.sensors[usize::from(sensor.0)].kind {
                SensorKind::Infrared(infrared) => infrared.bias_sigma_rad,
                SensorKind::Radar(_) => 0.0,
            },
        )
        .collect();
    let revisit_s = recording.sensors[usize::from(found.last()?.1.0)].revisit_s;
    let looks = found
        .into_iter()
        .map(|(time, _, look)| Look {
            time_s: seconds_between(epoch, time),
            ..look
        })
        .collect();
    let last_s = seconds_between(epoch, last);
    Some((
        epoch,
        Looks {
            looks,
            bias_sigma_rad,
            missed_s: Some(last_s + revisit_s),
            now_s: seconds_between(epoch, cutoff) + 15.0,
        },
    ))
}
