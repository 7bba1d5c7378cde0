use forewarn_physics::frames::wgs84::Geodetic;

use super::programme::Programme;
use super::*;

fn bank() -> Bank {
    Bank::embedded().unwrap()
}

#[test]
fn the_shipped_bank_is_sound_and_its_weights_sum_to_one() {
    let bank = bank();
    let total: f64 = bank.components().map(|component| component.weight).sum();
    assert!((total - 1.0).abs() < 1e-6);
    assert!(bank.components().count() >= 10);
}

/// Sensitivities against central differences, for every parameter of every component at 20, 60
/// and 95 % of the burn. The partials are second order in a 2 s step: 2 % of themselves and 0.8 % of the distance flown, which the short kick needs.
#[test]
fn sensitivities_agree_with_differences() {
    let place = Geodetic::from_degrees(35.0, 20.0, 0.0);
    for component in bank().components() {
        let mut vehicle = component.mean.clone();
        for stage in 0..component.stages {
            let terms = FIRST_STAGE + PER_STAGE * stage + 4;
            vehicle[terms..terms + 3].copy_from_slice(&[0.01, -0.02, 0.015]);
        }
        let end_s = Programme::new(component, 0.7, &vehicle).end_s();
        for until_s in [0.2 * end_s, 0.6 * end_s, 0.95 * end_s] {
            let programme = Programme::new(component, 0.7, &vehicle);
            let flight = fly(&place, &programme, until_s, true);
            for k in 0..programme.partials() {
                let (numeric, scale) = difference(component, &place, &vehicle, k, until_s);
                let (exact, _) = flight.partial(k, until_s);
                let miss = (exact - numeric).norm();
                assert!(
                    miss < 0.02 * numeric.norm() + 0.008 * scale,
                    "{} {} k={k} t={until_s:.0}: {exact} {numeric}",
                    component.class,
                    component.stages
                );
            }
        }
    }
}

fn difference(
    component: &Component,
    place: &Geodetic,
    vehicle: &[f64],
    k: usize,
    until_s: f64,
) -> (nalgebra::Vector3<f64>, f64) {
    let step = 1e-4;
    let end = |sign: f64| {
        let (mut azimuth, mut vehicle) = (0.7, vehicle.to_vec());
        match k {
            0 => azimuth += sign * step,
            _ => vehicle[k - 1] += sign * step,
        }
        let programme = Programme::new(component, azimuth, &vehicle);
        fly(place, &programme, until_s, false)
            .at(until_s)
            .position_m
    };
    let home = place.to_itrf().vector();
    (
        (end(1.0) - end(-1.0)) / (2.0 * step),
        (end(1.0) - home).norm(),
    )
}
