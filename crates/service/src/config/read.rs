//! From text to configuration, with every problem by line, column, field and remedy.

use std::net::SocketAddr;
use std::path::Path;

use forewarn_core::model::Mode;
use forewarn_formats::config::section::{Document, Section, above_zero, closed};
use forewarn_formats::{Problem, Problems};

use super::{Config, Intake, Listen, SinkConfig, SinkKind, TlsFiles, beside};

/// The configuration with every key and what it means.
pub const DEFAULT: &str = include_str!("default.toml");

/// Reads a configuration. Paths in it are relative to `folder`.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read_config(file: &str, text: &str, folder: &Path) -> Result<Config, Problems> {
    let document = Document::new(file, text);
    let config = document.parse().and_then(|parsed| {
        let top = Section::new(&document, parsed.get_ref(), 0..0, "");
        let config = whole(&top, folder);
        top.finish();
        config
    });
    let problems: Vec<Problem> = document.into_problems();
    match config {
        Some(config) if problems.is_empty() => Ok(config),
        _ => Err(Problems(problems)),
    }
}

fn whole(top: &Section<'_, '_>, folder: &Path) -> Option<Config> {
    let mode = top.word::<Mode>("mode");
    let mode = top.needed(
        "mode",
        mode,
        "\"live\", \"exercise\", \"test\" or \"replay\": there is no default",
    );
    let path = |key: &'static str, default: &str| beside(folder, top.text(key).unwrap_or(default));
    let (site, data) = (path("site", "site"), path("data", "data"));
    let sender = top.text("sender").unwrap_or("warnings@forewarn.invalid");
    let audience = top.text("audience");
    let seed = top.number("seed", closed(0.0, 9e15)).unwrap_or(0.0) as u64;
    let quarantine = top.flag("quarantine_damage").unwrap_or(false);
    let insecure_loopback = top.flag("insecure_loopback").unwrap_or(false);
    let rule = top.text("release_rule").map(str::to_owned);
    let listen = listen(top);
    let tls = top.section("tls").map(|section| {
        let file = |key, default| beside(folder, section.text(key).unwrap_or(default));
        let files = TlsFiles {
            certificate: file("certificate", "server.cert.pem"),
            key: file("key", "server.key.pem"),
            client_authority: file("client_authority", "authority.cert.pem"),
            revoked: section.text("revoked").map(|path| beside(folder, path)),
        };
        section.finish();
        files
    });
    let (people_file, session_h) = people(top, folder);
    let (keys_file, intake) = intake(top, folder);
    let follow_reports = top.section("clock").is_some_and(|section| {
        let follow = section.flag("follow_reports").unwrap_or(false);
        section.finish();
        follow
    });
    let sinks = top.sections("sink");
    let sinks = sinks
        .into_iter()
        .filter_map(|section| sink(section, mode?, folder));
    let config = Config {
        mode: mode?,
        site,
        data,
        sender: sender.to_owned(),
        audience: audience.unwrap_or("everyone in the areas").to_owned(),
        seed,
        quarantine,
        insecure_loopback,
        follow_reports,
        listen: listen?,
        tls,
        people_file,
        session_h,
        keys_file,
        intake,
        rule,
        sinks: sinks.collect(),
    };
    judge(top, &config);
    Some(config)
}

/// What no single key can say.
fn judge(top: &Section<'_, '_>, config: &Config) {
    let live = config.mode == Mode::Live;
    if config.insecure_loopback {
        let addresses = [
            Some(config.listen.people),
            Some(config.listen.sensors),
            config.listen.lines,
        ];
        if live || addresses.iter().flatten().any(|at| !at.ip().is_loopback()) {
            top.complain(
                "insecure_loopback",
                "is for demonstrations on loopback addresses, never live",
                "remove it and give [tls]",
            );
        }
    } else if config.tls.is_none() {
        top.complain(
            "tls",
            "is missing",
            "add [tls] with certificate, key and client_authority; `forewarn serve --init DIR` makes them for a first try",
        );
    }
    if live && config.follow_reports {
        top.complain(
            "clock",
            "live, time does not follow reports",
            "remove follow_reports",
        );
    }
    if live && config.sender.ends_with(".invalid") {
        top.complain(
            "sender",
            "nobody's address",
            "give the address that receivers know you by",
        );
    }
    let mut names: Vec<&str> = config.sinks.iter().map(|sink| sink.id.as_str()).collect();
    names.sort_unstable();
    if names.windows(2).any(|pair| pair[0] == pair[1]) {
        top.complain("sink", "two sinks have one id", "give each its own");
    }
}

fn address(section: &Section<'_, '_>, key: &'static str) -> Option<SocketAddr> {
    let text = section.text(key)?;
    let address = text.parse();
    if address.is_err() {
        section.complain(
            key,
            format!("`{text}` is no address"),
            "give one such as 127.0.0.1:8443",
        );
    }
    address.ok()
}

fn listen(top: &Section<'_, '_>) -> Option<Listen> {
    let section = top.section("listen");
    let section = top.needed("listen", section, "{ people = \"127.0.0.1:8443\", ... }")?;
    let people = address(&section, "people");
    let people = section.needed("people", people, "\"127.0.0.1:8443\"");
    let sensors = address(&section, "sensors");
    let sensors = section.needed("sensors", sensors, "\"127.0.0.1:8444\"");
    let lines = address(&section, "lines");
    section.finish();
    Some(Listen {
        people: people?,
        sensors: sensors?,
        lines,
    })
}

fn people(top: &Section<'_, '_>, folder: &Path) -> (std::path::PathBuf, f64) {
    let Some(section) = top.section("people") else {
        return (beside(folder, "people.toml"), 12.0);
    };
    let file = beside(folder, section.text("file").unwrap_or("people.toml"));
    let session_h = section
        .number("session_h", above_zero(168.0))
        .unwrap_or(12.0);
    section.finish();
    (file, session_h)
}

fn intake(top: &Section<'_, '_>, folder: &Path) -> (std::path::PathBuf, Intake) {
    let section = top.section("intake");
    let number = |key, bounds, default: f64| {
        section
            .as_ref()
            .and_then(|section| section.number(key, bounds))
            .unwrap_or(default)
    };
    let intake = Intake {
        queue_records: number("queue_records", closed(100.0, 1e6), 20e3) as u32,
        records_per_s: number("records_per_s", above_zero(1e6), 4e3),
        burst_records: number("burst_records", above_zero(1e6), 20e3),
        clock_tolerance_s: number("clock_tolerance_s", above_zero(3_600.0), 10.0),
        frame_bytes_max: number("frame_bytes_max", closed(1_024.0, 4e6), 1_048_576.0) as usize,
    };
    let keys = section
        .as_ref()
        .and_then(|section| section.text("keys"))
        .unwrap_or("keys.toml");
    let keys = beside(folder, keys);
    if let Some(section) = section {
        section.finish();
    }
    (keys, intake)
}

fn sink(section: Section<'_, '_>, mode: Mode, folder: &Path) -> Option<SinkConfig> {
    let id = section.needed("id", section.text("id"), "\"archive\"");
    let its = section.word::<Mode>("mode");
    let its = section.needed("mode", its, "the mode of the service");
    if its.is_some_and(|its| its != mode) {
        let its = its.map_or("", Mode::word);
        section.complain(
            "mode",
            format!("the sink takes `{its}`, the service is `{}`", mode.word()),
            "a sink of another mode belongs to another service",
        );
    }
    let kind = section.choice("kind", &["file", "http", "tcp"]);
    let kind = section.needed("kind", kind, "\"file\", \"http\" or \"tcp\"");
    let attempts_max = section
        .number("attempts_max", closed(1.0, 1e4))
        .unwrap_or(24.0) as u32;
    let kind = match kind {
        Some("file") => section
            .needed("folder", section.text("folder"), "\"published\"")
            .map(|path| SinkKind::File {
                folder: beside(folder, path),
            }),
        Some("http") => {
            let authority = section.text("authority").map(|path| beside(folder, path));
            section
                .needed("url", section.text("url"), "\"https://host:port/path\"")
                .map(|url| SinkKind::Http {
                    url: url.to_owned(),
                    authority,
                })
        }
        Some(_) => section
            .needed("address", section.text("address"), "\"host:port\"")
            .map(|address| SinkKind::Tcp {
                address: address.to_owned(),
            }),
        None => None,
    };
    section.finish();
    Some(SinkConfig {
        id: id?.to_owned(),
        mode: its?,
        kind: kind?,
        attempts_max,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> String {
        match read_config("forewarn.toml", text, Path::new("x")) {
            Ok(_) => String::new(),
            Err(problems) => problems.to_string(),
        }
    }

    #[test]
    fn the_default_is_read_whole() {
        let config = read_config("forewarn.toml", DEFAULT, Path::new("x")).unwrap();
        assert_eq!(config.mode, Mode::Exercise);
        assert_eq!(config.site, Path::new("x/site"));
        assert_eq!(config.intake.queue_records, 20_000);
    }

    #[test]
    fn an_unknown_key_names_the_nearest() {
        let said = problems(&DEFAULT.replace("audience =", "audiance ="));
        assert!(
            said.contains("audiance") && said.contains("`audience`"),
            "{said}"
        );
    }

    #[test]
    fn live_is_strict_and_modes_do_not_mix() {
        let live = DEFAULT.replace("mode = \"exercise\"", "mode = \"live\"");
        assert!(problems(&live).contains("nobody's address"));
        let open = live.replace("insecure_loopback = false", "insecure_loopback = true");
        assert!(problems(&open).contains("never live"));
        let abroad = DEFAULT
            .replace("insecure_loopback = false", "insecure_loopback = true")
            .replace("127.0.0.1:8443", "0.0.0.0:8443");
        assert!(problems(&abroad).contains("loopback addresses"));
        let mixed = format!(
            "{DEFAULT}\n[[sink]]\nid = \"a\"\nmode = \"live\"\nkind = \"file\"\nfolder = \"p\"\n"
        );
        assert!(problems(&mixed).contains("the sink takes `live`"));
        assert!(problems(&DEFAULT.replace("mode = \"exercise\"", "")).contains("no default"));
    }
}
