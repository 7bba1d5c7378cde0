//! Made-up runs: flights along great circles with estimates that sharpen as they go.

use std::sync::Arc;

use forewarn_core::model::{
    Assessment, Basis, Class, Event, EventBody, Evidence, EvidenceState, FlightPhase, Health,
    HealthKind, ImpactEstimate, InfraredSensor, LaunchEstimate, Mode, ObjectId, OrbitSource,
    Probabilities, RadarSensor, Reason, Region, Rejection, RejectionReason, Sensor, SensorIndex,
    SensorKind, SiteRank, StateEstimate, TimeLeft, Verdict, View, Warning, WarningAction,
    WarningId,
};
use forewarn_formats::truth::{Truth, TruthObject, TruthOrigin, TruthPlace, TruthState};
use forewarn_formats::words::{UtcTime, Word};
use forewarn_physics::frames::geodesic;
use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::frames::{Covariance6, State};
use forewarn_physics::time::{Epoch, after, parse_utc};
use nalgebra::{Matrix2, Matrix6, Vector3};

/// How long every made-up flight takes.
pub(super) const FLIGHT_S: f64 = 1_500.0;

pub(super) fn start() -> Epoch {
    parse_utc("2026-03-01T12:00:00Z").unwrap()
}

/// A made-up flight.
pub(super) struct Flight {
    pub(super) id: u64,
    pub(super) from_deg: [f64; 2],
    pub(super) to_deg: [f64; 2],
    pub(super) launched_s: f64,
    pub(super) is_threat: bool,
}

pub(super) fn pacific(id: u64, launched_s: f64) -> Flight {
    let shift = id as f64 * 0.35;
    Flight {
        id,
        from_deg: [18.0 + shift, -171.0 + shift],
        to_deg: [-26.0 + shift, 159.0 - shift],
        launched_s,
        is_threat: true,
    }
}

impl Flight {
    fn ends(&self) -> [Geodetic; 2] {
        [self.from_deg, self.to_deg].map(|[lat, lon]| Geodetic::from_degrees(lat, lon, 0.0))
    }

    fn at(&self, share: f64) -> Geodetic {
        let [from, to] = self.ends();
        let line = geodesic::inverse(&from, &to);
        let mut place = geodesic::direct(&from, line.azimuth_from_rad, share * line.distance_m);
        place.height_m = 4.0 * 1.2e6 * share * (1.0 - share);
        place
    }

    fn time(&self, flown_s: f64) -> Epoch {
        after(start(), self.launched_s + flown_s)
    }

    /// The assessments from 40 s after launch to impact.
    pub(super) fn events(&self) -> Vec<Event> {
        let steps = 4..=(FLIGHT_S as i32 / 10);
        steps
            .map(|step| self.event(f64::from(step) * 10.0, step as u32 - 3))
            .collect()
    }

    fn event(&self, flown_s: f64, revision: u32) -> Event {
        let verdict = match flown_s {
            _ if !self.is_threat => Verdict::Insufficient,
            t if t < 70.0 => Verdict::Insufficient,
            t if t < 230.0 => Verdict::Suspected,
            _ => Verdict::Confirmed,
        };
        let [from, to] = self.ends();
        let off = |place: &Geodetic, metres: f64| geodesic::direct(place, 1.0, metres);
        let sharp = 2e6 / (flown_s - 20.0);
        let threat = if self.is_threat {
            1.0 - 0.8 / (1.0 + 0.02 * flown_s)
        } else {
            0.02
        };
        let mut probabilities = [0.0; 14];
        probabilities[Class::BallisticMissile as usize] = threat;
        probabilities[Class::Satellite as usize] = 1.0 - threat;
        let place = self.at(flown_s / FLIGHT_S);
        let radar_sees = flown_s > 220.0;
        let state = |agrees| {
            if agrees {
                EvidenceState::Agrees
            } else {
                EvidenceState::CouldNotSee
            }
        };
        let evidence = |sensor, agrees, log_likelihood_ratio, reports| Evidence {
            sensor: SensorIndex(sensor),
            state: state(agrees),
            log_likelihood_ratio,
            reports,
        };
        let body = Assessment {
            object: ObjectId(self.id),
            revision,
            verdict,
            reason: if verdict == Verdict::Confirmed {
                Reason::TwoPhysicsAgree
            } else {
                Reason::PoweredAscentOneDomain
            },
            classification: if self.is_threat {
                Class::BallisticMissile
            } else {
                Class::Satellite
            },
            probabilities: Probabilities(probabilities),
            phase: match flown_s {
                t if t < 180.0 => FlightPhase::Boost,
                t if t < 1_440.0 => FlightPhase::Coast,
                _ => FlightPhase::Reentry,
            },
            launch: (self.is_threat && flown_s > 60.0).then(|| LaunchEstimate {
                time: self.time(0.4),
                time_sigma_s: 40.0 / flown_s.sqrt(),
                place: off(&from, 0.02 * sharp),
                covariance_en_m2: Matrix2::new(3.0, 1.0, 1.0, 1.5) * (0.01 * sharp * 0.01 * sharp),
                azimuth_rad: 3.7,
                azimuth_sigma_rad: 0.01,
                sites: vec![SiteRank {
                    code: "X".into(),
                    name: "Test range <A>".into(),
                    probability: 0.83,
                }],
            }),
            impact: (self.is_threat && flown_s > 120.0).then(|| ImpactEstimate {
                time: self.time(FLIGHT_S + 2.0),
                time_sigma_s: sharp * 2e-4,
                earliest_95: self.time(FLIGHT_S),
                place: off(&to, 0.2 * sharp),
                covariance_en_m2: Matrix2::new(2.0, -0.8, -0.8, 1.0) * (0.2 * sharp * 0.2 * sharp),
            }),
            impact_region: None,
            time_left: Some(TimeLeft {
                median_s: FLIGHT_S - flown_s,
                earliest_95_s: FLIGHT_S - flown_s - 7.0,
            }),
            state: Some(StateEstimate {
                time: self.time(flown_s),
                state: State::from_vectors(place.to_itrf().vector(), Vector3::new(1.0, 2.0, 3.0)),
                covariance: Covariance6::from_matrix(Matrix6::identity()),
            }),
            burnout: (flown_s > 200.0).then(|| (self.time(178.0), 1.5)),
            evidence: vec![
                evidence(0, true, 6.0, (flown_s / 10.0) as u32),
                evidence(1, true, 5.2, (flown_s / 10.0) as u32),
                evidence(
                    2,
                    radar_sees,
                    if radar_sees { 9.3 } else { 0.0 },
                    if radar_sees { 30 } else { 0 },
                ),
            ],
            basis: (verdict == Verdict::Confirmed).then_some(Basis::TwoPhysics),
            notice_departs: Vec::new(),
            notice_acknowledged_by: None,
            notice: None,
            catalogue: (!self.is_threat).then(|| Arc::from("SAT <1> & co")),
            parent: None,
            claim: None,
            merged_into: None,
            split_from: None,
            detections: vec![Arc::from(format!("d{}-{revision}", self.id))],
            withdrawn: vec![],
        };
        Event {
            time: self.time(flown_s),
            body: EventBody::Assessment(Box::new(body)),
            caused_by: vec![],
        }
    }

    pub(super) fn warning(&self, action: WarningAction, flown_s: f64, revision: u32) -> Event {
        let [_, to] = self.ends();
        let body = Warning {
            warning: WarningId(1),
            revision,
            action,
            mode: Mode::Exercise,
            objects: vec![ObjectId(self.id)],
            areas: vec![Region::Circle {
                centre: to,
                radius_m: 2.5e5,
            }],
            time_left_s: Some(FLIGHT_S - flown_s),
            earliest_95_s: Some(FLIGHT_S - flown_s - 7.0),
            released_by: None,
            headline: "EXERCISE: ballistic missile, impact expected".into(),
            description: "Take cover when told. <script>alert('x')</script>".into(),
        };
        Event {
            time: self.time(flown_s),
            body: EventBody::Warning(Box::new(body)),
            caused_by: vec![],
        }
    }

    pub(super) fn truth(&self, truth: &mut Truth) {
        let name = format!("true-{}", self.id);
        let [from, to] = self.ends();
        let place = |place: &Geodetic, flown_s: f64| TruthPlace {
            time: UtcTime(self.time(flown_s)),
            latitude_deg: place.latitude_rad.to_degrees(),
            longitude_deg: place.longitude_rad.to_degrees(),
            height_m: 0.0,
            azimuth_rad: None,
        };
        truth.objects.push(TruthObject {
            object: name.clone(),
            class: Word(Class::BallisticMissile),
            parent: None,
            launch: Some(place(&from, 0.0)),
            impact: Some(place(&to, FLIGHT_S)),
            cutoff_time: None,
        });
        for step in 0..=50 {
            let share = f64::from(step) / 50.0;
            truth.states.push(TruthState {
                time: UtcTime(self.time(FLIGHT_S * share)),
                object: name.clone(),
                position_m: self.at(share).to_itrf().vector().into(),
                velocity_m_s: [0.0; 3],
                phase: Word(FlightPhase::Coast),
            });
        }
        for revision in 1..20 {
            let detection = format!("d{}-{revision}", self.id);
            truth.origins.push(TruthOrigin {
                detection,
                object: Some(name.clone()),
            });
        }
    }
}

fn infrared(id: &str, longitude_deg: f64) -> Sensor {
    Sensor {
        id: Arc::from(id),
        failure_domains: vec![Arc::from(format!("station-of-{id}"))],
        revisit_s: 10.0,
        detection_probability: 0.95,
        false_detections_per_scan: 3.0,
        kind: SensorKind::Infrared(InfraredSensor {
            orbit: Some(OrbitSource::Geostationary {
                longitude_rad: longitude_deg.to_radians(),
            }),
            sigma_rad: 2e-5,
            bias_sigma_rad: 1e-5,
            threshold_w_sr: 2e4,
            band: None,
            view: View::Earth,
            sun_exclusion_rad: 0.1,
            cloud_break_height_m: 8e3,
        }),
    }
}

pub(super) fn sensors() -> Vec<Sensor> {
    let radar = Sensor {
        id: Arc::from("picket \"<north>\""),
        failure_domains: vec![Arc::from("picket")],
        revisit_s: 2.0,
        detection_probability: 0.9,
        false_detections_per_scan: 3.0,
        kind: SensorKind::Radar(RadarSensor {
            site: Geodetic::from_degrees(-24.0, 160.5, 100.0),
            azimuth_rad: [330.0_f64.to_radians(), 90.0_f64.to_radians()],
            elevation_rad: [0.035, 1.2],
            range_max_m: 4e6,
            unambiguous_range_m: None,
            bias_sigma_range_m: 50.0,
            bias_sigma_azimuth_rad: 2e-4,
            bias_sigma_elevation_rad: 2e-4,
            refraction_included: false,
            light_time_included: false,
        }),
    };
    vec![infrared("geo-1", -175.0), infrared("geo-2", 120.0), radar]
}

/// One flight from launch to impact, warned of, with refused records and a sick sensor.
pub(super) fn one_flight() -> (Vec<Event>, Truth) {
    let flight = pacific(1, 0.0);
    let mut events = flight.events();
    events.push(flight.warning(WarningAction::Issue, 230.0, 1));
    events.push(flight.warning(WarningAction::Update, 400.0, 2));
    events.push(flight.warning(WarningAction::Cancel, FLIGHT_S + 60.0, 3));
    for (record, detail) in [
        ("bad<id>", "latitude_deg 200 must be -90 to 90"),
        ("x2", "a & b"),
    ] {
        let body = Rejection {
            record: Arc::from(record),
            reason: RejectionReason::ImpossibleValue,
            detail: detail.into(),
        };
        events.push(Event {
            time: flight.time(90.0),
            body: EventBody::Rejection(body),
            caused_by: vec![],
        });
    }
    let body = Health {
        sensor: SensorIndex(1),
        kind: HealthKind::Silent,
        detail: "nothing for 60 s".into(),
    };
    events.push(Event {
        time: flight.time(700.0),
        body: EventBody::Health(body),
        caused_by: vec![],
    });
    events.sort_by_key(|event| event.time);
    let mut truth = Truth::default();
    flight.truth(&mut truth);
    (events, truth)
}

/// Many flights in two minutes.
pub(super) fn raid(threats: u64, others: u64) -> Vec<Event> {
    let mut events = Vec::new();
    for id in 0..threats {
        events.extend(pacific(id + 1, 120.0 * (id as f64) / threats as f64).events());
    }
    for id in 0..others {
        let turn = id as f64 * 37.0;
        let flight = Flight {
            id: 1_000 + id,
            from_deg: [-50.0 + (id % 100) as f64, turn.rem_euclid(360.0) - 180.0],
            to_deg: [
                50.0 - (id % 90) as f64,
                (turn + 50.0).rem_euclid(360.0) - 180.0,
            ],
            launched_s: 0.0,
            is_threat: false,
        };
        events.extend(flight.events());
    }
    let mut warning = pacific(1, 0.0).warning(WarningAction::Issue, 240.0, 1);
    if let EventBody::Warning(warning) = &mut warning.body {
        warning.objects = (1..=threats).map(ObjectId).collect();
    }
    if threats > 0 {
        events.push(warning);
    }
    events.sort_by_key(|event| event.time);
    events
}
