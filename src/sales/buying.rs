//! Buying: from the form to an order, or to a clear no.

use tokio::sync::SemaphorePermit;
use uuid::Uuid;

use super::{Field, SaleError, Sales};
use crate::domain::money::Currency;
use crate::domain::order_link;
use crate::domain::sale::{self, Kind, Line, Offer, Quote, Till};
use crate::store::database::{Actor, Tx};
use crate::store::error::StoreError;
use crate::store::pages::{self, Page};
use crate::store::promo_codes;
use crate::store::questions::{self, Answer, Question};
use crate::store::sales::{self, NewOrder, NewSeat};

/// How often a sale is tried that somebody else's write got in the way of.
const TRIES: usize = 4;
/// The longest name and answer, in characters.
const NAME_CHARS: usize = 200;
const ANSWER_CHARS: usize = 1_000;

/// What a buyer's form says.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// What the form carries.
    pub form: String,
    /// The address.
    pub email: String,
    /// The name.
    pub name: String,
    /// The language that they read, ISO 639-1.
    pub language: String,
    /// How many of what.
    pub lines: Vec<Line>,
    /// A code that makes them cheaper; empty: none.
    pub promo: String,
    /// What is answered, by question.
    pub answers: Vec<(Uuid, String)>,
}

/// What somebody sees who comes to buy.
#[derive(Debug, Clone)]
pub struct Shown {
    /// What there is.
    pub till: Till,
    /// The event's page.
    pub page: Page,
    /// What a form carries.
    pub form: String,
    /// What is asked.
    pub questions: Vec<Question>,
}

/// An order that was made now, or by the same form before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bought {
    /// The order.
    pub order: Uuid,
    /// What stands in the address of its page.
    pub token: String,
    /// It must be paid for.
    pub to_pay: bool,
}

/// Who orders, and how long their seats are held for them.
pub(super) struct Buyer<'a> {
    pub(super) email: &'a str,
    pub(super) name: &'a str,
    pub(super) language: &'a str,
    /// What the order is known by.
    pub(super) form_key: [u8; 32],
    /// Seconds.
    pub(super) hold_s: u32,
}

impl Sales {
    /// What an event sells now, its page, and what a form for it carries.
    ///
    /// # Errors
    /// [`SaleError::NotFound`] for an event that is not published for everybody.
    pub async fn show(&self, slug: &str) -> Result<Shown, SaleError> {
        let signer = self.signer().await?;
        let _till = self.till().await?;
        let mut tx = self.store.begin(Actor::Server).await?;
        let event = sales::event_of_slug(&mut tx, slug).await?.ok_or(SaleError::NotFound)?;
        let till = sales::look(&mut tx, event).await?.ok_or(SaleError::NotFound)?;
        let found = pages::find(&mut tx, slug).await?.ok_or(SaleError::NotFound)?;
        let page = pages::get(&mut tx, slug, found).await?;
        let form = signer.form(event, self.ids.id(), self.clock.now());
        let questions = questions::list(&mut tx, event).await?;
        Ok(Shown { till: self.payable(till), page, form, questions })
    }

    /// A place at the tills; there is one as long as the program runs.
    async fn till(&self) -> Result<SemaphorePermit<'_>, StoreError> {
        self.tills.acquire().await.map_err(|_| StoreError::Unavailable("the tills are closed".to_owned()))
    }

    /// Whether a kind can be had now.
    pub fn offer(&self, till: &Till, kind: &Kind) -> Offer {
        till.offer(kind, self.clock.now())
    }

    /// Makes an order, or says why not. The same form again is the same order.
    ///
    /// # Errors
    /// [`SaleError`]; nothing is held then.
    pub async fn buy(&self, slug: &str, wish: &Wish) -> Result<Bought, SaleError> {
        let name = wish.name.trim();
        if name.is_empty() || name.chars().count() > NAME_CHARS || name.chars().any(char::is_control) {
            return Err(SaleError::Wrong(Field::Name));
        }
        let email = sale::email(&wish.email).ok_or(SaleError::Wrong(Field::Email))?;
        let _till = self.till().await?;
        for attempt in 1.. {
            match self.try_buy(slug, wish, &email, name).await {
                // A form that two requests brought at once: the second finds the order of the first.
                Err(SaleError::Store(StoreError::Conflict | StoreError::Stale(_) | StoreError::Taken(_)))
                    if attempt < TRIES => {}
                done => return done,
            }
        }
        Err(SaleError::Store(StoreError::Conflict))
    }

    async fn try_buy(&self, slug: &str, wish: &Wish, email: &str, name: &str) -> Result<Bought, SaleError> {
        let signer = self.signer().await?;
        let mut tx = self.store.begin(Actor::Server).await?;
        let event = sales::event_of_slug(&mut tx, slug).await?.ok_or(SaleError::NotFound)?;
        let now = self.clock.now();
        let form_key = signer.read_form(event, &wish.form, now).ok_or(SaleError::Wrong(Field::Form))?;
        let till = sales::open(&mut tx, event).await?.ok_or(SaleError::NotFound)?;
        if let Some(order) = sales::of_form(&mut tx, &form_key).await? {
            let known = sales::get(&mut tx, order).await?.ok_or(SaleError::NotFound)?;
            let to_pay = known.status == sale::OrderStatus::Pending;
            return Ok(Bought { order, token: signer.order(order), to_pay });
        }
        let answers = answers(&questions::list(&mut tx, event).await?, wish)?;
        let till = self.payable(till);
        let quote = till.quote(&wish.lines, now).map_err(SaleError::Refused)?;
        let promo = match promo_codes::written(&wish.promo) {
            None => None,
            Some(code) => {
                let found = promo_codes::find(&mut tx, event, &code).await?;
                Some(found.filter(|promo| promo.holds).ok_or(SaleError::Wrong(Field::Promo))?)
            }
        };
        let quote = match &promo {
            Some(promo) => quote.with(promo.discount, &till),
            None => quote,
        };
        let quote = quote.payable(&till).map_err(SaleError::Refused)?;
        let buyer = Buyer { email, name, language: &wish.language, form_key, hold_s: self.options.hold_s };
        let order = self.order(&till, &quote, &buyer);
        sales::place(&mut tx, event, &order).await?;
        if !answers.is_empty() {
            questions::keep(&mut tx, order.id, &answers).await?;
        }
        if let Some(promo) = promo {
            promo_codes::use_for(&mut tx, order.id, promo.id).await?;
        }
        follow_up(&mut tx, event, &order).await?;
        tx.commit().await.map_err(StoreError::from)?;
        tracing::info!(action = "order", order.id = %order.id, seats = order.seats.len(), amount_cents = order.amount_cents);
        Ok(Bought { order: order.id, token: signer.order(order.id), to_pay: order.amount_cents > 0 })
    }

    /// What a quote becomes for this buyer.
    pub(super) fn order(&self, till: &Till, quote: &Quote, buyer: &Buyer<'_>) -> NewOrder {
        let seat = |seat: &sale::Seat| NewSeat {
            kind: seat.kind,
            name: seat.name.clone(),
            price_cents: seat.price_cents,
            code: order_link::code(self.ids.id()),
        };
        let is_paid = quote.amount_cents > 0;
        let currency = till.currency.unwrap_or(Currency::USD);
        NewOrder {
            id: self.ids.id(),
            email: buyer.email.to_owned(),
            name: Some(buyer.name.to_owned()),
            language: buyer.language.to_owned(),
            form_key: buyer.form_key,
            currency: currency.code().to_owned(),
            subtotal_cents: quote.subtotal_cents,
            discount_cents: quote.discount_cents,
            tax_cents: quote.tax_cents,
            amount_cents: quote.amount_cents,
            fee_cents: self.options.fees.of(currency).of_payment(quote.amount_cents),
            account: till.account.clone().filter(|_| is_paid),
            hold_s: buyer.hold_s,
            seats: quote.seats.iter().map(seat).collect(),
        }
    }

    /// Without Stripe nobody can be paid, whatever account they have.
    pub(super) fn payable(&self, till: Till) -> Till {
        if self.options.payments { till } else { Till { account: None, ..till } }
    }
}

/// What follows from an order: its mail, or the place where it is paid.
async fn follow_up(tx: &mut Tx, event: Uuid, order: &NewOrder) -> Result<(), StoreError> {
    if order.amount_cents > 0 {
        sales::prepare_to_pay(tx, event, order.id).await
    } else {
        sales::mail(tx, "mail_order", &order.about(event), "1").await
    }
}

/// What is answered, as it is kept; a question that must be answered and is not, or by too much, is a wrong field.
fn answers(questions: &[Question], wish: &Wish) -> Result<Vec<Answer>, SaleError> {
    let mut kept = Vec::new();
    for question in questions {
        let said = wish.answers.iter().find(|(id, _)| *id == question.id).map_or("", |(_, answer)| answer.trim());
        let answer: String = said.chars().filter(|c| !c.is_control() || *c == '\n').collect();
        if question.required && answer.is_empty() || answer.chars().count() > ANSWER_CHARS {
            return Err(SaleError::Wrong(Field::Answer(question.id)));
        }
        if !answer.is_empty() {
            kept.push(Answer { question: question.question.clone(), answer });
        }
    }
    Ok(kept)
}
