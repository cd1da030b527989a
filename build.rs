//! A new migration is noticed: the macro that builds them in looks only at the files that it knew.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
