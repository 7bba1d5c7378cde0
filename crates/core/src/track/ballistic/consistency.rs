//! Is the filter honest? Flights, plots and errors drawn here, judged against what it says.

use forewarn_physics::flight::coast::{Body, Fate, propagate, to_impact};
use forewarn_physics::frames::Itrf;
use forewarn_physics::frames::State;
use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::math::{TAU, cos, exp, ln, sin_cos};
use forewarn_physics::time::{Epoch, after, parse_utc, seconds_between};
use nalgebra::{SMatrix, SVector, Vector3, Vector4};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::kalman::{inverse, is_positive_definite};
use super::layout::{LN_BETA_PRIOR_SIGMA, SIZE};
use super::{BallisticFilter, FilterOutcome, Flight, NotInitiated, Start, initiate};
use crate::estimate::impact::{ImpactOutcome, predict_impact};
use crate::model::SensorIndex;
use crate::sensors::{
    InfraredMeasurement, Measurement, MeasurementBody, RadarMeasurement, RadarSite,
};

const SIGMA: [f64; 4] = [30.0, 1e-3, 1e-3, 5.0];
const BIAS_SIGMA: [f64; 3] = [50.0, 2e-4, 2e-4];

struct Dice(ChaCha8Rng);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }
    fn uniform(&mut self) -> f64 {
        self.0.random()
    }
    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }
    fn normal(&mut self) -> f64 {
        (-2.0 * ln(1.0 - self.uniform())).sqrt() * cos(TAU * self.uniform())
    }
}

fn epoch() -> Epoch {
    parse_utc("2026-05-01T10:00:00Z").unwrap()
}

fn site() -> RadarSite {
    RadarSite::new(Geodetic::from_degrees(-24.0, 160.5, 100.0))
}

/// A missile at 350 km that comes down some 800 km beyond, seen from a radar near by.
fn incoming(dice: &mut Dice) -> State<Itrf> {
    let place = Geodetic::from_degrees(
        -17.0 + dice.between(-1.0, 1.0),
        165.0 + dice.between(-2.0, 2.0),
        dice.between(300e3, 420e3),
    );
    let heading_rad = dice.between(195.0, 250.0).to_radians();
    let (s, c) = sin_cos(heading_rad);
    let dive_rad = dice.between(5.0, 35.0).to_radians();
    let (sd, cd) = sin_cos(dive_rad);
    let speed_m_s = dice.between(3_000.0, 6_800.0);
    let velocity =
        place.enu_from_itrf().transpose() * Vector3::new(s * cd, c * cd, -sd) * speed_m_s;
    State::from_vectors(place.to_itrf().vector(), velocity)
}

fn ideal(state: &State<Itrf>) -> Vector4<f64> {
    site()
        .predict(&state.position.vector(), &state.velocity.vector())
        .value
}

fn plot(time: Epoch, value: Vector4<f64>) -> Measurement {
    Measurement {
        epoch: time,
        sensor: SensorIndex(3),
        body: MeasurementBody::Radar(RadarMeasurement {
            site: site(),
            value,
            sigma: Vector4::from(SIGMA),
            has_range_rate: true,
            bias_sigma: Vector3::from(BIAS_SIGMA),
        }),
    }
}

struct Errors {
    bias: [f64; 3],
}

impl Errors {
    fn new(dice: &mut Dice) -> Self {
        Self {
            bias: BIAS_SIGMA.map(|sigma| sigma * dice.normal()),
        }
    }
    fn spoil(&self, value: &Vector4<f64>, dice: &mut Dice) -> Vector4<f64> {
        Vector4::from_fn(|i, _| {
            value[i] + self.bias.get(i).copied().unwrap_or(0.0) + SIGMA[i] * dice.normal()
        })
    }
}

/// Flies, plots every two seconds from `from_s`, and follows from the third plot on.
fn follow(
    start: &State<Itrf>,
    body: &Body,
    plots: usize,
    dice: &mut Dice,
) -> (BallisticFilter, State<Itrf>) {
    let errors = Errors::new(dice);
    let mut truth = *start;
    let mut first = Vec::new();
    let mut filter: Option<BallisticFilter> = None;
    for i in 0..plots {
        let time = after(epoch(), 2.0 * i as f64);
        if i > 0 {
            truth = propagate(&truth, 2.0, body);
        }
        let measured = plot(time, errors.spoil(&ideal(&truth), dice));
        match &mut filter {
            None => {
                first.push(measured);
                if first.len() == 3 {
                    filter = Some(initiate(&first).unwrap().filter);
                }
            }
            Some(filter) => {
                let outcome = filter.update(&measured).unwrap();
                assert!(matches!(outcome, FilterOutcome::Updated(_)));
            }
        }
    }
    (filter.unwrap(), truth)
}

fn error_of(filter: &BallisticFilter, truth: &State<Itrf>) -> SVector<f64, 6> {
    let told = filter.gaussian().mean;
    let mut error = SVector::<f64, 6>::zeros();
    error
        .fixed_rows_mut::<3>(0)
        .copy_from(&(told.fixed_rows::<3>(0) - truth.position.vector()));
    error
        .fixed_rows_mut::<3>(3)
        .copy_from(&(told.fixed_rows::<3>(3) - truth.velocity.vector()));
    error
}

fn nees(filter: &BallisticFilter, truth: &State<Itrf>) -> f64 {
    let error = error_of(filter, truth);
    let covariance = filter
        .gaussian()
        .covariance
        .fixed_view::<6, 6>(0, 0)
        .into_owned();
    error.dot(&(inverse(&covariance).unwrap() * error))
}

/// 99.9 % band of the mean of `runs` chi-square numbers of `degrees` degrees of freedom.
fn band(degrees: f64, runs: f64) -> (f64, f64) {
    let half = 3.29 * (2.0 * degrees / runs).sqrt();
    (degrees - half, degrees + half)
}

#[test]
fn squared_errors_are_as_large_as_said() {
    let runs = 150;
    let mut dice = Dice::new(1);
    let (mut started, mut coasting) = (0.0, 0.0);
    for _ in 0..runs {
        let start = incoming(&mut dice);
        let (young, truth) = follow(&start, &Body::ballistic(5_000.0), 3, &mut dice);
        started += nees(&young, &truth);
        let (old, truth) = follow(&start, &Body::ballistic(5_000.0), 20, &mut dice);
        coasting += nees(&old, &truth);
    }
    let (low, high) = band(6.0, f64::from(runs));
    let (started, coasting) = (started / f64::from(runs), coasting / f64::from(runs));
    println!(
        "NEES after 3 plots {started:.2}, after 20 plots {coasting:.2}; band {low:.2} to {high:.2}"
    );
    assert!(started > low && started < high, "{started}");
    assert!(coasting > low && coasting < high, "{coasting}");
}

#[test]
fn squared_errors_hold_through_reentry() {
    let runs = 100;
    let mut dice = Dice::new(2);
    let (mut sum, mut counted, mut glide) = (0.0, 0.0, 0.0_f64);
    for _ in 0..runs {
        let start = incoming(&mut dice);
        let beta = exp(dice.between(ln(500.0), ln(15_000.0)));
        let body = Body::ballistic(beta);
        let Fate::Impact(impact) = to_impact(&start, &body, 30e3, 3_600.0) else {
            continue;
        };
        let plots = (impact.time_s / 2.0) as usize;
        let (filter, truth) = follow(&start, &body, plots, &mut dice);
        sum += nees(&filter, &truth);
        counted += 1.0;
        glide = glide.max(filter.probability_glide());
    }
    let (low, high) = band(6.0, counted);
    let mean = sum / counted;
    println!(
        "NEES at 30 km {mean:.2} over {counted}; band {low:.2} to {high:.2}; largest P(glide) {glide:.3}"
    );
    assert!(mean < high, "{mean}");
    // Noise for a changing drag coefficient, and the gliding mode, make the filter a little cautious.
    assert!(mean > 0.7 * 6.0, "{mean}");
    assert!(glide < 0.5, "{glide}");
}

#[test]
fn impact_ellipses_hold_nine_in_ten() {
    let runs = 200;
    let mut dice = Dice::new(3);
    let (mut inside, mut counted, mut early, mut in_time) = (0, 0, 0, 0);
    for _ in 0..runs {
        let start = incoming(&mut dice);
        let beta = exp(dice.between(ln(500.0), ln(15_000.0)));
        let body = Body::ballistic(beta);
        let plots = 5 + (dice.uniform() * 25.0) as usize;
        let (filter, truth) = follow(&start, &body, plots, &mut dice);
        let Fate::Impact(impact) = to_impact(&truth, &body, 0.0, 3_600.0) else {
            unreachable!("it falls")
        };
        let ImpactOutcome::Impact(told) = predict_impact(&filter.gaussian()) else {
            continue;
        };
        counted += 1;
        let enu = told.place.enu_from_itrf() * (impact.state.position - told.place.to_itrf());
        let offset = enu.fixed_rows::<2>(0).into_owned();
        let distance2 = offset.dot(&(told.covariance_en_m2.try_inverse().unwrap() * offset));
        inside += u32::from(distance2 < crate::model::chi_square_quantile_2(0.9));
        let at = after(filter.epoch(), impact.time_s);
        early += u32::from(at < told.earliest_95);
        in_time += u32::from(seconds_between(told.time, at).abs() < 1.645 * told.time_sigma_s);
    }
    let share = f64::from(inside) / f64::from(counted);
    let early_share = f64::from(early) / f64::from(counted);
    let time_share = f64::from(in_time) / f64::from(counted);
    println!(
        "impact: 90 % ellipse holds {share:.3} of {counted}; before the 5th percentile {early_share:.3}; time within 90 % {time_share:.3}"
    );
    assert!(f64::from(counted) > 0.9 * f64::from(runs));
    // Binomial, 200 draws: sigma 0.021; three of them.
    assert!((0.836..=0.964).contains(&share), "{share}");
    assert!(early_share < 0.10, "{early_share}");
    assert!((0.836..=0.985).contains(&time_share), "{time_share}");
}

/// Positions, velocity, β and errors of the radar: what the bound is over.
type Unknown = SVector<f64, 10>;

fn series(unknown: &Unknown, plots: usize) -> Vec<Vector4<f64>> {
    let mut state = State::from_vectors(
        unknown.fixed_rows::<3>(0).into_owned(),
        unknown.fixed_rows::<3>(3).into_owned(),
    );
    let body = Body::ballistic(exp(unknown[6]));
    (0..plots)
        .map(|i| {
            if i > 0 {
                state = propagate(&state, 2.0, &body);
            }
            ideal(&state) + Vector4::new(unknown[7], unknown[8], unknown[9], 0.0)
        })
        .collect()
}

/// Cramér and Rao's bound of the start, by differences of whole series: none of the filter's code.
fn bound(start: &State<Itrf>, beta: f64, plots: usize) -> SMatrix<f64, 6, 6> {
    let mut unknown = Unknown::zeros();
    unknown
        .fixed_rows_mut::<3>(0)
        .copy_from(&start.position.vector());
    unknown
        .fixed_rows_mut::<3>(3)
        .copy_from(&start.velocity.vector());
    unknown[6] = ln(beta);
    let steps = [10.0, 10.0, 10.0, 0.1, 0.1, 0.1, 0.01, 1.0, 1e-5, 1e-5];
    let slopes: Vec<Vec<Vector4<f64>>> = (0..10)
        .map(|column| {
            let (mut up, mut down) = (unknown, unknown);
            up[column] += steps[column];
            down[column] -= steps[column];
            series(&up, plots)
                .iter()
                .zip(series(&down, plots))
                .map(|(a, b)| (a - b) / (2.0 * steps[column]))
                .collect()
        })
        .collect();
    let mut information = SMatrix::<f64, 10, 10>::zeros();
    information[(6, 6)] = 1.0 / (LN_BETA_PRIOR_SIGMA * LN_BETA_PRIOR_SIGMA);
    for i in 0..3 {
        information[(7 + i, 7 + i)] = 1.0 / (BIAS_SIGMA[i] * BIAS_SIGMA[i]);
    }
    for i in 0..10 {
        for j in 0..10 {
            for (a, b) in slopes[i].iter().zip(&slopes[j]) {
                information[(i, j)] += (0..4)
                    .map(|k| a[k] * b[k] / (SIGMA[k] * SIGMA[k]))
                    .sum::<f64>();
            }
        }
    }
    let all = inverse(&information).unwrap();
    // Carried to the last plot.
    let last = |shift: &SVector<f64, 6>| {
        let state = State::from_vectors(
            start.position.vector() + shift.fixed_rows::<3>(0),
            start.velocity.vector() + shift.fixed_rows::<3>(3),
        );
        let end = propagate(&state, 2.0 * (plots - 1) as f64, &Body::ballistic(beta));
        let mut y = SVector::<f64, 6>::zeros();
        y.fixed_rows_mut::<3>(0).copy_from(&end.position.vector());
        y.fixed_rows_mut::<3>(3).copy_from(&end.velocity.vector());
        y
    };
    let mut carry = SMatrix::<f64, 6, 6>::zeros();
    for column in 0..6 {
        let mut shift = SVector::<f64, 6>::zeros();
        shift[column] = steps[column];
        carry.set_column(
            column,
            &((last(&shift) - last(&-shift)) / (2.0 * steps[column])),
        );
    }
    carry * all.fixed_view::<6, 6>(0, 0) * carry.transpose()
}

#[test]
fn errors_reach_the_bound() {
    let (runs, plots) = (150, 30);
    let mut dice = Dice::new(4);
    let start = incoming(&mut dice);
    let bound = bound(&start, 5_000.0, plots);
    let (mut position2, mut velocity2) = (0.0, 0.0);
    for _ in 0..runs {
        let (filter, truth) = follow(&start, &Body::ballistic(5_000.0), plots, &mut dice);
        let error = error_of(&filter, &truth);
        position2 += error.fixed_rows::<3>(0).norm_squared() / f64::from(runs);
        velocity2 += error.fixed_rows::<3>(3).norm_squared() / f64::from(runs);
    }
    let position = (position2 / bound.fixed_view::<3, 3>(0, 0).trace()).sqrt();
    let velocity = (velocity2 / bound.fixed_view::<3, 3>(3, 3).trace()).sqrt();
    println!(
        "RMSE over the bound: position {position:.3} ({:.0} m), velocity {velocity:.3} ({:.2} m/s)",
        position2.sqrt(),
        velocity2.sqrt()
    );
    // 1.1, with the Monte Carlo error of 150 draws of a vector dominated by two axes: 4 %.
    assert!(
        position < 1.1 * 1.04 && velocity < 1.1 * 1.04,
        "{position} {velocity}"
    );
    assert!(
        position > 0.85 && velocity > 0.85,
        "below the bound: the bound is wrong"
    );
}

#[test]
fn covariances_stay_positive() {
    let mut dice = Dice::new(5);
    for _ in 0..10 {
        let start = incoming(&mut dice);
        let mut mean = SVector::<f64, 6>::zeros();
        mean.fixed_rows_mut::<3>(0)
            .copy_from(&start.position.vector());
        mean.fixed_rows_mut::<3>(3)
            .copy_from(&start.velocity.vector());
        let wide = SVector::<f64, 6>::new(1e5, 1e5, 1e5, 1e3, 1e3, 1e3);
        let covariance = SMatrix::from_diagonal(&wide.component_mul(&wide));
        let mut filter = BallisticFilter::from_gaussian(&Start {
            epoch: epoch(),
            mean,
            covariance,
            ln_beta: None,
        })
        .unwrap();
        for i in 0..100 {
            let time = after(epoch(), 0.5 * f64::from(i) + dice.uniform());
            let told = filter.predicted(time).unwrap().gaussian().mean;
            let state = State::from_vectors(
                told.fixed_rows::<3>(0).into_owned(),
                told.fixed_rows::<3>(3).into_owned(),
            );
            // From the best radar (1 m, 33 µrad) to a poor one.
            let scale = exp(dice.between(-3.4, 3.0));
            let mut value = ideal(&state);
            for row in 0..4 {
                value[row] += 3.0 * SIGMA[row] * dice.normal();
            }
            let mut measured = plot(time, value);
            if let MeasurementBody::Radar(radar) = &mut measured.body {
                radar.sigma *= scale;
                radar.has_range_rate = dice.uniform() < 0.5;
            }
            measured.sensor = SensorIndex((dice.uniform() * 3.0) as u16);
            let outcome = filter.update(&measured).unwrap();
            assert!(matches!(outcome, FilterOutcome::Updated(_)), "restarted");
            assert!(is_positive_definite(&filter.whole().covariance));
        }
    }
}

/// A glider of lift over drag 2.6 that enters at 6 km/s, 5° down, and turns.
#[test]
fn a_glider_is_followed_and_named() {
    let mut dice = Dice::new(6);
    let place = Geodetic::from_degrees(-19.0, 166.0, 99e3);
    let (s, c) = sin_cos(235f64.to_radians());
    let (sd, cd) = sin_cos(5f64.to_radians());
    let velocity = place.enu_from_itrf().transpose() * Vector3::new(s * cd, c * cd, -sd) * 6_000.0;
    let mut truth = State::from_vectors(place.to_itrf().vector(), velocity);
    let errors = Errors::new(&mut dice);
    let mut filter: Option<BallisticFilter> = None;
    let mut first = Vec::new();
    let (mut worst, mut named_at) = (0.0_f64, None);
    for i in 0..100 {
        let t = 2.0 * f64::from(i);
        let bank_rad = if t < 80.0 { 0.0 } else { 0.7 };
        let body = Body {
            ballistic_coefficient_kg_m2: 4_000.0,
            lift_to_drag: 2.6,
            bank_rad,
        };
        truth = propagate(&truth, 2.0, &body);
        let measured = plot(after(epoch(), t), errors.spoil(&ideal(&truth), &mut dice));
        if let Some(filter) = &mut filter {
            let told = filter.innovation(&measured).unwrap();
            worst = worst.max(told.distance2);
            filter.update(&measured).unwrap();
            if filter.flight() == Flight::Glide && named_at.is_none() {
                named_at = Some(t);
            }
        } else {
            first.push(measured);
            if first.len() == 3 {
                filter = Some(initiate(&first).unwrap().filter);
            }
        }
    }
    let filter = filter.unwrap();
    let off_m = (filter.gaussian().mean.fixed_rows::<3>(0) - truth.position.vector()).norm();
    println!(
        "glider: worst d² {worst:.1}, named at {named_at:?} s, P {:.3}, off {off_m:.0} m",
        filter.probability_glide()
    );
    // A gate of 1e-5 on four components is 28.5.
    assert!(worst < 28.5, "{worst}");
    assert!(filter.probability_glider() > 0.9 && named_at.is_some_and(|t| t < 120.0));
    assert!(off_m < 3_000.0, "{off_m}");
}

#[test]
fn plots_of_nothing_ballistic_start_no_track() {
    let mut dice = Dice::new(7);
    let mut refused = 0;
    for _ in 0..100 {
        let plots: Vec<Measurement> = (0..3)
            .map(|i| {
                let value = Vector4::new(
                    dice.between(5e5, 3e6),
                    dice.between(0.0, 1.5),
                    dice.between(0.1, 1.0),
                    1_000.0 * dice.normal(),
                );
                plot(after(epoch(), 2.0 * f64::from(i)), value)
            })
            .collect();
        refused += u32::from(initiate(&plots).is_err());
    }
    assert_eq!(refused, 100);
    // An aircraft: 200 m/s at 10 km.
    let place = Geodetic::from_degrees(-24.0, 162.0, 10e3);
    let velocity = place.enu_from_itrf().transpose() * Vector3::new(200.0, 0.0, 0.0);
    let plots: Vec<Measurement> = (0..4)
        .map(|i| {
            let t = 10.0 * f64::from(i);
            let position = place.to_itrf().vector() + velocity * t;
            plot(
                after(epoch(), t),
                ideal(&State::from_vectors(position, velocity)),
            )
        })
        .collect();
    assert!(matches!(
        initiate(&plots),
        Err(NotInitiated::Speed | NotInitiated::NoFit)
    ));
    assert!(matches!(initiate(&plots[..1]), Err(NotInitiated::TooFew)));
}

#[test]
fn directions_from_two_satellites_tighten_a_track() {
    let mut dice = Dice::new(8);
    let start = incoming(&mut dice);
    let wide = SVector::<f64, 6>::new(2e4, 2e4, 2e4, 200.0, 200.0, 200.0);
    let mut mean = SVector::<f64, 6>::zeros();
    mean.fixed_rows_mut::<3>(0)
        .copy_from(&start.position.vector());
    mean.fixed_rows_mut::<3>(3)
        .copy_from(&start.velocity.vector());
    for row in 0..6 {
        mean[row] += wide[row] * dice.normal();
    }
    let covariance = SMatrix::from_diagonal(&wide.component_mul(&wide));
    let mut filter = BallisticFilter::from_gaussian(&Start {
        epoch: epoch(),
        mean,
        covariance,
        ln_beta: None,
    })
    .unwrap();
    let mut truth = start;
    for i in 0..20u16 {
        truth = propagate(&truth, 5.0, &Body::VACUUM);
        let longitude_deg = if i % 2 == 0 { 130.0 } else { -160.0 };
        let sensor_m = Geodetic::from_degrees(0.0, longitude_deg, 35_786e3)
            .to_itrf()
            .vector();
        let away = (truth.position.vector() - sensor_m).normalize();
        let spoilt =
            (away + Vector3::new(dice.normal(), dice.normal(), dice.normal()) * 2e-5).normalize();
        let measured = Measurement {
            epoch: after(epoch(), 5.0 * f64::from(i + 1)),
            sensor: SensorIndex(i % 2),
            body: MeasurementBody::Infrared(InfraredMeasurement {
                sensor_position_m: sensor_m,
                line_of_sight: spoilt,
                sigma_rad: 2e-5,
                bias_sigma_rad: 1e-5,
            }),
        };
        filter.update(&measured).unwrap();
    }
    let spread_m = filter
        .gaussian()
        .covariance
        .fixed_view::<3, 3>(0, 0)
        .trace()
        .sqrt();
    assert!(spread_m < 2_000.0, "{spread_m}");
    assert!(nees(&filter, &truth) < 22.5, "{}", nees(&filter, &truth));
}

#[test]
fn a_track_is_small() {
    let bytes = size_of::<BallisticFilter>();
    assert!(bytes < 8_000, "{bytes} for {SIZE} components");
}

/// Two to four plots, with and without range rate, from near and far.
#[test]
fn starts_are_as_good_as_they_say() {
    let mut dice = Dice::new(10);
    for (count, has_range_rate) in [(2, true), (2, false), (3, false), (4, true), (4, false)] {
        let (mut sum, runs) = (0.0, 150);
        for _ in 0..runs {
            let mut truth = incoming(&mut dice);
            let errors = Errors::new(&mut dice);
            let mut plots = Vec::new();
            for i in 0..count {
                truth = if i > 0 {
                    propagate(&truth, 5.0, &Body::VACUUM)
                } else {
                    truth
                };
                let mut measured = plot(
                    after(epoch(), 5.0 * f64::from(i)),
                    errors.spoil(&ideal(&truth), &mut dice),
                );
                if let MeasurementBody::Radar(radar) = &mut measured.body {
                    radar.has_range_rate = has_range_rate;
                }
                plots.push(measured);
            }
            sum += nees(&initiate(&plots).unwrap().filter, &truth);
        }
        let mean = sum / f64::from(runs);
        let (low, high) = band(6.0, f64::from(runs));
        println!(
            "start from {count} plots, range rate {has_range_rate}: NEES {mean:.2}; band {low:.2} to {high:.2}"
        );
        assert!(
            mean > low && mean < high,
            "{count} {has_range_rate}: {mean}"
        );
    }
}
