//! What is said when something is not possible: what, and what to do.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::spine::SubmitError;

/// A request that is not answered as asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused {
    status: StatusCode,
    error: String,
    remedy: Option<String>,
}

/// What a handler returns.
pub(super) type Answer<T> = Result<T, Refused>;

impl Refused {
    pub(super) fn new(status: StatusCode, error: impl Into<String>) -> Self {
        Self {
            status,
            error: error.into(),
            remedy: None,
        }
    }

    /// Not possible in this state.
    pub(super) fn conflict(error: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, error)
    }

    /// Not what can be meant.
    pub(super) fn bad(error: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error)
    }

    pub(super) fn missing(error: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, error)
    }

    #[must_use]
    pub(super) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut body = json!({ "error": self.error });
        if let Some(remedy) = self.remedy {
            body["remedy"] = remedy.into();
        }
        (self.status, Json(body)).into_response()
    }
}

impl From<SubmitError> for Refused {
    fn from(error: SubmitError) -> Self {
        let refused = Self::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string());
        match error {
            SubmitError::Busy => refused.remedy("Try again in a second."),
            SubmitError::Log(_) => {
                refused.remedy("Nothing was done. Free space on the log's disk.")
            }
            SubmitError::Gone => refused.remedy("Use the second console."),
        }
    }
}
