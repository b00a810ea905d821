//! Positions. What is stored is WGS-84 in ten millionths of a degree (about a centimetre), whole numbers that merge and compare exactly. Maps
//! published in China are drawn in GCJ-02, which lies up to 700 m off: what is shown on such a map is converted on the way there, and what is
//! tapped on it on the way back. `shape.rs` holds boundaries. Areas and distances are not here: they need the `geo` crate, which the app has.

mod shape;

pub use shape::{RING_POINTS_MIN, SHAPE_POINTS_MAX, SHAPE_RINGS_MAX, Shape, ShapeProblem};

use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// How a map's positions are meant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "lowercase")]
#[ts(rename_all = "lowercase")]
pub enum Datum {
    /// As satellites give it, and as everything is stored.
    #[default]
    Wgs84,
    /// As maps published in China are drawn.
    Gcj02,
}

impl Datum {
    /// By its name.
    pub fn from_name(name: &str) -> Option<Datum> {
        match name.trim().to_ascii_lowercase().replace(['-', '_', ' '], "").as_str() {
            "wgs84" => Some(Datum::Wgs84),
            "gcj02" => Some(Datum::Gcj02),
            _ => None,
        }
    }
}

/// A place on the ground, degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ts_rs::TS)]
pub struct Position {
    pub lng: f64,
    pub lat: f64,
}

/// Ten millionths of a degree in one.
const E7: f64 = 1e7;

impl Position {
    /// A position, if it lies on the earth.
    pub fn new(lng: f64, lat: f64) -> Option<Position> {
        let fits = |degrees: f64, most: f64| degrees.is_finite() && degrees.abs() <= most;
        (fits(lng, 180.0) && fits(lat, 90.0)).then_some(Position { lng, lat })
    }

    /// From the two whole numbers of a record; `None` where one is missing or off the earth.
    pub fn from_e7(lng: Option<i64>, lat: Option<i64>) -> Option<Position> {
        #[allow(clippy::cast_precision_loss)] // 1.8 × 10⁹ is exact
        lng.zip(lat).and_then(|(lng, lat)| Position::new(lng as f64 / E7, lat as f64 / E7))
    }

    /// Longitude and latitude as a record keeps them.
    pub fn e7(self) -> (i64, i64) {
        #[allow(clippy::cast_possible_truncation)] // at most 180 × 10⁷
        let whole = |degrees: f64| (degrees * E7).round() as i64;
        (whole(self.lng), whole(self.lat))
    }

    /// The same place in another datum.
    pub fn convert(self, from: Datum, to: Datum) -> Position {
        match (from, to) {
            (Datum::Wgs84, Datum::Gcj02) => self.to_gcj02(),
            (Datum::Gcj02, Datum::Wgs84) => self.to_wgs84(),
            (Datum::Wgs84, Datum::Wgs84) | (Datum::Gcj02, Datum::Gcj02) => self,
        }
    }

    /// WGS-84 to GCJ-02. Outside the rectangle around China, where nothing is shifted, it stays as it is.
    pub fn to_gcj02(self) -> Position {
        if !self.is_shifted() {
            return self;
        }
        let (lng, lat) = shift(self);
        Position { lng: self.lng + lng, lat: self.lat + lat }
    }

    /// GCJ-02 to WGS-84: the forward formula has no inverse, so it is approached until it is met.
    pub fn to_wgs84(self) -> Position {
        if !self.is_shifted() {
            return self;
        }
        let mut found = self;
        for _ in 0..INVERSE_STEPS_MAX {
            let (lng, lat) = shift(found);
            let off = (found.lng + lng - self.lng, found.lat + lat - self.lat);
            found = Position { lng: found.lng - off.0, lat: found.lat - off.1 };
            if off.0.abs().max(off.1.abs()) < INVERSE_EXACT_DEGREES {
                break;
            }
        }
        found
    }

    /// The rectangle that the published formula names.
    fn is_shifted(self) -> bool {
        (72.004..=137.8347).contains(&self.lng) && (0.8293..=55.8271).contains(&self.lat)
    }
}

/// The shift changes by less than a hundredth of a step, so a handful is enough.
const INVERSE_STEPS_MAX: u32 = 12;
/// Where the approach ends: a tenth of a millimetre.
const INVERSE_EXACT_DEGREES: f64 = 1e-9;
/// Semi-major axis, metres, and squared eccentricity of the Krasovsky 1940 ellipsoid, on which the shift is defined.
const AXIS_METRES: f64 = 6_378_245.0;
const ECCENTRICITY_SQUARED: f64 = 0.006_693_421_622_965_943;

/// Degrees by which GCJ-02 lies off here. The coefficients are the published ones (`eviltransform` and many others).
fn shift(at: Position) -> (f64, f64) {
    let (x, y) = (at.lng - 105.0, at.lat - 35.0);
    let waves = |v: f64, long: [f64; 3], periods: [f64; 3]| -> f64 {
        long.iter().zip(periods).map(|(amplitude, period)| amplitude * (v * PI / period).sin() * 2.0 / 3.0).sum()
    };
    let short = (20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin()) * 2.0 / 3.0;
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * x.abs().sqrt()
        + short
        + waves(y, [20.0, 40.0, 160.0], [1.0, 3.0, 12.0])
        + 320.0 * (y * PI / 30.0).sin() * 2.0 / 3.0;
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * x.abs().sqrt()
        + short
        + waves(x, [20.0, 40.0, 150.0], [1.0, 3.0, 12.0])
        + 300.0 * (x * PI / 30.0).sin() * 2.0 / 3.0;
    let lat = at.lat.to_radians();
    let magic = 1.0 - ECCENTRICITY_SQUARED * lat.sin().powi(2);
    let per_degree_north = AXIS_METRES * (1.0 - ECCENTRICITY_SQUARED) / (magic * magic.sqrt()) * PI / 180.0;
    let per_degree_east = AXIS_METRES / magic.sqrt() * lat.cos() * PI / 180.0;
    (east / per_degree_east, north / per_degree_north)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn near(a: Position, b: Position, degrees: f64) -> bool {
        (a.lng - b.lng).abs() < degrees && (a.lat - b.lat).abs() < degrees
    }

    #[test]
    fn known_places_lie_where_the_published_maps_have_them() {
        // from the test data of eviltransform: latitude, longitude, and the same in GCJ-02
        let known = [
            ((31.177_427_6, 121.527_210_6), (31.175_303_983_645_97, 121.531_541_859_215)),
            ((22.543_847, 113.912_316), (22.540_796_131_694_766, 113.917_176_480_836_3)),
            ((39.911_954, 116.377_817), (39.913_345_455_360_69, 116.384_047_224_556_57)),
        ];
        for ((lat, lng), (gcj_lat, gcj_lng)) in known {
            let (wgs, gcj) = (Position { lng, lat }, Position { lng: gcj_lng, lat: gcj_lat });
            assert!(near(wgs.to_gcj02(), gcj, 1e-6), "{:?} is not {gcj:?}", wgs.to_gcj02());
            assert!(near(gcj.to_wgs84(), wgs, 1e-6), "{:?} is not {wgs:?}", gcj.to_wgs84());
        }
    }

    #[test]
    fn outside_china_nothing_is_shifted() {
        for (lng, lat) in [(2.3522, 48.8566), (-122.4194, 37.7749), (151.2093, -33.8688), (0.0, 0.0), (180.0, 90.0)] {
            let here = Position { lng, lat };
            assert_eq!(here.to_gcj02(), here);
            assert_eq!(here.to_wgs84(), here);
        }
    }

    #[test]
    fn what_does_not_lie_on_the_earth_is_no_position() {
        for (lng, lat) in [(180.1, 0.0), (0.0, -90.1), (f64::NAN, 0.0), (0.0, f64::INFINITY)] {
            assert_eq!(Position::new(lng, lat), None);
        }
        assert_eq!(Position::from_e7(Some(1_800_000_001), Some(0)), None);
        assert_eq!(Position::from_e7(Some(i64::MIN), Some(i64::MAX)), None);
        assert_eq!(Position::from_e7(Some(1), None), None);
    }

    proptest! {
        #[test]
        fn there_and_back_is_the_same_place(lng in 73.0..137.0f64, lat in 2.0..55.0f64) {
            let here = Position { lng, lat };
            prop_assert!(near(here.to_gcj02().to_wgs84(), here, 1e-6));
            prop_assert!(near(here.to_wgs84().to_gcj02(), here, 1e-6));
        }

        #[test]
        fn the_shift_is_some_hundred_metres_and_never_none(lng in 73.0..137.0f64, lat in 2.0..55.0f64) {
            let there = Position { lng, lat }.to_gcj02();
            let metres = ((there.lng - lng) * 111_320.0 * lat.to_radians().cos()).hypot((there.lat - lat) * 111_320.0);
            prop_assert!(metres > 1.0 && metres < 1_500.0, "{metres}");
        }

        #[test]
        fn whole_numbers_keep_a_position_to_the_centimetre(lng in -180.0..=180.0f64, lat in -90.0..=90.0f64) {
            let (a, b) = Position { lng, lat }.e7();
            let back = Position::from_e7(Some(a), Some(b)).unwrap();
            let here = Position { lng, lat };
            prop_assert!(near(back, here, 1e-7));
            prop_assert_eq!(back.e7(), (a, b));
        }
    }
}
