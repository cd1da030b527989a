//! Spanish.

use super::{Mail, Words};

pub(super) static WORDS: Words = Words {
    language: "es",
    greeting: "Hola:",
    greeting_name: "Hola, {name}:",
    footer: "EventOS envió este correo por algo que hiciste o pediste.",
    when: "Cuándo",
    place: "Dónde",
    code: "Código",
    months: [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
    moment: "{day} de {month} de {year}, {time}",
    confirm: Mail {
        subject: "Confirma tu dirección",
        lead: "Confirma que {email} es tu dirección. Después podrás entrar y publicar.",
        button: "Confirmar mi dirección",
        note: "Si no fuiste tú, no tienes que hacer nada.",
    },
    recovery: Mail {
        subject: "Elige una contraseña nueva",
        lead: "Pediste una contraseña nueva. Elígela aquí; el enlace sirve una sola vez.",
        button: "Elegir contraseña",
        note: "Si no fuiste tú, no tienes que hacer nada: tu contraseña sigue igual.",
    },
    magic_link: Mail {
        subject: "Tu enlace para entrar",
        lead: "Entra con este enlace; sirve una sola vez.",
        button: "Entrar",
        note: "Si no fuiste tú, no tienes que hacer nada.",
    },
    email_change: Mail {
        subject: "Confirma tu dirección nueva",
        lead: "Confirma que {email} es tu dirección nueva.",
        button: "Confirmar mi dirección nueva",
        note: "Si no fuiste tú, no tienes que hacer nada.",
    },
    linked: Mail {
        subject: "Se vinculó una cuenta de chat",
        lead: "Su cuenta de {item} {kind} ya está vinculada: puede seguir con sus eventos en ese chat.",
        button: "",
        note: "Si no fue usted, abra los ajustes, quite el vínculo y elija una contraseña nueva.",
    },
    published: Mail {
        subject: "«{event}» está publicado",
        lead: "Tu evento «{event}» está publicado. Comparte su página con tus invitados.",
        button: "Abrir el evento",
        note: "Tu panel muestra cómo va.",
    },
    payment_setup: Mail {
        subject: "Acción necesaria: completa la configuración de pagos",
        lead: "«{event}» está publicado y su página está en línea. Los pagos aún no están configurados, así que por ahora nadie puede comprar una entrada.",
        button: "Configurar los pagos",
        note: "Si ya lo configuraste todo, no hay nada que hacer: seguimos intentándolo y la venta empieza sola.",
    },
    reminder: Mail {
        subject: "Mañana: {event}",
        lead: "«{event}» empieza en unas 24 horas. ¡Te esperamos!",
        button: "Abrir el evento",
        note: "",
    },
    changed: Mail {
        subject: "Cambios: {event}",
        lead: "La organización cambió «{event}». Así queda ahora.",
        button: "Abrir el evento",
        note: "Tu entrada sigue siendo válida.",
    },
    cancelled: Mail {
        subject: "Cancelado: {event}",
        lead: "Lo sentimos: «{event}» no se celebra.",
        button: "Abrir el evento",
        note: "Si pagaste una entrada, la organización te informará sobre el reembolso.",
    },
    dead_letter: Mail {
        subject: "El publicador se rindió con {kind}",
        lead: "El publicador se rindió con {kind} tras {attempts} intentos. Último motivo: {why}.",
        button: "",
        note: "Míralo con: eventos queue show {item}. Cuando el motivo haya desaparecido, inténtalo de nuevo con: eventos queue retry {item}.",
    },
};
