//! A true path: nodes in time, joined by cubic Hermite interpolation.

use forewarn_core::model::FlightPhase;
use forewarn_physics::flight::trajectory::{Phase, Sample};
use nalgebra::Vector3;

/// One node of a path.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Node {
    /// After the scenario's start [s].
    pub time_s: f64,
    /// Position, ITRF [m].
    pub position_m: Vector3<f64>,
    /// Velocity relative to ITRF [m/s].
    pub velocity_m_s: Vector3<f64>,
    /// Part of the flight.
    pub phase: FlightPhase,
}

/// Where an object is at one moment.
pub type Moment = Node;

/// A path. One node alone is a place that does not move.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    nodes: Vec<Node>,
    window_s: [f64; 2],
}

impl Path {
    /// Through these nodes, in order of time.
    pub fn through(nodes: Vec<Node>) -> Self {
        let first_s = nodes.first().map_or(0.0, |node| node.time_s);
        let last_s = nodes.last().map_or(0.0, |node| node.time_s);
        Self {
            nodes,
            window_s: [first_s, last_s],
        }
    }

    /// At one place between two times [s].
    pub fn fixed(position_m: Vector3<f64>, window_s: [f64; 2]) -> Self {
        let velocity_m_s = Vector3::zeros();
        let node = Node {
            time_s: window_s[0],
            position_m,
            velocity_m_s,
            phase: FlightPhase::Ended,
        };
        Self {
            nodes: vec![node],
            window_s,
        }
    }

    /// From samples of a flight that was launched at `launch_s`.
    pub fn of_samples(samples: &[Sample], launch_s: f64) -> Self {
        let node = |sample: &Sample| Node {
            time_s: launch_s + sample.time_s,
            position_m: sample.position_m,
            velocity_m_s: sample.velocity_m_s,
            phase: phase(sample.phase),
        };
        Self::through(samples.iter().map(node).collect())
    }

    /// From when to when it exists [s].
    pub fn window_s(&self) -> [f64; 2] {
        self.window_s
    }

    /// Whether it stays where it is.
    pub fn is_fixed(&self) -> bool {
        self.nodes.len() == 1
    }

    /// The object at a time [s], if it exists then.
    pub fn at(&self, time_s: f64) -> Option<Moment> {
        if !(self.window_s[0]..=self.window_s[1]).contains(&time_s) {
            return None;
        }
        let after = self.nodes.partition_point(|node| node.time_s <= time_s);
        let before = self.nodes.get(after.saturating_sub(1))?;
        let Some(next) = self.nodes.get(after) else {
            return Some(Node { time_s, ..*before });
        };
        Some(between(before, next, time_s))
    }
}

fn between(a: &Node, b: &Node, time_s: f64) -> Node {
    let h = b.time_s - a.time_s;
    let t = (time_s - a.time_s) / h;
    let u = 1.0 - t;
    let position_m = a.position_m * (u * u * (1.0 + 2.0 * t))
        + a.velocity_m_s * (h * t * u * u)
        + b.position_m * (t * t * (3.0 - 2.0 * t))
        - b.velocity_m_s * (h * t * t * u);
    let velocity_m_s = (b.position_m - a.position_m) * (6.0 * t * u / h)
        + a.velocity_m_s * (u * (1.0 - 3.0 * t))
        + b.velocity_m_s * (t * (3.0 * t - 2.0));
    Node {
        time_s,
        position_m,
        velocity_m_s,
        phase: a.phase,
    }
}

fn phase(phase: Phase) -> FlightPhase {
    match phase {
        Phase::Boost => FlightPhase::Boost,
        Phase::Coast => FlightPhase::Coast,
        Phase::Reentry => FlightPhase::Reentry,
        Phase::Glide => FlightPhase::Glide,
        Phase::Ended => FlightPhase::Ended,
    }
}
