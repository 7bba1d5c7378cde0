//! US Standard Atmosphere 1976 against a printed table from −0.5 to 1,000 km.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may stop at the first thing that is missing"
)]

use forewarn_physics::flight::atmosphere::{density_kg_m3, us76};

/// Temperatures [K]: the table rounds to 0.1 K up to 20 km and to 0.001 K above; our model leaves
/// out the fall of molecular mass below 86 km, as the table does.
const TEMPERATURE_TOLERANCE_K: f64 = 0.06;
/// Pressure and density, beyond the rounding to three digits: this copy of the table strays from
/// the standard itself by so much at 90, 95, 110, 115 and 350 km (3.44e-6 kg/m³ at 90 km where the
/// standard prints 3.416e-6), as the second test shows.
const RELATIVE_TOLERANCE: f64 = 0.006;
/// Against the standard's own figures: four printed digits and the error of our integrals.
const STANDARD_TOLERANCE: f64 = 0.001;
/// Of the speed of sound [m/s].
const SOUND_TOLERANCE_M_S: f64 = 0.11;

/// Half a unit of the last digit printed.
fn rounding(text: &str) -> f64 {
    let (mantissa, exponent) = text.split_once('E').unwrap_or((text, "0"));
    let decimals = mantissa
        .split_once('.')
        .map_or(0, |(_, fraction)| fraction.len() as i32);
    let unit = 10f64.powi(exponent.parse::<i32>().unwrap() - decimals);
    // Trailing zeros of a whole number are no digits: 1200 is 1.20e3.
    let zeros = if decimals == 0 && mantissa.len() > 3 {
        10f64.powi(mantissa.len() as i32 - 3)
    } else {
        1.0
    };
    let whole = mantissa.ends_with('0') && decimals == 0;
    0.5 * unit * if whole { zeros } else { 1.0 }
}

/// Height [km], pressure [Pa], density [kg/m³] of NOAA-S/T 76-1562, table I.
const STANDARD: [(f64, f64, f64); 16] = [
    (86.0, 3.7338e-1, 6.958e-6),
    (90.0, 1.8359e-1, 3.416e-6),
    (95.0, 7.5966e-2, 1.393e-6),
    (100.0, 3.2011e-2, 5.604e-7),
    (110.0, 7.1042e-3, 9.708e-8),
    (120.0, 2.5382e-3, 2.222e-8),
    (150.0, 4.5422e-4, 2.076e-9),
    (200.0, 8.4736e-5, 2.541e-10),
    (300.0, 8.7704e-6, 1.916e-11),
    (400.0, 1.4518e-6, 2.803e-12),
    (500.0, 3.0236e-7, 5.215e-13),
    (600.0, 8.2130e-8, 1.137e-13),
    (700.0, 3.1908e-8, 3.070e-14),
    (800.0, 1.7036e-8, 1.136e-14),
    (900.0, 1.0873e-8, 5.759e-15),
    (1000.0, 7.5138e-9, 3.561e-15),
];

#[test]
fn val_upper_us76_against_the_standard_itself() {
    for (height_km, pressure_pa, density) in STANDARD {
        let air = us76(height_km * 1e3);
        let off = [
            (air.pressure_pa / pressure_pa - 1.0).abs(),
            (air.density_kg_m3 / density - 1.0).abs(),
        ];
        println!(
            "{height_km} km: pressure {:.5}, density {:.5} off",
            off[0], off[1]
        );
        assert!(
            off[0] < STANDARD_TOLERANCE && off[1] < STANDARD_TOLERANCE,
            "{height_km} km: {air:?} {off:?}"
        );
    }
}

#[test]
fn val_us76_against_its_table() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/data/reference-tables/us76_table.txt"
    );
    let text = std::fs::read_to_string(path).unwrap();
    let mut rows = 0;
    let mut worst = [0.0_f64; 3];
    for line in text
        .lines()
        .filter(|line| line.starts_with(|c: char| c == '-' || c.is_ascii_digit()))
    {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let value = |i: usize| fields[i].parse::<f64>().unwrap();
        let height_m = value(0) * 1e3;
        let air = us76(height_m);
        worst[0] = worst[0].max((air.temperature_k - value(2)).abs());
        assert!(
            (air.temperature_k - value(2)).abs() < TEMPERATURE_TOLERANCE_K,
            "{line} {air:?}"
        );
        assert!(
            (air.speed_of_sound_m_s - value(5)).abs() < SOUND_TOLERANCE_M_S,
            "{line} {air:?}"
        );
        let checks = [
            (3, air.pressure_pa),
            (4, air.density_kg_m3),
            (4, density_kg_m3(height_m)),
        ];
        for (column, ours) in checks {
            let excess =
                ((ours - value(column)).abs() - rounding(fields[column])).max(0.0) / value(column);
            worst[1 + usize::from(column == 4)] = worst[1 + usize::from(column == 4)].max(excess);
            assert!(
                excess < RELATIVE_TOLERANCE,
                "{line}: {ours} is {excess} off"
            );
        }
        rows += 1;
    }
    println!(
        "{rows} rows; worst: {} K, pressure {}, density {} beyond rounding",
        worst[0], worst[1], worst[2]
    );
    assert_eq!(rows, 94, "rows of the table");
}
