//! From the engine's events to lines.

use std::borrow::Cow;
use std::collections::BTreeMap;

use forewarn_core::engine::Setup;
use forewarn_core::model::{
    Assessment, Basis, Ellipse, Event, EventBody, Evidence, ImpactEstimate, LaunchEstimate, Mode,
    ObjectId, RecordId, ReleasedBy, Sensor, SensorIndex, StateEstimate, Verdict, Warning,
};
use forewarn_physics::time::Epoch;
use nalgebra::Matrix2;

use super::assessment::{
    AssessmentLine, BurnoutLine, EllipseLine, EvidenceLine, ImpactLine, LaunchLine,
    ProbabilitiesLine, RegionTimeLine, SiteLine, StateLine, TimeLeftLine,
};
use super::line::{
    AssessmentEvent, EventLine, HealthLine, RejectionLine, ReleasedByLine, WarningLine,
};
use crate::geojson::{feature_collection, ring_geometry};
use crate::words::{UtcTime, Word};

/// Share of the probability that the ellipses of the file hold.
const ELLIPSE_PROBABILITY: f64 = 0.9;

/// Writes events in order. It remembers what each object's confirmation rests on, since a warning
/// about it must say so too.
#[derive(Debug, Clone)]
pub struct EventWriter<'a> {
    sensors: &'a [Sensor],
    mode: Option<Mode>,
    single_physics: BTreeMap<ObjectId, Option<Epoch>>,
}

impl<'a> EventWriter<'a> {
    /// For one run.
    pub fn new(setup: &'a Setup) -> Self {
        Self {
            sensors: &setup.sensors,
            mode: Some(setup.mode),
            single_physics: BTreeMap::new(),
        }
    }

    /// One line of `events.ndjson`, without a line feed.
    pub fn line(&mut self, event: &Event) -> String {
        crate::record::json_line(&self.event(event))
    }

    /// The same before it is text.
    pub fn event(&mut self, event: &Event) -> EventLine {
        if let EventBody::Assessment(assessment) = &event.body {
            self.remember(assessment);
        }
        let (time, caused_by, mode) = (
            UtcTime(event.time),
            strings(&event.caused_by),
            self.mode.map(Word),
        );
        match &event.body {
            EventBody::Assessment(body) => EventLine::Assessment(Box::new(AssessmentEvent {
                time,
                event: Cow::Borrowed("assessment"),
                mode,
                assessment: assessment_line(body, self.sensors),
                caused_by,
            })),
            EventBody::Warning(body) => {
                EventLine::Warning(Box::new(self.warning(time, body, caused_by)))
            }
            EventBody::Rejection(body) => EventLine::Rejection(RejectionLine {
                time,
                event: Cow::Borrowed("rejection"),
                mode,
                record: body.record.to_string(),
                reason: Word(body.reason),
                detail: body.detail.clone(),
                caused_by,
            }),
            EventBody::Health(body) => EventLine::Health(HealthLine {
                time,
                event: Cow::Borrowed("health"),
                mode,
                sensor: sensor_id(self.sensors, body.sensor),
                kind: Word(body.kind),
                detail: body.detail.clone(),
                caused_by,
            }),
        }
    }

    fn remember(&mut self, assessment: &Assessment) {
        match &assessment.basis {
            Some(Basis::SinglePhysics {
                other_physics_first,
            }) if assessment.verdict == Verdict::Confirmed => {
                self.single_physics
                    .insert(assessment.object, *other_physics_first);
            }
            _ => {
                self.single_physics.remove(&assessment.object);
            }
        }
    }

    fn warning(&self, time: UtcTime, warning: &Warning, caused_by: Vec<String>) -> WarningLine {
        let single: Vec<Option<Epoch>> = warning
            .objects
            .iter()
            .filter_map(|object| self.single_physics.get(object).copied())
            .collect();
        let time_left = warning.time_left_s.zip(warning.earliest_95_s);
        WarningLine {
            time,
            event: Cow::Borrowed("warning"),
            mode: Word(warning.mode),
            action: Word(warning.action),
            warning: warning.warning.to_string(),
            revision: warning.revision,
            objects: warning.objects.iter().map(ObjectId::to_string).collect(),
            count: u32::try_from(warning.objects.len()).unwrap_or(u32::MAX),
            areas: feature_collection(&warning.areas),
            time_left_s: time_left.map(|(median, earliest_95)| TimeLeftLine {
                median,
                earliest_95,
            }),
            released_by: warning.released_by.as_ref().map(|who| match who {
                ReleasedBy::People(names) => ReleasedByLine::People(names.clone()),
                ReleasedBy::Rule(name) => ReleasedByLine::Rule(name.clone()),
            }),
            basis: (!single.is_empty()).then_some(Cow::Borrowed("single_physics")),
            other_physics_first: single.into_iter().flatten().min().map(UtcTime),
            headline: warning.headline.clone(),
            description: warning.description.clone(),
            caused_by,
        }
    }
}

/// One line of `events.ndjson` on its own: a warning does not say what it rests on.
pub fn event_line(event: &Event, sensors: &[Sensor]) -> String {
    EventWriter {
        sensors,
        mode: None,
        single_physics: BTreeMap::new(),
    }
    .line(event)
}

fn strings(ids: &[RecordId]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

fn sensor_id(sensors: &[Sensor], index: SensorIndex) -> String {
    let sensor = sensors.get(usize::from(index.0));
    sensor.map_or_else(
        || format!("sensor {}", index.0),
        |sensor| sensor.id.to_string(),
    )
}

fn assessment_line(body: &Assessment, sensors: &[Sensor]) -> AssessmentLine {
    let region = body.impact_region.as_ref();
    let (basis, other_physics_first) = match &body.basis {
        None => (None, None),
        Some(Basis::TwoPhysics) => (Some(Cow::Borrowed("two_physics")), None),
        Some(Basis::SinglePhysics {
            other_physics_first,
        }) => (Some(Cow::Borrowed("single_physics")), *other_physics_first),
    };
    let object = |id: &Option<ObjectId>| id.as_ref().map(ObjectId::to_string);
    AssessmentLine {
        object: body.object.to_string(),
        revision: body.revision,
        verdict: Word(body.verdict),
        reason: Word(body.reason),
        classification: Word(body.classification),
        probabilities: ProbabilitiesLine::of(&body.probabilities),
        phase: Word(body.phase),
        launch: body.launch.as_ref().map(launch_line),
        impact: body.impact.as_ref().map(impact_line),
        impact_region: region.map(|region| ring_geometry(&region.ring_rad)),
        impact_region_time: region.map(|region| RegionTimeLine {
            time: UtcTime(region.time),
            time_sigma_s: region.time_sigma_s,
            earliest_95: UtcTime(region.earliest_95),
        }),
        time_left_s: body.time_left.map(|left| TimeLeftLine {
            median: left.median_s,
            earliest_95: left.earliest_95_s,
        }),
        state: body.state.as_ref().map(state_line),
        burnout: body.burnout.map(|(time, time_sigma_s)| BurnoutLine {
            time: UtcTime(time),
            time_sigma_s,
        }),
        evidence: body
            .evidence
            .iter()
            .map(|evidence| evidence_line(evidence, sensors))
            .collect(),
        basis,
        other_physics_first: other_physics_first.map(UtcTime),
        notice: body.notice.as_ref().map(ToString::to_string),
        notice_departs: body.notice_departs.iter().copied().map(Word).collect(),
        notice_acknowledged_by: body
            .notice_acknowledged_by
            .as_ref()
            .map(ToString::to_string),
        catalogue: body.catalogue.as_ref().map(ToString::to_string),
        parent: object(&body.parent),
        claim: body.claim.as_ref().map(ToString::to_string),
        merged_into: object(&body.merged_into),
        split_from: object(&body.split_from),
        detections: strings(&body.detections),
        withdrawn: strings(&body.withdrawn),
    }
}

fn evidence_line(evidence: &Evidence, sensors: &[Sensor]) -> EvidenceLine {
    let domains = sensors
        .get(usize::from(evidence.sensor.0))
        .map_or(&[][..], |sensor| &sensor.failure_domains);
    EvidenceLine {
        sensor: sensor_id(sensors, evidence.sensor),
        failure_domains: domains.iter().map(ToString::to_string).collect(),
        state: Word(evidence.state),
        log_likelihood_ratio: evidence.log_likelihood_ratio,
        reports: evidence.reports,
    }
}

fn ellipse_line(covariance_en_m2: &Matrix2<f64>) -> EllipseLine {
    let ellipse = Ellipse::of(covariance_en_m2, ELLIPSE_PROBABILITY);
    EllipseLine {
        semi_major_m: ellipse.semi_major_m,
        semi_minor_m: ellipse.semi_minor_m,
        azimuth_rad: ellipse.azimuth_rad,
    }
}

fn launch_line(launch: &LaunchEstimate) -> LaunchLine {
    LaunchLine {
        time: UtcTime(launch.time),
        time_sigma_s: launch.time_sigma_s,
        latitude_deg: launch.place.latitude_rad.to_degrees(),
        longitude_deg: launch.place.longitude_rad.to_degrees(),
        ellipse_90: ellipse_line(&launch.covariance_en_m2),
        azimuth_rad: launch.azimuth_rad,
        azimuth_sigma_rad: launch.azimuth_sigma_rad,
        sites: launch
            .sites
            .iter()
            .map(|site| SiteLine {
                code: site.code.clone(),
                name: site.name.clone(),
                probability: site.probability,
            })
            .collect(),
    }
}

fn impact_line(impact: &ImpactEstimate) -> ImpactLine {
    ImpactLine {
        time: UtcTime(impact.time),
        time_sigma_s: impact.time_sigma_s,
        latitude_deg: impact.place.latitude_rad.to_degrees(),
        longitude_deg: impact.place.longitude_rad.to_degrees(),
        ellipse_90: ellipse_line(&impact.covariance_en_m2),
        earliest_95: Some(UtcTime(impact.earliest_95)),
    }
}

fn state_line(estimate: &StateEstimate) -> StateLine {
    let matrix = estimate.covariance.matrix();
    let rows = (0..6).flat_map(|row| (row..6).map(move |column| (row, column)));
    StateLine {
        time: UtcTime(estimate.time),
        position_m: estimate.state.position.vector().into(),
        velocity_m_s: estimate.state.velocity.vector().into(),
        covariance: rows.map(|at| matrix[at]).collect(),
    }
}
