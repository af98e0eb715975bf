//! `dateline demo`: the sample reports in a store of their own, served.
//!
//! The reports are invented: real states and cities, but people, organisations and events that never were.

use axum::body::Body;
use tower::ServiceExt as _;

use super::serve::{self, Inside, Preparation};
use super::{Failure, Outcome};
use crate::config::{Place, ServeConfig};

macro_rules! reports {
    ($($file:literal),+ $(,)?) => { &[$(($file, include_str!(concat!("demo/", $file)))),+] };
}

/// The sample reports, by file name, in the order in which they are put in.
const REPORTS: &[(&str, &str)] = reports![
    "01-2018-09-12-meridian-astana.txt",
    "02-2019-03-20-northern-press-oslo.txt",
    "03-2019-11-06-caspian-wire-batumi.txt",
    "04-2020-02-19-meridian-tbilisi.txt",
    "05-2021-03-11-meridian-batumi.txt",
    "06-2021-03-19-caspian-wire-tbilisi.txt",
    "07-2021-03-20-northern-press-tbilisi.txt",
    "08-2021-08-04-caspian-wire-aktau.txt",
    "09-2022-05-27-meridian-batumi.txt",
    "10-2022-10-14-northern-press-oslo.txt",
    "11-2023-06-08-caspian-wire-astana.txt",
    "12-2024-11-01-meridian-tbilisi.txt",
];

struct SampleReports;

impl Preparation for SampleReports {
    async fn prepare(&self, inside: &Inside) -> Result<(), Failure> {
        for (name, text) in REPORTS {
            let request = axum::http::Request::post("/v1/documents")
                .header("content-type", "text/plain; charset=utf-8")
                .header(crate::http::LOCAL_TOKEN, inside.token())
                .body(Body::from(*text))
                .map_err(Failure::new)?;
            let answer = inside.router().oneshot(request).await.map_err(|never| match never {})?;
            super::door::checked(answer).await.map_err(|failure| failure.named(name))?;
        }
        Ok(())
    }
}

/// Puts the samples in (a second start changes nothing) and serves.
pub(super) async fn demo(place: &Place, config: &ServeConfig) -> Result<Outcome, Failure> {
    // Samples never go into somebody's own store by default.
    let mut place = place.clone();
    if place.data == std::path::Path::new("data") {
        place.data = "data/demo".into();
    }
    serve::serve(&place, config, SampleReports).await
}
