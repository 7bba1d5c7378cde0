//! Lines of a file, with a bound on their length: a line that never ends must not eat the memory.

use std::io::{self, BufRead, Read};

/// Longest line that is read [bytes]; a longer one is refused and skipped.
pub const LINE_BYTES_MAX: usize = 65_536;

/// What a line turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line<'a> {
    /// Its bytes, without the line feed.
    Bytes(&'a [u8]),
    /// Longer than [`LINE_BYTES_MAX`]; its beginning.
    TooLong(&'a [u8]),
}

/// Reads lines one at a time.
pub(crate) struct Lines<R> {
    source: R,
    buffer: Vec<u8>,
    number: u64,
    bytes_max: usize,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(source: R) -> Self {
        Self::with_limit(source, LINE_BYTES_MAX)
    }

    pub(crate) fn with_limit(source: R, bytes_max: usize) -> Self {
        Self {
            source,
            buffer: Vec::new(),
            number: 0,
            bytes_max,
        }
    }

    /// The next line and its number from 1; none at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<(u64, Line<'_>)>> {
        self.buffer.clear();
        let limit = self.bytes_max as u64 + 1;
        let read = (&mut self.source)
            .take(limit)
            .read_until(b'\n', &mut self.buffer)?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        let ended = self.buffer.last() == Some(&b'\n');
        if !ended && self.buffer.len() > self.bytes_max {
            skip_to_line_feed(&mut self.source)?;
            return Ok(Some((self.number, Line::TooLong(&self.buffer))));
        }
        let end = self.buffer.len() - usize::from(ended);
        // A byte order mark is what some editors put in front; it is no part of the record.
        let start = if self.number == 1 && self.buffer.starts_with(b"\xef\xbb\xbf") {
            3
        } else {
            0
        };
        Ok(Some((
            self.number,
            Line::Bytes(&self.buffer[start.min(end)..end]),
        )))
    }
}

fn skip_to_line_feed(source: &mut impl BufRead) -> io::Result<()> {
    loop {
        let (used, done) = {
            let available = source.fill_buf()?;
            match available.iter().position(|byte| *byte == b'\n') {
                Some(at) => (at + 1, true),
                None => (available.len(), available.is_empty()),
            }
        };
        source.consume(used);
        if done {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_too_long_is_skipped_and_the_next_survives() {
        let mut text = b"\xef\xbb\xbfone\n".to_vec();
        text.extend(std::iter::repeat_n(b'x', 3 * LINE_BYTES_MAX));
        text.extend(b"\nthree");
        let mut lines = Lines::new(text.as_slice());
        assert_eq!(lines.next().unwrap(), Some((1, Line::Bytes(b"one"))));
        assert!(matches!(lines.next().unwrap(), Some((2, Line::TooLong(_)))));
        assert_eq!(lines.next().unwrap(), Some((3, Line::Bytes(b"three"))));
        assert_eq!(lines.next().unwrap(), None);
    }
}
