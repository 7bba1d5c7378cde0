//! Consistency within and between the `info` blocks, and their resources.

use super::{Findings, Key, child};
use crate::types::{
    Alert, Certainty, Info, MsgType, NamedValue, Resource, ResponseType, Severity, Status, Urgency,
};

pub(super) fn check(alert: &Alert, findings: &mut Findings) {
    for (index, info) in alert.infos.iter().enumerate() {
        let path = child("alert", "info", index);
        check_info(alert, info, &path, findings);
        check_named(info, &path, findings);
        for (number, resource) in info.resources.iter().enumerate() {
            check_resource(resource, &child(&path, "resource", number), findings);
        }
    }
    check_between(alert, findings);
}

fn check_info(alert: &Alert, info: &Info, path: &str, findings: &mut Findings) {
    findings.require(!info.categories.is_empty(), Key::NoCategory, path, || {
        "no `category`".to_owned()
    });
    if let Some(language) = &info.language {
        let path = format!("{path}/language[1]");
        findings.require(is_language(language), Key::LanguageTag, &path, || {
            format!("`{language}`")
        });
    }
    let alone = [ResponseType::AllClear, ResponseType::None]
        .iter()
        .any(|word| info.response_types.contains(word));
    let several = info
        .response_types
        .iter()
        .any(|word| Some(word) != info.response_types.first());
    findings.require(!(alone && several), Key::Responses, path, || {
        "AllClear or None beside others".to_owned()
    });
    let warns = alert.status == Status::Actual
        && matches!(alert.msg_type, MsgType::Alert | MsgType::Update);
    let vague = info.urgency == Urgency::Unknown
        || info.severity == Severity::Unknown
        || info.certainty == Certainty::Unknown;
    findings.require(!(warns && vague), Key::Vague, path, || {
        "a value is Unknown".to_owned()
    });
    if let Some(web) = &info.web {
        let path = format!("{path}/web[1]");
        findings.require(is_absolute_uri(web), Key::WebForm, &path, || {
            format!("`{web}`")
        });
    }
    let codes: Vec<&NamedValue> = info.event_codes.iter().collect();
    let repeated = repeats(&info.categories) || repeats(&info.response_types) || repeats(&codes);
    let areas_repeat = info.areas.iter().any(|area| repeats(&area.geocodes));
    findings.require(!repeated && !areas_repeat, Key::Repeated, path, || {
        "a value occurs twice".to_owned()
    });
}

fn repeats<T: PartialEq>(values: &[T]) -> bool {
    values
        .iter()
        .enumerate()
        .any(|(index, value)| values[..index].contains(value))
}

/// The shape of RFC 5646 and of XML Schema's `language`: a primary subtag of letters, then
/// letters and digits, each group of one to eight.
fn is_language(tag: &str) -> bool {
    let mut groups = tag.split('-');
    let sized = |group: &str| (1..=8).contains(&group.len());
    let primary = groups.next().is_some_and(|group| {
        (sized(group) && group.len() >= 2 || group == "x" || group == "i")
            && group.bytes().all(|byte| byte.is_ascii_alphabetic())
    });
    primary
        && groups
            .all(|group| sized(group) && group.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn is_absolute_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let mut letters = scheme.chars();
    let begins = letters
        .next()
        .is_some_and(|letter| letter.is_ascii_alphabetic());
    let scheme_good = begins
        && letters
            .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '-' | '.'));
    scheme_good && !rest.trim_start_matches('/').is_empty() && is_uri_text(rest)
}

fn is_uri_text(text: &str) -> bool {
    let percent = text.split('%').skip(1).all(|after| {
        after.len() >= 2 && after.bytes().take(2).all(|byte| byte.is_ascii_hexdigit())
    });
    let bad = |character: char| {
        character.is_whitespace() || character.is_control() || "<>\"{}|\\^`".contains(character)
    };
    percent && !text.is_empty() && !text.contains(bad)
}

fn check_named(info: &Info, path: &str, findings: &mut Findings) {
    let mut check = |path: &str, name: &str, values: &[NamedValue]| {
        for (index, value) in values.iter().enumerate() {
            let filled = !value.value_name.trim().is_empty() && !value.value.trim().is_empty();
            findings.require(
                filled,
                Key::NamedValueEmpty,
                &child(path, name, index),
                || "an empty half".to_owned(),
            );
        }
    };
    check(path, "eventCode", &info.event_codes);
    check(path, "parameter", &info.parameters);
    for (index, area) in info.areas.iter().enumerate() {
        check(&child(path, "area", index), "geocode", &area.geocodes);
    }
}

fn check_resource(resource: &Resource, path: &str, findings: &mut Findings) {
    let token = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=".contains(&byte))
    };
    let essence = resource
        .mime_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim_end();
    let typed = essence
        .split_once('/')
        .is_some_and(|(kind, subtype)| token(kind) && token(subtype));
    findings.require(typed, Key::MimeType, path, || {
        format!("`{}`", resource.mime_type)
    });
    let there = resource.uri.is_some() || resource.deref_uri.is_some();
    findings.require(there, Key::ResourceBare, path, || {
        "neither `uri` nor `derefUri`".to_owned()
    });
    if let Some(digest) = &resource.digest {
        let good = digest.len() == 40 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
        findings.require(good, Key::Digest, path, || format!("`{digest}`"));
    }
    let uri_good = resource.uri.as_deref().is_none_or(is_uri_text);
    let base64 = |byte: u8| {
        byte.is_ascii_alphanumeric() || byte.is_ascii_whitespace() || b"+/=".contains(&byte)
    };
    let data_good = resource
        .deref_uri
        .as_deref()
        .is_none_or(|data| data.bytes().all(base64));
    findings.require(uri_good && data_good, Key::UriForm, path, || {
        "not a URI or not base 64".to_owned()
    });
}

fn check_between(alert: &Alert, findings: &mut Findings) {
    let Some(first) = alert.infos.first() else {
        return;
    };
    let coded = alert.infos.iter().find(|info| !info.event_codes.is_empty());
    for (index, info) in alert.infos.iter().enumerate().skip(1) {
        let path = child("alert", "info", index);
        let same_language = |other: &&Info| {
            other
                .language_or_default()
                .eq_ignore_ascii_case(info.language_or_default())
        };
        let before = alert.infos[..index].iter().find(same_language);
        let agrees = before.is_none_or(|other| other.event == info.event);
        findings.require(agrees, Key::EventDiffers, &path, || {
            format!("`{}` is another event", info.event)
        });
        let codes_agree =
            info.event_codes.is_empty() || coded.is_none_or(|other| sorted(other) == sorted(info));
        findings.require(codes_agree, Key::CodesDiffer, &path, || {
            "other event codes".to_owned()
        });
        // The first `info` of each language is compared: a list that grades by area repeats
        // languages, and its versions must agree as sets.
        let versions_agree = before.is_some() || grades(alert, first) == grades(alert, info);
        findings.require(versions_agree, Key::LanguagesDiffer, &path, || {
            format!(
                "{} differs from {}",
                info.language_or_default(),
                first.language_or_default()
            )
        });
    }
}

fn sorted(info: &Info) -> Vec<&NamedValue> {
    let mut codes: Vec<&NamedValue> = info.event_codes.iter().collect();
    codes.sort();
    codes
}

/// All that one language says beside words, in an order that does not depend on the file's.
fn grades(alert: &Alert, of: &Info) -> Vec<String> {
    let same = |info: &&Info| {
        info.language_or_default()
            .eq_ignore_ascii_case(of.language_or_default())
    };
    let mut all: Vec<String> = alert.infos.iter().filter(same).map(grade).collect();
    all.sort();
    all
}

fn grade(info: &Info) -> String {
    let mut categories = info.categories.clone();
    categories.sort();
    let mut responses = info.response_types.clone();
    responses.sort();
    let times =
        [info.effective, info.onset, info.expires].map(|time| time.map(crate::time::Time::unix_s));
    format!(
        "{categories:?} {responses:?} {} {} {} {times:?}",
        info.urgency, info.severity, info.certainty
    )
}
