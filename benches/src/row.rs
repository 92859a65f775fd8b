//! One line of the table.

use std::error::Error;

/// What a measurement comes to.
pub type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// One line of the table. It holds if the value is at most the gate.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What was measured, beginning with its number in docs/performance.md.
    pub name: String,
    /// How much it was.
    pub value: f64,
    /// Of what.
    pub unit: &'static str,
    /// The most that it may be; none where it is only reported.
    pub gate: Option<f64>,
}

impl Row {
    /// A value that must be at most `gate`.
    #[must_use]
    pub fn gated(name: &str, value: f64, unit: &'static str, gate: f64) -> Self {
        let (name, gate) = (name.to_owned(), Some(gate));
        Self {
            name,
            value,
            unit,
            gate,
        }
    }

    /// A value that is only reported.
    #[must_use]
    pub fn told(name: &str, value: f64, unit: &'static str) -> Self {
        let (name, gate) = (name.to_owned(), None);
        Self {
            name,
            value,
            unit,
            gate,
        }
    }

    /// Whether the value is within its gate.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.gate.is_none_or(|gate| self.value <= gate)
    }

    /// Its number in the table.
    #[must_use]
    pub fn number(&self) -> &str {
        self.name.split(' ').next().unwrap_or_default()
    }
}

/// A count as a value of the table.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "counts are far below where a float loses units"
)]
pub const fn number(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_holds_up_to_its_gate() {
        for (value, gate, holds) in [
            (1.2, Some(1.2), true),
            (1.21, Some(1.2), false),
            (f64::NAN, Some(1.2), false),
            (1e9, None, true),
        ] {
            let row = Row {
                name: "P1 x".into(),
                value,
                unit: "ratio",
                gate,
            };
            assert_eq!(row.holds(), holds, "{row:?}");
            assert_eq!(row.number(), "P1");
        }
    }
}
