//! One missile, two satellites and a radar: geometry, statistics, identity.

use std::collections::BTreeMap;

use forewarn_core::model::{ReportBody, SensorKind};
use forewarn_core::sensors::{
    Measurement, MeasurementBody, RadarSite, SatelliteOrbit, SensorModel, infrared::across,
};
use forewarn_physics::frames::wgs84::height_m;
use forewarn_physics::math::wrap_pi;
use forewarn_physics::time::{after, seconds_between};

use super::{DEMO, run, scenario};

#[test]
fn the_demo_is_seen_by_all_and_repeats_to_the_byte() {
    let demo = scenario(DEMO);
    let recording = run(&demo, 3);
    let mut seen: BTreeMap<u16, usize> = BTreeMap::new();
    for record in &recording.detections {
        if record.origin.as_deref() == Some("test-flight") {
            *seen.entry(record.report.sensor.0).or_default() += 1;
        }
    }
    assert!(seen[&0] > 15 && seen[&1] > 15, "{seen:?}");
    assert!(seen[&2] > 30, "{seen:?}");
    let again = run(&demo, 3);
    assert_eq!(recording.detections_ndjson(), again.detections_ndjson());
    assert_eq!(recording.truth_ndjson(), again.truth_ndjson());
    assert_ne!(
        recording.detections_ndjson(),
        run(&demo, 4).detections_ndjson()
    );
}

#[test]
fn another_sensor_changes_nothing_for_the_others() {
    let demo = scenario(DEMO);
    let mut fewer = demo.clone();
    fewer.sensors.remove(2);
    let lines = |recording: &crate::Recording| -> Vec<String> {
        let kept = recording
            .detections
            .iter()
            .filter(|record| record.report.sensor.0 < 2);
        kept.map(|record| format!("{:?}", record.report)).collect()
    };
    assert_eq!(lines(&run(&demo, 3)), lines(&run(&fewer, 3)));
}

#[test]
fn arrivals_are_in_order_and_scans_close_after_their_reports() {
    let recording = run(&scenario(DEMO), 5);
    let received: Vec<_> = recording
        .detections
        .iter()
        .filter_map(|record| record.report.received)
        .collect();
    assert!(received.is_sorted());
    let mut open: BTreeMap<u16, u64> = BTreeMap::new();
    for record in &recording.detections {
        let count = open.entry(record.report.sensor.0).or_default();
        match &record.report.body {
            ReportBody::Heartbeat(heartbeat) => {
                assert_eq!(
                    heartbeat.reports,
                    Some(std::mem::take(count)),
                    "{}",
                    record.report.id
                );
            }
            _ => *count += 1,
        }
    }
}

/// Noise alone, many draws: chi-square of the residuals over their stated sigma.
#[test]
fn residuals_have_the_stated_sigma() {
    let text = DEMO
        .replace("bias_sigma_rad = 1.0e-5", "bias_sigma_rad = 0.0")
        .replace("bias_sigma_range_m = 30.0", "bias_sigma_range_m = 0.0")
        .replace(
            "bias_sigma_azimuth_rad = 2.0e-4",
            "bias_sigma_azimuth_rad = 0.0",
        )
        .replace(
            "bias_sigma_elevation_rad = 2.0e-4",
            "bias_sigma_elevation_rad = 0.0",
        )
        .replace(
            "false_detections_per_scan = 2.0",
            "false_detections_per_scan = 0.0",
        );
    let scenario = scenario(&text);
    let (mut infrared, mut radar) = (Vec::new(), [const { Vec::new() }; 4]);
    for seed in 1..4 {
        let objects = crate::objects::build(&scenario, seed, &mut Vec::new(), &mut |_| {}).unwrap();
        for record in &run(&scenario, seed).detections {
            let Some(origin) = &record.origin else {
                continue;
            };
            let object = objects
                .iter()
                .find(|object| object.name == *origin)
                .unwrap();
            let time_s = seconds_between(scenario.start, record.report.time);
            let moment = object.path.at(time_s).unwrap();
            match (
                &record.report.body,
                &scenario.sensors[record.report.sensor.0 as usize]
                    .sensor
                    .kind,
            ) {
                (ReportBody::Infrared(seen), SensorKind::Infrared(sensor)) => {
                    let orbit = SatelliteOrbit::new(sensor.orbit.as_ref().unwrap()).unwrap();
                    let from_m = orbit
                        .position_itrf_m(after(scenario.start, time_s))
                        .unwrap();
                    let truth = (moment.position_m - from_m).normalize();
                    assert!((seen.line_of_sight.norm() - 1.0).abs() < 1e-12);
                    assert!(height_m(&moment.position_m) > 8e3);
                    let axes = across(&truth);
                    infrared
                        .extend(axes.map(|axis| axis.dot(&seen.line_of_sight) / seen.sigma_rad));
                }
                (ReportBody::Radar(seen), SensorKind::Radar(sensor)) => {
                    let value = RadarSite::new(sensor.site)
                        .predict(&moment.position_m, &moment.velocity_m_s)
                        .value;
                    radar[0].push((seen.range_m - value[0]) / seen.sigma_range_m);
                    radar[1].push(wrap_pi(seen.azimuth_rad - value[1]) / seen.sigma_azimuth_rad);
                    radar[2].push((seen.elevation_rad - value[2]) / seen.sigma_elevation_rad);
                    radar[3].push(
                        (seen.range_rate_m_s.unwrap() - value[3])
                            / seen.sigma_range_rate_m_s.unwrap(),
                    );
                }
                _ => panic!("a report of the wrong kind"),
            }
        }
    }
    for values in [&infrared, &radar[0], &radar[1], &radar[2], &radar[3]] {
        let n = values.len() as f64;
        let mean_square = values.iter().map(|x| x * x).sum::<f64>() / n;
        // Four sigma of the mean of n squares of unit normals, and 1e-3 for the time in
        // nanoseconds and the plane across the direction.
        assert!(
            n > 200.0 && (mean_square - 1.0).abs() < 4.0 * (2.0 / n).sqrt() + 1e-3,
            "{n} {mean_square}"
        );
    }
}

/// What the table says is included in a radar's reports, the tracker's own correction takes out.
#[test]
fn refraction_and_light_time_can_be_removed_again() {
    let text = DEMO
        .replace("refraction = \"removed\"", "refraction = \"standard\"")
        .replace("light_time = \"removed\"", "light_time = \"included\"")
        .replace("bias_sigma_range_m = 30.0", "bias_sigma_range_m = 0.0")
        .replace(
            "bias_sigma_azimuth_rad = 2.0e-4",
            "bias_sigma_azimuth_rad = 0.0",
        )
        .replace(
            "bias_sigma_elevation_rad = 2.0e-4",
            "bias_sigma_elevation_rad = 0.0",
        )
        .replace(
            "false_detections_per_scan = 2.0",
            "false_detections_per_scan = 0.0",
        )
        .replace(
            "beam_width_rad = 0.01",
            "beam_width_rad = 1.0e-9\nrange_resolution_m = 1.0e-6\nsigma_range_floor_m = 1.0e-6",
        );
    let scenario = scenario(&text);
    let objects = crate::objects::build(&scenario, 1, &mut Vec::new(), &mut |_| {}).unwrap();
    let table: Vec<_> = scenario
        .sensors
        .iter()
        .map(|spec| spec.sensor.clone())
        .collect();
    let models = SensorModel::table(&table).unwrap();
    let (mut count, mut bent_rad) = (0, 0.0_f64);
    for record in run(&scenario, 1)
        .detections
        .iter()
        .filter(|record| record.report.sensor.0 == 2)
    {
        let Some(measurement) = Measurement::prepare(&models[2], &record.report).unwrap() else {
            continue;
        };
        let (MeasurementBody::Radar(radar), ReportBody::Radar(seen)) =
            (&measurement.body, &record.report.body)
        else {
            panic!("not a radar report")
        };
        let object = objects
            .iter()
            .find(|object| Some(&object.name) == record.origin.as_ref())
            .unwrap();
        let moment = object
            .path
            .at(seconds_between(scenario.start, measurement.epoch))
            .unwrap();
        let truth = radar
            .site
            .predict(&moment.position_m, &moment.velocity_m_s)
            .value;
        // A metre of range is a light time of 3 ns; 2e-6 rad is the worst of the inverse.
        assert!(
            (radar.value[0] - truth[0]).abs() < 1.0,
            "{}",
            radar.value[0] - truth[0]
        );
        assert!(
            (radar.value[2] - truth[2]).abs() < 2e-6,
            "{}",
            radar.value[2] - truth[2]
        );
        bent_rad = bent_rad.max(seen.elevation_rad - truth[2]);
        count += 1;
    }
    assert!(count > 100 && bent_rad > 1e-3, "{count} {bent_rad}");
}
