//! Argon2id, between a floor and a ceiling.
//!
//! The parameters lie in the clear beside what they protect, so whoever can write there could
//! edit them: down, to guess cheaply, or up, to exhaust the computer. [`KdfParams`] can only be
//! made within the bounds (docs/format.md, Suite).

use zeroize::Zeroizing;

use crate::{error::KdfError, hazmat, meter};

/// Parameters of Argon2id version 0x13 that lie within the bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KdfParams {
    m_kib: u32,
    t: u32,
    p: u32,
}

const MIB: u32 = 1024;

impl KdfParams {
    /// Where a new passphrase starts: 256 MiB, three passes, four lanes.
    pub const DEFAULT: Self = Self {
        m_kib: 256 * MIB,
        t: 3,
        p: 4,
    };
    /// The fixed parameters of an invitation's code; they are part of the format.
    pub const INVITE: Self = Self {
        m_kib: 256 * MIB,
        t: 3,
        p: 4,
    };
    /// Less memory or fewer passes than these are refused.
    pub const FLOOR: Self = Self {
        m_kib: 64 * MIB,
        t: 3,
        p: 1,
    };
    /// More memory, passes or lanes than these are refused.
    pub const CEILING: Self = Self {
        m_kib: 2048 * MIB,
        t: 10,
        p: 16,
    };

    /// Parameters as they were stored, if they lie within the bounds.
    ///
    /// `m_kib` is the memory in KiB, `t` the passes, `p` the lanes.
    ///
    /// # Errors
    /// [`KdfError::BelowFloor`] or [`KdfError::AboveCeiling`].
    pub const fn checked(m_kib: u32, t: u32, p: u32) -> Result<Self, KdfError> {
        let params = Self { m_kib, t, p };
        #[cfg(feature = "test-kdf")]
        if params.is_for_tests() {
            return Ok(params);
        }
        if m_kib < Self::FLOOR.m_kib || t < Self::FLOOR.t || p < Self::FLOOR.p {
            return Err(KdfError::BelowFloor);
        }
        if m_kib > Self::CEILING.m_kib || t > Self::CEILING.t || p > Self::CEILING.p {
            return Err(KdfError::AboveCeiling);
        }
        Ok(params)
    }

    /// Memory in KiB.
    #[must_use]
    pub const fn m_kib(self) -> u32 {
        self.m_kib
    }

    /// Passes over the memory.
    #[must_use]
    pub const fn t(self) -> u32 {
        self.t
    }

    /// Lanes.
    #[must_use]
    pub const fn p(self) -> u32 {
        self.p
    }

    /// Parameters that protect nothing and take microseconds, for test suites.
    ///
    /// They exist only with the feature `test-kdf`, which no release build enables.
    #[cfg(feature = "test-kdf")]
    #[must_use]
    pub const fn insecure_for_tests() -> Self {
        Self {
            m_kib: 8,
            t: 1,
            p: 1,
        }
    }

    #[cfg(feature = "test-kdf")]
    const fn is_for_tests(self) -> bool {
        let Self { m_kib, t, p } = Self::insecure_for_tests();
        self.m_kib == m_kib && self.t == t && self.p == p
    }
}

/// Argon2id of a passphrase or code under a salt of 16 or 32 bytes; other sizes do not compile.
///
/// # Errors
/// [`KdfError::OutOfMemory`] if this computer lacks the memory that the parameters ask for.
pub fn argon2id<const SALT: usize>(
    passphrase: &[u8],
    salt: &[u8; SALT],
    params: KdfParams,
) -> Result<Zeroizing<[u8; 32]>, KdfError> {
    const { assert!(SALT == 16 || SALT == 32, "a salt has 16 or 32 bytes") };
    meter::count_kdf();
    let mut key = Zeroizing::new([0; 32]);
    hazmat::argon2::argon2id(
        passphrase,
        salt,
        (params.m_kib, params.t, params.p),
        &mut key,
    )?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_floor_and_the_ceiling_hold() {
        let checked = KdfParams::checked;
        assert_eq!(checked(64 * MIB, 3, 1), Ok(KdfParams::FLOOR));
        assert_eq!(checked(2048 * MIB, 10, 16), Ok(KdfParams::CEILING));
        for (m, t, p) in [
            (64 * MIB - 1, 3, 1),
            (64 * MIB, 2, 1),
            (64 * MIB, 3, 0),
            (0, 0, 0),
        ] {
            assert_eq!(checked(m, t, p), Err(KdfError::BelowFloor), "{m} {t} {p}");
        }
        // High passes do not make up for little memory.
        assert_eq!(checked(32 * MIB, 10, 4), Err(KdfError::BelowFloor));
        for (m, t, p) in [
            (2048 * MIB + 1, 3, 4),
            (256 * MIB, 11, 4),
            (256 * MIB, 3, 17),
            (u32::MAX, u32::MAX, u32::MAX),
        ] {
            assert_eq!(checked(m, t, p), Err(KdfError::AboveCeiling), "{m} {t} {p}");
        }
        for fixed in [KdfParams::DEFAULT, KdfParams::INVITE] {
            assert_eq!(checked(fixed.m_kib(), fixed.t(), fixed.p()), Ok(fixed));
        }
    }

    #[cfg(feature = "test-kdf")]
    #[test]
    fn the_cheap_parameters_exist_only_for_tests_and_are_exactly_one() {
        let cheap = KdfParams::insecure_for_tests();
        assert_eq!(KdfParams::checked(cheap.m_kib, cheap.t, cheap.p), Ok(cheap));
        let nearly = KdfParams::checked(cheap.m_kib + 1, cheap.t, cheap.p);
        assert_eq!(nearly, Err(KdfError::BelowFloor));
        assert!(argon2id(b"passphrase", &[0; 16], cheap).is_ok());
    }

    /// From the reference implementation's own test program: t = 2, m = 64 MiB, p = 1.
    #[test]
    fn the_reference_answer() {
        let mut key = [0; 32];
        hazmat::argon2::argon2id(b"password", b"somesalt", (64 * MIB, 2, 1), &mut key).unwrap();
        let expected = "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7";
        assert_eq!(hex::encode(key), expected);
    }
}
