//! The page as a whole: well formed, escaped, complete, bounded, the same each time.

mod made;

use forewarn_core::model::{Event, Mode};
use forewarn_formats::truth::Truth;
use quick_xml::Reader;
use quick_xml::events::Event as Xml;

use super::{ReportInput, html};

/// A report must open at once in a browser and travel by mail.
const LARGEST_BYTES: usize = 5_000_000;

fn page(events: &[Event], truth: Option<&Truth>) -> String {
    let sensors = made::sensors();
    let page = html(&ReportInput {
        title: "Pacific <trial> & \"error\"",
        mode: Mode::Exercise,
        sensors: &sensors,
        events,
        truth,
    });
    look_at(&page);
    page
}

/// Writes the page where a person asked to look at it: `FOREWARN_REPORT_DIR=dir cargo test`.
fn look_at(page: &str) {
    if let Some(dir) = std::env::var_os("FOREWARN_REPORT_DIR") {
        let name = format!("report-{}.html", page.len());
        std::fs::write(std::path::Path::new(&dir).join(name), page).unwrap();
    }
}

/// Every tag closed, every attribute quoted, every entity known.
fn assert_well_formed(page: &str) {
    let mut reader = Reader::from_str(page);
    reader.config_mut().check_end_names = true;
    let mut depth = 0_i32;
    loop {
        match reader.read_event().unwrap() {
            Xml::Start(start) => {
                depth += 1;
                start
                    .attributes()
                    .for_each(|attribute| drop(attribute.unwrap()));
            }
            Xml::Empty(start) => start
                .attributes()
                .for_each(|attribute| drop(attribute.unwrap())),
            Xml::End(_) => depth -= 1,
            Xml::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0);
    for bad in ["NaN", "inf ", "<script>alert"] {
        assert!(!page.contains(bad), "{bad}");
    }
}

#[test]
fn one_flight_is_told_from_launch_to_impact() {
    let (events, truth) = made::one_flight();
    let page = page(&events, Some(&truth));
    assert_well_formed(&page);
    for fact in [
        "EXERCISE",
        "A ballistic missile (o-1) was launched from 18.3",
        "it was suspected 1 min 10 s after launch and confirmed after 3 min 50 s by infrared and radar together",
        "Warning w-1 was issued at 12:03:50, 21 min 12 s before impact and cancelled at 12:26:00",
        "station-of-geo-1",
        "impossible value",
        "nothing for 60 s",
        "true-1, ballistic missile; launch off by",
        "error against truth",
        "first radar report",
        "CANCEL",
        "P(threat)",
    ] {
        assert!(page.contains(fact), "the page does not say: {fact}");
    }
}

#[test]
fn nothing_from_outside_becomes_markup() {
    let (events, _) = made::one_flight();
    let page = page(&events, None);
    assert!(page.contains("bad&lt;id&gt;") && page.contains("picket &quot;&lt;north&gt;&quot;"));
    assert!(page.contains("Pacific &lt;trial&gt; &amp; &quot;error&quot;"));
    assert!(
        !page.contains("<north>") && !page.contains("<trial>") && !page.contains("Test range <A>")
    );
}

#[test]
fn the_page_needs_nothing_else_and_is_the_same_each_time() {
    let (events, truth) = made::one_flight();
    let first = page(&events, Some(&truth));
    assert_eq!(first, page(&events, Some(&truth)));
    for outside in ["http://", "https://", "src=", "url(//", "@import"] {
        assert!(!first.contains(outside), "{outside}");
    }
}

#[test]
fn a_raid_among_hundreds_stays_readable() {
    let page = page(&made::raid(40, 560), None);
    assert_well_formed(&page);
    assert!(page.len() < LARGEST_BYTES, "{} bytes", page.len());
    assert!(page.contains("40 objects were judged to be threats, launched from"));
    assert!(
        page.contains("more objects are not listed") || page.contains("objects are not listed")
    );
}

#[test]
fn six_hundred_satellites_and_no_threat() {
    let page = page(&made::raid(0, 602), None);
    assert_well_formed(&page);
    assert!(page.len() < LARGEST_BYTES, "{} bytes", page.len());
    assert!(page.contains("Nothing was suspected or confirmed to be a missile. 602 objects were looked at; by class: satellite 602"));
}

#[test]
fn nothing_at_all_is_still_a_page() {
    let page = page(&[], None);
    assert_well_formed(&page);
    assert!(page.contains("Nothing was suspected") && page.contains("Records refused"));
}

#[test]
fn a_missed_threat_is_said() {
    let (_, truth) = made::one_flight();
    let page = page(&[], Some(&truth));
    assert!(page.contains("Missed:") && page.contains("true-1"));
}
