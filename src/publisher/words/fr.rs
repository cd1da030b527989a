//! French.

use super::{Mail, Words};

pub(super) static WORDS: Words = Words {
    language: "fr",
    greeting: "Bonjour,",
    greeting_name: "Bonjour {name},",
    footer: "EventOS a envoyé ce message à la suite d’une action ou d’une demande de votre part.",
    when: "Quand",
    place: "Où",
    code: "Code",
    months: [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    moment: "{day} {month} {year}, {time}",
    confirm: Mail {
        subject: "Confirmez votre adresse",
        lead: "Merci de confirmer que {email} est votre adresse. Vous pourrez ensuite vous connecter et publier.",
        button: "Confirmer mon adresse",
        note: "Si ce n’était pas vous, vous n’avez rien à faire.",
    },
    recovery: Mail {
        subject: "Choisissez un nouveau mot de passe",
        lead: "Vous avez demandé un nouveau mot de passe. Choisissez-le ici ; le lien fonctionne une seule fois.",
        button: "Choisir un mot de passe",
        note: "Si ce n’était pas vous, vous n’avez rien à faire : votre mot de passe ne change pas.",
    },
    magic_link: Mail {
        subject: "Votre lien de connexion",
        lead: "Connectez-vous avec ce lien ; il fonctionne une seule fois.",
        button: "Se connecter",
        note: "Si ce n’était pas vous, vous n’avez rien à faire.",
    },
    email_change: Mail {
        subject: "Confirmez votre nouvelle adresse",
        lead: "Merci de confirmer que {email} est votre nouvelle adresse.",
        button: "Confirmer ma nouvelle adresse",
        note: "Si ce n’était pas vous, vous n’avez rien à faire.",
    },
    linked: Mail {
        subject: "Un compte de messagerie a été lié",
        lead: "Votre compte {item} {kind} est maintenant lié : vous pouvez poursuivre vos événements dans cette conversation.",
        button: "",
        note: "Si ce n’était pas vous, ouvrez les réglages, supprimez le lien et choisissez un nouveau mot de passe.",
    },
    published: Mail {
        subject: "« {event} » est publié",
        lead: "Votre événement « {event} » est publié. Partagez sa page avec vos invités.",
        button: "Ouvrir l’événement",
        note: "Votre tableau de bord montre où il en est.",
    },
    payment_setup: Mail {
        subject: "Action requise : terminez la configuration des paiements",
        lead: "« {event} » est publié et sa page est en ligne. Les paiements ne sont pas encore configurés : pour l’instant, personne ne peut acheter de billet.",
        button: "Configurer les paiements",
        note: "Si tout est déjà configuré, il n’y a rien à faire : nous continuons d’essayer et la vente commencera d’elle-même.",
    },
    reminder: Mail {
        subject: "Demain : {event}",
        lead: "« {event} » commence dans 24 heures environ. Nous avons hâte de vous voir.",
        button: "Ouvrir l’événement",
        note: "",
    },
    changed: Mail {
        subject: "Modifié : {event}",
        lead: "L’organisateur a modifié « {event} ». Voici ce qu’il en est maintenant.",
        button: "Ouvrir l’événement",
        note: "Votre billet reste valable.",
    },
    cancelled: Mail {
        subject: "Annulé : {event}",
        lead: "Nous sommes désolés : « {event} » n’aura pas lieu.",
        button: "Ouvrir l’événement",
        note: "Si vous avez payé un billet, l’organisateur vous informera du remboursement.",
    },
    dead_letter: Mail {
        subject: "La publication a renoncé à {kind}",
        lead: "La publication a renoncé à {kind} après {attempts} tentatives. Dernière raison : {why}.",
        button: "",
        note: "Voyez le détail avec : eventos queue show {item}. Une fois la raison écartée, réessayez avec : eventos queue retry {item}.",
    },
};
