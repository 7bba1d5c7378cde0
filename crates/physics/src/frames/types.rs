//! Positions, velocities and states that carry their frame in the type.

use core::fmt;
use core::marker::PhantomData;
use core::ops::{Add, Deref, Mul, Sub};

use nalgebra::{Matrix3, Matrix6, Vector3};

/// A set of axes that a vector can be expressed in.
pub trait Frame: Copy + Clone + fmt::Debug + PartialEq + 'static {
    /// The name for messages.
    const NAME: &'static str;
}

macro_rules! frame {
    ($(#[$doc:meta])* $name:ident, $text:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $name;
        impl Frame for $name { const NAME: &'static str = $text; }
    };
}
frame!(/// Earth-fixed axes (ITRF, taken as WGS84: they agree to centimetres).
    Itrf, "ITRF");
frame!(/// Geocentric inertial axes (GCRF).
    Gcrf, "GCRF");
frame!(/// True equator, mean equinox of date: the frame of SGP4.
    Teme, "TEME");

macro_rules! vector {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub struct $name<F: Frame>(Vector3<f64>, PhantomData<F>);

        impl<F: Frame> $name<F> {
            /// From its three components.
            pub const fn new(x: f64, y: f64, z: f64) -> Self {
                Self(Vector3::new(x, y, z), PhantomData)
            }
            /// From a bare vector that the caller knows to be in this frame.
            pub const fn from_vector(vector: Vector3<f64>) -> Self {
                Self(vector, PhantomData)
            }
            /// The bare vector.
            pub const fn vector(&self) -> Vector3<f64> {
                self.0
            }
        }
        impl<F: Frame> Deref for $name<F> {
            type Target = Vector3<f64>;
            fn deref(&self) -> &Vector3<f64> { &self.0 }
        }
        impl<F: Frame> Sub for $name<F> {
            type Output = Vector3<f64>;
            fn sub(self, other: Self) -> Vector3<f64> { self.0 - other.0 }
        }
        impl<F: Frame> Add<Vector3<f64>> for $name<F> {
            type Output = Self;
            fn add(self, offset: Vector3<f64>) -> Self { Self::from_vector(self.0 + offset) }
        }
    };
}
vector!(/// A position from the Earth's centre [m].
    Position);
vector!(/// A velocity [m/s], as seen in its own (possibly rotating) frame.
    Velocity);

/// Position [m] and velocity [m/s] in one frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct State<F: Frame> {
    /// Position [m].
    pub position: Position<F>,
    /// Velocity [m/s] relative to the frame's own axes.
    pub velocity: Velocity<F>,
}

impl<F: Frame> State<F> {
    /// From bare vectors [m, m/s].
    pub const fn from_vectors(position_m: Vector3<f64>, velocity_m_s: Vector3<f64>) -> Self {
        Self {
            position: Position::from_vector(position_m),
            velocity: Velocity::from_vector(velocity_m_s),
        }
    }
}

/// Covariance of a [`State`] [m², m²/s, m²/s²], rows and columns x y z vx vy vz.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Covariance6<F: Frame>(Matrix6<f64>, PhantomData<F>);

impl<F: Frame> Covariance6<F> {
    /// From a bare matrix that the caller knows to be in this frame.
    pub const fn from_matrix(matrix: Matrix6<f64>) -> Self {
        Self(matrix, PhantomData)
    }
    /// The bare matrix.
    pub const fn matrix(&self) -> &Matrix6<f64> {
        &self.0
    }
}

/// A rotation named `to_from_from`: `gcrf_from_itrf * itrf_vector` is in GCRF.
///
/// It turns directions and positions. A velocity between rotating frames needs the whole
/// [`State`] and goes through the functions that know the rotation rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rotation<To: Frame, From: Frame>(Matrix3<f64>, PhantomData<(To, From)>);

impl<To: Frame, From: Frame> Rotation<To, From> {
    /// From an orthonormal matrix.
    pub const fn from_matrix(matrix: Matrix3<f64>) -> Self {
        Self(matrix, PhantomData)
    }
    /// The bare matrix.
    pub const fn matrix(&self) -> &Matrix3<f64> {
        &self.0
    }
    /// The opposite rotation.
    pub fn inverse(&self) -> Rotation<From, To> {
        Rotation::from_matrix(self.0.transpose())
    }
}

impl<A: Frame, B: Frame, C: Frame> Mul<Rotation<B, C>> for Rotation<A, B> {
    type Output = Rotation<A, C>;
    fn mul(self, next: Rotation<B, C>) -> Rotation<A, C> {
        Rotation::from_matrix(self.0 * next.0)
    }
}

impl<To: Frame, From: Frame> Mul<Position<From>> for Rotation<To, From> {
    type Output = Position<To>;
    fn mul(self, position: Position<From>) -> Position<To> {
        Position::from_vector(self.0 * position.vector())
    }
}
