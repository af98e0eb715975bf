//! A lean HTTP/1.1 client: it costs the same whoever answers, and little.
//!
//! [`Connection`] waits for each answer; [`load`] keeps many connections busy on one thread.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// A request as it goes over the wire.
pub(crate) fn get(target: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n").into_bytes()
}

/// A request with a body.
pub(crate) fn post(target: &str, content_type: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("POST {target} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// The head of an answer, and where it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) status: u16,
    body: usize,
    /// The body's length; `None` when it comes in chunks.
    length: Option<usize>,
}

/// Reads the head of an answer, when all of it is there.
pub(crate) fn head(bytes: &[u8]) -> Option<Head> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let text = std::str::from_utf8(&bytes[..end]).ok()?;
    let length = header(text, "content-length").and_then(|length| length.parse().ok());
    Some(Head {
        status: text.get(9..12)?.parse().ok()?,
        body: end + 4,
        length,
    })
}

fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let named = |line: &&str| line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    let line = head.split("\r\n").find(named)?;
    line.get(name.len() + 1..).map(str::trim)
}

/// Where an answer ends, when all of it is there.
pub(crate) fn end(bytes: &[u8], head: Head) -> Option<usize> {
    if let Some(length) = head.length {
        let end = head.body + length;
        return (bytes.len() >= end).then_some(end);
    }
    let mut place = head.body;
    loop {
        let line = bytes.get(place..)?.windows(2).position(|window| window == b"\r\n")?;
        let size = std::str::from_utf8(&bytes[place..place + line]).ok()?;
        let size = usize::from_str_radix(size.trim(), 16).ok()?;
        place += line + 2 + size + 2;
        if bytes.len() < place {
            return None;
        }
        if size == 0 {
            return Some(place);
        }
    }
}

/// The body without the marks of its chunks.
pub(crate) fn body(bytes: &[u8], head: Head) -> Vec<u8> {
    if let Some(length) = head.length {
        return bytes[head.body..head.body + length].to_vec();
    }
    let (mut place, mut body) = (head.body, Vec::new());
    while let Some(line) = bytes[place..].windows(2).position(|window| window == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&bytes[place..place + line]).unwrap().trim(), 16).unwrap();
        place += line + 2;
        body.extend_from_slice(&bytes[place..place + size]);
        place += size + 2;
        if size == 0 {
            break;
        }
    }
    body
}

/// A connection that is kept alive.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_mins(2)))?;
        Ok(Self {
            stream,
            buffer: vec![0; 1 << 20],
        })
    }

    /// Sends a request and waits for the whole answer; gives its status and length.
    pub(crate) fn ask(&mut self, request: &[u8]) -> io::Result<(u16, usize)> {
        let (head, end) = self.exchange(request)?;
        Ok((head.status, end))
    }

    /// As [`Self::ask`], and takes the answer apart.
    pub(crate) fn get(&mut self, target: &str) -> io::Result<Reply> {
        self.reply(&get(target))
    }

    /// As [`Self::get`], for any request.
    pub(crate) fn reply(&mut self, request: &[u8]) -> io::Result<Reply> {
        let (head, end) = self.exchange(request)?;
        Ok(Reply {
            status: head.status,
            body: body(&self.buffer[..end], head),
        })
    }

    fn exchange(&mut self, request: &[u8]) -> io::Result<(Head, usize)> {
        self.stream.write_all(request)?;
        let (mut filled, mut found) = (0, None);
        loop {
            if filled == self.buffer.len() {
                self.buffer.resize(filled * 2, 0);
            }
            let count = self.stream.read(&mut self.buffer[filled..])?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            filled += count;
            found = found.or_else(|| head(&self.buffer[..filled]));
            if let Some(head) = found
                && let Some(end) = end(&self.buffer[..filled], head)
            {
                return Ok((head, end));
            }
        }
    }
}

/// How requests are spaced.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pace {
    /// Each connection sends the next as soon as it has its answer.
    Full,
    /// So many a second by all connections together, each at its time however long the ones before take.
    PerSecond(f64),
}

/// What a load found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Load {
    /// Answers a second.
    pub(crate) rate: f64,
    /// Seconds of each answer, from when it was due to be sent.
    pub(crate) seconds: Vec<f64>,
}

/// Keeps `connections` busy for a while. `next` gives the request of a connection and its turn.
///
/// # Errors
///
/// The first failure, an answer other than 200 among them.
pub(crate) fn load(
    address: SocketAddr,
    connections: usize,
    time: Duration,
    pace: Pace,
    next: impl Fn(usize, usize) -> Vec<u8> + Clone + 'static,
) -> io::Result<Load> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let local = tokio::task::LocalSet::new();
    let tasks = async move {
        let start = Instant::now();
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..connections {
            let next = next.clone();
            let every = match pace {
                Pace::Full => None,
                Pace::PerSecond(rate) => Some(Duration::from_secs_f64(connections as f64 / rate)),
            };
            let task = Task {
                address,
                start,
                time,
                every,
                number,
                share: number as f64 / connections as f64,
            };
            tasks.spawn_local(async move { task.run(&next).await });
        }
        let mut all = Load::default();
        while let Some(ended) = tasks.join_next().await {
            all.seconds.extend(ended.map_err(io::Error::other)??);
        }
        all.rate = all.seconds.len() as f64 / start.elapsed().as_secs_f64();
        Ok(all)
    };
    runtime.block_on(local.run_until(tasks))
}

/// One connection of a load.
struct Task {
    address: SocketAddr,
    start: Instant,
    time: Duration,
    every: Option<Duration>,
    number: usize,
    /// Where in the interval its turns are.
    share: f64,
}

impl Task {
    async fn run(&self, next: &impl Fn(usize, usize) -> Vec<u8>) -> io::Result<Vec<f64>> {
        let mut stream = tokio::net::TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let mut buffer = vec![0; 1 << 18];
        let mut seconds = Vec::new();
        for turn in 0.. {
            let due = match self.every {
                None => Instant::now(),
                Some(every) => self.start + every.mul_f64(turn as f64 + self.share),
            };
            if due.duration_since(self.start) >= self.time {
                break;
            }
            if self.every.is_some() {
                tokio::time::sleep_until(due.into()).await;
            }
            let status = exchange(&mut stream, &mut buffer, &next(self.number, turn)).await?;
            if status != 200 {
                return Err(io::Error::other(format!("the server answered {status}")));
            }
            seconds.push(due.elapsed().as_secs_f64());
        }
        Ok(seconds)
    }
}

async fn exchange(stream: &mut tokio::net::TcpStream, buffer: &mut Vec<u8>, request: &[u8]) -> io::Result<u16> {
    stream.write_all(request).await?;
    let (mut filled, mut found) = (0, None);
    loop {
        if filled == buffer.len() {
            buffer.resize(filled * 2, 0);
        }
        let count = stream.read(&mut buffer[filled..]).await?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        filled += count;
        found = found.or_else(|| head(&buffer[..filled]));
        if let Some(head) = found
            && end(&buffer[..filled], head).is_some()
        {
            return Ok(head.status);
        }
    }
}
