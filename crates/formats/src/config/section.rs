//! A table of a TOML file that knows where everything in it stands and what was asked of it.

use std::cell::RefCell;
use std::ops::Range;

use forewarn_physics::time::{Epoch, parse_utc};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::problem::{Problem, line_and_column};
use crate::suggest::nearest;
use crate::words::{Words, explain_word};

/// A file being read, and what was found wrong so far.
pub struct Document<'a> {
    pub(crate) file: &'a str,
    pub(crate) text: &'a str,
    problems: RefCell<Vec<Problem>>,
}

impl<'a> Document<'a> {
    /// A text and the name of its file, for messages.
    pub fn new(file: &'a str, text: &'a str) -> Self {
        Self {
            file,
            text,
            problems: RefCell::default(),
        }
    }

    /// The file as a table; a problem where it is not TOML.
    pub fn parse(&self) -> Option<Spanned<DeTable<'a>>> {
        match DeTable::parse(self.text) {
            Ok(table) => Some(table),
            Err(error) => {
                let at = error.span().unwrap_or(0..0);
                self.complain(
                    at,
                    "",
                    error.message().replace('\n', ", "),
                    "correct the TOML".into(),
                );
                None
            }
        }
    }

    /// Notes what is wrong with a part of the text.
    pub fn complain(&self, at: Range<usize>, field: &str, message: String, remedy: String) {
        let (line, column) = line_and_column(self.text, at.start);
        let problem = Problem {
            file: self.file.into(),
            line,
            column,
            field: field.into(),
            message,
            remedy,
        };
        self.problems.borrow_mut().push(problem);
    }

    /// Everything that was found wrong, in the order of the text.
    pub fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| (problem.line, problem.column));
        problems
    }
}

/// Bounds of a number and how they read.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    low: f64,
    high: f64,
    open: bool,
}

/// From `low` to `high`, both allowed.
pub const fn closed(low: f64, high: f64) -> Bounds {
    Bounds {
        low,
        high,
        open: false,
    }
}

/// Above zero, up to `high`.
pub const fn above_zero(high: f64) -> Bounds {
    Bounds {
        low: 0.0,
        high,
        open: true,
    }
}

/// One table.
pub struct Section<'d, 't> {
    pub(crate) document: &'d Document<'t>,
    table: &'d DeTable<'t>,
    span: Range<usize>,
    path: String,
    asked: RefCell<Vec<&'static str>>,
}

impl<'d, 't> Section<'d, 't> {
    /// A table of a document, its place and its name.
    pub fn new(
        document: &'d Document<'t>,
        table: &'d DeTable<'t>,
        span: Range<usize>,
        path: &str,
    ) -> Self {
        Self {
            document,
            table,
            span,
            path: path.into(),
            asked: RefCell::default(),
        }
    }

    fn name(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    /// The value of a key; asking makes the key known.
    pub fn get(&self, key: &'static str) -> Option<&'d Spanned<DeValue<'t>>> {
        self.asked.borrow_mut().push(key);
        self.table
            .iter()
            .find(|(name, _)| name.get_ref() == key)
            .map(|(_, value)| value)
    }

    /// Whether a key is there; asking makes the key known.
    pub fn has(&self, key: &'static str) -> bool {
        self.get(key).is_some()
    }

    /// Complains about a key's value, or about the table where the key is absent.
    pub fn complain(
        &self,
        key: &'static str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let span = self
            .get(key)
            .map_or_else(|| self.span.clone(), Spanned::span);
        self.document
            .complain(span, &self.name(key), message.into(), remedy.into());
    }

    fn wrong_type(&self, key: &'static str, found: &DeValue<'_>, wanted: &str) {
        self.complain(
            key,
            format!("is of type {}", found.type_str()),
            format!("give {wanted}"),
        );
    }

    /// Notes that a required key is missing.
    pub fn needed<T>(&self, key: &'static str, value: Option<T>, hint: &str) -> Option<T> {
        if value.is_none() && !self.has(key) {
            self.complain(key, "is missing", format!("add `{key} = {hint}`"));
        }
        value
    }

    fn number_of(&self, key: &'static str, value: &DeValue<'_>, bounds: Bounds) -> Option<f64> {
        let text = match value {
            DeValue::Float(number) => number.as_str(),
            DeValue::Integer(number) if number.radix() == 10 => number.as_str(),
            other => {
                self.wrong_type(key, other, "a number");
                return None;
            }
        };
        let number: f64 = text.parse().unwrap_or(f64::NAN);
        let fits =
            number >= bounds.low && number <= bounds.high && !(bounds.open && number <= bounds.low);
        if fits {
            return Some(number);
        }
        let range = if bounds.open {
            format!("above {} and at most {}", bounds.low, bounds.high)
        } else {
            format!("{} to {}", bounds.low, bounds.high)
        };
        self.complain(
            key,
            format!("{text} is impossible"),
            format!("it must be {range}"),
        );
        None
    }

    /// A number within bounds.
    pub fn number(&self, key: &'static str, bounds: Bounds) -> Option<f64> {
        let value = self.get(key)?;
        self.number_of(key, value.get_ref(), bounds)
    }

    /// A number that must be there.
    pub fn must(&self, key: &'static str, bounds: Bounds, hint: &str) -> Option<f64> {
        let value = self.number(key, bounds);
        self.needed(key, value, hint)
    }

    /// Two numbers within bounds.
    pub fn pair(&self, key: &'static str, bounds: Bounds) -> Option<[f64; 2]> {
        let value = self.get(key)?;
        let DeValue::Array(array) = value.get_ref() else {
            self.wrong_type(key, value.get_ref(), "two numbers, such as [2.0, 70.0]");
            return None;
        };
        if array.len() != 2 {
            self.complain(
                key,
                format!("has {} elements", array.len()),
                "give two numbers",
            );
            return None;
        }
        let first = self.number_of(key, array[0].get_ref(), bounds);
        let second = self.number_of(key, array[1].get_ref(), bounds);
        first.zip(second).map(|(first, second)| [first, second])
    }

    /// A text that is not empty.
    pub fn text(&self, key: &'static str) -> Option<&'d str> {
        let value = self.get(key)?;
        match value.get_ref() {
            DeValue::String(text) if !text.trim().is_empty() => Some(text),
            DeValue::String(_) => {
                self.complain(key, "is empty", "give a text");
                None
            }
            other => {
                self.wrong_type(key, other, "a text in quotes");
                None
            }
        }
    }

    /// An array of texts.
    pub fn texts(&self, key: &'static str) -> Option<Vec<&'d str>> {
        let value = self.get(key)?;
        let DeValue::Array(array) = value.get_ref() else {
            self.wrong_type(key, value.get_ref(), "an array of texts");
            return None;
        };
        let texts: Option<Vec<&str>> = array.iter().map(|item| item.get_ref().as_str()).collect();
        if texts
            .as_ref()
            .is_none_or(|texts| texts.iter().any(|text| text.trim().is_empty()))
        {
            self.complain(
                key,
                "holds something that is not a text",
                "give an array of texts in quotes",
            );
            return None;
        }
        texts
    }

    /// True or false.
    pub fn flag(&self, key: &'static str) -> Option<bool> {
        let value = self.get(key)?;
        if value.get_ref().as_bool().is_none() {
            self.wrong_type(key, value.get_ref(), "true or false");
        }
        value.get_ref().as_bool()
    }

    /// A member of a closed set.
    pub fn word<T: Words>(&self, key: &'static str) -> Option<T> {
        let text = self.text(key)?;
        let word = T::of_word(text);
        if word.is_none() {
            self.complain(key, explain_word::<T>(text), "");
        }
        word
    }

    /// One of a few words.
    pub fn choice(&self, key: &'static str, known: &[&str]) -> Option<&'d str> {
        let text = self.text(key)?;
        if known.contains(&text) {
            return Some(text);
        }
        self.complain(
            key,
            format!("`{text}` is not known"),
            format!("use {}", known.join(" or ")),
        );
        None
    }

    /// A time, as a text or as TOML's own kind of time; always with `Z`.
    pub fn time(&self, key: &'static str) -> Option<Epoch> {
        let value = self.get(key)?;
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Datetime(time) => time.to_string(),
            other => {
                self.wrong_type(key, other, "a time such as 2026-03-01T12:00:00Z");
                return None;
            }
        };
        match parse_utc(&text) {
            Ok(time) => Some(time),
            Err(error) => {
                self.complain(key, error.to_string(), "");
                None
            }
        }
    }

    /// A table inside this one.
    pub fn section(&self, key: &'static str) -> Option<Section<'d, 't>> {
        let value = self.get(key)?;
        match value.get_ref() {
            DeValue::Table(table) => Some(Section::new(
                self.document,
                table,
                value.span(),
                &self.name(key),
            )),
            other => {
                self.wrong_type(key, other, "a table, such as { key = 1.0 }");
                None
            }
        }
    }

    /// The tables of `[[key]]`.
    pub fn sections(&self, key: &'static str) -> Vec<Section<'d, 't>> {
        let Some(value) = self.get(key) else {
            return Vec::new();
        };
        let DeValue::Array(array) = value.get_ref() else {
            self.wrong_type(key, value.get_ref(), &format!("tables headed [[{key}]]"));
            return Vec::new();
        };
        let tables = array.iter().filter_map(|item| match item.get_ref() {
            DeValue::Table(table) => Some(Section::new(self.document, table, item.span(), key)),
            other => {
                self.wrong_type(key, other, &format!("tables headed [[{key}]]"));
                None
            }
        });
        tables.collect()
    }

    /// Every key that nobody asked for is an error that names the nearest known one.
    pub fn finish(self) {
        let asked = self.asked.borrow();
        for key in self.table.keys() {
            let name: &str = key.get_ref();
            if asked.contains(&name) {
                continue;
            }
            let mut known: Vec<&str> = asked.clone();
            known.sort_unstable();
            known.dedup();
            let remedy = match nearest(name, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known here: {}", known.join(", ")),
            };
            self.document
                .complain(key.span(), &self.name(name), "unknown key".into(), remedy);
        }
    }
}
