//! Checks of the objects, and the rows of the data files that they name.

use std::sync::Arc;

use forewarn_physics::frames::wgs84::Geodetic;

use super::error::{ScenarioError, Source};
use super::file::{ObjectFile, keys};
use forewarn_core::model::{Class, Mode};

use super::{
    Files, FireRow, FireballRow, Injection, LaunchSpec, ObjectKind, ObjectSpec, PitchChoice,
};
use crate::objects::{class_from_word, class_words, falcon};

/// Radar cross-section of the Moon [m²]: 0.07 of its disc (Evans and Hagfors, *Radar Astronomy*,
/// 1968, for metre waves).
const MOON_RCS_M2: f64 = 6.6e11;

/// Words for kinds of object.
pub(super) const KINDS: &[&str] = &[
    "missile",
    "glider",
    "space_launch",
    "sounding_rocket",
    "ascent",
    "orbit",
    "fireball",
    "fire",
    "glint",
    "aircraft",
    "explosion",
    "moon",
];

/// The keys that a kind of object takes.
pub(super) fn keys_of(kind: &str) -> Option<&'static [&'static str]> {
    Some(match kind {
        "missile" | "glider" | "space_launch" | "sounding_rocket" => keys::LAUNCH,
        "ascent" => keys::ASCENT,
        "orbit" => keys::ORBIT,
        "fireball" => keys::FIREBALL,
        "fire" => keys::FIRE,
        "glint" => keys::GLINT,
        "aircraft" => keys::AIRCRAFT,
        "explosion" => keys::EXPLOSION,
        "moon" => keys::MOON,
        _ => return None,
    })
}

struct Place<'a> {
    source: &'a Source<'a>,
    index: usize,
    files: &'a Files<'a>,
    duration_s: f64,
}

impl Place<'_> {
    fn refuse(&self, key: &str, what: String) -> ScenarioError {
        self.source.at_key("object", self.index, key, what)
    }

    fn need(
        &self,
        key: &str,
        value: Option<f64>,
        low: f64,
        high: f64,
    ) -> Result<f64, ScenarioError> {
        let value = value.ok_or_else(|| self.refuse(key, format!("`{key}` is missing")))?;
        self.within(key, value, low, high)
    }

    fn or(
        &self,
        key: &str,
        value: Option<f64>,
        default: f64,
        low: f64,
        high: f64,
    ) -> Result<f64, ScenarioError> {
        self.within(key, value.unwrap_or(default), low, high)
    }

    fn within(&self, key: &str, value: f64, low: f64, high: f64) -> Result<f64, ScenarioError> {
        if (low..=high).contains(&value) {
            return Ok(value);
        }
        Err(self.refuse(key, format!("`{key}` is {value}, outside {low} to {high}")))
    }

    fn place(&self, file: &ObjectFile) -> Result<Geodetic, ScenarioError> {
        Ok(Geodetic::from_degrees(
            self.need("latitude_deg", file.latitude_deg, -90.0, 90.0)?,
            self.need("longitude_deg", file.longitude_deg, -360.0, 360.0)?,
            self.or("height_m", file.height_m, 0.0, -500.0, 2e5)?,
        ))
    }

    fn interval(
        &self,
        key: &str,
        value: [f64; 2],
        low: f64,
        high: f64,
    ) -> Result<[f64; 2], ScenarioError> {
        if value[0] > value[1] {
            return Err(self.refuse(key, format!("`{key}` must be [lowest, highest]")));
        }
        Ok([
            self.within(key, value[0], low, high)?,
            self.within(key, value[1], low, high)?,
        ])
    }

    fn time(&self, file: &ObjectFile) -> Result<f64, ScenarioError> {
        self.or("time_s", file.time_s, 0.0, -86_400.0, self.duration_s)
    }

    fn window(&self, file: &ObjectFile) -> Result<[f64; 2], ScenarioError> {
        let from_s = self.time(file)?;
        let length_s = self.or("duration_s", file.duration_s, self.duration_s, 0.0, 1e7)?;
        Ok([from_s, from_s + length_s])
    }

    fn file(&self, name: Option<&str>) -> Result<String, ScenarioError> {
        let name = name.ok_or_else(|| self.refuse("file", "`file` is missing".into()))?;
        (self.files)(name)
            .map_err(|why| self.refuse("file", format!("`{name}` cannot be read: {why}")))
    }
}

pub(super) fn check(
    source: &Source<'_>,
    written: &[ObjectFile],
    files: &Files<'_>,
    duration_s: f64,
) -> Result<Vec<ObjectSpec>, ScenarioError> {
    let mut specs: Vec<ObjectSpec> = Vec::with_capacity(written.len());
    for (index, object) in written.iter().enumerate() {
        let place = Place {
            source,
            index,
            files,
            duration_s,
        };
        if specs.iter().any(|other| other.name == object.name) {
            return Err(place.refuse("name", format!("two objects are called `{}`", object.name)));
        }
        specs.push(ObjectSpec {
            name: object.name.clone(),
            kind: kind(&place, object)?,
        });
    }
    Ok(specs)
}

fn kind(place: &Place<'_>, file: &ObjectFile) -> Result<ObjectKind, ScenarioError> {
    Ok(match file.kind.as_str() {
        "ascent" => ascent(place, file)?,
        "orbit" => orbits(place, file)?,
        "fireball" => ObjectKind::Fireballs {
            rows: fireballs(place, file)?,
            time_s: place.time(file)?,
            spacing_s: place.or("spacing_s", file.spacing_s, 60.0, 0.0, 86_400.0)?,
        },
        "fire" => fires(place, file)?,
        "glint" => ObjectKind::Glint {
            sensor: file
                .sensor
                .clone()
                .ok_or_else(|| place.refuse("sensor", "`sensor` is missing".into()))?,
            place: file.latitude_deg.map(|_| place.place(file)).transpose()?,
            height_m: place.or("height_m", file.height_m, 10e3, 0.0, 30e3)?,
            radiant_intensity_w_sr: place.need(
                "radiant_intensity_w_sr",
                file.radiant_intensity_w_sr,
                0.0,
                1e12,
            )?,
            window_s: place.window(file)?,
            flicker: place.or("flicker", file.flicker, 0.3, 0.0, 5.0)?,
        },
        "aircraft" => ObjectKind::Aircraft {
            place: place.place(file)?,
            scatter_m: place.or("scatter_m", file.scatter_m, 0.0, 0.0, 2e6)?,
            count: count(place, file)?,
            azimuth_rad: place
                .or("azimuth_deg", file.azimuth_deg, 0.0, -360.0, 360.0)?
                .to_radians(),
            speed_m_s: place.or("speed_m_s", file.speed_m_s, 250.0, 0.0, 1_000.0)?,
            radiant_intensity_w_sr: place.or(
                "radiant_intensity_w_sr",
                file.radiant_intensity_w_sr,
                0.0,
                0.0,
                1e9,
            )?,
            rcs_m2: place.or("rcs_m2", file.rcs_m2, 10.0, 1e-6, 1e6)?,
            window_s: place.window(file)?,
        },
        "explosion" => ObjectKind::Explosion {
            place: place.place(file)?,
            radiant_intensity_w_sr: place.need(
                "radiant_intensity_w_sr",
                file.radiant_intensity_w_sr,
                0.0,
                1e15,
            )?,
            window_s: place.window(file)?,
        },
        "moon" => ObjectKind::Moon {
            rcs_m2: place.or("rcs_m2", file.rcs_m2, MOON_RCS_M2, 1.0, 1e14)?,
        },
        _ => ObjectKind::Launch(launch(place, file)?),
    })
}

fn ascent(place: &Place<'_>, file: &ObjectFile) -> Result<ObjectKind, ScenarioError> {
    let flight = file.flight.clone().unwrap_or_default();
    if falcon::find(&flight).is_none() {
        let known: Vec<&str> = falcon::FLIGHTS.iter().map(|flight| flight.name).collect();
        let what = format!(
            "there is no telemetry of a flight `{flight}` ({})",
            known.join(", ")
        );
        return Err(place.refuse("flight", what));
    }
    Ok(ObjectKind::Ascent {
        flight,
        time_s: place.time(file)?,
        pieces: file.pieces.unwrap_or(true),
    })
}

fn count(place: &Place<'_>, file: &ObjectFile) -> Result<u32, ScenarioError> {
    match file.count.unwrap_or(1) {
        count @ 1..=10_000 => Ok(count),
        count => Err(place.refuse("count", format!("`count` is {count}, outside 1 to 10000"))),
    }
}

fn launch(place: &Place<'_>, file: &ObjectFile) -> Result<LaunchSpec, ScenarioError> {
    let word = file.class.as_deref().unwrap_or(match file.kind.as_str() {
        "glider" => "glider",
        "space_launch" => "space_launch",
        "sounding_rocket" => "sounding_rocket",
        _ => "",
    });
    let class = class_from_word(word).ok_or_else(|| {
        place.refuse(
            "class",
            format!(
                "`{word}` is not a class of vehicle: {}",
                class_words().join(", ")
            ),
        )
    })?;
    let single = file.time_s.unwrap_or(0.0);
    let azimuth_interval_deg = match (file.azimuth_interval_deg, file.azimuth_deg) {
        (Some(interval), _) => interval,
        (None, Some(single)) => [single, single],
        (None, None) => return Err(place.refuse("azimuth_deg", "`azimuth_deg` is missing".into())),
    };
    let azimuth_deg = place.interval("azimuth_deg", azimuth_interval_deg, -360.0, 720.0)?;
    let range = file
        .range_interval_m
        .or(file.range_m.map(|range_m| [range_m, range_m]));
    let pitch_law = match file.pitch_law.as_deref() {
        None | Some("drawn") => PitchChoice::Drawn,
        Some("gravity_turn") => PitchChoice::GravityTurn,
        Some("guided") => PitchChoice::Guided,
        Some(other) => {
            let what = format!("`{other}` must be `gravity_turn`, `guided` or `drawn`");
            return Err(place.refuse("pitch_law", what));
        }
    };
    Ok(LaunchSpec {
        class,
        site: place.place(file)?,
        scatter_m: place.or("scatter_m", file.scatter_m, 0.0, 0.0, 2e6)?,
        window_s: place.interval(
            "window_s",
            file.window_s.unwrap_or([single, single]),
            0.0,
            place.duration_s,
        )?,
        count: count(place, file)?,
        azimuth_interval_rad: azimuth_deg.map(f64::to_radians),
        range_interval_m: range
            .map(|range| place.interval("range_m", range, 2e4, 1.6e7))
            .transpose()?,
        pitch_law,
        redraw: file.redraw.unwrap_or(true),
        pieces: file.pieces.unwrap_or(true),
        truth: (file.kind == "sounding_rocket").then_some(Class::SoundingRocket),
        injected: injection(place, file)?,
    })
}

fn injection(place: &Place<'_>, file: &ObjectFile) -> Result<Option<Injection>, ScenarioError> {
    let mode = file.injected_mode.as_deref().map(|word| {
        Mode::from_word(word)
            .ok_or_else(|| place.refuse("injected_mode", format!("`{word}` is not a mode")))
    });
    let mode = mode.transpose()?;
    Ok(file.injected_into.as_ref().map(|sensors| Injection {
        sensors: sensors.clone(),
        mode,
    }))
}

fn orbits(place: &Place<'_>, file: &ObjectFile) -> Result<ObjectKind, ScenarioError> {
    let text = match &file.elements {
        Some(lines) => lines.join("\n"),
        None => place.file(file.file.as_deref())?,
    };
    let mut sets = Vec::new();
    let mut name: Arc<str> = "".into();
    let mut first: Option<Arc<str>> = None;
    for line in text
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.trim().is_empty())
    {
        if line.starts_with("1 ") && line.len() >= 69 {
            first = Some(line.into());
        } else if let (true, Some(first)) =
            (line.starts_with("2 ") && line.len() >= 69, first.take())
        {
            sgp4::Elements::from_tle(None, first.as_bytes(), line.as_bytes()).map_err(|error| {
                place.refuse(
                    "file",
                    format!("the element set `{line}` is refused: {error}"),
                )
            })?;
            let label: Arc<str> = if name.is_empty() {
                first[2..7].into()
            } else {
                Arc::clone(&name)
            };
            sets.push([label, first, line.into()]);
            name = "".into();
        } else {
            name = line.trim().trim_start_matches("0 ").into();
        }
    }
    sets.truncate(file.limit.unwrap_or(u32::MAX) as usize);
    if sets.is_empty() {
        return Err(place.refuse("file", "it holds no two-line element set".into()));
    }
    let single = file.rcs_m2.unwrap_or(1.0);
    let interval = file.rcs_interval_m2.unwrap_or([single, single]);
    Ok(ObjectKind::Orbits {
        sets,
        rcs_interval_m2: place.interval("rcs_m2", interval, 1e-6, 1e6)?,
    })
}

/// Splits one line of CSV; quoted fields hold no quotes.
fn cells(line: &str) -> Vec<&str> {
    line.split(',')
        .map(|cell| cell.trim().trim_matches('"'))
        .collect()
}

fn fireballs(place: &Place<'_>, file: &ObjectFile) -> Result<Vec<FireballRow>, ScenarioError> {
    let text = place.file(file.file.as_deref())?;
    let signed = |cell: &str| -> Option<f64> {
        let (number, letter) = cell.split_at_checked(cell.len().checked_sub(1)?)?;
        let sign = if matches!(letter, "S" | "W") {
            -1.0
        } else {
            1.0
        };
        number.parse::<f64>().ok().map(|value| sign * value)
    };
    let mut rows: Vec<FireballRow> = text
        .lines()
        .skip(1)
        .filter_map(|line| {
            let cells = cells(line);
            let number = |at: usize| cells.get(at)?.parse::<f64>().ok();
            Some(FireballRow {
                place: Geodetic::from_degrees(
                    signed(cells.get(1)?)?,
                    signed(cells.get(2)?)?,
                    number(3)? * 1e3,
                ),
                velocity_m_s: [number(5)? * 1e3, number(6)? * 1e3, number(7)? * 1e3],
                radiated_energy_j: number(8)?,
            })
        })
        .collect();
    rows.truncate(file.limit.unwrap_or(u32::MAX) as usize);
    if rows.is_empty() {
        return Err(place.refuse(
            "file",
            "no row has position, altitude, velocity and energy".into(),
        ));
    }
    Ok(rows)
}

fn fires(place: &Place<'_>, file: &ObjectFile) -> Result<ObjectKind, ScenarioError> {
    let mut rows = Vec::new();
    if file.file.is_some() {
        let text = place.file(file.file.as_deref())?;
        let mut lines = text.lines();
        let head = cells(lines.next().unwrap_or(""));
        let column = |name: &str| {
            let at = head.iter().position(|cell| *cell == name);
            at.ok_or_else(|| place.refuse("file", format!("it has no column `{name}`")))
        };
        let (latitude, longitude, power) =
            (column("latitude")?, column("longitude")?, column("frp")?);
        rows.extend(lines.filter_map(|line| {
            let cells = cells(line);
            let number = |at: usize| cells.get(at)?.parse::<f64>().ok();
            Some(FireRow {
                place: Geodetic::from_degrees(number(latitude)?, number(longitude)?, 0.0),
                radiative_power_w: number(power)? * 1e6,
            })
        }));
    } else {
        let radiative_power_w = place.need(
            "fire_radiative_power_w",
            file.fire_radiative_power_w,
            0.0,
            1e14,
        )?;
        rows.push(FireRow {
            place: place.place(file)?,
            radiative_power_w,
        });
    }
    rows.truncate(file.limit.unwrap_or(u32::MAX) as usize);
    Ok(ObjectKind::Fires {
        rows,
        band_fraction: place.or("band_fraction", file.band_fraction, 0.1, 0.0, 1.0)?,
        transmission: place.or("transmission", file.transmission, 1e-3, 0.0, 1.0)?,
        flicker: place.or("flicker", file.flicker, 0.3, 0.0, 5.0)?,
        window_s: place.window(file)?,
    })
}
