//! English.

use super::{Mail, Words};

pub(super) static WORDS: Words = Words {
    language: "en",
    greeting: "Hello,",
    greeting_name: "Hello {name},",
    footer: "EventOS sent this mail because of something you did or asked for.",
    when: "When",
    place: "Where",
    code: "Code",
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    moment: "{day} {month} {year}, {time}",
    confirm: Mail {
        subject: "Confirm your address",
        lead: "Please confirm that {email} is your address. Then you can sign in and publish.",
        button: "Confirm my address",
        note: "If this was not you, you need not do anything.",
    },
    recovery: Mail {
        subject: "Choose a new password",
        lead: "You asked for a new password. Choose it here; the link works once.",
        button: "Choose a new password",
        note: "If this was not you, you need not do anything: your password stays as it is.",
    },
    magic_link: Mail {
        subject: "Your link to sign in",
        lead: "Sign in with this link; it works once.",
        button: "Sign in",
        note: "If this was not you, you need not do anything.",
    },
    email_change: Mail {
        subject: "Confirm your new address",
        lead: "Please confirm that {email} is your new address.",
        button: "Confirm my new address",
        note: "If this was not you, you need not do anything.",
    },
    linked: Mail {
        subject: "A chat account was linked",
        lead: "Your {item} account {kind} is linked now: you can go on with your events in that chat.",
        button: "",
        note: "If this was not you, open the settings, end the link, and choose a new password.",
    },
    published: Mail {
        subject: "“{event}” is published",
        lead: "Your event “{event}” is published. Share its page with your guests.",
        button: "Open the event",
        note: "Your dashboard shows how it is doing.",
    },
    payment_setup: Mail {
        subject: "Action Required: Complete Payment Setup",
        lead: "“{event}” is published, and its page is online. Payments are not set up yet, so nobody can buy a ticket for now.",
        button: "Set up payments",
        note: "If you have set up everything already, there is nothing to do: we keep trying, and selling begins by itself.",
    },
    reminder: Mail {
        subject: "Tomorrow: {event}",
        lead: "“{event}” begins in about 24 hours. We look forward to seeing you.",
        button: "Open the event",
        note: "",
    },
    changed: Mail {
        subject: "Changed: {event}",
        lead: "The organizer changed “{event}”. This is how it stands now.",
        button: "Open the event",
        note: "Your ticket stays valid.",
    },
    cancelled: Mail {
        subject: "Cancelled: {event}",
        lead: "We are sorry: “{event}” does not take place.",
        button: "Open the event",
        note: "If you paid for a ticket, the organizer tells you about your refund.",
    },
    dead_letter: Mail {
        subject: "The publisher gave up on {kind}",
        lead: "The publisher gave up on {kind} after {attempts} attempts. Last reason: {why}.",
        button: "",
        note: "Look at it with: eventos queue show {item}. Once the reason is gone, try again with: eventos queue retry {item}.",
    },
};
