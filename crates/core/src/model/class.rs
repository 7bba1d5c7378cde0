//! What an object can be, and how probable each is.

use super::words::words;

words! {
    /// What an object is.
    Class {
        /// A ballistic missile.
        BallisticMissile = "ballistic_missile",
        /// A boosted glider.
        GlideVehicle = "glide_vehicle",
        /// A launch to orbit; the class is kept after insertion.
        SpaceLaunch = "space_launch",
        /// A sounding rocket.
        SoundingRocket = "sounding_rocket",
        /// Something in orbit.
        Satellite = "satellite",
        /// Something coming out of orbit.
        Reentry = "reentry",
        /// A spent stage or fragment.
        Debris = "debris",
        /// A natural fireball.
        Bolide = "bolide",
        /// Sunlight on cloud, sea or ice.
        SunGlint = "sun_glint",
        /// A fire, flare or volcano.
        Fire = "fire",
        /// An explosion.
        Explosion = "explosion",
        /// An aircraft.
        Aircraft = "aircraft",
        /// A fault of a sensor or link.
        SensorFault = "sensor_fault",
        /// None of these can be told.
        Unknown = "unknown",
    }
}

/// Probability of each class, in the order of [`Class::ALL`]; sums to one.
#[derive(Debug, Clone, PartialEq)]
pub struct Probabilities(pub [f64; 14]);

impl Probabilities {
    /// Of one class.
    pub fn of(&self, class: Class) -> f64 {
        self.0[class as usize]
    }

    /// The most probable class.
    pub fn best(&self) -> Class {
        let mut best = Class::BallisticMissile;
        for class in Class::ALL {
            if self.of(*class) > self.of(best) {
                best = *class;
            }
        }
        best
    }

    /// Probability that a missile or glide vehicle flies.
    pub fn threat(&self) -> f64 {
        self.of(Class::BallisticMissile) + self.of(Class::GlideVehicle)
    }
}
