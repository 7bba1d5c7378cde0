//! Is this number, text or time possible? Each answer names the field, the value and the remedy.

use forewarn_core::model::{RecordId, Region, RejectionReason};
use forewarn_physics::time::{Epoch, parse_utc};
use nalgebra::Vector3;
use serde_json::Value;

use super::wire::Text;
use crate::geojson::read_region;
use crate::words::{Words, explain_word};

/// Why a record is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) reason: RejectionReason,
    pub(crate) detail: String,
}

pub(crate) type Checked<T> = Result<T, Refusal>;

/// Longest id that is accepted [bytes].
const ID_BYTES_MAX: usize = 256;
/// How far a direction's length may be from one.
const UNIT_TOLERANCE: f64 = 1e-6;
/// Speed of light [m/s]: no range rate is faster.
pub(crate) const LIGHT_M_S: f64 = 299_792_458.0;
/// No sensor that Forewarn knows reaches farther [m].
pub(crate) const RANGE_MAX_M: f64 = 1e9;

pub(crate) fn refuse<T>(reason: RejectionReason, detail: String) -> Checked<T> {
    Err(Refusal { reason, detail })
}

pub(crate) fn required<T>(value: Option<T>, field: &str, hint: &str) -> Checked<T> {
    value.ok_or_else(|| Refusal {
        reason: RejectionReason::MissingField,
        detail: format!("`{field}` is missing; add {hint}"),
    })
}

/// A number that must lie in a closed range.
pub(crate) fn within(field: &str, value: f64, low: f64, high: f64) -> Checked<f64> {
    if value >= low && value <= high {
        return Ok(value);
    }
    refuse(
        RejectionReason::ImpossibleValue,
        format!("`{field}` is {value}; it must be {low} to {high}"),
    )
}

/// A number that must be above zero and at most `high`.
pub(crate) fn positive(field: &str, value: f64, high: f64) -> Checked<f64> {
    if value > 0.0 && value <= high {
        return Ok(value);
    }
    refuse(
        RejectionReason::ImpossibleValue,
        format!("`{field}` is {value}; it must be above 0 and at most {high}"),
    )
}

pub(crate) fn optional<T, U>(
    value: Option<T>,
    check: impl FnOnce(T) -> Checked<U>,
) -> Checked<Option<U>> {
    value.map(check).transpose()
}

pub(crate) fn time(field: &str, text: &str) -> Checked<Epoch> {
    parse_utc(text).map_err(|error| Refusal {
        reason: RejectionReason::BadTime,
        detail: format!("`{field}`: {error}"),
    })
}

pub(crate) fn id(text: Option<Text<'_>>) -> Checked<RecordId> {
    let text = required(text, "id", "a string that is unique in the recording")?;
    if text.is_empty() || text.len() > ID_BYTES_MAX || text.chars().any(char::is_control) {
        return refuse(
            RejectionReason::ImpossibleValue,
            format!("`id` must be 1 to {ID_BYTES_MAX} bytes without control characters"),
        );
    }
    Ok(RecordId::from(&*text))
}

pub(crate) fn word<T: Words>(field: &str, text: &str, reason: RejectionReason) -> Checked<T> {
    T::of_word(text).ok_or_else(|| Refusal {
        reason,
        detail: format!("`{field}`: {}", explain_word::<T>(text)),
    })
}

pub(crate) fn unit_vector(field: &str, value: [f64; 3]) -> Checked<Vector3<f64>> {
    let vector = Vector3::from(value);
    let length = vector.norm();
    // A length that is not finite is refused too: the comparison is false for NaN.
    if (length - 1.0).abs() <= UNIT_TOLERANCE {
        return Ok(vector);
    }
    refuse(
        RejectionReason::NotAUnitVector,
        format!(
            "`{field}` has length {length}; divide by it: a direction has length 1 within {UNIT_TOLERANCE:e}"
        ),
    )
}

/// A sensor's position: outside the Earth's core and inside the Moon's orbit, in metres.
pub(crate) fn position_m(field: &str, value: [f64; 3]) -> Checked<Vector3<f64>> {
    let vector = Vector3::from(value);
    let radius_m = vector.norm();
    if (6.3e6..=RANGE_MAX_M).contains(&radius_m) {
        return Ok(vector);
    }
    refuse(
        RejectionReason::ImpossibleValue,
        format!(
            "`{field}` is {radius_m} m from the Earth's centre; give ITRF metres (not kilometres), 6.3e6 to 1e9"
        ),
    )
}

pub(crate) fn region(field: &str, value: &Value) -> Checked<Region> {
    read_region(value).map_err(|why| Refusal {
        reason: RejectionReason::ImpossibleValue,
        detail: format!("`{field}`: {why}"),
    })
}

/// Says what a JSON failure was, in the words of the closed list.
pub(crate) fn json_refusal(
    error: &serde_json::Error,
    field: Option<&'static str>,
    text: &str,
) -> Refusal {
    use RejectionReason::{ImpossibleValue, Malformed, WrongType};
    let message = error.to_string();
    let column = error.column();
    let place = field.map_or(String::new(), |name| format!(" in `{name}`"));
    if message.starts_with("number out of range") {
        return Refusal {
            reason: ImpossibleValue,
            detail: format!("column {column}: number out of range{place}; give a finite number"),
        };
    }
    let array_too_long = field.is_some() && message.starts_with("trailing characters");
    if (error.is_data() && field.is_some()) || array_too_long {
        let reason = if message.starts_with("duplicate field") {
            Malformed
        } else {
            WrongType
        };
        let what = if array_too_long {
            "too many elements, or no comma".into()
        } else {
            message
        };
        return Refusal {
            reason,
            detail: format!("column {column}{place}: {what}; see `forewarn schema detections`"),
        };
    }
    let bare = ["NaN", "Infinity", "-Infinity", "nan", "inf"];
    let remedy = if bare.iter().any(|word| text.contains(word)) && error.is_syntax() {
        "JSON has no NaN or Infinity: leave the field out or give a finite number"
    } else {
        "give one JSON object a line"
    };
    Refusal {
        reason: Malformed,
        detail: format!("column {column}{place}: {message}; {remedy}"),
    }
}
