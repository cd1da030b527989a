//! Answers as organizers read them.
