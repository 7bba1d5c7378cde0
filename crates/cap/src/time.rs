//! CAP's one form of time: whole seconds and a numeric offset.
//!
//! OASIS CAP 1.2 §3.3.2: `YYYY-MM-DDThh:mm:ss±hh:mm`, UTC written `-00:00`, never `Z`, never a
//! fraction. The offset is kept as it was read, because `references` quotes `sent` letter for
//! letter.

use std::fmt;
use std::str::FromStr;

use hifitime::{Epoch, TimeScale, Unit};
use thiserror::Error;

const SECONDS_PER_DAY: i64 = 86_400;
/// 0001-01-01T00:00:00 and 9999-12-31T23:59:59 UTC, in seconds from 1970: years of four digits.
const RANGE_S: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;
/// XML Schema allows offsets up to fourteen hours.
const OFFSET_LIMIT_MIN: i32 = 14 * 60;

/// Why a text is not a CAP time.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is not a CAP time such as 2026-03-01T12:00:00-00:00: {why}")]
pub struct TimeError {
    /// The text that was refused, at most forty characters of it.
    pub text: String,
    /// What is wrong with it.
    pub why: &'static str,
}

/// An instant to the whole second with the offset that it is written in.
///
/// Two times are equal only when written alike; compare instants with [`Time::unix_s`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Time {
    unix_s: i64,
    offset_min: i16,
}

impl Time {
    /// The instant `unix_s` POSIX seconds after 1970-01-01 UTC, written in UTC (`-00:00`);
    /// held within the years 1 to 9999, which is all the form can say.
    pub fn from_unix_s(unix_s: i64) -> Self {
        Self {
            unix_s: unix_s.clamp(*RANGE_S.start(), *RANGE_S.end()),
            offset_min: 0,
        }
    }

    /// The last whole second at or before `epoch`. A leap second becomes the second before it,
    /// since XML Schema has no `:60`.
    pub fn floor(epoch: Epoch) -> Self {
        let (year, month, day, ..) = epoch.to_gregorian_utc();
        let since_midnight = epoch.to_time_scale(TimeScale::TAI) - midnight(year, month, day);
        let seconds = since_midnight
            .total_nanoseconds()
            .div_euclid(1_000_000_000)
            .min(86_399) as i64;
        let days = days_from_civil(i64::from(year), i64::from(month), i64::from(day));
        Self::from_unix_s(days * SECONDS_PER_DAY + seconds)
    }

    /// The first whole second at or after `epoch`: for `expires`, which must not come early.
    pub fn ceil(epoch: Epoch) -> Self {
        let floor = Self::floor(epoch);
        let exact = floor.to_epoch() == epoch;
        if exact {
            floor
        } else {
            Self::from_unix_s(floor.unix_s + 1)
        }
    }

    /// The epoch of this instant, counted in TAI.
    pub fn to_epoch(self) -> Epoch {
        let (year, month, day) = civil_from_days(self.unix_s.div_euclid(SECONDS_PER_DAY));
        // The range of four-digit years fits all three.
        midnight(year as i32, month as u8, day as u8)
            + Unit::Second * self.unix_s.rem_euclid(SECONDS_PER_DAY)
    }

    /// POSIX seconds since 1970-01-01 UTC: the instant, whatever the offset.
    pub fn unix_s(self) -> i64 {
        self.unix_s
    }

    /// Minutes east of UTC that the time is written with.
    pub fn offset_min(self) -> i16 {
        self.offset_min
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local_s = self.unix_s + i64::from(self.offset_min) * 60;
        let (year, month, day) = civil_from_days(local_s.div_euclid(SECONDS_PER_DAY));
        let second = local_s.rem_euclid(SECONDS_PER_DAY);
        let sign = if self.offset_min > 0 { '+' } else { '-' };
        let offset = self.offset_min.unsigned_abs();
        write!(f, "{year:04}-{month:02}-{day:02}T")?;
        write!(
            f,
            "{:02}:{:02}:{:02}",
            second / 3600,
            second / 60 % 60,
            second % 60
        )?;
        write!(f, "{sign}{:02}:{:02}", offset / 60, offset % 60)
    }
}

impl FromStr for Time {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        parse(text).map_err(|why| TimeError {
            text: text.chars().take(40).collect(),
            why,
        })
    }
}

fn parse(text: &str) -> Result<Time, &'static str> {
    let bytes = text.as_bytes();
    check_form(bytes)?;
    let read = |from: usize, length: usize| number(&bytes[from..from + length]);
    let (year, month, day) = (read(0, 4)?, read(5, 2)?, read(8, 2)?);
    let (hour, minute, second) = (read(11, 2)?, read(14, 2)?, read(17, 2)?);
    if year == 0 || !(1..=12).contains(&month) || day == 0 || day > days_in_month(year, month) {
        return Err("there is no such day");
    }
    if hour > 23 || minute > 59 || second > 59 {
        return Err("the hour, minute or second does not exist");
    }
    let (offset_hour, offset_minute) = (read(20, 2)?, read(23, 2)?);
    let magnitude_min = offset_hour * 60 + offset_minute;
    if offset_minute > 59 || magnitude_min > i64::from(OFFSET_LIMIT_MIN) {
        return Err("the offset is beyond fourteen hours");
    }
    let offset_min = if bytes[19] == b'-' {
        -magnitude_min
    } else {
        magnitude_min
    };
    let local_s =
        days_from_civil(year, month, day) * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second;
    let unix_s = local_s - offset_min * 60;
    if !RANGE_S.contains(&unix_s) {
        return Err("the year is out of range");
    }
    let offset_min =
        i16::try_from(offset_min).map_err(|_too_large| "the offset is beyond fourteen hours")?;
    Ok(Time { unix_s, offset_min })
}

/// Separators and length, with a reason that names the usual mistakes.
fn check_form(bytes: &[u8]) -> Result<(), &'static str> {
    if bytes.last().is_some_and(|byte| byte.is_ascii_alphabetic()) {
        return Err("a zone letter such as Z is forbidden, write -00:00 for UTC");
    }
    if bytes
        .get(19)
        .is_some_and(|byte| matches!(byte, b'.' | b','))
    {
        return Err("fractions of a second are forbidden");
    }
    if bytes.len() == 19 {
        return Err("the offset is missing");
    }
    let separators = [
        (4, b'-'),
        (7, b'-'),
        (10, b'T'),
        (13, b':'),
        (16, b':'),
        (22, b':'),
    ];
    let separated = bytes.len() == 25 && separators.iter().all(|&(at, byte)| bytes[at] == byte);
    if !separated || !matches!(bytes[19], b'+' | b'-') {
        return Err("expected YYYY-MM-DDThh:mm:ss and an offset");
    }
    Ok(())
}

/// Midnight UTC that starts a day, counted in TAI so that differences hold leap seconds.
fn midnight(year: i32, month: u8, day: u8) -> Epoch {
    Epoch::from_gregorian_utc_at_midnight(year, month, day).to_time_scale(TimeScale::TAI)
}

fn number(digits: &[u8]) -> Result<i64, &'static str> {
    digits
        .iter()
        .try_fold(0, |sum, byte| {
            byte.is_ascii_digit()
                .then(|| sum * 10 + i64::from(byte - b'0'))
        })
        .ok_or("a digit is missing")
}

fn days_in_month(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar, years counted from March so that
/// the leap day comes last.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let march_year = if month > 2 { year } else { year - 1 };
    let march_month = (month + 9) % 12;
    let (era, of_era) = (march_year.div_euclid(400), march_year.rem_euclid(400));
    let day_of_year = (153 * march_month + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + day_of_year - 719_468
}

/// The inverse of [`days_from_civil`].
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 {
        march_month + 3
    } else {
        march_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn utc_is_written_with_minus_zero() {
        let epoch = Epoch::maybe_from_gregorian_utc(2026, 3, 1, 12, 0, 0, 250_000_000).unwrap();
        assert_eq!(Time::floor(epoch).to_string(), "2026-03-01T12:00:00-00:00");
        assert_eq!(Time::ceil(epoch).to_string(), "2026-03-01T12:00:01-00:00");
    }

    #[test]
    fn a_leap_second_is_written_as_the_second_before() {
        // hifitime's UTC epochs cannot tell a leap second from the one before: count in TAI.
        let epoch = midnight(2017, 1, 1) - Unit::Second * 1;
        assert_eq!(Time::floor(epoch).to_string(), "2016-12-31T23:59:59-00:00");
        assert_eq!(Time::ceil(epoch).to_string(), "2017-01-01T00:00:00-00:00");
    }

    #[test]
    fn an_offset_survives_reading_and_writing() {
        let time: Time = "2003-04-02T14:39:01-05:00".parse().unwrap();
        assert_eq!(time.to_string(), "2003-04-02T14:39:01-05:00");
        assert_eq!(time.unix_s(), 1_049_312_341);
    }

    #[test]
    fn every_wrong_form_is_refused() {
        let wrong = [
            "",
            "2026",
            "2026-03-01T12:00:00Z",
            "2026-03-01T12:00:00",
            "2026-03-01T12:00:00.5-00:00",
            "2026-02-30T12:00:00-00:00",
            "2026-13-01T12:00:00-00:00",
            "2026-03-01T24:00:00-00:00",
            "2026-03-01T12:00:60-00:00",
            "2026-03-01 12:00:00-00:00",
            "2026-03-01T12:00:00-15:00",
            "2026-03-01T12:00:00,00:00",
            "0000-03-01T12:00:00-00:00",
            "２026-03-01T12:00:00-00:0",
        ];
        for text in wrong {
            assert!(text.parse::<Time>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn prop_time_round_trips_through_text_and_epoch(unix_s in RANGE_S, offset_min in -840i16..=840) {
            let time = Time { unix_s, offset_min };
            let local_s = unix_s + i64::from(offset_min) * 60;
            prop_assume!(RANGE_S.contains(&local_s));
            prop_assert_eq!(time.to_string().parse::<Time>().unwrap(), time);
        }

        #[test]
        fn prop_epoch_conversion_agrees_with_hifitime(unix_s in 0i64..4_000_000_000) {
            let time = Time::from_unix_s(unix_s);
            prop_assert_eq!(Time::floor(time.to_epoch()), time);
            prop_assert_eq!(Time::ceil(time.to_epoch()), time);
        }
    }
}
