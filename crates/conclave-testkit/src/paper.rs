//! Reads a recovery sheet as somebody with the paper in front of them would.

/// What stands in the type of codes on a sheet, in its order.
#[must_use]
pub fn words(pdf: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(pdf);
    text.split("/C 15 Tf")
        .skip(1)
        .filter_map(|rest| {
            let (_, shown) = rest.split_once('(')?;
            Some(shown.split_once(") Tj")?.0.to_owned())
        })
        .collect()
}

/// Does a sheet say this anywhere, in one line?
#[must_use]
pub fn says(pdf: &[u8], text: &str) -> bool {
    let shown = String::from_utf8_lossy(pdf);
    shown
        .split(") Tj")
        .filter_map(|part| part.rsplit_once("Td").map(|(_, shown)| shown))
        .any(|shown| shown.contains(text))
}
