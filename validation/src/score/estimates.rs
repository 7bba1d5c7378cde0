//! One estimate against the truth at one moment.

use forewarn_formats::events::{AssessmentLine, EllipseLine, ImpactLine, LaunchLine};
use forewarn_formats::geojson::Geometry;
use forewarn_formats::truth::{TruthObject, TruthPlace};
use forewarn_formats::words::UtcTime;
use forewarn_physics::frames::geodesic::inverse;
use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::math::{cos, sin, wrap_pi};
use forewarn_physics::time::{Epoch, seconds_between};
use serde::Serialize;

/// Half width of a Gaussian's central 90 %, in sigmas.
const SIGMAS_90: f64 = 1.644_853_627;

/// When an estimate is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// Cut-off + 15 s.
    AfterCutoff,
    /// The radar's first report + 60 s.
    AfterRadar,
    /// Impact − 120 s.
    BeforeImpact,
}

/// The launch estimate against the truth.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LaunchScore {
    /// Distance between estimate and truth [m].
    pub error_m: f64,
    /// Semi-major axis of the 90 % ellipse [m].
    pub semi_major_m: f64,
    /// Whether the ellipse holds the truth.
    pub inside_90: bool,
    /// Estimated minus true time [s].
    pub time_error_s: f64,
    /// Whether the 90 % interval of the time holds the truth.
    pub time_inside_90: bool,
    /// Estimated minus true azimuth at cut-off [rad].
    pub azimuth_error_rad: Option<f64>,
}

/// The impact estimate against the truth. A region has no point and so no error.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ImpactScore {
    /// Distance between estimate and truth [m]; none for a region.
    pub error_m: Option<f64>,
    /// Semi-major axis of the 90 % ellipse [m]; none for a region.
    pub semi_major_m: Option<f64>,
    /// Whether the ellipse or region holds the truth.
    pub inside_90: bool,
    /// Estimated minus true time [s].
    pub time_error_s: Option<f64>,
    /// Whether the 90 % interval of the time holds the truth.
    pub time_inside_90: Option<bool>,
}

/// What was said of a threat at one moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MomentScore {
    /// Which moment.
    pub moment: Moment,
    /// When that was.
    pub time: UtcTime,
    /// The engine's object that spoke for the threat; none where nothing did.
    pub object: Option<String>,
    /// Its verdict then.
    pub verdict: Option<&'static str>,
    /// Its launch estimate, if it had one.
    pub launch: Option<LaunchScore>,
    /// Its impact estimate, if it had one.
    pub impact: Option<ImpactScore>,
}

/// Judges what was said last before a moment.
pub(super) fn judge(
    moment: Moment,
    time: Epoch,
    said: Option<&AssessmentLine>,
    truth: &TruthObject,
) -> MomentScore {
    let launch = said
        .and_then(|line| line.launch.as_ref())
        .zip(truth.launch.as_ref());
    MomentScore {
        moment,
        time: UtcTime(time),
        object: said.map(|line| line.object.clone()),
        verdict: said.map(|line| line.verdict.0.word()),
        launch: launch.map(|(line, place)| launch_score(line, place)),
        impact: said
            .zip(truth.impact.as_ref())
            .and_then(|(line, place)| impact_score(line, place)),
    }
}

fn place(latitude_deg: f64, longitude_deg: f64) -> Geodetic {
    Geodetic::from_degrees(latitude_deg, longitude_deg, 0.0)
}

fn launch_score(line: &LaunchLine, truth: &TruthPlace) -> LaunchScore {
    let estimate = place(line.latitude_deg, line.longitude_deg);
    let offset = inverse(&estimate, &place(truth.latitude_deg, truth.longitude_deg));
    let time_error_s = seconds_between(truth.time.0, line.time.0);
    LaunchScore {
        error_m: offset.distance_m,
        semi_major_m: line.ellipse_90.semi_major_m,
        inside_90: inside(&line.ellipse_90, offset.distance_m, offset.azimuth_from_rad),
        time_error_s,
        time_inside_90: time_error_s.abs() <= SIGMAS_90 * line.time_sigma_s,
        azimuth_error_rad: truth
            .azimuth_rad
            .map(|true_rad| wrap_pi(line.azimuth_rad - true_rad)),
    }
}

fn impact_score(line: &AssessmentLine, truth: &TruthPlace) -> Option<ImpactScore> {
    let interval = |time: Epoch, sigma_s: f64| {
        let error_s = seconds_between(truth.time.0, time);
        (Some(error_s), Some(error_s.abs() <= SIGMAS_90 * sigma_s))
    };
    if let Some(point) = &line.impact {
        return Some(point_score(
            point,
            truth,
            interval(point.time.0, point.time_sigma_s),
        ));
    }
    let region = line.impact_region.as_ref()?;
    let (time_error_s, time_inside_90) = line
        .impact_region_time
        .as_ref()
        .map_or((None, None), |time| {
            interval(time.time.0, time.time_sigma_s)
        });
    Some(ImpactScore {
        error_m: None,
        semi_major_m: None,
        inside_90: region_holds(region, truth.latitude_deg, truth.longitude_deg),
        time_error_s,
        time_inside_90,
    })
}

fn point_score(
    line: &ImpactLine,
    truth: &TruthPlace,
    (time_error_s, time_inside_90): (Option<f64>, Option<bool>),
) -> ImpactScore {
    let estimate = place(line.latitude_deg, line.longitude_deg);
    let offset = inverse(&estimate, &place(truth.latitude_deg, truth.longitude_deg));
    ImpactScore {
        error_m: Some(offset.distance_m),
        semi_major_m: Some(line.ellipse_90.semi_major_m),
        inside_90: inside(&line.ellipse_90, offset.distance_m, offset.azimuth_from_rad),
        time_error_s,
        time_inside_90,
    }
}

/// Whether an ellipse holds a point at a distance and azimuth from its centre.
pub(super) fn inside(ellipse: &EllipseLine, distance_m: f64, azimuth_rad: f64) -> bool {
    let turned_rad = azimuth_rad - ellipse.azimuth_rad;
    let along = distance_m * cos(turned_rad) / ellipse.semi_major_m;
    let across = distance_m * sin(turned_rad) / ellipse.semi_minor_m;
    // An ellipse of no width holds nothing: the comparison is false for NaN.
    along * along + across * across <= 1.0
}

/// Whether a GeoJSON region holds a place. Rings are cut at the antimeridian, so that plane
/// geometry in degrees will do.
pub(super) fn region_holds(region: &Geometry, latitude_deg: f64, longitude_deg: f64) -> bool {
    let holds = |rings: &[Vec<[f64; 2]>]| {
        rings
            .first()
            .is_some_and(|outer| ring_holds(outer, latitude_deg, longitude_deg))
    };
    match region {
        Geometry::Polygon { coordinates } => holds(coordinates),
        Geometry::MultiPolygon { coordinates } => coordinates.iter().any(|rings| holds(rings)),
    }
}

fn ring_holds(ring: &[[f64; 2]], latitude_deg: f64, longitude_deg: f64) -> bool {
    let crossings = ring.windows(2).filter(|edge| {
        let ([x0, y0], [x1, y1]) = (edge[0], edge[1]);
        (y0 > latitude_deg) != (y1 > latitude_deg)
            && longitude_deg < x0 + (latitude_deg - y0) / (y1 - y0) * (x1 - x0)
    });
    crossings.count() % 2 == 1
}
