// Stripe's own library against our stand-in: `node stripe.mjs URL KEY SECRET`. Ends with 1 at the first thing that it does not like,
// else prints a signed webhook `{"header","body"}` for ours to verify.
import assert from "node:assert/strict";
import Stripe from "stripe";

const [url, key, secret] = process.argv.slice(2);
const { hostname, port } = new URL(url);
const options = { host: hostname, port, protocol: "http", maxNetworkRetries: 0, telemetry: false };
const stripe = new Stripe(key, options);

const event = "7d9f0c1e-0000-4000-8000-000000000001";
const wish = { name: "Soirée & café: 100 % + 1", metadata: { event_id: event } };
const product = await stripe.products.create(wish, { idempotencyKey: "k1" });
assert.equal(product.object, "product");
assert.equal(product.name, wish.name);
assert.equal(product.metadata.event_id, event);
const again = await stripe.products.create(wish, { idempotencyKey: "k1" });
assert.equal(again.id, product.id);
assert.equal(again.lastResponse.headers["idempotent-replayed"], "true");
assert.equal((await stripe.products.retrieve(product.id)).id, product.id);
await assert.rejects(stripe.products.create({ name: "Other" }, { idempotencyKey: "k1" }), Stripe.errors.StripeIdempotencyError);
await assert.rejects(stripe.products.create({}), Stripe.errors.StripeInvalidRequestError);
await assert.rejects(stripe.products.create({ name: "x", colour: "red" }), /colour/);
await assert.rejects(stripe.products.retrieve("prod_none"), (error) => error.statusCode === 404 && error.code === "resource_missing");
await assert.rejects(new Stripe("sk_test_wrong", options).products.list(), Stripe.errors.StripeAuthenticationError);

const offer = { product: product.id, currency: "cad", unit_amount: 2500, tax_behavior: "exclusive", nickname: "Early", metadata: { tier: "t" } };
const price = await stripe.prices.create(offer);
assert.deepEqual([price.object, price.type, price.unit_amount, price.active], ["price", "one_time", 2500, true]);
await assert.rejects(stripe.prices.create({ ...offer, currency: "CAD" }), Stripe.errors.StripeInvalidRequestError);
await assert.rejects(stripe.prices.create({ ...offer, unit_amount: 100000000 }), Stripe.errors.StripeInvalidRequestError);
await assert.rejects(stripe.prices.create({ ...offer, product: "prod_none" }), Stripe.errors.StripeInvalidRequestError);
await assert.rejects(stripe.prices.update(price.id, { unit_amount: 1 }), Stripe.errors.StripeInvalidRequestError);
for (let number = 0; number < 4; number += 1) await stripe.prices.create({ ...offer, unit_amount: number });
assert.equal((await stripe.prices.update(price.id, { active: false })).active, false);
const amounts = [];
for await (const found of stripe.prices.list({ product: product.id, active: true, limit: 2 })) amounts.push(found.unit_amount);
assert.deepEqual(amounts, [3, 2, 1, 0]);
assert.equal((await stripe.products.list({ created: { gte: Math.floor(Date.now() / 1000) + 60 } })).data.length, 0);

assert.equal((await stripe.products.update(product.id, { name: "Soirée", active: false })).active, false);
const account = await stripe.accounts.create({ type: "express", email: "ana@example.com", capabilities: { transfers: { requested: true } }, metadata: { user_id: event } });
assert.deepEqual([account.object, account.charges_enabled, account.requirements.currently_due.length > 0], ["account", false, true]);
assert.equal((await stripe.accounts.retrieve(account.id)).id, account.id);
await assert.rejects(stripe.accounts.create({ type: "odd" }), Stripe.errors.StripeInvalidRequestError);
await assert.rejects(stripe.accounts.retrieve("acct_none"), (error) => error.statusCode === 404);
const pages = { refresh_url: "https://events.example/a", return_url: "https://events.example/b", type: "account_onboarding" };
assert.match((await stripe.accountLinks.create({ account: account.id, ...pages })).url, /^https:\/\/connect\.stripe\.com\//);
await assert.rejects(stripe.accountLinks.create({ account: "acct_none", ...pages }), Stripe.errors.StripeInvalidRequestError);

const line = { quantity: 2, price_data: { currency: "cad", unit_amount: 2000, product_data: { name: "Tea: Early" } } };
const expires_at = Math.floor(Date.now() / 1000) + 1900;
const sale = {
  mode: "payment", success_url: "https://events.example/o/x", cancel_url: "https://events.example/o/x", client_reference_id: event, locale: "fr",
  customer_email: "bo@example.com", expires_at, metadata: { order_id: event }, line_items: [line],
  payment_intent_data: { metadata: { order_id: event }, transfer_data: { destination: "acct_ana" }, application_fee_amount: 200 },
};
const place = await stripe.checkout.sessions.create(sale, { idempotencyKey: "s1" });
assert.deepEqual([place.object, place.status, place.payment_status, place.amount_total], ["checkout.session", "open", "unpaid", 4000]);
assert.equal((await stripe.checkout.sessions.create(sale, { idempotencyKey: "s1" })).id, place.id);
assert.equal((await stripe.checkout.sessions.retrieve(place.id)).url, place.url);
for (const wrong of [
  { expires_at: expires_at - 200 }, { mode: "other" }, { line_items: [] }, { locale: "xx" }, { colour: "red" },
  { line_items: [{ quantity: 1, price_data: { currency: "cad", unit_amount: 10, product_data: { name: "x" } } }] },
  { line_items: [{ quantity: 1, price_data: { currency: "cad", unit_amount: 1000 } }] },
  { payment_intent_data: { application_fee_amount: 200 } },
]) await assert.rejects(stripe.checkout.sessions.create({ ...sale, ...wrong }), Stripe.errors.StripeInvalidRequestError, JSON.stringify(wrong));
assert.equal((await stripe.checkout.sessions.expire(place.id)).status, "expired");
await assert.rejects(stripe.checkout.sessions.expire(place.id), Stripe.errors.StripeInvalidRequestError);
await assert.rejects(stripe.refunds.create({ payment_intent: "pi_none" }), (error) => error.statusCode === 404);
assert.equal((await stripe.refunds.list({ payment_intent: "pi_none" })).data.length, 0);

const body = JSON.stringify({ id: "evt_sdk", object: "event", type: "customer.created", created: 1795446000, data: { object: { name: "Zoë" } } });
const header = stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp: 1795446000 });
console.log(JSON.stringify({ header, body }));
