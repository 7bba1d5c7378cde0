//! Readers of element sets against gpconf's vectors and damaged files, and against each other.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says what is wrong by failing, and helpers of tests are tests"
)]

use forewarn_physics::orbit::{ElementSet, Rejected, Satellite, omm, read_all, tle};
use forewarn_physics::time::{format_utc, parse_utc, seconds_between};
use serde_json::Value;

macro_rules! data {
    ($path:literal) => {
        include_str!(concat!("../data/sgp4-verification/", $path))
    };
}

fn vectors(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn numbers(sets: &[ElementSet]) -> Vec<u32> {
    sets.iter().map(|set| set.catalogue_number).collect()
}

/// `TLE` epochs resolve 0.864 ms; the other forms carry the same instant in microseconds.
const EPOCH_TOLERANCE_S: f64 = 2e-6;

#[test]
fn val_alpha5() {
    let vectors = vectors(data!("gpconf/vectors/alpha5.json"));
    let mut count = 0;
    for group in [
        "official_examples",
        "boundaries",
        "skip_boundaries",
        "below_100000",
    ] {
        for case in vectors[group].as_array().unwrap() {
            let Some(field) = case["field"].as_str() else {
                continue;
            };
            let number = case["norad_cat_id"].as_u64().unwrap() as u32;
            assert_eq!(tle::parse_alpha5(field), Some(number), "{case}");
            assert_eq!(tle::format_alpha5(number).as_deref(), Some(field), "{case}");
            count += 1;
        }
    }
    assert!(count > 50, "{count}");
    for case in vectors["decode_invalid"].as_array().unwrap() {
        assert_eq!(
            tle::parse_alpha5(case["field"].as_str().unwrap()),
            None,
            "{case}"
        );
    }
    assert_eq!(tle::format_alpha5(340_000), None);
    assert_eq!(tle::format_alpha5(799_501_621), None);
}

#[test]
fn val_epochs() {
    let of_omm = vectors(data!("gpconf/vectors/ccsds-epoch-strings.json"));
    for case in of_omm["valid"].as_array().unwrap() {
        let text = case["text"].as_str().unwrap();
        let expected = parse_utc(&format!("{}Z", case["iso"].as_str().unwrap())).unwrap();
        // A leap second is itself here; the list, which cannot write it, allows the second before.
        let tolerance_s = if text.contains(":60") {
            1.0
        } else {
            EPOCH_TOLERANCE_S
        };
        assert!(
            seconds_between(expected, omm::parse_epoch(text).unwrap()).abs() <= tolerance_s,
            "{case}"
        );
    }
    for case in of_omm["invalid"].as_array().unwrap() {
        assert!(
            omm::parse_epoch(case["text"].as_str().unwrap()).is_err(),
            "{case}"
        );
    }
    let of_tle = vectors(data!("gpconf/vectors/two-digit-epoch-year.json"));
    for case in of_tle["vectors"].as_array().unwrap() {
        let epoch =
            tle::parse_epoch(&format!("{}001.50000000", case["yy"].as_str().unwrap())).unwrap();
        assert_eq!(
            format_utc(epoch),
            format!("{}-01-01T12:00:00Z", case["year"]),
            "{case}"
        );
    }
    for case in of_tle["epoch_field_examples"].as_array().unwrap() {
        let expected = parse_utc(&format!("{}Z", case["iso"].as_str().unwrap())).unwrap();
        assert_eq!(
            tle::parse_epoch(case["tle_epoch_field"].as_str().unwrap()),
            Ok(expected),
            "{case}"
        );
    }
}

#[test]
fn val_catalogue_numbers_of_omm() {
    let vectors = vectors(data!("gpconf/vectors/norad-cat-id-text.json"));
    for case in vectors["valid"].as_array().unwrap() {
        let number = case["value"].as_u64().unwrap() as u32;
        assert_eq!(
            omm::parse_catalogue_number(case["text"].as_str().unwrap()),
            Ok(number),
            "{case}"
        );
    }
    for case in vectors["invalid_in_omm"].as_array().unwrap() {
        assert!(
            omm::parse_catalogue_number(case["text"].as_str().unwrap()).is_err(),
            "{case}"
        );
    }
}

/// Each damaged set is refused by line and reason; its whole neighbours are kept.
#[test]
fn val_damaged_files() {
    let check = |text: &str, kept: &[u32], line: usize, reason: &str| {
        let (sets, rejected) = read_all(text);
        assert_eq!(numbers(&sets), kept);
        assert_eq!(rejected.len(), 1, "{rejected:?}");
        assert!(
            rejected[0].line == line && rejected[0].reason.contains(reason),
            "{rejected:?}"
        );
    };
    check(
        data!("gpconf/derived/corrupt-input/c1-checksum-digit.tle"),
        &[25_544, 20_453],
        5,
        "column 69",
    );
    check(
        data!("gpconf/derived/corrupt-input/c2-line-2-short.tle"),
        &[25_544, 20_453],
        5,
        "68 characters",
    );
    check(
        data!("gpconf/derived/corrupt-input/c3-letter-in-epoch.tle"),
        &[25_544, 20_453],
        5,
        "columns 19 to 32, epoch",
    );
    check(
        data!("gpconf/derived/corrupt-input/c4-line-2-missing.tle"),
        &[25_544, 20_453],
        5,
        "not followed by its line 2",
    );
    check(
        data!("gpconf/derived/corrupt-input/c5-cut-closing-bracket.json"),
        &[25_544, 20_453, 69_999],
        1,
        "no closing bracket",
    );
    check(
        data!("gpconf/derived/corrupt-input/c5-cut-last-row.csv"),
        &[25_544, 20_453],
        4,
        "16 columns",
    );
    for text in [
        data!("gpconf/derived/corrupt-input/unedited-sets.tle"),
        data!("gpconf/derived/corrupt-input/unedited-rows.csv"),
        data!("gpconf/derived/corrupt-input/unedited-array.json"),
    ] {
        let (sets, rejected) = read_all(text);
        assert!(sets.len() == 3 && rejected.is_empty(), "{rejected:?}");
    }
}

#[test]
fn val_three_readers_agree() {
    let read = |text: &str| -> Vec<ElementSet> {
        let (mut sets, rejected): (_, Vec<Rejected>) = read_all(text);
        assert!(rejected.is_empty(), "{rejected:?}");
        sets.sort_by_key(|set| set.catalogue_number);
        sets
    };
    let of_tle = read(data!("stations-2024-05-09/stations.tle"));
    let of_csv = read(data!("stations-2024-05-09/stations.csv"));
    let of_json = read(data!("stations-2024-05-09/stations.json"));
    assert!(of_tle.len() > 20);
    assert_eq!(of_csv, of_json);
    assert_eq!(numbers(&of_tle), numbers(&of_json));
    for (a, b) in of_tle.iter().zip(&of_json) {
        assert!(
            seconds_between(a.epoch, b.epoch).abs() < EPOCH_TOLERANCE_S,
            "{a:?} {b:?}"
        );
        // OMM may print one digit more of B*; all else must be the same number.
        assert!(
            (a.bstar - b.bstar).abs() <= 1e-5 * b.bstar.abs(),
            "{a:?} {b:?}"
        );
        assert_eq!(
            ElementSet {
                epoch: b.epoch,
                bstar: b.bstar,
                ..a.clone()
            },
            *b
        );
    }
}

#[test]
fn val_omm_samples_agree() {
    let (of_csv, _) = read_all(data!("sample_omm.csv"));
    let (of_xml, _) = read_all(data!("sample_omm.xml"));
    let (of_json, _) = read_all(data!("sample_omm.json"));
    assert_eq!(of_csv, of_xml);
    assert_eq!((numbers(&of_csv), numbers(&of_json)), (vec![5], vec![5]));
    let set = &of_csv[0];
    let kvn = "CCSDS_OMM_VERS = 2.0\nCOMMENT by hand\nOBJECT_NAME = VANGUARD 1\nOBJECT_ID = 1958-002B\nREF_FRAME = TEME\nTIME_SYSTEM = UTC\n\
        EPOCH = 2020-287T04:52:48.472320\nMEAN_MOTION = 10.84869164 [rev/day]\nECCENTRICITY = .1845686\nINCLINATION = 34.2443 [deg]\n\
        RA_OF_ASC_NODE = 225.5254\nARG_OF_PERICENTER = 162.2516\nMEAN_ANOMALY = 205.2356\nNORAD_CAT_ID = 5\nREV_AT_EPOCH = 21814\nBSTAR = -.22483E-4\n";
    let (of_kvn, rejected) = read_all(kvn);
    assert!(rejected.is_empty(), "{rejected:?}");
    assert_eq!(&of_kvn[0], set);
    let cut = &data!("sample_omm.xml")[..900];
    let (sets, rejected) = read_all(cut);
    assert!(sets.is_empty() && rejected.len() == 1, "{rejected:?}");
}

/// Real orbits of 2026 under six-digit numbers: every one is read and has a position.
#[test]
fn val_six_digit_catalogue() {
    let mut count = 0;
    for text in [
        data!("gpconf/derived/alpha5-tle/alpha5-A-last-30-days-snapshot.tle"),
        data!("gpconf/derived/alpha5-tle/alpha5-T-analyst-27xxxx-snapshot.tle"),
        data!("gpconf/derived/alpha5-tle/alpha5-A-100000-saramago-first.tle"),
        data!("gpconf/derived/alpha5-tle/alpha5-T-270449-analyst-first.tle"),
        data!("gpconf/derived/alpha5-tle/alpha5-synthetic-letters.tle"),
        data!("gpconf/derived/alpha5-tle/alpha5-synthetic-epoch-years.tle"),
    ] {
        let (sets, rejected) = read_all(text);
        assert!(rejected.is_empty(), "{rejected:?}");
        for set in &sets {
            assert!((100_000..=339_999).contains(&set.catalogue_number));
            let radius_m = Satellite::new(set)
                .unwrap()
                .state_teme(set.epoch)
                .unwrap()
                .position
                .norm();
            assert!((6.5e6..5e8).contains(&radius_m), "{set:?}");
        }
        count += sets.len();
    }
    println!("{count} sets");
    assert!(count >= 602, "{count}");
}
