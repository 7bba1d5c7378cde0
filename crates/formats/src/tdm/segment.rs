//! Gathers the values of a segment into looks.

use std::collections::BTreeMap;

use forewarn_physics::orbit::omm::parse_epoch;
use forewarn_physics::time::Epoch;

use super::kvn::short;
use super::{Observation, Tdm, TdmError};
use crate::oem::tai_labelled;

/// How many looks back a value may belong to.
const LOOK_BACK: usize = 64;

#[derive(Default)]
pub(super) struct Collector {
    tdm: Tdm,
    metadata: BTreeMap<String, String>,
    last_time: BTreeMap<String, Epoch>,
}

/// What a keyword stands for here.
enum Kind {
    Range,
    Azimuth,
    Elevation,
}

impl Collector {
    pub(super) fn start_segment(&mut self) {
        self.metadata.clear();
        self.last_time.clear();
    }

    pub(super) fn metadata(&mut self, key: &str, value: &str) {
        self.metadata.insert(key.to_owned(), value.to_owned());
    }

    pub(super) fn refuse(&mut self, line: usize, message: String) {
        self.tdm.refused.push(TdmError { line, message });
    }

    pub(super) fn finish(self) -> Tdm {
        self.tdm
    }

    fn meta(&self, key: &str) -> &str {
        self.metadata.get(key).map_or("", String::as_str)
    }

    /// One value of the data.
    pub(super) fn value(&mut self, line: usize, keyword: &str, time: &str, number: &str) {
        let kind = match self.kind(keyword) {
            Ok(kind) => kind,
            Err(name) => {
                *self.tdm.unsupported.entry(name).or_default() += 1;
                return;
            }
        };
        match self.read(keyword, &kind, time, number) {
            Ok((time, value)) => self.keep(line, kind, time, value),
            Err(message) => self.refuse(line, message),
        }
    }

    fn kind(&self, keyword: &str) -> Result<Kind, String> {
        let with = |key: &str| format!("{keyword} ({key} {})", self.meta(key));
        match keyword {
            "RANGE" => {
                if !matches!(self.meta("RANGE_UNITS"), "" | "km") {
                    return Err(with("RANGE_UNITS"));
                }
                if !matches!(self.meta("PATH").replace(' ', "").as_str(), "1,2,1" | "2,1") {
                    return Err(with("PATH"));
                }
                Ok(Kind::Range)
            }
            "ANGLE_1" | "ANGLE_2" if self.meta("ANGLE_TYPE") != "AZEL" => Err(with("ANGLE_TYPE")),
            "ANGLE_1" => Ok(Kind::Azimuth),
            "ANGLE_2" => Ok(Kind::Elevation),
            _ => Err(short(keyword)),
        }
    }

    fn read(
        &mut self,
        keyword: &str,
        kind: &Kind,
        time: &str,
        number: &str,
    ) -> Result<(Epoch, f64), String> {
        let mut epoch = parse_epoch(time)?;
        match self.meta("TIME_SYSTEM") {
            "UTC" => {}
            "TAI" => epoch = tai_labelled(epoch),
            other => {
                return Err(format!(
                    "TIME_SYSTEM `{}` is not supported; use UTC or TAI",
                    short(other)
                ));
            }
        }
        let value: f64 = number
            .parse()
            .map_err(|error| format!("{keyword} `{}` is not a number: {error}", short(number)))?;
        let value = value + self.correction(keyword)?;
        let (low, high, unit) = match kind {
            Kind::Range => (0.0, 1e6, "km"),
            Kind::Azimuth => (-180.0, 360.0, "degrees"),
            Kind::Elevation => (-90.0, 90.0, "degrees"),
        };
        // Written so that NaN is refused too.
        if !(value >= low && value <= high) {
            return Err(format!(
                "{keyword} is {value} {unit}; it must be {low} to {high}"
            ));
        }
        if let Some(last) = self.last_time.get(keyword)
            && epoch < *last
        {
            return Err(format!(
                "{keyword}: the time {} goes back; sort the values by time",
                short(time)
            ));
        }
        self.last_time.insert(keyword.to_owned(), epoch);
        Ok((epoch, value))
    }

    /// A correction that the metadata states and that the values do not hold yet.
    fn correction(&self, keyword: &str) -> Result<f64, String> {
        let text = self.meta(&format!("CORRECTION_{keyword}"));
        if text.is_empty() || self.meta("CORRECTIONS_APPLIED") == "YES" {
            return Ok(0.0);
        }
        text.parse().map_err(|error| {
            format!(
                "CORRECTION_{keyword} `{}` is not a number: {error}",
                short(text)
            )
        })
    }

    fn keep(&mut self, line: usize, kind: Kind, time: Epoch, value: f64) {
        let station = self.station();
        // The values of one look stand near each other: an endless search would be quadratic.
        let recent = self.tdm.observations.len().saturating_sub(LOOK_BACK);
        let near = self.tdm.observations[recent..]
            .iter()
            .rposition(|look| look.time == time && look.station == station);
        let place = near.map(|place| recent + place);
        let place = place.unwrap_or_else(|| {
            let look = Observation {
                line,
                station,
                time,
                range_m: None,
                azimuth_rad: None,
                elevation_rad: None,
            };
            self.tdm.observations.push(look);
            self.tdm.observations.len() - 1
        });
        let look = &mut self.tdm.observations[place];
        match kind {
            Kind::Range => look.range_m = Some(value * 1e3),
            Kind::Azimuth => look.azimuth_rad = Some(value.to_radians()),
            Kind::Elevation => look.elevation_rad = Some(value.to_radians()),
        }
    }

    /// The participant that receives: the last of the path.
    fn station(&self) -> String {
        let path = self.meta("PATH");
        let last = path.rsplit(',').next().map_or("1", str::trim);
        let name = self.meta(&format!("PARTICIPANT_{last}"));
        if name.is_empty() {
            self.meta("PARTICIPANT_1").to_owned()
        } else {
            name.to_owned()
        }
    }
}
