//! Land, coasts and borders, embedded in the program.

use std::sync::LazyLock;

use serde::Deserialize;

/// Lines of `[latitude, longitude]` [rad].
pub(in super::super) type Lines = Vec<Vec<[f64; 2]>>;

/// The world's outlines.
pub(in super::super) struct World {
    /// Cut into cells of 30 degrees: see `data/SOURCE.md`.
    pub(in super::super) land: Lines,
    pub(in super::super) coast: Lines,
    pub(in super::super) border: Lines,
}

#[derive(Deserialize, Default)]
struct Packed {
    land: Vec<Vec<i32>>,
    coast: Vec<Vec<i32>>,
    border: Vec<Vec<i32>>,
}

/// The embedded world. Were its file damaged the map would be empty and the tests would fail.
pub(in super::super) static WORLD: LazyLock<World> = LazyLock::new(|| {
    let text = include_str!("../../../data/world.json");
    let packed: Packed = serde_json::from_str(text).unwrap_or_default();
    World {
        land: unpack(&packed.land),
        coast: unpack(&packed.coast),
        border: unpack(&packed.border),
    }
});

fn unpack(lines: &[Vec<i32>]) -> Lines {
    let unpack_one = |numbers: &Vec<i32>| {
        let (mut east, mut north) = (0, 0);
        let pairs = numbers.chunks_exact(2).map(|pair| {
            (east, north) = (east + pair[0], north + pair[1]);
            [radians(north), radians(east)]
        });
        pairs.collect()
    };
    lines.iter().map(unpack_one).collect()
}

fn radians(hundredths_deg: i32) -> f64 {
    (f64::from(hundredths_deg) * 0.01).to_radians()
}

#[cfg(test)]
mod tests {
    use forewarn_physics::math::{FRAC_PI_2, PI};

    use super::*;

    #[test]
    fn the_world_is_whole() {
        assert!(WORLD.land.len() > 500 && WORLD.coast.len() > 500 && WORLD.border.len() > 200);
        let inside = |[latitude, longitude]: &[f64; 2]| {
            latitude.abs() <= FRAC_PI_2 && longitude.abs() <= 1.1 * PI
        };
        assert!(WORLD.land.iter().flatten().all(inside));
    }
}
