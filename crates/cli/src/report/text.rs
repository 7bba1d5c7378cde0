//! Numbers, places and times in words that a person reads, and the escaping of what others wrote.

use forewarn_core::model::{Class, Ellipse};
use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::time::{Epoch, Unit, format_utc};

/// Half-width of the interval that holds 90 % of a Gaussian, in standard deviations.
pub(super) const SIGMAS_90: f64 = 1.644_853_626_951_472_7;

/// Text for an element or an attribute. Ids and details come from outside and are never trusted.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(letter),
            // Control characters and non-characters are no XML; marks that turn the direction of
            // reading could make an id look like another.
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                out.push('\u{fffd}');
            }
            other => out.push(other),
        }
    }
    out
}

/// The same, cut to a number of characters, with an ellipsis where something is left out.
pub(super) fn escape_short(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return escape(text);
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", escape(kept.trim_end()))
}

/// A closed word of the files as a person writes it.
pub(super) fn plain(word: &str) -> String {
    word.replace('_', " ")
}

/// A class with its article: `a ballistic missile`.
pub(super) fn a_class(class: Class) -> String {
    match class {
        Class::Debris => "debris".into(),
        Class::SunGlint => "sun glint".into(),
        Class::Unknown => "an unknown object".into(),
        Class::Explosion | Class::Aircraft => format!("an {}", class.word()),
        other => format!("a {}", plain(other.word())),
    }
}

/// `12:03:04`: the second that it fell in; UTC.
pub(super) fn clock(epoch: Epoch) -> String {
    let whole = format_utc(second_of(epoch));
    whole.get(11..19).unwrap_or("--:--:--").to_owned()
}

/// `2026-11-22`; UTC.
pub(super) fn day(epoch: Epoch) -> String {
    let whole = format_utc(second_of(epoch));
    whole.get(..10).unwrap_or("").to_owned()
}

/// Start of the second, forgiving the noise of times that were computed.
fn second_of(epoch: Epoch) -> Epoch {
    (epoch + Unit::Millisecond * 1).floor(Unit::Second * 1)
}

/// `14 min 03 s`.
pub(super) fn duration(seconds: f64) -> String {
    if !seconds.is_finite() {
        return "unknown".into();
    }
    let sign = if seconds <= -0.5 { "−" } else { "" };
    let whole = seconds.abs().round() as u64;
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60);
    match (hours, minutes) {
        (0, 0) => format!("{sign}{rest} s"),
        (0, _) => format!("{sign}{minutes} min {rest:02} s"),
        _ => format!("{sign}{hours} h {minutes:02} min"),
    }
}

/// A short time with its tenths: `2.4 s`.
pub(super) fn seconds(value_s: f64) -> String {
    match value_s.abs() {
        small if small < 0.95 => format!("{value_s:.2} s"),
        small if small < 99.5 => format!("{value_s:.1} s"),
        _ => duration(value_s),
    }
}

/// `850 m`, `3.4 km`, `1,234 km`.
pub(super) fn distance(metres: f64) -> String {
    if !metres.is_finite() {
        return "unknown".into();
    }
    match metres.abs() {
        near if near < 995.0 => format!("{metres:.0} m"),
        near if near < 99_500.0 => format!("{:.1} km", metres * 1e-3),
        _ => format!("{} km", thousands((metres * 1e-3).round() as i64)),
    }
}

/// `1,234,567`.
pub(super) fn thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if number < 0 { format!("−{out}") } else { out }
}

/// A count with its noun: `1 object`, `3 objects`.
pub(super) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", thousands(number as i64))
}

/// `24.500° S 160.500° E`.
pub(super) fn place(place: &Geodetic) -> String {
    let (latitude_deg, longitude_deg) = (
        place.latitude_rad.to_degrees(),
        place.longitude_rad.to_degrees(),
    );
    let north = if latitude_deg < 0.0 { 'S' } else { 'N' };
    let east = if longitude_deg < 0.0 { 'W' } else { 'E' };
    format!(
        "{:.3}° {north} {:.3}° {east}",
        latitude_deg.abs(),
        longitude_deg.abs()
    )
}

/// `034°`.
pub(super) fn bearing(azimuth_rad: f64) -> String {
    let whole = azimuth_rad.to_degrees().round() as i64;
    format!("{:03}°", whole.rem_euclid(360))
}

/// `97.3 %`; never a certainty that the number is not.
pub(super) fn percent(probability: f64) -> String {
    match probability {
        p if !p.is_finite() => "unknown".into(),
        p if p > 0.999 && p < 1.0 => "> 99.9 %".into(),
        p if p > 0.0 && p < 0.001 => "< 0.1 %".into(),
        p => format!("{:.1} %", 100.0 * p),
    }
}

/// `12.3 × 4.5 km, long axis 034°`.
pub(super) fn ellipse(ellipse: &Ellipse) -> String {
    format!(
        "{} × {}, long axis {}",
        distance(ellipse.semi_major_m),
        distance(ellipse.semi_minor_m),
        bearing(ellipse.azimuth_rad)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_everything_that_markup_could_use() {
        assert_eq!(
            escape("<b a=\"1\" c='2'>&\u{0}\u{202e}"),
            "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;\u{fffd}\u{fffd}"
        );
        assert_eq!(escape_short("<<<<<", 3), "&lt;&lt;…");
    }

    #[test]
    fn writes_numbers_as_people_do() {
        assert_eq!(duration(843.2), "14 min 03 s");
        assert_eq!(duration(-61.0), "−1 min 01 s");
        assert_eq!(duration(3_720.0), "1 h 02 min");
        assert_eq!(distance(994.0), "994 m");
        assert_eq!(distance(3_449.0), "3.4 km");
        assert_eq!(distance(1_234_400.0), "1,234 km");
        assert_eq!(percent(0.999_99), "> 99.9 %");
        assert_eq!(percent(0.5), "50.0 %");
        assert_eq!(bearing(-0.01), "359°");
        assert_eq!(
            place(&Geodetic::from_degrees(-24.5, 160.5, 0.0)),
            "24.500° S 160.500° E"
        );
    }
}
