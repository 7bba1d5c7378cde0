//! The one table of class priors.

use super::{Band, ClassPrior, Loft, VehicleClass};

const G: f64 = 9.806_65;
const DEGREE: f64 = core::f64::consts::PI / 180.0;
const SLENDER: Band = Band::new(5_000.0, 15_000.0);
const NO_LIFT: Band = Band::new(0.0, 0.0);

/// Figures shared by most classes; each class replaces its own.
const COMMON: ClassPrior = ClassPrior {
    stage_counts: &[(2, 1.0)],
    burn_s: Band::new(100.0, 180.0),
    gap_s: Band::new(0.5, 3.0),
    first_thrust_m_s2: Band::new(1.3 * G, 3.2 * G),
    exhaust_velocity_m_s: Band::new(2_500.0, 2_850.0),
    range_m: Band::new(3.0e6, 5.5e6),
    loft: Loft::OfMinimumEnergy(Band::new(0.85, 1.2)),
    burnout_height_m: Band::new(100e3, 200e3),
    burnout_speed_m_s: Band::new(4_700.0, 6_000.0),
    ascent_ballistic_coefficient_kg_m2: Band::new(8_000.0, 20_000.0),
    payload_ballistic_coefficient_kg_m2: SLENDER,
    lift_to_drag: NO_LIFT,
    spent_ballistic_coefficient_kg_m2: Band::new(500.0, 2_000.0),
    variation: Band::new(0.0, 0.04),
    source: "generic textbook figures: burn times, burnout bands and ranges by class; 1.3 to 2.5 g at \
             lift-off (solids to 3.2 g, short-range to 5 g); slender bodies 5,000 to 15,000 kg/m2, \
             tumbling ones 500 to 2,000 kg/m2",
};

/// The prior of a class.
pub fn prior(class: VehicleClass) -> ClassPrior {
    match class {
        VehicleClass::ShortRange | VehicleClass::MediumRange | VehicleClass::IntermediateRange => {
            regional(class)
        }
        VehicleClass::LongRangeSolid | VehicleClass::LongRangeLiquid | VehicleClass::Submarine => {
            long_range(class)
        }
        _ => special(class),
    }
}

fn regional(class: VehicleClass) -> ClassPrior {
    match class {
        VehicleClass::ShortRange => ClassPrior {
            stage_counts: &[(1, 1.0)],
            burn_s: Band::new(60.0, 90.0),
            first_thrust_m_s2: Band::new(1.8 * G, 5.0 * G),
            exhaust_velocity_m_s: Band::new(2_300.0, 2_600.0),
            range_m: Band::new(250e3, 950e3),
            burnout_height_m: Band::new(30e3, 60e3),
            burnout_speed_m_s: Band::new(1_500.0, 3_000.0),
            payload_ballistic_coefficient_kg_m2: Band::new(4_000.0, 12_000.0),
            ..COMMON
        },
        VehicleClass::MediumRange => ClassPrior {
            stage_counts: &[(1, 0.4), (2, 0.6)],
            burn_s: Band::new(70.0, 120.0),
            first_thrust_m_s2: Band::new(1.3 * G, 4.0 * G),
            range_m: Band::new(1.0e6, 3.0e6),
            burnout_height_m: Band::new(60e3, 120e3),
            burnout_speed_m_s: Band::new(3_000.0, 4_700.0),
            ..COMMON
        },
        _ => COMMON,
    }
}

fn long_range(class: VehicleClass) -> ClassPrior {
    match class {
        VehicleClass::LongRangeSolid => ClassPrior {
            stage_counts: &[(3, 1.0)],
            burn_s: Band::new(150.0, 190.0),
            range_m: Band::new(6.0e6, 1.1e7),
            burnout_height_m: Band::new(150e3, 250e3),
            burnout_speed_m_s: Band::new(6_300.0, 7_300.0),
            ..COMMON
        },
        VehicleClass::LongRangeLiquid => ClassPrior {
            burn_s: Band::new(240.0, 320.0),
            exhaust_velocity_m_s: Band::new(2_800.0, 3_150.0),
            first_thrust_m_s2: Band::new(1.25 * G, 2.5 * G),
            range_m: Band::new(6.0e6, 1.1e7),
            burnout_height_m: Band::new(200e3, 400e3),
            burnout_speed_m_s: Band::new(6_300.0, 7_300.0),
            ..COMMON
        },
        _ => ClassPrior {
            stage_counts: &[(2, 0.5), (3, 0.5)],
            burn_s: Band::new(120.0, 190.0),
            range_m: Band::new(2.0e6, 1.0e7),
            burnout_height_m: Band::new(120e3, 250e3),
            burnout_speed_m_s: Band::new(4_000.0, 7_000.0),
            ..COMMON
        },
    }
}

fn special(class: VehicleClass) -> ClassPrior {
    match class {
        VehicleClass::Depressed => ClassPrior {
            stage_counts: &[(2, 0.6), (3, 0.4)],
            burn_s: Band::new(90.0, 150.0),
            range_m: Band::new(1.2e6, 2.5e6),
            loft: Loft::Angle(Band::new(12.0 * DEGREE, 18.0 * DEGREE)),
            burnout_height_m: Band::new(50e3, 160e3),
            burnout_speed_m_s: Band::new(3_300.0, 6_500.0),
            ..COMMON
        },
        VehicleClass::Lofted => ClassPrior {
            stage_counts: &[(2, 0.7), (3, 0.3)],
            burn_s: Band::new(150.0, 300.0),
            exhaust_velocity_m_s: Band::new(2_650.0, 3_100.0),
            range_m: Band::new(500e3, 1.2e6),
            loft: Loft::Angle(Band::new(74.0 * DEGREE, 83.0 * DEGREE)),
            burnout_height_m: Band::new(180e3, 600e3),
            burnout_speed_m_s: Band::new(3_800.0, 7_300.0),
            ..COMMON
        },
        VehicleClass::Glider => ClassPrior {
            stage_counts: &[(2, 0.5), (3, 0.5)],
            burn_s: Band::new(130.0, 180.0),
            range_m: Band::new(3.5e6, 6.5e6),
            loft: Loft::Angle(Band::new(3.5 * DEGREE, 5.0 * DEGREE)),
            burnout_height_m: Band::new(70e3, 130e3),
            burnout_speed_m_s: Band::new(5_700.0, 6_300.0),
            payload_ballistic_coefficient_kg_m2: Band::new(11_000.0, 15_000.0),
            lift_to_drag: Band::new(2.4, 2.8),
            source: "public fit to a boost-glide test: 6.0 km/s and 5 degrees down at 100 km, L/D 2.6, \
                     glide from 47 to 30 km (Acton, Science & Global Security 23, 2015)",
            ..COMMON
        },
        VehicleClass::SpaceLaunch => ClassPrior {
            burn_s: Band::new(440.0, 620.0),
            gap_s: Band::new(4.0, 12.0),
            first_thrust_m_s2: Band::new(1.15 * G, 1.8 * G),
            exhaust_velocity_m_s: Band::new(2_750.0, 3_100.0),
            variation: Band::new(0.0, 0.08),
            // Of its orbit: height over the equatorial radius, and path angle at staging.
            range_m: Band::new(200e3, 320e3),
            loft: Loft::Angle(Band::new(22.0 * DEGREE, 32.0 * DEGREE)),
            burnout_height_m: Band::new(180e3, 350e3),
            burnout_speed_m_s: Band::new(7_000.0, 8_200.0),
            ascent_ballistic_coefficient_kg_m2: Band::new(15_000.0, 30_000.0),
            payload_ballistic_coefficient_kg_m2: Band::new(100.0, 300.0),
            source: "generic two-stage launcher: 440 to 620 s of burn, 1.15 to 1.8 g at lift-off \
                     (liquid ones 1.2 to 1.5), thrust reduced about the greatest dynamic \
                     pressure, orbit above 180 km",
            ..COMMON
        },
        _ => ClassPrior {
            stage_counts: &[(1, 0.5), (2, 0.5)],
            burn_s: Band::new(30.0, 70.0),
            first_thrust_m_s2: Band::new(2.0 * G, 9.0 * G),
            exhaust_velocity_m_s: Band::new(2_300.0, 2_600.0),
            range_m: Band::new(50e3, 300e3),
            loft: Loft::Angle(Band::new(78.0 * DEGREE, 85.0 * DEGREE)),
            burnout_height_m: Band::new(20e3, 150e3),
            burnout_speed_m_s: Band::new(1_300.0, 4_500.0),
            payload_ballistic_coefficient_kg_m2: Band::new(2_000.0, 8_000.0),
            source: "generic sounding rocket: near-vertical, short burn, small range",
            ..COMMON
        },
    }
}
