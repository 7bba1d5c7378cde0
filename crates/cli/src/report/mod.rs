//! `report.html`: one self-contained page for a person, made of a run's events alone.
//!
//! The same events give the same bytes: no clock, no file, no network. Everything that came from
//! outside (ids, names, details) is escaped. Large runs are cut to what stays readable, and each
//! cut says what was left out.

mod cards;
mod chart;
mod map;
mod rings;
mod story;
mod summary;
mod svg;
mod tables;
#[cfg(test)]
mod tests;
mod text;
mod timeline;

use forewarn_core::model::{Event, Mode, Sensor};
use forewarn_formats::truth::Truth;

use self::story::Story;

/// Opens what is folded before the page is printed.
const SCRIPT: &str = "addEventListener('beforeprint',function(){document.querySelectorAll('details')\
    .forEach(function(d){d.open=true})});";

/// What a report is made of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReportInput<'a> {
    /// What the run is called: the recording's name.
    pub(crate) title: &'a str,
    /// Mode of the run.
    pub(crate) mode: Mode,
    /// The sensor table that the events' indices point into.
    pub(crate) sensors: &'a [Sensor],
    /// Every output of the engine, in order.
    pub(crate) events: &'a [Event],
    /// What really flew, where that is known.
    pub(crate) truth: Option<&'a Truth>,
}

/// The page, as UTF-8 text.
pub(crate) fn html(input: &ReportInput<'_>) -> String {
    let story = Story::of(input.events, input.truth);
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\"/>\
         <title>{} · {}</title><style>{}</style></head><body>",
        text::escape(&input.mode.word().to_uppercase()),
        text::escape_short(input.title, 120),
        include_str!("style.css")
    );
    out.push_str(&summary::banner(input, &story));
    out.push_str("<main>");
    out.push_str(&summary::section(&story));
    out.push_str("<section><h2>Map</h2>");
    out.push_str(&map::section(input, &story));
    out.push_str("</section>");
    out.push_str(&cards::section(input, &story));
    out.push_str(&tables::warnings(&story));
    out.push_str(&tables::sensors(input, &story));
    out.push_str(&tables::refused(&story));
    out.push_str(&footer(input));
    out.push_str(&format!("</main><script>{SCRIPT}</script></body></html>\n"));
    out
}

fn footer(input: &ReportInput<'_>) -> String {
    format!(
        "<footer class=\"banner mode-{}\"><p class=\"mode\"><b>{}</b></p></footer><footer class=\"read\"><p>\
         Times are UTC and the engine's own, never the clock on the wall. Every ± and every ellipse holds 90 %; \
         ± of a place is the semi-major axis of its ellipse. A log-likelihood ratio weighs a threat against all else. \
         <em>Cancelled</em>: the danger is over. <em>Retracted</em>: we were wrong. \
         Map: Natural Earth, simplified; borders are for orientation only. Coverage is what the sensor table says, on a smooth Earth. \
         Written by Forewarn {}.</p></footer>",
        input.mode.word(),
        input.mode.word().to_uppercase(),
        env!("CARGO_PKG_VERSION")
    )
}
