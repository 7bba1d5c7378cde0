//! Texts to the values that CAP packs into them: references, shapes, numbers, lists.

use crate::time::Time;
use crate::types::{Circle, Point, Polygon, Reference};

pub(crate) fn read_references(text: &str) -> Result<Vec<Reference>, String> {
    text.split_ascii_whitespace().map(read_reference).collect()
}

pub(crate) fn read_reference(text: &str) -> Result<Reference, String> {
    let mut parts = text.split(',');
    let (Some(sender), Some(identifier), Some(sent), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(format!("`{}` is not sender,identifier,sent", shorten(text)));
    };
    let sent = sent.parse::<Time>().map_err(|error| error.to_string())?;
    Ok(Reference {
        sender: sender.to_owned(),
        identifier: identifier.to_owned(),
        sent,
    })
}

pub(crate) fn read_polygon(text: &str) -> Result<Polygon, String> {
    let points = text
        .split_ascii_whitespace()
        .map(read_point)
        .collect::<Result<_, _>>()?;
    Ok(Polygon { points })
}

pub(crate) fn read_circle(text: &str) -> Result<Circle, String> {
    let mut parts = text.split_ascii_whitespace();
    let (Some(centre), Some(radius), None) = (parts.next(), parts.next(), parts.next()) else {
        return Err(format!("`{}` is not a point and a radius", shorten(text)));
    };
    Ok(Circle {
        centre: read_point(centre)?,
        radius_km: decimal(radius)?,
    })
}

pub(crate) fn read_point(text: &str) -> Result<Point, String> {
    let (latitude, longitude) = text
        .split_once(',')
        .ok_or_else(|| format!("`{}` is not latitude,longitude", shorten(text)))?;
    Ok(Point {
        latitude_deg: decimal(latitude)?,
        longitude_deg: decimal(longitude)?,
    })
}

/// A number in XML Schema's `decimal`: sign, digits, point; no exponent, no `inf`.
pub(crate) fn decimal(text: &str) -> Result<f64, String> {
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.'));
    let number = if plain {
        text.parse::<f64>().ok()
    } else {
        None
    };
    number
        .filter(|number| number.is_finite())
        .ok_or_else(|| format!("`{}` is not a decimal number", shorten(text)))
}

/// Leaves off the white space around, as XML Schema does for all types but strings.
pub(crate) fn collapse(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\r', '\n'])
}

/// Splits at white space, keeping quoted items together (OASIS CAP 1.2 §3.2.1).
pub(crate) fn split_quoted(text: &str) -> Vec<String> {
    let mut items = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (item, after) = match rest
            .strip_prefix('"')
            .and_then(|quoted| quoted.split_once('"'))
        {
            Some(split) => split,
            None => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
        };
        items.push(item.to_owned());
        rest = after.trim_start();
    }
    items
}

pub(crate) fn shorten(text: &str) -> String {
    text.chars().take(60).collect()
}
