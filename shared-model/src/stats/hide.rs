//! Small cells for levels above: whoever reads that one household in a small unit asked for something may know which one. A cell under five is
//! left out; where only one is left out, or those left out could be reckoned from the sum, the smallest of the others goes too, and
//! in the end the sum itself (secondary suppression). A zero says nothing of anybody and stays.

/// Cells from one to this less one are left out.
pub const SMALL: u32 = 5;

/// A row of cells with their sum, as it may be handed up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hidden {
    /// `None`: left out.
    pub cells: Vec<Option<u32>>,
    /// `None`: left out, because it would give a cell away.
    pub sum: Option<u32>,
}

/// Leaves out what is small and what would give it away.
pub fn hide(cells: &[u32]) -> Hidden {
    let sum: u32 = cells.iter().fold(0, |sum, c| sum.saturating_add(*c));
    let mut shown: Vec<Option<u32>> = cells.iter().map(|c| (*c == 0 || *c >= SMALL).then_some(*c)).collect();
    loop {
        let hidden: Vec<u32> = cells.iter().zip(&shown).filter(|(_, s)| s.is_none()).map(|(c, _)| *c).collect();
        let n = u32::try_from(hidden.len()).unwrap_or(u32::MAX);
        let total = hidden.iter().fold(0u32, |t, c| t.saturating_add(*c));
        // every cell that is left out could be anything from 1 to at least 6
        if hidden.is_empty() || (n >= 2 && total >= n.saturating_add(SMALL)) {
            return Hidden { cells: shown, sum: Some(sum) };
        }
        let next = shown.iter().enumerate().filter_map(|(at, s)| s.filter(|c| *c > 0).map(|c| (c, at))).min();
        match next {
            Some((_, at)) => shown[at] = None,
            None => return Hidden { cells: shown, sum: None },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_small_cell_takes_another_with_it() {
        assert_eq!(hide(&[3, 40, 12]), Hidden { cells: vec![None, Some(40), None], sum: Some(55) });
        assert_eq!(hide(&[0, 40]), Hidden { cells: vec![Some(0), Some(40)], sum: Some(40) });
        // two, and nothing else to hide them behind: the sum goes
        assert_eq!(hide(&[2]), Hidden { cells: vec![None], sum: None });
        assert_eq!(hide(&[1, 1]), Hidden { cells: vec![None, None], sum: None });
    }

    proptest! {
        /// Whoever has the cells that are shown, the sum, and knows that what is left out is at least one, cannot tell any cell that is left out.
        #[test]
        fn no_cell_that_is_left_out_can_be_reckoned(cells in prop::collection::vec(prop_oneof![0u32..8, 0u32..60], 1..14)) {
            let out = hide(&cells);
            for (cell, shown) in cells.iter().zip(&out.cells) {
                match shown {
                    Some(s) => prop_assert!(s == cell && (*s == 0 || *s >= SMALL)),
                    None => prop_assert!(*cell > 0),
                }
            }
            let left: Vec<u32> = cells.iter().zip(&out.cells).filter(|(_, s)| s.is_none()).map(|(c, _)| *c).collect();
            if let (Some(sum), false) = (out.sum, left.is_empty()) {
                let rest = sum - out.cells.iter().flatten().sum::<u32>();
                let others = u32::try_from(left.len()).unwrap() - 1;
                prop_assert!(others >= 1);
                // the greatest it could be, the others being one each; the least is one
                prop_assert!(rest - others > SMALL);
            }
            if out.sum.is_none() {
                prop_assert!(out.cells.iter().flatten().all(|c| *c == 0), "the sum goes only when nothing else is left");
            }
        }
    }
}
