//! What people and other systems say in a scenario: notices, claims, actions, protected areas.

use forewarn_core::engine::ProtectedArea;
use forewarn_core::model::{Action, ActionKind, Claim, Class, Notice, Record, Region};
use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::time::{Epoch, after};
use serde::Deserialize;

use super::error::{ScenarioError, Source};
use super::file::ScenarioFile;

/// A circle on the ground, or a polygon.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AreaFile {
    name: Option<String>,
    latitude_deg: Option<f64>,
    longitude_deg: Option<f64>,
    radius_m: Option<f64>,
    polygon_deg: Option<Vec<[f64; 2]>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClaimFile {
    time_s: f64,
    issuer: String,
    text: String,
    count: Option<u32>,
    #[serde(default)]
    sensors: Vec<String>,
    launch_area: Option<AreaFile>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NoticeFile {
    received_s: f64,
    issuer: String,
    class: String,
    window_s: [f64; 2],
    launch_area: AreaFile,
    #[serde(default)]
    impact_areas: Vec<AreaFile>,
    azimuth_deg: Option<f64>,
    azimuth_tolerance_deg: Option<f64>,
    count: Option<u32>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ActionFile {
    time_s: f64,
    by: String,
    action: String,
    target: String,
}

/// The records that people make, in order of time, and the areas to be warned.
pub(super) struct People {
    pub(super) records: Vec<Record>,
    pub(super) areas: Vec<ProtectedArea>,
}

pub(super) fn check(
    source: &Source<'_>,
    written: &ScenarioFile,
    start: Epoch,
) -> Result<People, ScenarioError> {
    let mut records: Vec<(f64, Record)> = Vec::new();
    for (index, file) in written.notice.iter().enumerate() {
        let refuse = |key: &str, what| source.at_key("notice", index, key, what);
        records.push((
            file.received_s,
            Record::Notice(notice(file, index, start, &refuse)?),
        ));
    }
    for (index, file) in written.claim.iter().enumerate() {
        let refuse = |key: &str, what| source.at_key("claim", index, key, what);
        records.push((
            file.time_s,
            Record::Claim(claim(file, index, start, &refuse)?),
        ));
    }
    for (index, file) in written.action.iter().enumerate() {
        let kind = ActionKind::from_word(&file.action).ok_or_else(|| {
            let what = format!(
                "`{}` is not something that people do: acknowledge, release, retract",
                file.action
            );
            source.at_key("action", index, "action", what)
        })?;
        let action = Action {
            id: format!("action-{}", index + 1).into(),
            time: after(start, file.time_s),
            by: file.by.clone(),
            kind,
            target: file.target.clone(),
        };
        records.push((file.time_s, Record::Action(action)));
    }
    records.sort_by(|a, b| a.0.total_cmp(&b.0));
    let areas = written.protected_area.iter().enumerate();
    let areas = areas.map(|(index, file)| {
        let refuse = |key: &str, what| source.at_key("protected_area", index, key, what);
        Ok(ProtectedArea {
            name: file.name.clone().unwrap_or(format!("area {}", index + 1)),
            region: area(file, &refuse)?,
        })
    });
    Ok(People {
        records: records.into_iter().map(|(_, record)| record).collect(),
        areas: areas.collect::<Result<_, _>>()?,
    })
}

type Refuse<'a> = dyn Fn(&str, String) -> ScenarioError + 'a;

fn claim(
    file: &ClaimFile,
    index: usize,
    start: Epoch,
    refuse: &Refuse<'_>,
) -> Result<Claim, ScenarioError> {
    Ok(Claim {
        id: format!("claim-{}", index + 1).into(),
        time: after(start, file.time_s),
        issuer: file.issuer.clone(),
        text: file.text.clone(),
        count: file.count,
        sensors: file
            .sensors
            .iter()
            .map(|name| name.as_str().into())
            .collect(),
        launch_area: file
            .launch_area
            .as_ref()
            .map(|written| area(written, refuse))
            .transpose()?,
    })
}

fn notice(
    file: &NoticeFile,
    index: usize,
    start: Epoch,
    refuse: &Refuse<'_>,
) -> Result<Notice, ScenarioError> {
    let class = Class::from_word(&file.class)
        .ok_or_else(|| refuse("class", format!("`{}` is not a class", file.class)))?;
    if file.window_s[0] > file.window_s[1] {
        return Err(refuse(
            "window_s",
            "`window_s` ends before it begins".into(),
        ));
    }
    let areas = file
        .impact_areas
        .iter()
        .map(|written| area(written, refuse));
    Ok(Notice {
        id: format!("notice-{}", index + 1).into(),
        issuer: file.issuer.clone(),
        received: after(start, file.received_s),
        class,
        window: file.window_s.map(|time_s| after(start, time_s)),
        launch_area: area(&file.launch_area, refuse)?,
        impact_areas: areas.collect::<Result<_, _>>()?,
        azimuth_rad: file.azimuth_deg.map(f64::to_radians),
        azimuth_tolerance_rad: file.azimuth_tolerance_deg.map(f64::to_radians),
        count: file.count,
    })
}

fn area(file: &AreaFile, refuse: &Refuse<'_>) -> Result<Region, ScenarioError> {
    let region = match (file.latitude_deg, file.longitude_deg, file.radius_m) {
        (Some(latitude_deg), Some(longitude_deg), Some(radius_m))
            if latitude_deg.abs() <= 90.0 && longitude_deg.abs() <= 360.0 && radius_m > 0.0 =>
        {
            Some(Region::Circle {
                centre: Geodetic::from_degrees(latitude_deg, longitude_deg, 0.0),
                radius_m,
            })
        }
        _ => None,
    };
    let polygon = file.polygon_deg.as_ref().filter(|ring| ring.len() >= 3);
    let polygon = polygon.map(|ring| {
        let mut closed: Vec<[f64; 2]> = ring.iter().map(|at| at.map(f64::to_radians)).collect();
        if closed.first() != closed.last() {
            closed.extend(closed.first().copied());
        }
        Region::Polygon(closed)
    });
    region.or(polygon).ok_or_else(|| {
        let what = "an area is `latitude_deg`, `longitude_deg` and `radius_m`, or `polygon_deg` with three corners or more";
        refuse("latitude_deg", what.into())
    })
}
