//! A sensor table for tests.

use forewarn_core::model::{InfraredSensor, OrbitSource, RadarSensor, Sensor, SensorKind, View};
use forewarn_physics::frames::wgs84::Geodetic;

fn sensor(id: &str, domain: &str, kind: SensorKind) -> Sensor {
    Sensor {
        id: id.into(),
        failure_domains: vec![domain.into()],
        revisit_s: 10.0,
        detection_probability: 0.9,
        false_detections_per_scan: 1.0,
        kind,
    }
}

fn infrared(orbit: Option<OrbitSource>) -> SensorKind {
    SensorKind::Infrared(InfraredSensor {
        orbit,
        sigma_rad: 2e-5,
        bias_sigma_rad: 1e-5,
        threshold_w_sr: 2e4,
        band: None,
        view: View::Earth,
        sun_exclusion_rad: 0.0,
        cloud_break_height_m: 8e3,
    })
}

/// `geo-1` (with an orbit), `roving` (without one), `picket` (a radar).
pub(crate) fn sensors() -> Vec<Sensor> {
    let picket = RadarSensor {
        site: Geodetic::from_degrees(-24.0, 160.5, 100.0),
        azimuth_rad: [0.0, 0.0],
        elevation_rad: [0.03, 1.2],
        range_max_m: 4e6,
        unambiguous_range_m: None,
        bias_sigma_range_m: 50.0,
        bias_sigma_azimuth_rad: 2e-4,
        bias_sigma_elevation_rad: 2e-4,
        refraction_included: false,
        light_time_included: false,
    };
    vec![
        sensor(
            "geo-1",
            "ground-a",
            infrared(Some(OrbitSource::Geostationary { longitude_rad: 1.0 })),
        ),
        sensor("roving", "ground-b", infrared(None)),
        sensor("picket", "picket", SensorKind::Radar(picket)),
    ]
}
