//! Fills the dossier: facts only, no opinion.

use forewarn_physics::flight::coast::{Body, Fate, to_impact};
use forewarn_physics::frames::moon::moon_position_itrf;
use forewarn_physics::frames::sun::{sun_angle_rad, sun_direction_itrf, sun_elevation_rad};
use forewarn_physics::frames::wgs84::{Geodetic, rough_distance_m};
use forewarn_physics::frames::{Itrf, Position, State};
use forewarn_physics::math::{acos, exp, ln};
use forewarn_physics::time::{Epoch, seconds_between};
use nalgebra::{Matrix6, Vector3, Vector6};

use super::boost::{Boost, place_of};
use super::context::Context;
use super::health::Health;
use super::object::{Arc1, Object};
use super::outlook::Outlook;
use crate::assess::{
    AmbiguousEcho, ArcFacts, AscentFacts, Dossier, Glint, MotionFacts, ParentFacts, Physics,
    SensorFacts, SensorFault, SiteMatch, Uncertain,
};
use crate::estimate::ascent::on_shell;
use crate::estimate::impact::{OrbitStatistics, perigee as apsides};
use crate::model::{Band, SensorIndex, SensorKind};
use crate::sensors::SensorModel;
use crate::sensors::coverage::can_see;

/// Noise of the Sun comes in through the main beam and its shoulders [rad].
const SUN_BEAM_RAD: f64 = 0.14;
/// One sigma of the direction of the Moon's echo [rad]: its disc, the beam, our series for it.
const MOON_BEAM_RAD: f64 = 0.015;
/// The same of its folded range [m]: the depth of the body and 0.35 % of its distance.
const MOON_RANGE_M: f64 = 9e5;

/// The dossier of an object now.
pub(super) fn dossier(
    object: &Object,
    outlook: &Outlook,
    context: &Context,
    health: &Health,
    now: Epoch,
) -> Dossier {
    let mut dossier = Dossier::empty(now, object.first, object.last);
    dossier.sensors = (0..)
        .zip(&context.models)
        .map(|(index, model)| sensor_facts(object, outlook, model, health, SensorIndex(index), now))
        .collect();
    dossier.motion = motion(object);
    dossier.ascent = object
        .boost
        .as_ref()
        .map(|boost| ascent(object, boost, outlook, now));
    dossier.arc = object
        .arc
        .as_ref()
        .and_then(|arc| arc_facts(object, arc, outlook, now));
    dossier.catalogue.clone_from(&object.catalogue);
    dossier.ambiguous = ambiguous(object, context, now);
    dossier.end = object.end;
    dossier
}

/// What is known of the object that it came off.
pub(super) fn parent(
    object: &Object,
    verdict: crate::model::Verdict,
    class: crate::model::Class,
) -> Option<ParentFacts> {
    let parent = object.parent?;
    Some(ParentFacts {
        object: parent.object,
        verdict,
        class,
        probability: parent.probability,
        carries_on: false,
    })
}

fn sensor_facts(
    object: &Object,
    outlook: &Outlook,
    model: &SensorModel,
    health: &Health,
    sensor: SensorIndex,
    now: Epoch,
) -> SensorFacts {
    let given = object.contributions.get(&sensor);
    let infrared = matches!(model.sensor.kind, SensorKind::Infrared(_));
    let cutoff = outlook.burnout.map_or(now, |(time, _)| time);
    let first = object.first;
    let mut could_have_seen = false;
    let mut first_could_see = None;
    let mut sees_now = false;
    for (time, place) in &outlook.path {
        // Heat is seen under power only, and from when the first report was possible.
        if infrared && *time > cutoff {
            continue;
        }
        if can_see(model, *time, place, None).is_in_view() {
            first_could_see.get_or_insert(*time);
            could_have_seen |= *time >= first && *time <= now;
            sees_now |= seconds_between(*time, now).abs() <= 8.0;
        }
    }
    SensorFacts {
        sensor,
        physics: Physics::of(&model.sensor.kind),
        failure_domains: model.sensor.failure_domains.clone(),
        reports: given.map_or(0, |given| given.reports),
        log_likelihood_ratio: given.map_or(0.0, |given| given.log_likelihood_ratio),
        sees_now,
        could_have_seen: could_have_seen || given.is_some(),
        first_could_see,
        alive: health.is_alive(sensor, now),
        missed_log_likelihood: given.map_or(0.0, |given| {
            if infrared && !object.is_burning() {
                0.0
            } else {
                given.missed_log
            }
        }),
        glint: glint(object, model, outlook, now),
        fault: health.fault(sensor).filter(|fault| {
            *fault != SensorFault::Interference || towards_sun(outlook, model, now)
        }),
    }
}

/// Whether a radar sees the object where the Sun stands.
fn towards_sun(outlook: &Outlook, model: &SensorModel, now: Epoch) -> bool {
    let (Some(state), Some(site)) = (&outlook.state, &model.site) else {
        return true;
    };
    let offset = state.state.position.vector() - site.position_m;
    sun_angle_rad(&offset, &sun_direction_itrf(now)) < SUN_BEAM_RAD
}

/// The Moon, where a radar that cannot tell ranges apart may take its echo for this object.
fn ambiguous(object: &Object, context: &Context, now: Epoch) -> Option<AmbiguousEcho> {
    let arc = object.arc.as_ref().filter(|_| object.boost.is_none())?;
    let filter = arc.filter.predicted(now.min(arc.last)).ok()?;
    let state = filter.state().state;
    let spread = filter.gaussian().covariance;
    let speed_sigma_m_s = (3..6)
        .map(|axis| spread[(axis, axis)])
        .sum::<f64>()
        .max(0.0)
        .sqrt();
    let moon_m = moon_position_itrf(arc.last);
    let of = |sensor: &SensorIndex| {
        let model = context.models.get(usize::from(sensor.0))?;
        let SensorKind::Radar(radar) = &model.sensor.kind else {
            return None;
        };
        let (site, unambiguous_m) = (model.site.as_ref()?, radar.unambiguous_range_m?);
        let there = site
            .predict(&state.position.vector(), &state.velocity.vector())
            .value;
        let angle_rad = sun_angle_rad(
            &(state.position.vector() - site.position_m),
            &(moon_m - site.position_m),
        );
        // Echoes come from the near face and, weaker, from all the depth behind it.
        let folded_m = (moon_m - site.position_m).norm().rem_euclid(unambiguous_m);
        let apart_m = (there[0] - folded_m + 0.5 * unambiguous_m).rem_euclid(unambiguous_m)
            - 0.5 * unambiguous_m;
        let (along, across) = (apart_m / MOON_RANGE_M, angle_rad / MOON_BEAM_RAD);
        Some(AmbiguousEcho {
            body: "Moon",
            distance_sigmas: (along * along + across * across).sqrt(),
            speed_at_least_m_s: state.velocity.vector().norm() - 2.0 * speed_sigma_m_s,
        })
    };
    let all = object.contributions.keys().filter_map(of);
    all.min_by(|a, b| a.distance_sigmas.total_cmp(&b.distance_sigmas))
}

fn glint(object: &Object, model: &SensorModel, outlook: &Outlook, now: Epoch) -> Glint {
    let SensorKind::Infrared(infrared) = &model.sensor.kind else {
        return Glint::Excluded;
    };
    let high = outlook
        .state
        .as_ref()
        .is_some_and(|state| Geodetic::from_itrf(state.state.position).height_m > 25e3);
    let last = object
        .looks
        .iter()
        .rev()
        .find(|(sensor, _)| *sensor == model.index);
    let Some((_, hit)) = last.filter(|_| !high && infrared.band != Some(Band::Micron43)) else {
        return Glint::Excluded;
    };
    match glint_angle_rad(&hit.sensor_position_m, &hit.direction, now) {
        Some(angle_rad) => Glint::Possible { angle_rad },
        None => Glint::Excluded,
    }
}

/// From where a level mirror at cloud height throws the Sun to the line of sight [rad]; none
/// where the Sun is down.
pub(super) fn glint_angle_rad(
    sensor_position_m: &Vector3<f64>,
    direction: &Vector3<f64>,
    now: Epoch,
) -> Option<f64> {
    let place = on_shell(sensor_position_m, direction, 8e3);
    let up = Geodetic::from_itrf(Position::from_vector(place)).up();
    let sun = sun_direction_itrf(now);
    if sun_elevation_rad(&up, &sun) < -0.02 {
        return None;
    }
    let mirrored = 2.0 * up.dot(&sun) * up - sun;
    Some(acos((-direction).dot(&mirrored).clamp(-1.0, 1.0)))
}

/// Motion on a shell at 30 km, from the sensor that has most looks.
fn motion(object: &Object) -> Option<MotionFacts> {
    let sensor = object
        .looks
        .iter()
        .map(|(sensor, _)| *sensor)
        .max_by_key(|sensor| {
            object
                .contributions
                .get(sensor)
                .map_or(0, |given| given.reports)
        })?;
    let looks: Vec<_> = object
        .looks
        .iter()
        .filter(|(known, _)| *known == sensor)
        .map(|(_, hit)| hit)
        .collect();
    let (first, last) = (looks.first()?, looks.last()?);
    let place = |index: usize| {
        on_shell(
            &looks[index].sensor_position_m,
            &looks[index].direction,
            30e3,
        )
    };
    let n = looks.len();
    let duration_s = seconds_between(first.time, last.time);
    let noise_m = 36e6 * first.sigma_rad;
    let (mut speed, mut growth) = (Uncertain::new(0.0, 1e4), Uncertain::new(0.0, 1e3));
    if n >= 2 && duration_s > 0.1 {
        let middle = n / 2;
        speed = Uncertain::new(
            (place(n - 1) - place(0)).norm() / duration_s,
            1.5 * noise_m / duration_s,
        );
        let (t1, t2) = (
            seconds_between(first.time, looks[middle].time),
            seconds_between(looks[middle].time, last.time),
        );
        if n >= 3 && t1 > 0.1 && t2 > 0.1 {
            let (v1, v2) = (
                (place(middle) - place(0)).norm() / t1,
                (place(n - 1) - place(middle)).norm() / t2,
            );
            let span_s = 0.5 * (t1 + t2);
            growth = Uncertain::new((v2 - v1) / span_s, 2.5 * noise_m / (span_s * span_s));
        }
    }
    let lights: Vec<(f64, f64)> = looks
        .iter()
        .filter_map(|hit| {
            Some((
                seconds_between(first.time, hit.time),
                ln(hit.intensity_w_sr.filter(|w| *w > 0.0)?),
            ))
        })
        .collect();
    let (mean_ln, slope, spread) = trend(&lights);
    Some(MotionFacts {
        reports: n as u32,
        duration_s,
        log_odds_moving: -object.still_log_odds,
        log_odds_real: object.score,
        speed_m_s: speed,
        acceleration_m_s2: growth,
        vertical_speed_m_s: object
            .boost
            .as_ref()
            .filter(|boost| boost.satellites > 1)
            .map(|boost| vertical(&boost.last)),
        intensity_w_sr: (!lights.is_empty()).then(|| exp(mean_ln)),
        intensity_growth_per_s: slope,
        intensity_ln_spread: (lights.len() >= 3).then_some(spread),
    })
}

fn trend(points: &[(f64, f64)]) -> (f64, Option<Uncertain>, f64) {
    let n = points.len() as f64;
    if points.is_empty() {
        return (0.0, None, 0.0);
    }
    let (mt, mv) = (
        points.iter().map(|p| p.0).sum::<f64>() / n,
        points.iter().map(|p| p.1).sum::<f64>() / n,
    );
    let tt: f64 = points.iter().map(|p| (p.0 - mt) * (p.0 - mt)).sum();
    if points.len() < 3 || tt <= 0.0 {
        return (mv, None, 0.0);
    }
    let slope = points.iter().map(|p| (p.0 - mt) * (p.1 - mv)).sum::<f64>() / tt;
    let residual: f64 = points
        .iter()
        .map(|p| p.1 - mv - slope * (p.0 - mt))
        .map(|r| r * r)
        .sum();
    let spread = (residual / (n - 2.0)).sqrt();
    (
        mv,
        Some(Uncertain::new(slope, (spread.max(0.05)) / tt.sqrt())),
        spread,
    )
}

fn vertical(state: &(Vector6<f64>, Matrix6<f64>)) -> Uncertain {
    let up = place_of(&state.0).up();
    along(state, &up)
}

/// A component of velocity along a direction, with its sigma.
fn along(state: &(Vector6<f64>, Matrix6<f64>), direction: &Vector3<f64>) -> Uncertain {
    let velocity: Vector3<f64> = state.0.fixed_rows::<3>(3).into_owned();
    let spread = state.1.fixed_view::<3, 3>(3, 3) * direction;
    Uncertain::new(
        velocity.dot(direction),
        direction.dot(&spread).max(0.0).sqrt(),
    )
}

fn ascent(object: &Object, boost: &Boost, outlook: &Outlook, now: Epoch) -> AscentFacts {
    let posterior = &boost.posterior;
    let best = posterior.best();
    let launch = posterior.launch();
    let (mean, covariance) = boost.last;
    let velocity: Vector3<f64> = mean.fixed_rows::<3>(3).into_owned();
    let place = place_of(&mean);
    let up = place.up();
    let level = (velocity - up * velocity.dot(&up))
        .try_normalize(1e-6)
        .unwrap_or(Vector3::x());
    let speed = along(&boost.last, &velocity.try_normalize(1e-6).unwrap_or(up));
    let orbit = apsides::statistics(&mean, &covariance);
    let earlier = posterior.state(posterior.last_s - 3.0).0;
    let acceleration = (velocity - earlier.fixed_rows::<3>(3)).norm() / 3.0;
    let height_spread = up
        .dot(&(covariance.fixed_view::<3, 3>(0, 0) * up))
        .max(0.0)
        .sqrt();
    let start: State<Itrf> = State::from_vectors(mean.fixed_rows::<3>(0).into_owned(), velocity);
    let range = match to_impact(&start, &Body::VACUUM, 0.0, 7_200.0) {
        Fate::Impact(impact) => Some(rough_distance_m(
            &launch.place,
            &Geodetic::from_itrf(impact.state.position),
        )),
        Fate::Orbit | Fate::TooLong => None,
    };
    let missed = object.missed_since();
    let burning_probability = match (missed, object.misses.len()) {
        (Some(_), _) => 0.02,
        (None, 0) => 1.0,
        (None, _) => 0.6,
    };
    AscentFacts {
        satellites: boost.satellites,
        reports: boost.looks,
        chi_square: best.fit.chi_square,
        degrees_of_freedom: best.fit.degrees,
        p_value: posterior.p_value,
        log_evidence_ratio: boost.log_evidence_ratio,
        burn_s: Uncertain::new(
            posterior.last_s - launch.time_s,
            launch.covariance[(2, 2)].max(0.0).sqrt(),
        ),
        burning_probability,
        silence_s: object
            .looks
            .last()
            .map_or(0.0, |(_, hit)| seconds_between(hit.time, now)),
        since_cutoff_s: missed
            .and(outlook.burnout)
            .map(|(time, _)| seconds_between(time, now)),
        speed_m_s: speed,
        speed_max_m_s: speed,
        acceleration_m_s2: Some(Uncertain::new(acceleration, speed.sigma / 5.0 + 1.0)),
        height_m: Uncertain::new(boost.last_height_m(), height_spread),
        vertical_speed_m_s: along(&boost.last, &up),
        horizontal_speed_m_s: along(&boost.last, &level),
        perigee_height_m: Uncertain::new(orbit.perigee_m, orbit.perigee_sigma_m),
        apogee_height_m: Some(Uncertain::new(orbit.apogee_m, orbit.apogee_sigma_m)),
        range_m: range.map(|range| Uncertain::new(range, 0.1 * range)),
        site: outlook
            .launch
            .as_ref()
            .and_then(|launch| launch.sites.first())
            .map(|site| SiteMatch {
                name: site.name.clone(),
                probability: site.probability,
                launches_to_orbit: false,
            }),
    }
}

/// Perigee of the osculating ellipse. No ellipse has it above where the body is: what drag has
/// braked has a perigee near the middle of the Earth and a spread that means nothing upward, so in
/// the air its height is eight sigma away: beyond what any prior for satellites outweighs.
fn perigee(orbit: &OrbitStatistics, height_m: f64) -> Uncertain {
    const AIR_M: f64 = 100e3;
    let sigma_m = if height_m < AIR_M {
        let room_m = (height_m - orbit.perigee_m).max(1e3);
        orbit.perigee_sigma_m.min(room_m / 8.0)
    } else {
        orbit.perigee_sigma_m
    };
    Uncertain::new(orbit.perigee_m.min(height_m), sigma_m)
}

fn arc_facts(object: &Object, arc: &Arc1, outlook: &Outlook, now: Epoch) -> Option<ArcFacts> {
    let state = outlook.state.as_ref()?;
    let orbit = outlook.orbit?;
    let velocity = state.state.velocity.vector();
    let speed = velocity.norm();
    let place = Geodetic::from_itrf(state.state.position);
    let direction = velocity / speed.max(1.0);
    let sigma = direction
        .dot(&(state.covariance.matrix().fixed_view::<3, 3>(3, 3) * direction))
        .max(0.0)
        .sqrt();
    let beta = arc.filter.gaussian().ballistic_coefficient_kg_m2();
    let drag = if place.height_m < 120e3 {
        0.5 * forewarn_physics::flight::atmosphere::density_kg_m3(place.height_m.max(0.0))
            * speed
            * speed
            / beta
    } else {
        0.0
    };
    let nis = if arc.nis.1 > 0.0 {
        arc.nis.0 / arc.nis.1
    } else {
        1.0
    };
    Some(ArcFacts {
        updates: arc.updates,
        duration_s: seconds_between(arc.first, arc.last),
        nis_per_dof: nis,
        speed_m_s: Uncertain::new(speed, sigma),
        vertical_speed_m_s: velocity.dot(&place.up()),
        height_m: place.height_m,
        highest_m: arc.highest_m,
        perigee_height_m: perigee(&orbit, place.height_m),
        apogee_height_m: orbit.apogee_m,
        impact_probability: 1.0 - orbit.probability_orbit,
        orbit_probability: orbit.probability_orbit,
        deceleration_m_s2: Uncertain::new(drag, 0.5 * drag + 0.05),
        glide_probability: super::outlook::glide_probability(
            object,
            arc.filter
                .predicted(now)
                .map_or(0.0, |filter| filter.probability_glide()),
        ),
        first_seen_descending: arc.first_descending,
        range_m: outlook
            .launch
            .as_ref()
            .zip(outlook.impact.as_ref())
            .map(|(launch, impact)| rough_distance_m(&launch.place, &impact.place)),
        impact_time: outlook.impact.as_ref().map(|impact| impact.time),
    })
}
