//! The `dateline` command.

#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    dateline::cli::main()
}
